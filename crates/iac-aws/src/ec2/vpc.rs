//! `ec2.vpc`: a virtual network.
//!
//! - Operations and IAM actions: see [`Reconcile::OPERATIONS`]; the actions have the operations' names. The tag of the create
//!   needs `ec2:CreateTags` too.
//! - Remote id, also for import: `vpc-...`.
//! - AWS chooses the id and takes no client token, so an interrupted create is found by a tag that holds its token.
//! - Waits: `pending` until `available`, usually seconds; blocks until associated; attributes until reads show them. A delete
//!   is repeated for five minutes while what was in the VPC goes.
//! - The tenancy can go from `dedicated` to `default` only; the other way needs a replacement by request.
//! - Main route table, default network ACL and default security group come and go with the VPC.
//! - Not here: encryption controls; the IPAM settings of the IPv4 block are not given back by AWS.
//!
//! Source: EC2 API reference, `CreateVpc`, `ModifyVpcAttribute`, `AssociateVpcCidrBlock`, `DeleteVpc`.

mod attributes;
mod blocks;
mod check;
mod facts;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use async_trait::async_trait;
use aws_sdk_ec2::types::{ResourceType, VpcTenancy};
use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{
        Changed, Context, Declared, Live, ReadRequest, Reconcile, RemoteId, Resolved, ResourceError, Stage, Violation,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    cidr::CidrBlock,
    filters::{lacks, only, read_listed},
    ids::{self, DhcpOptionsId, IpamPoolId, NetworkAclId, RouteTableId},
    in_use::InUse,
    once::{create_once, look, one_try},
    security_group::SecurityGroupId,
    tags,
};
use crate::{Arn, Aws, error::failed, wait};
use attributes::Attributes;
use facts::Facts;

iac_core::text_type! {
    /// The id of a VPC: `vpc-` and hexadecimal digits.
    pub struct VpcId, check = |id| ids::check("a VPC", "vpc-", id);
}

/// A virtual network in one region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "ec2.vpc", outputs = VpcOutputs)]
pub struct Vpc<S: Stage = Declared> {
    /// The IPv4 addresses, from `/16` to `/28`. Needed unless they come from an IPAM pool.
    #[field(create_only, computed)]
    pub cidr_block: Option<S::Value<CidrBlock>>,
    /// The IPAM pool the IPv4 addresses come from.
    #[field(create_only, write_only)]
    pub ipv4_ipam_pool_id: Option<S::Value<IpamPoolId>>,
    /// How large a block the IPAM pool gives, as the length of its prefix.
    #[field(create_only, write_only)]
    pub ipv4_netmask_length: Option<i32>,
    /// Further IPv4 blocks. When given, also as an empty list, no other blocks are tolerated; when unset, blocks are left alone.
    #[field(computed)]
    #[builder(with = |blocks: impl IntoIterator<Item = impl Into<CidrBlock>>| blocks.into_iter().map(Into::into).collect())]
    pub secondary_cidr_blocks: Option<BTreeSet<CidrBlock>>,
    /// On which hardware instances run.
    #[serde(default)]
    #[builder(default = Tenancy::Default)]
    pub instance_tenancy: Tenancy,
    /// Whether Amazon's DNS server answers in the VPC.
    #[serde(default = "yes")]
    #[builder(default = true)]
    pub enable_dns_support: bool,
    /// Whether instances with public addresses get DNS names. Needs `enable_dns_support`.
    #[serde(default)]
    #[builder(default = false)]
    pub enable_dns_hostnames: bool,
    /// Whether metrics about the use of addresses are kept.
    #[serde(default)]
    #[builder(default = false)]
    pub enable_network_address_usage_metrics: bool,
    /// Whether Amazon gives the VPC a block of IPv6 addresses, a `/56`.
    #[serde(default)]
    #[builder(default = false)]
    pub assign_generated_ipv6_cidr_block: bool,
    /// The block of IPv6 addresses, from one of the two pools below. Chosen by the pool when unset.
    #[field(computed)]
    pub ipv6_cidr_block: Option<S::Value<CidrBlock>>,
    /// The IPAM pool the IPv6 addresses come from.
    pub ipv6_ipam_pool_id: Option<S::Value<IpamPoolId>>,
    /// How large a block the IPAM pool gives, as the length of its prefix.
    #[field(write_only)]
    pub ipv6_netmask_length: Option<i32>,
    /// The pool of addresses brought to AWS, `ipv6pool-ec2-...`, that the IPv6 addresses come from.
    pub ipv6_pool: Option<S::Value<String>>,
    /// The group of zones the IPv6 block is announced from, such as `us-west-2-lax-1`. Default: the region's.
    #[field(computed)]
    pub ipv6_cidr_block_network_border_group: Option<S::Value<String>>,
    /// Tags.
    #[field(tags)]
    #[serde(default)]
    #[builder(default, with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<S::Value<String>>)>| tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())]
    pub tags: BTreeMap<String, S::Value<String>>,
}

