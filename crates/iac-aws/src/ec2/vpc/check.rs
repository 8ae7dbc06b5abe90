//! What no single property of a VPC can tell.

use iac_core::model::{Resolved, Violation};

use super::properties::Vpc;
use crate::ec2::tags;

/// Refuses settings that contradict each other, or that AWS refuses.
pub(super) fn violations(vpc: &Vpc<Resolved>) -> Vec<Violation> {
    let mut found = tags::violations(&vpc.tags);
    let mut report = |path: &str, message: &str| {
        found.push(Violation {
            path: path.to_owned(),
            message: message.to_owned(),
        });
    };
    match (&vpc.cidr_block, &vpc.ipv4_ipam_pool_id) {
        (None, None) => report("cidr_block", "a VPC needs a `cidr_block` or an `ipv4_ipam_pool_id`"),
        (Some(block), _) if block.is_ipv6() || !block.net().is_none_or(|net| (16..=28).contains(&net.prefix_len())) => {
            report("cidr_block", "a VPC has an IPv4 block from `/16` to `/28`");
        }
        _ => {}
    }
    if vpc.ipv4_netmask_length.is_some() && (vpc.cidr_block.is_some() || vpc.ipv4_ipam_pool_id.is_none()) {
        report(
            "ipv4_netmask_length",
            "a netmask length is for a block that an `ipv4_ipam_pool_id` chooses",
        );
    }
    if vpc.enable_dns_hostnames && !vpc.enable_dns_support {
        report("enable_dns_hostnames", "DNS hostnames need `enable_dns_support`");
    }
    blocks(vpc, &mut report);
    found
}

/// Refuses IPv6 settings that contradict each other.
fn blocks(vpc: &Vpc<Resolved>, report: &mut impl FnMut(&str, &str)) {
    let sources = [
        vpc.assign_generated_ipv6_cidr_block,
        vpc.ipv6_ipam_pool_id.is_some(),
        vpc.ipv6_pool.is_some(),
    ];
    let sources = sources.into_iter().filter(|&given| given).count();
    if sources > 1 {
        report(
            "assign_generated_ipv6_cidr_block",
            "IPv6 addresses come from Amazon, from an `ipv6_ipam_pool_id` or from an `ipv6_pool`: name one",
        );
    }
    if let Some(block) = &vpc.ipv6_cidr_block {
        if !block.is_ipv6() {
            report("ipv6_cidr_block", "an IPv6 block looks like `2001:db8::/56`");
        }
        if vpc.ipv6_ipam_pool_id.is_none() && vpc.ipv6_pool.is_none() {
            report(
                "ipv6_cidr_block",
                "an IPv6 block is chosen from an `ipv6_ipam_pool_id` or an `ipv6_pool`",
            );
        }
    }
    if vpc.ipv6_netmask_length.is_some() && (vpc.ipv6_ipam_pool_id.is_none() || vpc.ipv6_cidr_block.is_some()) {
        report(
            "ipv6_netmask_length",
            "a netmask length is for a block that an `ipv6_ipam_pool_id` chooses",
        );
    }
    if vpc.ipv6_cidr_block_network_border_group.is_some() && !vpc.assign_generated_ipv6_cidr_block {
        report(
            "ipv6_cidr_block_network_border_group",
            "a border group is for a block that Amazon gives: set `assign_generated_ipv6_cidr_block`",
        );
    }
    for block in vpc.secondary_cidr_blocks.iter().flatten() {
        if block.is_ipv6() || Some(block) == vpc.cidr_block.as_ref() {
            report(
                "secondary_cidr_blocks",
                "further blocks are IPv4 blocks other than `cidr_block`",
            );
        }
    }
}
