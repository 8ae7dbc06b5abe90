//! The names of filters that EC2 knows; it refuses others.
//!
//! Source: EC2 API reference, `Filter.N` of each describe operation.

use super::model::{Kind, invalid};
use crate::reply::Failure;

const VPCS: &[&str] = &[
    "cidr",
    "cidr-block-association.association-id",
    "cidr-block-association.cidr-block",
    "cidr-block-association.state",
    "dhcp-options-id",
    "ipv6-cidr-block-association.association-id",
    "ipv6-cidr-block-association.ipv6-cidr-block",
    "ipv6-cidr-block-association.ipv6-pool",
    "ipv6-cidr-block-association.state",
    "is-default",
    "isDefault",
    "owner-id",
    "state",
    "vpc-id",
];

const SUBNETS: &[&str] = &[
    "availability-zone",
    "availability-zone-id",
    "availabilityZone",
    "availabilityZoneId",
    "available-ip-address-count",
    "cidr",
    "cidr-block",
    "cidrBlock",
    "customer-owned-ipv4-pool",
    "default-for-az",
    "defaultForAz",
    "enable-dns64",
    "enable-lni-at-device-index",
    "ipv6-cidr-block-association.association-id",
    "ipv6-cidr-block-association.ipv6-cidr-block",
    "ipv6-cidr-block-association.state",
    "ipv6-native",
    "map-customer-owned-ip-on-launch",
    "map-public-ip-on-launch",
    "outpost-arn",
    "owner-id",
    "private-dns-name-options-on-launch.enable-resource-name-dns-a-record",
    "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record",
    "private-dns-name-options-on-launch.hostname-type",
    "state",
    "subnet-arn",
    "subnet-id",
    "vpc-id",
];

const GROUPS: &[&str] = &["description", "group-id", "group-name", "owner-id", "vpc-id"];

/// What follows `ip-permission.` and `egress.ip-permission.` in the filters of groups.
const PERMISSIONS: &[&str] = &[
    "cidr",
    "from-port",
    "group-id",
    "group-name",
    "ipv6-cidr",
    "prefix-list-id",
    "protocol",
    "to-port",
    "user-id",
];

const RULES: &[&str] = &["group-id", "security-group-rule-id"];

const ROUTE_TABLES: &[&str] = &[
    "association.gateway-id",
    "association.main",
    "association.route-table-association-id",
    "association.route-table-id",
    "association.subnet-id",
    "owner-id",
    "route-table-id",
    "route.destination-cidr-block",
    "route.destination-ipv6-cidr-block",
    "route.destination-prefix-list-id",
    "route.egress-only-internet-gateway-id",
    "route.gateway-id",
    "route.instance-id",
    "route.nat-gateway-id",
    "route.origin",
    "route.state",
    "route.transit-gateway-id",
    "route.vpc-peering-connection-id",
    "vpc-id",
];

const ACLS: &[&str] = &[
    "association.association-id",
    "association.network-acl-id",
    "association.subnet-id",
    "default",
    "entry.cidr",
    "entry.egress",
    "entry.icmp.code",
    "entry.icmp.type",
    "entry.ipv6-cidr",
    "entry.port-range.from",
    "entry.port-range.to",
    "entry.protocol",
    "entry.rule-action",
    "entry.rule-number",
    "network-acl-id",
    "owner-id",
    "vpc-id",
];

/// Refuses a name that is none of this kind's filters.
pub(super) fn check(kind: Kind, name: &str) -> Result<(), Failure> {
    let names = match kind {
        Kind::Vpc => VPCS,
        Kind::Subnet => SUBNETS,
        Kind::SecurityGroup => GROUPS,
        Kind::SecurityGroupRule => RULES,
        Kind::RouteTable => ROUTE_TABLES,
        Kind::NetworkAcl => ACLS,
    };
    let of_permissions = name
        .strip_prefix("egress.")
        .unwrap_or(name)
        .strip_prefix("ip-permission.")
        .is_some_and(|rest| kind == Kind::SecurityGroup && PERMISSIONS.contains(&rest));
    if names.contains(&name) || name == "tag-key" || name.starts_with("tag:") || of_permissions {
        Ok(())
    } else {
        Err(invalid(format!("The filter '{name}' is invalid")))
    }
}
