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
mod facts;
mod ipv6;

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use aws_sdk_ec2::types::{ResourceType, Subnet as SdkSubnet, SubnetState};
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
    ids::{self, IpamPoolId},
    in_use::InUse,
    once::{create_once, look, one_try},
    tags,
    vpc::VpcId,
};
use crate::{
    Arn, Aws,
    error::failed,
    wait::{self, KNOWN},
};
use attributes::Attributes;
use facts::{find, find_made, outputs};

iac_core::text_type! {
    /// The id of a subnet: `subnet-` and hexadecimal digits.
    pub struct SubnetId, check = |id| ids::check("a subnet", "subnet-", id);
}

/// A part of a VPC's addresses, in one availability zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "ec2.subnet", outputs = SubnetOutputs)]
pub struct Subnet<S: Stage = Declared> {
    /// The VPC.
    #[field(create_only)]
    pub vpc_id: S::Value<VpcId>,
    /// The IPv4 addresses, from `/16` to `/28`, within the VPC's. Needed unless they come from an IPAM pool or the subnet has
    /// IPv6 alone.
    #[field(create_only, computed)]
    pub cidr_block: Option<S::Value<CidrBlock>>,
    /// The IPAM pool the IPv4 addresses come from.
    #[field(create_only, write_only)]
    pub ipv4_ipam_pool_id: Option<S::Value<IpamPoolId>>,
    /// How large a block the IPAM pool gives, as the length of its prefix.
    #[field(create_only, write_only)]
    pub ipv4_netmask_length: Option<i32>,
    /// The availability zone by its name, which differs between accounts: `eu-west-1a`. AWS chooses one when unset.
    #[field(create_only, computed)]
    pub availability_zone: Option<S::Value<String>>,
    /// The availability zone by its id, which is the same in all accounts: `euw1-az2`. In place of the name.
    #[field(create_only, computed)]
    pub availability_zone_id: Option<S::Value<String>>,
    /// The Outpost the subnet is on.
    #[field(create_only)]
    pub outpost_arn: Option<S::Value<String>>,
    /// Whether instances get a public IPv4 address.
    #[serde(default)]
    #[builder(default = false)]
    pub map_public_ip_on_launch: bool,
    /// The IPv6 addresses, within the VPC's, from `/44` to `/64` in steps of 4. None when unset, unless a pool gives some.
    #[field(computed)]
    pub ipv6_cidr_block: Option<S::Value<CidrBlock>>,
    /// The IPAM pool the IPv6 addresses come from.
    #[field(write_only)]
    pub ipv6_ipam_pool_id: Option<S::Value<IpamPoolId>>,
    /// How large a block the IPAM pool gives, as the length of its prefix.
    #[field(write_only)]
    pub ipv6_netmask_length: Option<i32>,
    /// Whether the subnet has IPv6 addresses alone. Needs `assign_ipv6_address_on_creation`.
    #[field(create_only)]
    #[serde(default)]
    #[builder(default = false)]
    pub ipv6_native: bool,
    /// Whether network interfaces get an IPv6 address.
    #[serde(default)]
    #[builder(default = false)]
    pub assign_ipv6_address_on_creation: bool,
    /// Whether the DNS server answers with synthetic IPv6 addresses for hosts that have IPv4 alone.
    #[serde(default)]
    #[builder(default = false)]
    pub enable_dns64: bool,
    /// How instances are called in the private DNS. Default: by their address, in a subnet of IPv6 alone by their id.
    #[field(computed)]
    pub private_dns_hostname_type_on_launch: Option<HostnameType>,
    /// Whether the name of an instance by its id leads to its IPv4 address.
    #[serde(default)]
    #[builder(default = false)]
    pub enable_resource_name_dns_a_record_on_launch: bool,
    /// Whether the name of an instance by its id leads to its IPv6 address.
    #[serde(default)]
    #[builder(default = false)]
    pub enable_resource_name_dns_aaaa_record_on_launch: bool,
    /// Tags.
    #[field(tags)]
    #[serde(default)]
    #[builder(default, with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<S::Value<String>>)>| tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())]
    pub tags: BTreeMap<String, S::Value<String>>,
}

string_enum! {
    /// How instances are called in the private DNS.
    pub enum HostnameType {
        /// By their IPv4 address: `ip-10-24-34-0.eu-west-1.compute.internal`.
        IpName = "ip-name",
        /// By their id: `i-0123456789abcdef.eu-west-1.compute.internal`.
        ResourceName = "resource-name",
    }
}

/// What a subnet gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct SubnetOutputs<S: Stage = Resolved> {
    /// The id.
    pub id: S::Value<SubnetId>,
    /// The ARN.
    pub arn: S::Value<Arn<Subnet>>,
    /// The account that owns it.
    pub owner_id: S::Value<String>,
    /// The VPC.
    pub vpc_id: S::Value<VpcId>,
    /// The availability zone by its name.
    pub availability_zone: S::Value<String>,
    /// The availability zone by its id.
    pub availability_zone_id: S::Value<String>,
    /// The blocks of IPv4 addresses: one, or none when the subnet has IPv6 alone.
    pub cidr_blocks: S::Value<Vec<CidrBlock>>,
    /// The blocks of IPv6 addresses.
    #[field(volatile)]
    pub ipv6_cidr_blocks: S::Value<Vec<CidrBlock>>,
}

/// How long a new subnet may take to become available, and a change to show.
const READY: Duration = Duration::from_mins(10);

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
        let (id, prior) = (id.clone(), prior.cloned());
        only(Self::read_many(&[ReadRequest { id, prior }], cx).await)
    }

    async fn read_many(
        requests: &[ReadRequest<Self>],
        cx: &Context<'_, Aws>,
    ) -> Vec<Result<Option<Live<Self>>, ResourceError>> {
        let find = |ids| find(ids, cx.provider);
        read_listed(requests, cx, find, |request, subnet: SdkSubnet| async move {
            Ok(Live {
                id: request.id.clone(),
                inputs: Self::from_sdk(&subnet, request.prior.as_ref()),
                outputs: outputs(&subnet, cx.provider)?,
            })
        })
        .await
    }

    async fn create(&self, cx: &Context<'_, Aws>) -> Result<Self::Outputs, ResourceError> {
        let id = create_once(cx, || self.request(cx), || find_made(cx)).await?;
        cx.created(&id).await?;
        let made = cx
            .until("the subnet to become available", READY, || async {
                let seen = wait::found(facts::one(&id, cx.provider).await)?;
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
        let there = facts::known(&live.id, cx).await?;
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
        wait::gone(cx, "the subnet to be gone", || facts::one(id, cx.provider)).await
    }

    async fn recover(&self, cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
        look(cx, || find_made(cx)).await
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
