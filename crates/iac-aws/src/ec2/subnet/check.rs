//! What no single property of a subnet can tell.

use iac_core::model::{Resolved, Violation};

use super::{ipv6, properties::Subnet};
use crate::ec2::tags;

/// Refuses settings that contradict each other, or that AWS refuses.
pub(super) fn violations(subnet: &Subnet<Resolved>) -> Vec<Violation> {
    let mut found = tags::violations(&subnet.tags);
    let mut report = |path: &str, message: &str| {
        found.push(Violation {
            path: path.to_owned(),
            message: message.to_owned(),
        });
    };
    let ipv4 = subnet.cidr_block.is_some() || subnet.ipv4_ipam_pool_id.is_some();
    if ipv4 == subnet.ipv6_native {
        report(
            "cidr_block",
            "a subnet needs a `cidr_block` or an `ipv4_ipam_pool_id`, and has none of them when it is `ipv6_native`",
        );
    }
    if let Some(block) = &subnet.cidr_block
        && (block.is_ipv6() || !block.net().is_none_or(|net| (16..=28).contains(&net.prefix_len())))
    {
        report("cidr_block", "a subnet has an IPv4 block from `/16` to `/28`");
    }
    if subnet.ipv4_netmask_length.is_some() && (subnet.cidr_block.is_some() || subnet.ipv4_ipam_pool_id.is_none()) {
        report(
            "ipv4_netmask_length",
            "a netmask length is for a block that an `ipv4_ipam_pool_id` chooses",
        );
    }
    if subnet.availability_zone.is_some() && subnet.availability_zone_id.is_some() {
        report(
            "availability_zone",
            "name the zone by `availability_zone` or by `availability_zone_id`",
        );
    }
    if subnet.ipv6_native && subnet.map_public_ip_on_launch {
        report(
            "map_public_ip_on_launch",
            "a subnet with IPv6 alone has no public IPv4 addresses",
        );
    }
    ipv6(subnet, &mut report);
    found
}

/// Refuses IPv6 settings that contradict each other.
fn ipv6(subnet: &Subnet<Resolved>, report: &mut impl FnMut(&str, &str)) {
    let has_addresses = ipv6::asks(subnet);
    if let Some(block) = &subnet.ipv6_cidr_block {
        let fits = |length: u8| (44..=64).contains(&length) && length.is_multiple_of(4);
        if !block.is_ipv6() || !block.net().is_none_or(|net| fits(net.prefix_len())) {
            report(
                "ipv6_cidr_block",
                "a subnet has an IPv6 block from `/44` to `/64`, in steps of 4",
            );
        }
    }
    if subnet.ipv6_netmask_length.is_some() && (subnet.ipv6_ipam_pool_id.is_none() || subnet.ipv6_cidr_block.is_some())
    {
        report(
            "ipv6_netmask_length",
            "a netmask length is for a block that an `ipv6_ipam_pool_id` chooses",
        );
    }
    if subnet.ipv6_native && !(has_addresses && subnet.assign_ipv6_address_on_creation) {
        report(
            "ipv6_native",
            "a subnet with IPv6 alone needs IPv6 addresses and `assign_ipv6_address_on_creation`",
        );
    }
    if subnet.assign_ipv6_address_on_creation && !has_addresses {
        report(
            "assign_ipv6_address_on_creation",
            "the subnet has no IPv6 addresses: set `ipv6_cidr_block`",
        );
    }
}
