//! Subnets as EC2 describes them. One request serves many.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_ec2::types::{Filter, Subnet as SdkSubnet};
use iac_core::model::ResourceError;

use super::{ipv6, properties::SubnetOutputs};
use crate::{
    Arn, Aws,
    ec2::{
        cidr::CidrBlock,
        describe::{Described, by_id, lacks},
        ids::{SubnetId, VpcId},
    },
};

#[async_trait]
impl Described for SdkSubnet {
    const CALLED: &'static str = "the subnet";
    const BY_ID: &'static str = "subnet-id";

    async fn list(filter: Filter, aws: &Aws) -> Result<BTreeMap<String, Self>, ResourceError> {
        let pages = aws.ec2.describe_subnets().filters(filter).into_paginator();
        let found = pages.items().send().collect().await;
        by_id("ec2:DescribeSubnets", found, |subnet: &Self| subnet.subnet_id.as_ref())
    }
}

/// The outputs of a subnet.
pub(super) fn outputs(subnet: &SdkSubnet, aws: &Aws) -> Result<SubnetOutputs, ResourceError> {
    let text = |value: &Option<String>, what| value.clone().ok_or_else(|| lacks("ec2:DescribeSubnets", what));
    let id = text(&subnet.subnet_id, "id")?;
    let owner = subnet.owner_id().unwrap_or(aws.account());
    Ok(SubnetOutputs {
        arn: Arn::new(
            subnet
                .subnet_arn
                .clone()
                .unwrap_or_else(|| format!("arn:{}:ec2:{}:{owner}:subnet/{id}", aws.partition(), aws.region())),
        ),
        owner_id: owner.to_owned(),
        vpc_id: VpcId::from(text(&subnet.vpc_id, "VPC")?),
        availability_zone: text(&subnet.availability_zone, "availability zone")?,
        availability_zone_id: text(&subnet.availability_zone_id, "availability zone id")?,
        cidr_blocks: subnet.cidr_block().map(CidrBlock::canonical).into_iter().collect(),
        ipv6_cidr_blocks: ipv6::blocks(subnet),
        id: SubnetId::from(id),
    })
}
