//! The blocks of addresses that can come and go while a VPC lives: one of IPv6, and further ones of IPv4.
//!
//! Blocks that others have associated are left alone unless the resource says something about their kind.
//!
//! Source: EC2 API reference, `AssociateVpcCidrBlock`, `DisassociateVpcCidrBlock`.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::{
    operation::associate_vpc_cidr_block::builders::AssociateVpcCidrBlockFluentBuilder,
    types::{
        Vpc as SdkVpc, VpcCidrBlockState, VpcCidrBlockStateCode as Code, VpcIpv6CidrBlockAssociation as Ipv6Association,
    },
};
use iac_core::model::{Context, RemoteId, Resolved, ResourceError};

use super::properties::Vpc;
use crate::{
    Aws,
    ec2::{
        associations::{Addressed, Progress, associated, disassociated},
        cidr::CidrBlock,
        describe::lacks,
        ids::IpamPoolId,
    },
    error::failed,
    wait::KNOWN,
};

/// The pool that AWS tells of a block that Amazon chose.
const AMAZON: &str = "Amazon";

/// The pool that AWS tells of a block from any IPAM pool: which one it does not say.
const IPAM: &str = "IPAM Managed";

/// How the ids of IPAM pools begin.
const IPAM_POOL: &str = "ipam-pool-";

/// The IPv6 block that a resource asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ipv6<'a> {
    pool: &'a str,
    block: Option<&'a CidrBlock>,
    border_group: Option<&'a str>,
}

impl<'a> Ipv6<'a> {
    fn of(vpc: &'a Vpc<Resolved>) -> Option<Self> {
        let pool = if vpc.assign_generated_ipv6_cidr_block {
            AMAZON
        } else if let Some(pool) = &vpc.ipv6_ipam_pool_id {
            pool.as_str()
        } else {
            vpc.ipv6_pool.as_deref()?
        };
        Some(Self {
            pool,
            block: vpc.ipv6_cidr_block.as_ref(),
            border_group: vpc.ipv6_cidr_block_network_border_group.as_deref(),
        })
    }

    fn fits(&self, association: &Ipv6Association) -> bool {
        let same = |asked: Option<&str>, live: Option<&str>| asked.is_none() || asked == live;
        let block = association.ipv6_cidr_block().map(CidrBlock::canonical);
        let pool = association.ipv6_pool().unwrap_or(AMAZON);
        (self.pool == pool || self.pool.starts_with(IPAM_POOL) && pool == IPAM)
            && same(self.border_group, association.network_border_group())
            && (self.block.is_none() || self.block == block.as_ref())
    }
}

fn is_there(state: Option<&VpcCidrBlockState>) -> bool {
    // an emulator may leave the state out
    matches!(
        state.and_then(VpcCidrBlockState::state),
        Some(Code::Associated | Code::Associating) | None
    )
}

fn ipv6_associations(vpc: &SdkVpc) -> impl Iterator<Item = &Ipv6Association> {
    let all = vpc.ipv6_cidr_block_association_set().iter();
    all.filter(|association| is_there(association.ipv6_cidr_block_state()))
}

/// The IPv6 blocks, for the outputs.
pub(super) fn ipv6_blocks(vpc: &SdkVpc) -> Vec<CidrBlock> {
    let blocks = ipv6_associations(vpc).filter_map(Ipv6Association::ipv6_cidr_block);
    blocks.map(CidrBlock::canonical).collect()
}

/// The IPv6 block that the resource speaks of: the one it has asked for, or any when it is imported. Those of others are left
/// alone.
pub(super) fn declared_ipv6<'a>(vpc: &'a SdkVpc, prior: Option<&Vpc<Resolved>>) -> Option<&'a Ipv6Association> {
    let mut all = ipv6_associations(vpc);
    match prior {
        None => all.next(),
        Some(prior) => {
            let asked = Ipv6::of(prior)?;
            all.find(|association| asked.fits(association))
        }
    }
}

pub(super) fn is_generated(association: &Ipv6Association) -> bool {
    association.ipv6_pool().unwrap_or(AMAZON) == AMAZON
}

/// The IPAM pool of a block; where AWS does not tell which one it is, the one that was asked for.
pub(super) fn ipam_pool<'a>(
    association: Option<&'a Ipv6Association>,
    prior: Option<&'a Vpc<Resolved>>,
) -> Option<&'a str> {
    match association?.ipv6_pool()? {
        IPAM => prior?.ipv6_ipam_pool_id.as_ref().map(IpamPoolId::as_str),
        pool => Some(pool).filter(|pool| pool.starts_with(IPAM_POOL)),
    }
}

pub(super) fn own_pool(association: Option<&Ipv6Association>) -> Option<&str> {
    association?
        .ipv6_pool()
        .filter(|&pool| pool != AMAZON && pool != IPAM && !pool.starts_with(IPAM_POOL))
}

