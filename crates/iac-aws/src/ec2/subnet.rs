//! `ec2.subnet`: a part of a VPC in one availability zone.
//!
//! - Operations and IAM actions: see [`Reconcile::OPERATIONS`]; the actions have the operations' names. The tag of the create
//!   needs `ec2:CreateTags` too.
//! - Remote id, also for import: `subnet-...`.
//! - AWS chooses the id and takes no client token, so an interrupted create is found by a tag that holds its token.
//! - A replacement has the addresses of the old one, so it cannot be made before the old one is gone.
//! - Waits: `pending` until `available`; attributes until reads show them; IPv6 blocks until associated. A delete waits 20
//!   minutes for what is in the subnet to go, 45 when Lambda has left network interfaces there, which it takes away late.
//! - Not here: customer-owned IPv4 pools and local network interfaces of Outposts; the IPAM settings are not given back by AWS.
//!
//! Source: EC2 API reference, `CreateSubnet`, `ModifySubnetAttribute`, `AssociateSubnetCidrBlock`, `DeleteSubnet`.

mod attributes;
mod check;
mod description;
mod ipv6;
mod properties;

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_ec2::types::{ResourceType, Subnet as SdkSubnet, SubnetState};
use iac_core::model::{
    Changed, Context, Live, ReadRequest, Reconcile, RemoteId, Resolved, ResourceError, Violation, eventual,
};
use serde_json::{Map, Value, json};

use super::{
    cidr::CidrBlock,
    create::{create_once, one_try, recover},
    describe::{self, READY, known, lacks, one},
    ids::VpcId,
    in_use::InUse,
    tags,
};
use crate::{Aws, error::failed, wait::KNOWN};
use attributes::Attributes;
use description::outputs;

pub use properties::{HostnameType, Subnet, SubnetOutputs};

/// How long what was in the subnet may take to go.
const EMPTY: Duration = Duration::from_mins(20);

#[async_trait]
impl Reconcile for Subnet<Resolved> {
    type Provider = Aws;
    type Outputs = SubnetOutputs;

    const RESUMABLE: bool = true;
    const OPERATIONS: &'static [&'static str] = &[
        "ec2:CreateSubnet",
        "ec2:DescribeSubnets",
        "ec2:ModifySubnetAttribute",
        "ec2:AssociateSubnetCidrBlock",
        "ec2:DisassociateSubnetCidrBlock",
        "ec2:CreateTags",
        "ec2:DeleteTags",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeSecurityGroups",
        "ec2:DeleteSubnet",
    ];

    fn validate(&self) -> Vec<Violation> {
        check::violations(self)
    }

    fn predict(&self, aws: &Aws) -> Map<String, Value> {
        let mut known = Map::from_iter([
            ("owner_id".to_owned(), json!(aws.account())),
            ("vpc_id".to_owned(), json!(self.vpc_id)),
        ]);
        if let Some(block) = &self.cidr_block {
            known.insert("cidr_blocks".to_owned(), json!([block]));
        }
        if let Some(zone) = &self.availability_zone {
            known.insert("availability_zone".to_owned(), json!(zone));
        }
        if let Some(zone) = &self.availability_zone_id {
            known.insert("availability_zone_id".to_owned(), json!(zone));
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
        describe::read_many(requests, cx, |request, subnet: SdkSubnet| async move {
            Ok(Live {
                id: request.id.clone(),
                inputs: Self::from_sdk(&subnet, request.prior.as_ref()),
                outputs: outputs(&subnet, cx.provider)?,
            })
        })
        .await
    }

    async fn create(&self, cx: &Context<'_, Aws>) -> Result<Self::Outputs, ResourceError> {
        let id = create_once::<SdkSubnet, _>(cx, || self.request(cx)).await?;
        cx.created(&id).await?;
        let made = cx
            .until("the subnet to become available", READY, || async {
                let seen = eventual::found(one::<SdkSubnet>(&id, cx.provider).await)?;
                let available = |subnet: &SdkSubnet| subnet.state == Some(SubnetState::Available);
                Ok(seen.filter(|subnet| available(subnet) && ipv6::is_there(subnet, self)))
            })
            .await?;
        // nothing but the switches may differ, and those of a new subnet depend on its kind
        let live = Self::from_sdk(&made, Some(self));
        self.configure(&id, &live, made, cx).await
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _changed: &Changed,
        cx: &Context<'_, Aws>,
    ) -> Result<Self::Outputs, ResourceError> {
        tags::retag(&live.id, &live.inputs.tags, &self.tags, cx).await?;
        let there = known::<SdkSubnet>(&live.id, cx).await?;
        self.configure(&live.id, &live.inputs, there, cx).await
    }

    async fn delete(_last: &Self, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let in_use = InUse {
            id,
            awaited: "the subnet to be empty",
            filter: "subnet-id",
            limit: EMPTY,
            hint: "something that is not in this stack is still in the subnet: an instance, a load balancer, a NAT gateway, an endpoint",
        };
        let delete = || async {
            let request = cx.provider.ec2.delete_subnet().subnet_id(id.as_str());
            request.send().await.map(drop).map_err(failed("ec2:DeleteSubnet"))
        };
        in_use.delete(cx, delete).await?;
        describe::gone::<SdkSubnet>(id, cx).await
    }

    async fn recover(&self, cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
        recover::<SdkSubnet>(cx).await
    }
}