string_enum! {
    /// On which hardware the instances of a VPC run.
    pub enum Tenancy = Default {
        /// As each instance says, shared by default.
        Default = "default",
        /// On hardware of the account's own.
        Dedicated = "dedicated",
    }
}

/// What a VPC gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct VpcOutputs<S: Stage = Resolved> {
    /// The id.
    pub id: S::Value<VpcId>,
    /// The ARN.
    pub arn: S::Value<Arn<Vpc>>,
    /// The account that owns it.
    pub owner_id: S::Value<String>,
    /// The first block of IPv4 addresses.
    pub cidr_block: S::Value<CidrBlock>,
    /// The blocks of IPv6 addresses.
    #[field(volatile)]
    pub ipv6_cidr_blocks: S::Value<Vec<CidrBlock>>,
    /// The route table of subnets that have none of their own.
    #[field(volatile)]
    pub main_route_table_id: S::Value<RouteTableId>,
    /// The network ACL of subnets that have none of their own.
    pub default_network_acl_id: S::Value<NetworkAclId>,
    /// The security group of what has none of its own.
    pub default_security_group_id: S::Value<SecurityGroupId>,
    /// The DHCP options.
    #[field(volatile)]
    pub dhcp_options_id: S::Value<DhcpOptionsId>,
}

/// How long a new VPC may take to become available, and a change to show.
const READY: Duration = Duration::from_mins(10);

/// How long what was in the VPC may take to go.
const EMPTY: Duration = Duration::from_mins(5);

fn yes() -> bool {
    true
}

#[async_trait]
impl Reconcile for Vpc<Resolved> {
    type Provider = Aws;
    type Outputs = VpcOutputs;

