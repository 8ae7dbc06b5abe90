//! VPCs as EC2 describes them, with the parts that AWS made along with them. Four requests serve many VPCs.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Vpc as SdkVpc, VpcState};
use futures::future::try_join4;
use iac_core::model::{Context, RemoteId, ResourceError};

use super::{VpcId, VpcOutputs, blocks};
use crate::{
    Arn, Aws,
    ec2::{
        cidr::CidrBlock,
        filters::{filter, lacks},
        ids::{DhcpOptionsId, NetworkAclId, RouteTableId},
        security_group::SecurityGroupId,
    },
    error::failed,
    wait,
};

/// A VPC and its parts.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) vpc: SdkVpc,
    main_route_table: Option<String>,
    default_network_acl: Option<String>,
    default_security_group: Option<String>,
}

impl Facts {
    /// Whether EC2 already tells all parts of a new VPC.
    pub(super) fn is_complete(&self) -> bool {
        let Self {
            main_route_table,
            default_network_acl,
            default_security_group,
            ..
        } = self;
        main_route_table.is_some() && default_network_acl.is_some() && default_security_group.is_some()
    }

    /// Whether the VPC can be used.
    pub(super) fn is_available(&self) -> bool {
        self.vpc.state == Some(VpcState::Available)
    }

    pub(super) fn outputs(&self, aws: &Aws) -> Result<VpcOutputs, ResourceError> {
        let text = |value: &Option<String>, what| value.clone().ok_or_else(|| lacks("ec2:DescribeVpcs", what));
        let id = text(&self.vpc.vpc_id, "id")?;
        let owner = self.vpc.owner_id().unwrap_or(aws.account());
        Ok(VpcOutputs {
            arn: Arn::new(format!("arn:{}:ec2:{}:{owner}:vpc/{id}", aws.partition(), aws.region())),
            owner_id: owner.to_owned(),
            cidr_block: CidrBlock::canonical(&text(&self.vpc.cidr_block, "CIDR block")?),
            ipv6_cidr_blocks: blocks::ipv6_blocks(&self.vpc),
            main_route_table_id: RouteTableId::from(text(&self.main_route_table, "main route table")?),
            default_network_acl_id: NetworkAclId::from(text(&self.default_network_acl, "default network ACL")?),
            default_security_group_id: SecurityGroupId::from(text(
                &self.default_security_group,
                "default security group",
            )?),
            dhcp_options_id: DhcpOptionsId::from(text(&self.vpc.dhcp_options_id, "DHCP options")?),
            id: VpcId::from(id),
        })
    }
}

/// One VPC.
pub(super) async fn one(id: &RemoteId, aws: &Aws) -> Result<Option<Facts>, ResourceError> {
    Ok(find(vec![id.to_string()], aws).await?.remove(id.as_str()))
}

/// A VPC that is there, with all its parts. "Not listed" means "not yet", since it may have been made a moment ago.
pub(super) async fn known(id: &RemoteId, cx: &Context<'_, Aws>) -> Result<Facts, ResourceError> {
    wait::known(cx, "the VPC to be known everywhere", || async {
        Ok(one(id, cx.provider).await?.filter(Facts::is_complete))
    })
    .await
}

/// The VPCs of these ids.
pub(super) async fn find(ids: Vec<String>, aws: &Aws) -> Result<BTreeMap<String, Facts>, ResourceError> {
    let (found, mut tables, mut acls, mut groups) = try_join4(
        vpcs(&ids, aws),
        main_route_tables(&ids, aws),
        default_network_acls(&ids, aws),
        default_security_groups(&ids, aws),
    )
    .await?;
    let facts = found.into_iter().filter_map(|vpc| {
        let id = vpc.vpc_id.clone()?;
        let facts = Facts {
            vpc,
            main_route_table: tables.remove(&id),
            default_network_acl: acls.remove(&id),
            default_security_group: groups.remove(&id),
        };
        Some((id, facts))
    });
    Ok(facts.collect())
}

/// The VPCs alone.
pub(super) async fn vpcs(ids: &[String], aws: &Aws) -> Result<Vec<SdkVpc>, ResourceError> {
    let request = aws.ec2.describe_vpcs().filters(filter("vpc-id", ids));
    let found = request.into_paginator().items().send().collect::<Result<_, _>>().await;
    found.map_err(failed("ec2:DescribeVpcs"))
}

async fn main_route_tables(ids: &[String], aws: &Aws) -> Result<BTreeMap<String, String>, ResourceError> {
    let request = aws
        .ec2
        .describe_route_tables()
        .filters(filter("vpc-id", ids))
        .filters(filter("association.main", ["true"]));
    let found = request
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await;
    let found = found.map_err(failed("ec2:DescribeRouteTables"))?;
    Ok(found
        .into_iter()
        .filter_map(|table| Some((table.vpc_id?, table.route_table_id?)))
        .collect())
}

async fn default_network_acls(ids: &[String], aws: &Aws) -> Result<BTreeMap<String, String>, ResourceError> {
    let request = aws
        .ec2
        .describe_network_acls()
        .filters(filter("vpc-id", ids))
        .filters(filter("default", ["true"]));
    let found = request
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await;
    let found = found.map_err(failed("ec2:DescribeNetworkAcls"))?;
    Ok(found
        .into_iter()
        .filter_map(|acl| Some((acl.vpc_id?, acl.network_acl_id?)))
        .collect())
}

async fn default_security_groups(ids: &[String], aws: &Aws) -> Result<BTreeMap<String, String>, ResourceError> {
    let request = aws
        .ec2
        .describe_security_groups()
        .filters(filter("vpc-id", ids))
        .filters(filter("group-name", ["default"]));
    let found = request
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await;
    let found = found.map_err(failed("ec2:DescribeSecurityGroups"))?;
    Ok(found
        .into_iter()
        .filter_map(|group| Some((group.vpc_id?, group.group_id?)))
        .collect())
}

#[cfg(test)]
impl Facts {
    pub(super) fn of(vpc: SdkVpc) -> Self {
        Self {
            vpc,
            main_route_table: None,
            default_network_acl: None,
            default_security_group: None,
        }
    }
}
