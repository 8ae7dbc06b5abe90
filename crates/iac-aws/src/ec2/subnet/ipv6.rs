//! The IPv6 block of a subnet, which can come and go while the subnet lives. There is at most one.
//!
//! Source: EC2 API reference, `AssociateSubnetCidrBlock`, `DisassociateSubnetCidrBlock`.

use aws_sdk_ec2::types::{
    Subnet as SdkSubnet, SubnetCidrBlockState, SubnetCidrBlockStateCode as Code,
    SubnetIpv6CidrBlockAssociation as Association,
};
use iac_core::model::{Context, ErrorKind, RemoteId, Resolved, ResourceError};

use super::{READY, Subnet, attributes::is_unknown, facts::one};
use crate::{
    Aws,
    ec2::{cidr::CidrBlock, filters::lacks},
    error::failed,
    wait::{self, KNOWN},
};

/// Whether the resource speaks of IPv6 addresses.
pub(super) fn asks(subnet: &Subnet<Resolved>) -> bool {
    subnet.ipv6_cidr_block.is_some() || subnet.ipv6_ipam_pool_id.is_some()
}

/// Whether the addresses that the resource had are those it shall have.
pub(super) fn stays(desired: &Subnet<Resolved>, before: &Subnet<Resolved>) -> bool {
    asks(desired)
        && desired.ipv6_ipam_pool_id == before.ipv6_ipam_pool_id
        && (desired.ipv6_cidr_block.is_none() || desired.ipv6_cidr_block == before.ipv6_cidr_block)
}

fn associations(subnet: &SdkSubnet) -> impl Iterator<Item = &Association> {
    let all = subnet.ipv6_cidr_block_association_set().iter();
    all.filter(|association| {
        let state = association
            .ipv6_cidr_block_state()
            .and_then(SubnetCidrBlockState::state);
        // an emulator may leave the state out
        matches!(state, Some(Code::Associated | Code::Associating) | None)
    })
}

/// The IPv6 blocks, for the outputs.
pub(super) fn blocks(subnet: &SdkSubnet) -> Vec<CidrBlock> {
    let blocks = associations(subnet).filter_map(Association::ipv6_cidr_block);
    blocks.map(CidrBlock::canonical).collect()
}

/// The block that the resource speaks of; one that others have associated is left alone.
pub(super) fn declared(subnet: &SdkSubnet, prior: Option<&Subnet<Resolved>>) -> Option<CidrBlock> {
    prior
        .is_none_or(asks)
        .then(|| blocks(subnet).into_iter().next())
        .flatten()
}

/// Whether the subnet has IPv6 addresses where the resource asks for some.
pub(super) fn is_there(subnet: &SdkSubnet, asking: &Subnet<Resolved>) -> bool {
    !asks(asking) || associations(subnet).next().is_some()
}

/// Brings the IPv6 block from the one that was `seen` to what is desired: the old one goes first, because there can be only
/// one. Gives the subnet as it was seen last.
pub(super) async fn associate(
    desired: &Subnet<Resolved>,
    before: &Subnet<Resolved>,
    seen: SdkSubnet,
    id: &RemoteId,
    cx: &Context<'_, Aws>,
) -> Result<SdkSubnet, ResourceError> {
    if !asks(desired) && !asks(before) {
        return Ok(seen);
    }
    let mut subnet = seen;
    let there = associations(&subnet).next().map(|there| {
        let block = there.ipv6_cidr_block().map(CidrBlock::canonical);
        (there.association_id().unwrap_or_default().to_owned(), block)
    });
    if let Some((association, block)) = there {
        let fits = desired.ipv6_cidr_block.is_none() || desired.ipv6_cidr_block == block;
        if asks(desired) && fits && desired.ipv6_ipam_pool_id == before.ipv6_ipam_pool_id {
            return settled(&association, id, cx).await;
        }
        subnet = disassociate(&association, id, cx).await?;
    }
    if !asks(desired) {
        return Ok(subnet);
    }
    let made = cx
        .retry("the subnet to be known everywhere", KNOWN, is_unknown, || async {
            cx.provider
                .ec2
                .associate_subnet_cidr_block()
                .subnet_id(id.as_str())
                .set_ipv6_cidr_block(desired.ipv6_cidr_block.clone().map(Into::into))
                .set_ipv6_ipam_pool_id(desired.ipv6_ipam_pool_id.clone().map(Into::into))
                .set_ipv6_netmask_length(desired.ipv6_netmask_length)
                .send()
                .await
                .map_err(failed("ec2:AssociateSubnetCidrBlock"))
        })
        .await?;
    let association = made.ipv6_cidr_block_association.and_then(|made| made.association_id);
    let association = association.ok_or_else(|| lacks("ec2:AssociateSubnetCidrBlock", "association"))?;
    settled(&association, id, cx).await
}

/// Takes the addresses away and waits until that shows. Gives the subnet as it was seen then.
async fn disassociate(association: &str, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<SdkSubnet, ResourceError> {
    let request = cx
        .provider
        .ec2
        .disassociate_subnet_cidr_block()
        .association_id(association);
    match request.send().await.map_err(failed("ec2:DisassociateSubnetCidrBlock")) {
        Err(error) if error.kind == ErrorKind::NotFound => {}
        outcome => drop(outcome?),
    }
    cx.until("the addresses to be taken from the subnet", READY, || async {
        let Some(subnet) = wait::found(one(id, cx.provider).await)? else {
            return Ok(None);
        };
        let state = state(&subnet, association).and_then(|state| state.state);
        Ok(state.is_none_or(|code| code == Code::Disassociated).then_some(subnet))
    })
    .await
}

/// Waits until the association has come about. Gives the subnet as it was seen then.
async fn settled(association: &str, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<SdkSubnet, ResourceError> {
    cx.until("the addresses to be given to the subnet", READY, || async {
        let Some(subnet) = wait::found(one(id, cx.provider).await)? else {
            return Ok(None);
        };
        let Some(state) = state(&subnet, association) else {
            return Ok(None);
        };
        match state.state {
            Some(Code::Associated) | None => Ok(Some(subnet)),
            Some(Code::Failed | Code::Failing) => {
                let why = state.status_message.unwrap_or_default();
                let message = format!("the addresses could not be given to the subnet: {why}");
                Err(ResourceError::new(ErrorKind::Other, message).during("ec2:AssociateSubnetCidrBlock"))
            }
            Some(_) => Ok(None),
        }
    })
    .await
}

/// The state of an association; `None` when EC2 does not list it.
fn state(subnet: &SdkSubnet, association: &str) -> Option<SubnetCidrBlockState> {
    let listed = subnet.ipv6_cidr_block_association_set().iter();
    let mut listed = listed.filter(|listed| listed.association_id() == Some(association));
    let state = listed.next()?.ipv6_cidr_block_state();
    Some(
        state
            .cloned()
            .unwrap_or_else(|| SubnetCidrBlockState::builder().build()),
    )
}