    const RESUMABLE: bool = true;
    const OPERATIONS: &'static [&'static str] = &[
        "ec2:CreateVpc",
        "ec2:DescribeVpcs",
        "ec2:DescribeVpcAttribute",
        "ec2:DescribeRouteTables",
        "ec2:DescribeNetworkAcls",
        "ec2:DescribeSecurityGroups",
        "ec2:ModifyVpcAttribute",
        "ec2:ModifyVpcTenancy",
        "ec2:AssociateVpcCidrBlock",
        "ec2:DisassociateVpcCidrBlock",
        "ec2:CreateTags",
        "ec2:DeleteTags",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeVpcEndpoints",
        "ec2:DeleteVpc",
    ];

    fn validate(&self) -> Vec<Violation> {
        check::violations(self)
    }

    fn predict(&self, aws: &Aws) -> Map<String, Value> {
        let mut known = Map::from_iter([("owner_id".to_owned(), json!(aws.account()))]);
        if let Some(block) = &self.cidr_block {
            known.insert("cidr_block".to_owned(), json!(block));
        }
        known
    }

    async fn read(
        id: &RemoteId,
        prior: Option<&Self>,
        cx: &Context<'_, Aws>,
    ) -> Result<Option<Live<Self>>, ResourceError> {
        let (id, prior) = (id.clone(), prior.cloned());
        only(Self::read_many(&[ReadRequest { id, prior }], cx).await)
    }

    async fn read_many(
        requests: &[ReadRequest<Self>],
        cx: &Context<'_, Aws>,
    ) -> Vec<Result<Option<Live<Self>>, ResourceError>> {
        let find = |ids| facts::find(ids, cx.provider);
        read_listed(requests, cx, find, |request, facts: Facts| async move {
            Ok(Live {
                id: request.id.clone(),
                inputs: Self::from_sdk(
                    &facts,
                    Attributes::read(&request.id, cx.provider).await?,
                    request.prior.as_ref(),
                ),
                outputs: facts.outputs(cx.provider)?,
            })
        })
        .await
    }

    async fn create(&self, cx: &Context<'_, Aws>) -> Result<Self::Outputs, ResourceError> {
        let id = create_once(cx, || self.request(cx), || find_made(cx)).await?;
        cx.created(&id).await?;
        let made = cx
            .until("the VPC to become available", READY, || async {
                let facts = wait::found(facts::one(&id, cx.provider).await)?;
                Ok(facts
                    .filter(|facts| facts.is_available() && facts.is_complete() && blocks::has_ipv6(&facts.vpc, self)))
            })
            .await?;
        self.configure(&id, &self.as_made(), made, cx).await
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _changed: &Changed,
        cx: &Context<'_, Aws>,
    ) -> Result<Self::Outputs, ResourceError> {
        tags::retag(&live.id, &live.inputs.tags, &self.tags, cx).await?;
        let there = facts::known(&live.id, cx).await?;
        self.configure(&live.id, &live.inputs, there, cx).await
    }

    async fn delete(_last: &Self, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let in_use = InUse {
            id,
            awaited: "the VPC to be empty",
            filter: "vpc-id",
            limit: EMPTY,
            hint: "something that is not in this stack is still in the VPC: subnets, gateways, security groups, endpoints",
        };
        let delete = || async {
            let request = cx.provider.ec2.delete_vpc().vpc_id(id.as_str());
            request.send().await.map(drop).map_err(failed("ec2:DeleteVpc"))
        };
        in_use.delete(cx, delete).await?;
        wait::gone(cx, "the VPC to be gone", || facts::one(id, cx.provider)).await
    }

    async fn recover(&self, cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
        look(cx, || find_made(cx)).await
    }
}

/// The VPC that this create has made.
async fn find_made(cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
    let request = cx.provider.ec2.describe_vpcs().filters(tags::made_by(cx));
    let found = request.send().await.map_err(failed("ec2:DescribeVpcs"))?;
    Ok(found.vpcs().first().and_then(|vpc| vpc.vpc_id()).map(RemoteId::new))
}

impl Vpc<Resolved> {
    /// Asks for a VPC, once.
    async fn request(&self, cx: &Context<'_, Aws>) -> Result<RemoteId, ResourceError> {
        let text = |value: &CidrBlock| value.to_string();
        let request = cx
            .provider
            .ec2
            .create_vpc()
            .set_cidr_block(self.cidr_block.as_ref().map(text))
            .set_ipv4_ipam_pool_id(self.ipv4_ipam_pool_id.clone().map(Into::into))
            .set_ipv4_netmask_length(self.ipv4_netmask_length)
            .instance_tenancy(self.instance_tenancy.as_str().into())
            .set_amazon_provided_ipv6_cidr_block(self.assign_generated_ipv6_cidr_block.then_some(true))
            .set_ipv6_cidr_block(self.ipv6_cidr_block.as_ref().map(text))
            .set_ipv6_ipam_pool_id(self.ipv6_ipam_pool_id.clone().map(Into::into))
            .set_ipv6_netmask_length(self.ipv6_netmask_length)
            .set_ipv6_pool(self.ipv6_pool.clone())
            .set_ipv6_cidr_block_network_border_group(self.ipv6_cidr_block_network_border_group.clone())
            .tag_specifications(tags::at_create(ResourceType::Vpc, &self.tags, cx))
            .customize()
            .config_override(one_try());
        let made = request.send().await.map_err(failed("ec2:CreateVpc"))?;
        let id = made.vpc.and_then(|vpc| vpc.vpc_id);
        id.map(RemoteId::new).ok_or_else(|| lacks("ec2:CreateVpc", "id"))
    }