/// The further IPv4 blocks that the resource speaks of.
pub(super) fn declared_secondary(vpc: &SdkVpc, prior: Option<&Vpc<Resolved>>) -> Option<BTreeSet<CidrBlock>> {
    let blocks: BTreeSet<CidrBlock> = secondary(vpc).into_keys().collect();
    match prior {
        Some(prior) => prior.secondary_cidr_blocks.as_ref().map(|_| blocks),
        None => Some(blocks).filter(|blocks| !blocks.is_empty()),
    }
}

/// The further IPv4 blocks and the ids of their associations.
fn secondary(vpc: &SdkVpc) -> BTreeMap<CidrBlock, String> {
    let all = vpc.cidr_block_association_set().iter();
    all.filter(|association| is_there(association.cidr_block_state()))
        .filter(|association| association.cidr_block() != vpc.cidr_block())
        .filter_map(|association| {
            let block = CidrBlock::canonical(association.cidr_block()?);
            Some((block, association.association_id()?.to_owned()))
        })
        .collect()
}

/// Whether the VPC has an IPv6 block of the kind that the resource asks for, if it asks for one.
pub(super) fn has_ipv6(vpc: &SdkVpc, asking: &Vpc<Resolved>) -> bool {
    Ipv6::of(asking).is_none_or(|asked| ipv6_associations(vpc).any(|association| asked.fits(association)))
}

/// Brings the further IPv4 blocks from those that were `seen` to what is desired: new ones first. Nothing is done where
/// nothing is said of them. Gives the VPC as it was seen last.
pub(super) async fn associate_secondary(
    desired: &Vpc<Resolved>,
    seen: SdkVpc,
    id: &RemoteId,
    cx: &Context<'_, Aws>,
) -> Result<SdkVpc, ResourceError> {
    let Some(wanted) = &desired.secondary_cidr_blocks else {
        return Ok(seen);
    };
    let live = secondary(&seen);
    let mut seen = seen;
    for block in wanted {
        seen = match live.get(block) {
            Some(association) => associated(association, id, cx).await?,
            None => associate(request(id, cx).cidr_block(block.as_str()), id, cx).await?,
        };
    }
    for (_, association) in live.iter().filter(|(block, _)| !wanted.contains(block)) {
        seen = disassociate(association, id, cx).await?;
    }
    Ok(seen)
}

/// Brings the IPv6 block to what is desired. The old one goes first, because Amazon gives only one. Gives the VPC as it was
/// seen last.
pub(super) async fn associate_ipv6(
    desired: &Vpc<Resolved>,
    before: &Vpc<Resolved>,
    seen: SdkVpc,
    id: &RemoteId,
    cx: &Context<'_, Aws>,
) -> Result<SdkVpc, ResourceError> {
    let (wanted, had) = (Ipv6::of(desired), Ipv6::of(before));
    // of a block from an IPAM pool AWS does not tell which pool it is
    let same_pool = desired.ipv6_ipam_pool_id == before.ipv6_ipam_pool_id || before.ipv6_ipam_pool_id.is_none();
    if let Some(wanted) = wanted
        && same_pool
        && let Some(there) = ipv6_associations(&seen).find(|association| wanted.fits(association))
    {
        return associated(there.association_id().unwrap_or_default(), id, cx).await;
    }
    let mut vpc = seen;
    // blocks that others have associated stay
    let stale = had.and_then(|had| ipv6_associations(&vpc).find(|association| had.fits(association)));
    if let Some(stale) = stale.and_then(Ipv6Association::association_id).map(str::to_owned) {
        vpc = disassociate(&stale, id, cx).await?;
    }
    if wanted.is_none() {
        return Ok(vpc);
    }
    let block = request(id, cx)
        .set_amazon_provided_ipv6_cidr_block(desired.assign_generated_ipv6_cidr_block.then_some(true))
        .set_ipv6_cidr_block(desired.ipv6_cidr_block.as_ref().map(ToString::to_string))
        .set_ipv6_ipam_pool_id(desired.ipv6_ipam_pool_id.clone().map(Into::into))
        .set_ipv6_netmask_length(desired.ipv6_netmask_length)
        .set_ipv6_pool(desired.ipv6_pool.clone())
        .set_ipv6_cidr_block_network_border_group(desired.ipv6_cidr_block_network_border_group.clone());
    associate(block, id, cx).await
}

fn request(id: &RemoteId, cx: &Context<'_, Aws>) -> AssociateVpcCidrBlockFluentBuilder {
    cx.provider.ec2.associate_vpc_cidr_block().vpc_id(id.as_str())
}

async fn associate(
    block: AssociateVpcCidrBlockFluentBuilder,
    id: &RemoteId,
    cx: &Context<'_, Aws>,
) -> Result<SdkVpc, ResourceError> {
    let unknown = |error: &ResourceError| error.code == "InvalidVpcID.NotFound";
    let made = cx
        .retry("the VPC to be known everywhere", KNOWN, unknown, || async {
            let made = block.clone().send().await;
            made.map_err(failed("ec2:AssociateVpcCidrBlock"))
        })
        .await?;
    let ipv4 = made
        .cidr_block_association
        .and_then(|association| association.association_id);
    let ipv6 = made
        .ipv6_cidr_block_association
        .and_then(|association| association.association_id);
    let association = ipv4
        .or(ipv6)
        .ok_or_else(|| lacks("ec2:AssociateVpcCidrBlock", "association"))?;
    associated(&association, id, cx).await
}

