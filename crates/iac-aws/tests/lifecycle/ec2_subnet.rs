//! `ec2.subnet`.

use aws_sdk_ec2::types::{AttributeBooleanValue, Tag};
use iac_aws::ec2::{HostnameType, Subnet, Vpc};
use iac_core::model::{Handle, Stack};

use crate::harness::Lifecycle;

const NO_POOLS: &str = "the AWS in the process has no pools of addresses";

fn network(stack: &mut Stack, name: &str) -> Handle<Vpc> {
    let vpc = Vpc::builder()
        .cidr_block("10.0.0.0/16")
        .assign_generated_ipv6_cidr_block(true)
        .build();
    stack.add(name, vpc)
}

fn minimal(stack: &mut Stack) -> Subnet {
    let vpc = network(stack, "main");
    Subnet::builder().vpc_id(&vpc.id).cidr_block("10.0.1.0/24").build()
}

fn full(stack: &mut Stack) -> Subnet {
    let vpc = network(stack, "main");
    Subnet::builder()
        .vpc_id(&vpc.id)
        .cidr_block("10.0.1.0/24")
        .availability_zone("eu-central-1b")
        .map_public_ip_on_launch(true)
        .ipv6_cidr_block(vpc.ipv6_cidr_blocks.index(0))
        .assign_ipv6_address_on_creation(true)
        .enable_dns64(true)
        .private_dns_hostname_type_on_launch(HostnameType::ResourceName)
        .enable_resource_name_dns_a_record_on_launch(true)
        .enable_resource_name_dns_aaaa_record_on_launch(true)
        .tags([("a", "1"), ("b", "2")])
        .build()
}

lifecycle!(
    Subnet,
    Lifecycle::new("CreateSubnet", minimal, full)
        .update("private_dns_hostname_type_on_launch", |subnet| {
            subnet.private_dns_hostname_type_on_launch = Some(HostnameType::IpName);
        })
        .update("tags", |subnet| subnet.tags = [("b".to_owned(), "3".into()), ("c".to_owned(), "4".into())].into())
        .replace_with("vpc_id", |subnet, stack| {
            let other = network(stack, "other");
            subnet.vpc_id = (&other.id).into();
            subnet.ipv6_cidr_block = Some(other.ipv6_cidr_blocks.index(0).into());
        })
        .replace("cidr_block", |subnet| subnet.cidr_block = Some("10.0.2.0/24".into()))
        .replace("availability_zone", |subnet| subnet.availability_zone = Some("eu-central-1a".into()))
        .replace("availability_zone_id", |subnet| {
            subnet.availability_zone = None;
            subnet.availability_zone_id = Some("euc1-az1".into());
        })
        .replace("ipv6_native", |subnet| {
            subnet.ipv6_native = true;
            subnet.cidr_block = None;
            subnet.map_public_ip_on_launch = false;
            subnet.enable_resource_name_dns_a_record_on_launch = false;
        })
        .except("ipv4_ipam_pool_id", NO_POOLS)
        .except("ipv4_netmask_length", NO_POOLS)
        .except("ipv6_cidr_block", "AWS chooses the VPC's block, so another part of it cannot be written down here")
        .except("ipv6_ipam_pool_id", NO_POOLS)
        .except("ipv6_netmask_length", NO_POOLS)
        .except("outpost_arn", "the AWS in the process has no Outposts")
        .drift("map_public_ip_on_launch", |config, id| async move {
            let off = AttributeBooleanValue::builder().value(false).build();
            let ec2 = aws_sdk_ec2::Client::new(&config);
            let modify = ec2.modify_subnet_attribute().subnet_id(id).map_public_ip_on_launch(off);
            modify.send().await.unwrap();
        })
        .drift("tags", |config, id| async move {
            let ec2 = aws_sdk_ec2::Client::new(&config);
            let tag = Tag::builder().key("a").value("by hand").build();
            ec2.create_tags().resources(id).tags(tag).send().await.unwrap();
        })
);
