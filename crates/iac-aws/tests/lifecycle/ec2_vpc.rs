//! `ec2.vpc`.

use aws_sdk_ec2::types::{AttributeBooleanValue, Tag};
use iac_aws::ec2::Vpc;
use iac_core::model::Stack;

use crate::harness::Lifecycle;

const NO_POOLS: &str = "the AWS in the process has no pools of addresses";

fn minimal(_: &mut Stack) -> Vpc {
    Vpc::builder().cidr_block("10.0.0.0/16").build()
}

fn full(_: &mut Stack) -> Vpc {
    Vpc::builder()
        .cidr_block("10.0.0.0/16")
        .secondary_cidr_blocks(["10.1.0.0/16", "10.2.0.0/16"])
        .enable_dns_support(true)
        .enable_dns_hostnames(true)
        .enable_network_address_usage_metrics(true)
        .assign_generated_ipv6_cidr_block(true)
        .tags([("a", "1"), ("b", "2")])
        .build()
}

lifecycle!(
    Vpc,
    Lifecycle::new("CreateVpc", minimal, full)
        .update("secondary_cidr_blocks", |vpc| {
            vpc.secondary_cidr_blocks = Some(["10.2.0.0/16".into(), "10.3.0.0/16".into()].into());
        })
        .update("secondary_cidr_blocks", |vpc| vpc.secondary_cidr_blocks = Some([].into()))
        .update("enable_dns_hostnames, enable_dns_support", |vpc| {
            vpc.enable_dns_hostnames = false;
            vpc.enable_dns_support = false;
        })
        .update("tags", |vpc| vpc.tags = [("b".to_owned(), "3".into()), ("c".to_owned(), "4".into())].into())
        .replace("cidr_block", |vpc| vpc.cidr_block = Some("10.4.0.0/16".into()))
        .except("instance_tenancy", "goes from dedicated to default only, so there is no way back")
        .except("ipv4_ipam_pool_id", NO_POOLS)
        .except("ipv4_netmask_length", NO_POOLS)
        .except("ipv6_cidr_block", NO_POOLS)
        .except("ipv6_ipam_pool_id", NO_POOLS)
        .except("ipv6_netmask_length", NO_POOLS)
        .except("ipv6_pool", NO_POOLS)
        .except("ipv6_cidr_block_network_border_group", "the AWS in the process has no local zones")
        .drift("enable_dns_hostnames", |config, id| async move {
            let off = AttributeBooleanValue::builder().value(false).build();
            let ec2 = aws_sdk_ec2::Client::new(&config);
            let modify = ec2.modify_vpc_attribute().vpc_id(id).enable_dns_hostnames(off);
            modify.send().await.unwrap();
        })
        .drift("secondary_cidr_blocks", |config, id| async move {
            let ec2 = aws_sdk_ec2::Client::new(&config);
            let associate = ec2.associate_vpc_cidr_block().vpc_id(id).cidr_block("10.5.0.0/16");
            associate.send().await.unwrap();
        })
        .drift("tags", |config, id| async move {
            let ec2 = aws_sdk_ec2::Client::new(&config);
            let tag = Tag::builder().key("by").value("hand").build();
            ec2.create_tags().resources(id).tags(tag).send().await.unwrap();
        })
);
