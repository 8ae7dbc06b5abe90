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
mod description;
mod properties;

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_ec2::types::{ResourceType, Vpc as SdkVpc, VpcTenancy};
use iac_core::model::{
    Changed, Context, Live, ReadRequest, Reconcile, RemoteId, Resolved, ResourceError, Violation, eventual,
};
use serde_json::{Map, Value, json};

use super::{
    cidr::CidrBlock,
    create::{create_once, one_try, recover},
    describe::{self, READY, known, lacks, one},
    ids::IpamPoolId,
    in_use::InUse,
    tags,
};
use crate::{Aws, error::failed};
use attributes::Attributes;
use description::VpcDescription;

pub use properties::{Tenancy, Vpc, VpcOutputs};

/// How long what was in the VPC may take to go.
const EMPTY: Duration = Duration::from_mins(5);

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
        describe::read(id, prior, cx).await
    }

    async fn read_many(
        requests: &[ReadRequest<Self>],
        cx: &Context<'_, Aws>,
    ) -> Vec<Result<Option<Live<Self>>, ResourceError>> {
        describe::read_many(requests, cx, |request, vpc: VpcDescription| async move {
            let attributes = Attributes::read(&request.id, cx.provider).await?;
            Ok(Live {
                id: request.id.clone(),
                inputs: Self::from_sdk(&vpc.vpc, attributes, request.prior.as_ref()),
                outputs: vpc.outputs(cx.provider)?,
            })
        })
        .await
    }

    async fn create(&self, cx: &Context<'_, Aws>) -> Result<Self::Outputs, ResourceError> {
        let id = create_once::<SdkVpc, _>(cx, || self.request(cx)).await?;
        cx.created(&id).await?;
        let made = cx
            .until("the VPC to become available", READY, || async {
                let seen = eventual::found(one::<VpcDescription>(&id, cx.provider).await)?;
                Ok(seen.filter(|seen| seen.is_available() && blocks::has_ipv6(&seen.vpc, self)))
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
        let there = known::<VpcDescription>(&live.id, cx).await?;
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
        describe::gone::<SdkVpc>(id, cx).await
    }

    async fn recover(&self, cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
        recover::<SdkVpc>(cx).await
    }
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
        mut seen: VpcDescription,
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

    fn from_sdk(vpc: &SdkVpc, attributes: Attributes, prior: Option<&Self>) -> Self {
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
