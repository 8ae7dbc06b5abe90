//! Tests of what needs no call.

use aws_sdk_ec2::types::{Subnet as SdkSubnet, Tag};

use super::*;

fn paths(subnet: &Subnet<Resolved>) -> Vec<String> {
    let found = subnet.validate();
    found.into_iter().map(|violation| violation.path).collect()
}

#[test]
fn an_ordinary_subnet_is_fine() {
    let subnet = Subnet::builder().vpc_id("vpc-1").cidr_block("10.0.1.0/24").build();
    assert_eq!(paths(&subnet), [""; 0]);
    let native = Subnet::builder()
        .vpc_id("vpc-1")
        .ipv6_cidr_block("2001:db8::/64")
        .ipv6_native(true)
        .assign_ipv6_address_on_creation(true)
        .build();
    assert_eq!(paths(&native), [""; 0]);
}

#[test]
fn contradictions_are_refused() {
    assert_eq!(paths(&Subnet::builder().vpc_id("vpc-1").build()), ["cidr_block"]);
    let subnet = Subnet::builder()
        .vpc_id("vpc-1")
        .cidr_block("10.0.1.0/29")
        .availability_zone("eu-west-1a")
        .availability_zone_id("euw1-az1")
        .ipv6_cidr_block("2001:db8::/63")
        .build();
    assert_eq!(paths(&subnet), ["cidr_block", "availability_zone", "ipv6_cidr_block"]);
    let subnet = Subnet::builder()
        .vpc_id("vpc-1")
        .cidr_block("10.0.1.0/24")
        .assign_ipv6_address_on_creation(true)
        .build();
    assert_eq!(paths(&subnet), ["assign_ipv6_address_on_creation"]);
}

#[test]
fn reads_back_what_was_asked_for() {
    let desired: Subnet<Resolved> = Subnet::builder()
        .vpc_id("vpc-1")
        .cidr_block("10.0.1.0/24")
        .map_public_ip_on_launch(true)
        .tags([("tier", "public")])
        .build();
    let live = SdkSubnet::builder()
        .vpc_id("vpc-1")
        .cidr_block("10.0.1.0/24")
        .map_public_ip_on_launch(true)
        .tags(Tag::builder().key("tier").value("public").build())
        .build();
    assert_eq!(Subnet::from_sdk(&live, Some(&desired)), desired);
}
