//! What a subnet is made of, and what it gives.

use std::collections::BTreeMap;

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
        ids::{IpamPoolId, SubnetId, VpcId},
    },
};

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