/// Takes addresses away and waits until that shows. Gives the VPC as it was seen then.
async fn disassociate(association: &str, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<SdkVpc, ResourceError> {
    let request = cx
        .provider
        .ec2
        .disassociate_vpc_cidr_block()
        .association_id(association);
    let request = async {
        let done = request.send().await.map(drop);
        done.map_err(failed("ec2:DisassociateVpcCidrBlock"))
    };
    disassociated(association, request, id, cx).await
}

impl Addressed for SdkVpc {
    const ASSOCIATE: &'static str = "ec2:AssociateVpcCidrBlock";

    /// Of either kind.
    fn progress(&self, association: &str) -> Option<Progress> {
        let ipv4 = self.cidr_block_association_set().iter();
        let ipv4 = ipv4.map(|listed| (listed.association_id(), listed.cidr_block_state()));
        let ipv6 = self.ipv6_cidr_block_association_set().iter();
        let ipv6 = ipv6.map(|listed| (listed.association_id(), listed.ipv6_cidr_block_state()));
        let (_, state) = ipv4.chain(ipv6).find(|(id, _)| *id == Some(association))?;
        let code = state.and_then(VpcCidrBlockState::state).map(Code::as_str);
        Some(Progress::of(code, state.and_then(VpcCidrBlockState::status_message)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn associated(block: &str, pool: &str, code: Code) -> Ipv6Association {
        Ipv6Association::builder()
            .association_id(format!("vpc-cidr-assoc-{block}"))
            .ipv6_cidr_block(block)
            .ipv6_pool(pool)
            .ipv6_cidr_block_state(VpcCidrBlockState::builder().state(code).build())
            .build()
    }

    fn live() -> SdkVpc {
        SdkVpc::builder()
            .ipv6_cidr_block_association_set(associated("2001:db8:0::/56", AMAZON, Code::Disassociated))
            .ipv6_cidr_block_association_set(associated("2001:db8:1::/56", "ipam-pool-1", Code::Associated))
            .ipv6_cidr_block_association_set(associated("2001:db8:2::/56", AMAZON, Code::Associating))
            .build()
    }

    fn block(association: Option<&Ipv6Association>) -> Option<&str> {
        association.and_then(Ipv6Association::ipv6_cidr_block)
    }

    #[test]
    fn the_block_asked_for_is_read() {
        let generated: Vpc<Resolved> = Vpc::builder().assign_generated_ipv6_cidr_block(true).build();
        assert_eq!(block(declared_ipv6(&live(), Some(&generated))), Some("2001:db8:2::/56"));
        let pool: Vpc<Resolved> = Vpc::builder().ipv6_ipam_pool_id("ipam-pool-1").build();
        let found = live();
        let found = declared_ipv6(&found, Some(&pool));
        assert_eq!(
            (block(found), ipam_pool(found, Some(&pool))),
            (Some("2001:db8:1::/56"), Some("ipam-pool-1"))
        );
    }

    #[test]
    fn a_block_from_an_ipam_pool_is_of_the_pool_that_was_asked_for() {
        let pool: Vpc<Resolved> = Vpc::builder().ipv6_ipam_pool_id("ipam-pool-1").build();
        let vpc = SdkVpc::builder()
            .ipv6_cidr_block_association_set(associated("2001:db8:1::/56", IPAM, Code::Associated))
            .build();
        let found = declared_ipv6(&vpc, Some(&pool));
        assert_eq!((block(found), own_pool(found)), (Some("2001:db8:1::/56"), None));
        assert_eq!(ipam_pool(found, Some(&pool)), Some("ipam-pool-1"));
        assert_eq!(ipam_pool(found, None), None);
        assert!(!found.is_some_and(is_generated));
    }

    #[test]
    fn another_block_than_the_one_asked_for_is_somebody_elses() {
        let own: Vpc<Resolved> = Vpc::builder().ipv6_pool("ipv6pool-ec2-1").build();
        assert_eq!(block(declared_ipv6(&live(), Some(&own))), None);
    }

    #[test]
    fn blocks_of_others_are_left_alone() {
        let silent: Vpc<Resolved> = Vpc::builder().cidr_block("10.0.0.0/16").build();
        assert_eq!(block(declared_ipv6(&live(), Some(&silent))), None);
        assert_eq!(block(declared_ipv6(&live(), None)), Some("2001:db8:1::/56"));
    }

    #[test]
    fn blocks_that_are_gone_are_no_outputs() {
        assert_eq!(
            ipv6_blocks(&live()),
            [CidrBlock::from("2001:db8:1::/56"), CidrBlock::from("2001:db8:2::/56")]
        );
    }
}
