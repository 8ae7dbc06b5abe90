//! Subnets as EC2 describes them. One request serves many.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::Subnet as SdkSubnet;
use iac_core::model::{Context, RemoteId, ResourceError};

use super::{SubnetId, SubnetOutputs, ipv6};
use crate::{
    Arn, Aws,
    ec2::{
        cidr::CidrBlock,
        filters::{filter, lacks},
        tags,
        vpc::VpcId,
    },
    error::failed,
    wait,
};

/// The subnets of these ids.
pub(super) async fn find(ids: Vec<String>, aws: &Aws) -> Result<BTreeMap<String, SdkSubnet>, ResourceError> {
    let request = aws.ec2.describe_subnets().filters(filter("subnet-id", ids));
    let found = request
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await;
    let found = found.map_err(failed("ec2:DescribeSubnets"))?;
    Ok(found
        .into_iter()
        .filter_map(|subnet| Some((subnet.subnet_id.clone()?, subnet)))
        .collect())
}

/// One subnet.
pub(super) async fn one(id: &RemoteId, aws: &Aws) -> Result<Option<SdkSubnet>, ResourceError> {
    Ok(find(vec![id.to_string()], aws).await?.remove(id.as_str()))
}

/// A subnet that is there. "Not listed" means "not yet", since it may have been made a moment ago.
pub(super) async fn known(id: &RemoteId, cx: &Context<'_, Aws>) -> Result<SdkSubnet, ResourceError> {
    wait::known(cx, "the subnet to be known everywhere", || one(id, cx.provider)).await
}

/// The subnet that this create has made.
pub(super) async fn find_made(cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
    let request = cx.provider.ec2.describe_subnets().filters(tags::made_by(cx));
    let found = request.send().await.map_err(failed("ec2:DescribeSubnets"))?;
    let made = found.subnets().first().and_then(|subnet| subnet.subnet_id());
    Ok(made.map(RemoteId::new))
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
