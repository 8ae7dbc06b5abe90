//! What a VPC is made of, and what it gives.

use std::collections::{BTreeMap, BTreeSet};

use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{Declared, Resolved, Stage},
};
use serde::{Deserialize, Serialize};

use crate::{
    Arn,
    ec2::{
        cidr::CidrBlock,
        ids::{DhcpOptionsId, IpamPoolId, NetworkAclId, RouteTableId, SecurityGroupId, VpcId},
    },
};

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

fn yes() -> bool {
    true
}
