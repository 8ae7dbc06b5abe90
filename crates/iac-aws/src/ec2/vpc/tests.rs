//! Tests of what needs no call.

use aws_sdk_ec2::types::{Tag, Vpc as SdkVpc};

use super::*;

fn messages(vpc: &Vpc<Resolved>) -> Vec<String> {
    let found = vpc.validate();
    found.into_iter().map(|violation| violation.path).collect()
}

#[test]
fn an_ordinary_vpc_is_fine() {
    assert_eq!(messages(&Vpc::builder().cidr_block("10.0.0.0/16").build()), [""; 0]);
    assert_eq!(
        messages(
            &Vpc::builder()
                .ipv4_ipam_pool_id("ipam-pool-1")
                .ipv4_netmask_length(20)
                .build()
        ),
        [""; 0]
    );
}

#[test]
fn contradictions_are_refused() {
    assert_eq!(messages(&Vpc::builder().build()), ["cidr_block"]);
    assert_eq!(
        messages(&Vpc::builder().cidr_block("10.0.0.0/8").build()),
        ["cidr_block"]
    );
    let vpc = Vpc::builder()
        .cidr_block("10.0.0.0/16")
        .enable_dns_support(false)
        .enable_dns_hostnames(true)
        .assign_generated_ipv6_cidr_block(true)
        .ipv6_pool("ipv6pool-ec2-1")
        .secondary_cidr_blocks(["10.0.0.0/16"])
        .build();
    assert_eq!(
        messages(&vpc),
        [
            "enable_dns_hostnames",
            "assign_generated_ipv6_cidr_block",
            "secondary_cidr_blocks"
        ]
    );
}

#[test]
fn reads_back_what_was_asked_for() {
    let desired: Vpc<Resolved> = Vpc::builder().cidr_block("10.0.0.0/16").tags([("team", "web")]).build();
    let live = SdkVpc::builder()
        .cidr_block("10.0.0.0/16")
        .tags(Tag::builder().key("team").value("web").build())
        .build();
    let read = Vpc::from_sdk(&live, Attributes::NEW, Some(&desired));
    assert_eq!(read, desired);
}
