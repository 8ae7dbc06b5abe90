//! Security groups as EC2 describes them. One request serves many.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::SecurityGroup as SdkSecurityGroup;
use iac_core::model::{Context, RemoteId, ResourceError};

use super::{GroupName, SecurityGroupId, SecurityGroupOutputs};
use crate::{
    Arn, Aws,
    ec2::{
        filters::{filter, lacks},
        tags,
        vpc::VpcId,
    },
    error::failed,
};

/// The groups of these ids.
pub(super) async fn find(ids: Vec<String>, aws: &Aws) -> Result<BTreeMap<String, SdkSecurityGroup>, ResourceError> {
    let request = aws.ec2.describe_security_groups().filters(filter("group-id", ids));
    let found = request
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await;
    let found = found.map_err(failed("ec2:DescribeSecurityGroups"))?;
    Ok(found
        .into_iter()
        .filter_map(|group| Some((group.group_id.clone()?, group)))
        .collect())
}

/// One group.
pub(super) async fn one(id: &RemoteId, aws: &Aws) -> Result<Option<SdkSecurityGroup>, ResourceError> {
    Ok(find(vec![id.to_string()], aws).await?.remove(id.as_str()))
}

/// The group that this create has made.
pub(super) async fn find_made(cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
    let request = cx.provider.ec2.describe_security_groups().filters(tags::made_by(cx));
    let found = request.send().await.map_err(failed("ec2:DescribeSecurityGroups"))?;
    let made = found.security_groups().first().and_then(|group| group.group_id());
    Ok(made.map(RemoteId::new))
}

/// The outputs of a group.
pub(super) fn outputs(group: &SdkSecurityGroup, aws: &Aws) -> Result<SecurityGroupOutputs, ResourceError> {
    let text = |value: &Option<String>, what| value.clone().ok_or_else(|| lacks("ec2:DescribeSecurityGroups", what));
    let id = text(&group.group_id, "id")?;
    let owner = group.owner_id().unwrap_or(aws.account());
    Ok(SecurityGroupOutputs {
        arn: Arn::new(group.security_group_arn.clone().unwrap_or_else(|| {
            format!(
                "arn:{}:ec2:{}:{owner}:security-group/{id}",
                aws.partition(),
                aws.region()
            )
        })),
        name: GroupName::from(text(&group.group_name, "name")?),
        owner_id: owner.to_owned(),
        vpc_id: VpcId::from(text(&group.vpc_id, "VPC")?),
        id: SecurityGroupId::from(id),
    })
}
