//! The IPv6 block of a subnet, which can come and go while the subnet lives. There is at most one.
//!
//! Source: EC2 API reference, `AssociateSubnetCidrBlock`, `DisassociateSubnetCidrBlock`.

use aws_sdk_ec2::types::{
    Subnet as SdkSubnet, SubnetCidrBlockState, SubnetCidrBlockStateCode as Code,
    SubnetIpv6CidrBlockAssociation as Association,
};
use iac_core::model::{Context, RemoteId, Resolved, ResourceError};

use super::{attributes::is_unknown, properties::Subnet};
use crate::{
    Aws,
    ec2::{
        associations::{Addressed, Progress, associated, disassociated},
        cidr::CidrBlock,
        describe::lacks,
    },
    error::failed,
    wait::KNOWN,
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
            return associated(&association, id, cx).await;
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
    associated(&association, id, cx).await
}

/// Takes the addresses away and waits until that shows. Gives the subnet as it was seen then.
async fn disassociate(association: &str, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<SdkSubnet, ResourceError> {
    let request = cx
        .provider
        .ec2
        .disassociate_subnet_cidr_block()
        .association_id(association);
    let request = async {
        let done = request.send().await.map(drop);
        done.map_err(failed("ec2:DisassociateSubnetCidrBlock"))
    };
    disassociated(association, request, id, cx).await
}

impl Addressed for SdkSubnet {
    const ASSOCIATE: &'static str = "ec2:AssociateSubnetCidrBlock";

    fn progress(&self, association: &str) -> Option<Progress> {
        let mut listed = self.ipv6_cidr_block_association_set().iter();
        let listed = listed.find(|listed| listed.association_id() == Some(association))?;
        let state = listed.ipv6_cidr_block_state();
        let code = state.and_then(SubnetCidrBlockState::state).map(Code::as_str);
        Some(Progress::of(code, state.and_then(SubnetCidrBlockState::status_message)))
    }
}
