//! Security groups as EC2 describes them. One request serves many.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_ec2::types::{Filter, SecurityGroup as SdkSecurityGroup};
use iac_core::model::ResourceError;

use super::{properties::SecurityGroupOutputs, texts::GroupName};
use crate::{
    Arn, Aws,
    ec2::{
        describe::{Described, by_id, lacks},
        ids::{SecurityGroupId, VpcId},
    },
};

#[async_trait]
impl Described for SdkSecurityGroup {
    const CALLED: &'static str = "the security group";
    const BY_ID: &'static str = "group-id";

    async fn list(filter: Filter, aws: &Aws) -> Result<BTreeMap<String, Self>, ResourceError> {
        let pages = aws.ec2.describe_security_groups().filters(filter).into_paginator();
        let found = pages.items().send().collect().await;
        by_id("ec2:DescribeSecurityGroups", found, |group: &Self| {
            group.group_id.as_ref()
        })
    }
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