    /// What a create has just made: as desired, but for what `CreateVpc` cannot say.
    fn as_made(&self) -> Self {
        Self {
            enable_dns_support: Attributes::NEW.dns_support,
            enable_dns_hostnames: Attributes::NEW.dns_hostnames,
            enable_network_address_usage_metrics: Attributes::NEW.usage_metrics,
            ..self.clone()
        }
    }

    /// Brings all but the tags from what is live to what is desired. The outputs come from what was `seen` last: a further
    /// read may be older.
    async fn configure(
        &self,
        id: &RemoteId,
        live: &Self,
        mut seen: Facts,
        cx: &Context<'_, Aws>,
    ) -> Result<VpcOutputs, ResourceError> {
        Attributes::of(live).change_to(Attributes::of(self), id, cx).await?;
        if self.instance_tenancy != live.instance_tenancy {
            self.loosen_tenancy(id, cx).await?;
        }
        seen.vpc = blocks::associate_secondary(self, seen.vpc, id, cx).await?;
        seen.vpc = blocks::associate_ipv6(self, live, seen.vpc, id, cx).await?;
        seen.outputs(cx.provider)
    }

    async fn loosen_tenancy(&self, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        if self.instance_tenancy != Tenancy::Default {
            return Err(
                ResourceError::invalid("the tenancy of a VPC cannot change from `default` to `dedicated`")
                    .hint("replace the VPC with `--replace`, or create another one"),
            );
        }
        cx.provider
            .ec2
            .modify_vpc_tenancy()
            .vpc_id(id.as_str())
            .instance_tenancy(VpcTenancy::Default)
            .send()
            .await
            .map(drop)
            .map_err(failed("ec2:ModifyVpcTenancy"))
    }

    fn from_sdk(facts: &Facts, attributes: Attributes, prior: Option<&Self>) -> Self {
        let vpc = &facts.vpc;
        let ipv6 = blocks::declared_ipv6(vpc, prior);
        Self {
            cidr_block: vpc.cidr_block().map(CidrBlock::canonical),
            ipv4_ipam_pool_id: prior.and_then(|prior| prior.ipv4_ipam_pool_id.clone()),
            ipv4_netmask_length: prior.and_then(|prior| prior.ipv4_netmask_length),
            secondary_cidr_blocks: blocks::declared_secondary(vpc, prior),
            instance_tenancy: vpc
                .instance_tenancy()
                .map_or(Tenancy::Default, |tenancy| Tenancy::from_word(tenancy.as_str())),
            enable_dns_support: attributes.dns_support,
            enable_dns_hostnames: attributes.dns_hostnames,
            enable_network_address_usage_metrics: attributes.usage_metrics,
            assign_generated_ipv6_cidr_block: ipv6.is_some_and(blocks::is_generated),
            ipv6_cidr_block: ipv6.and_then(|ipv6| ipv6.ipv6_cidr_block()).map(CidrBlock::canonical),
            ipv6_ipam_pool_id: blocks::ipam_pool(ipv6, prior).map(IpamPoolId::from),
            ipv6_netmask_length: prior.and_then(|prior| prior.ipv6_netmask_length),
            ipv6_pool: blocks::own_pool(ipv6).map(str::to_owned),
            ipv6_cidr_block_network_border_group: ipv6.and_then(|ipv6| ipv6.network_border_group.clone()),
            tags: tags::from_sdk(vpc.tags.as_deref()),
        }
    }
}

#[cfg(test)]
mod tests;