impl Subnet<Resolved> {
    /// Asks for a subnet, once.
    async fn request(&self, cx: &Context<'_, Aws>) -> Result<RemoteId, ResourceError> {
        let request = cx
            .provider
            .ec2
            .create_subnet()
            .vpc_id(self.vpc_id.as_str())
            .set_cidr_block(self.cidr_block.clone().map(Into::into))
            .set_ipv4_ipam_pool_id(self.ipv4_ipam_pool_id.clone().map(Into::into))
            .set_ipv4_netmask_length(self.ipv4_netmask_length)
            .set_availability_zone(self.availability_zone.clone())
            .set_availability_zone_id(self.availability_zone_id.clone())
            .set_outpost_arn(self.outpost_arn.clone())
            .set_ipv6_cidr_block(self.ipv6_cidr_block.clone().map(Into::into))
            .set_ipv6_ipam_pool_id(self.ipv6_ipam_pool_id.clone().map(Into::into))
            .set_ipv6_netmask_length(self.ipv6_netmask_length)
            .set_ipv6_native(self.ipv6_native.then_some(true))
            .tag_specifications(tags::at_create(ResourceType::Subnet, &self.tags, cx));
        // a VPC made a moment ago may be unknown still
        let unknown = |error: &ResourceError| error.code == "InvalidVpcID.NotFound";
        cx.retry("the VPC to be known everywhere", KNOWN, unknown, || async {
            let request = request.clone().customize().config_override(one_try());
            let made = request
                .send()
                .await
                .map_err(failed("ec2:CreateSubnet"))
                .map_err(explain)?;
            let id = made.subnet.and_then(|subnet| subnet.subnet_id);
            id.map(RemoteId::new).ok_or_else(|| lacks("ec2:CreateSubnet", "id"))
        })
        .await
    }

    /// Brings all but the tags from what is live to what is desired. IPv6 switches go off before the addresses go, and on
    /// after they, or others, have come. The outputs come from what was `seen` last: a further read may be older.
    async fn configure(
        &self,
        id: &RemoteId,
        live: &Self,
        seen: SdkSubnet,
        cx: &Context<'_, Aws>,
    ) -> Result<SubnetOutputs, ResourceError> {
        let (live_switches, desired) = (Attributes::of(live), Attributes::of(self));
        let without = if ipv6::stays(self, live) {
            live_switches.without_ipv6_unless(&desired)
        } else {
            live_switches.without_ipv6_unless(&Attributes::default())
        };
        live_switches.change_to(&without, id, cx).await?;
        let seen = ipv6::associate(self, live, seen, id, cx).await?;
        without.change_to(&desired, id, cx).await?;
        outputs(&seen, cx.provider)
    }

    fn from_sdk(subnet: &SdkSubnet, prior: Option<&Self>) -> Self {
        let switches = Attributes::from_sdk(subnet);
        Self {
            vpc_id: VpcId::from(subnet.vpc_id().unwrap_or_default()),
            cidr_block: subnet.cidr_block().map(CidrBlock::canonical),
            ipv4_ipam_pool_id: prior.and_then(|prior| prior.ipv4_ipam_pool_id.clone()),
            ipv4_netmask_length: prior.and_then(|prior| prior.ipv4_netmask_length),
            availability_zone: subnet.availability_zone.clone(),
            availability_zone_id: subnet.availability_zone_id.clone(),
            outpost_arn: subnet.outpost_arn.clone().filter(|arn| !arn.is_empty()),
            map_public_ip_on_launch: switches.map_public_ip,
            ipv6_cidr_block: ipv6::declared(subnet, prior),
            ipv6_ipam_pool_id: prior.and_then(|prior| prior.ipv6_ipam_pool_id.clone()),
            ipv6_netmask_length: prior.and_then(|prior| prior.ipv6_netmask_length),
            ipv6_native: subnet.ipv6_native.unwrap_or_default(),
            assign_ipv6_address_on_creation: switches.assign_ipv6,
            enable_dns64: switches.dns64,
            private_dns_hostname_type_on_launch: switches.hostname_type,
            enable_resource_name_dns_a_record_on_launch: switches.a_record,
            enable_resource_name_dns_aaaa_record_on_launch: switches.aaaa_record,
            tags: tags::from_sdk(subnet.tags.as_deref()),
        }
    }
}

/// Says what to do about addresses that are taken.
fn explain(error: ResourceError) -> ResourceError {
    match error.code.as_str() {
        "InvalidSubnet.Conflict" => {
            error.hint("choose addresses that no other subnet of the VPC has, or import that subnet")
        }
        "InvalidSubnet.Range" => error.hint("choose addresses within a block of the VPC"),
        _ => error,
    }
}

#[cfg(test)]
mod tests;
