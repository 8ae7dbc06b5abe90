//! Five resources of a network; one of them may ask for its replacement to be made first, and so does all it stands on.

use std::time::Duration;

use iac_aws::ec2::{Rule, SecurityGroup, Subnet, Vpc};
use iac_core::model::{Handle, LifecycleExt, Stack};

use super::Variant;

pub(super) fn build(stack: &mut Stack, variant: Variant, block: &str, first: bool) -> Handle<Vpc> {
    let block = if variant.moved_on {
        format!("{block}1")
    } else {
        block.to_owned()
    };
    let vpc = stack.add(
        "main",
        Vpc::builder()
            .cidr_block(format!("{block}.0.0/16"))
            .enable_dns_hostnames(variant.changed)
            .tags([("size", variant.size().to_string())])
            .build(),
    );
    for (index, zone) in [(1, "us-east-1a"), (2, "us-east-1b")] {
        let subnet = Subnet::builder()
            .vpc_id(&vpc.id)
            .cidr_block(format!("{block}.{index}.0/24"))
            .availability_zone(zone)
            .map_public_ip_on_launch(variant.changed)
            .build();
        stack.add(&format!("subnet-{index}"), subnet.timeout(Duration::from_mins(20)));
    }
    let inner = stack.add(
        "inner",
        SecurityGroup::builder()
            .name(variant.named("inner"))
            .vpc_id(&vpc.id)
            .ingress([Rule::tcp(if variant.changed { 8443 } else { 443 }).from_cidr("10.0.0.0/8")])
            .egress([])
            .build(),
    );
    let outer = SecurityGroup::builder()
        .name(variant.named("outer"))
        .vpc_id(&vpc.id)
        .ingress([Rule::tcp(22).from_group(&inner.id)])
        .egress([Rule::all().to_anywhere()])
        .tags([("size", variant.size().to_string())])
        .build();
    if first {
        stack.add("outer", outer.create_before_delete());
    } else {
        stack.add("outer", outer);
    }
    vpc
}
