//! VPCs as EC2 describes them, with the parts that AWS made along with them. Four requests serve many VPCs.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_ec2::types::{Filter, Vpc as SdkVpc, VpcState};
use futures::future::try_join3;
use iac_core::model::ResourceError;

use super::{blocks, properties::VpcOutputs};
use crate::{
    Arn, Aws,
    ec2::{
        cidr::CidrBlock,
        describe::{Described, by_id, lacks},
        filter::filter,
        ids::{DhcpOptionsId, NetworkAclId, RouteTableId, SecurityGroupId, VpcId},
    },
    error::failed,
};

/// A VPC and its parts.
#[derive(Clone, Debug)]
pub(super) struct VpcDescription {
    pub(super) vpc: SdkVpc,
    main_route_table: Option<String>,
    default_network_acl: Option<String>,
    default_security_group: Option<String>,
}

impl VpcDescription {
    /// Whether the VPC can be used, and EC2 tells all its parts.
    pub(super) fn is_available(&self) -> bool {
        self.vpc.state == Some(VpcState::Available) && self.is_whole()
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

#[async_trait]
impl Described for SdkVpc {
    const CALLED: &'static str = "the VPC";
    const BY_ID: &'static str = "vpc-id";

    async fn list(filter: Filter, aws: &Aws) -> Result<BTreeMap<String, Self>, ResourceError> {
        let pages = aws.ec2.describe_vpcs().filters(filter).into_paginator();
        let found = pages.items().send().collect().await;
        by_id("ec2:DescribeVpcs", found, |vpc: &Self| vpc.vpc_id.as_ref())
    }
}

#[async_trait]
impl Described for VpcDescription {
    const CALLED: &'static str = SdkVpc::CALLED;
    const BY_ID: &'static str = SdkVpc::BY_ID;

    async fn list(filter: Filter, aws: &Aws) -> Result<BTreeMap<String, Self>, ResourceError> {
        let found = SdkVpc::list(filter, aws).await?;
        if found.is_empty() {
            return Ok(BTreeMap::new());
        }
        let ids: Vec<String> = found.keys().cloned().collect();
        let (mut tables, mut acls, mut groups) = try_join3(
            main_route_tables(&ids, aws),
            default_network_acls(&ids, aws),
            default_security_groups(&ids, aws),
        )
        .await?;
        let whole = |(id, vpc): (String, SdkVpc)| {
            let description = Self {
                vpc,
                main_route_table: tables.remove(&id),
                default_network_acl: acls.remove(&id),
                default_security_group: groups.remove(&id),
            };
            (id, description)
        };
        Ok(found.into_iter().map(whole).collect())
    }

    fn is_whole(&self) -> bool {
        let Self {
            main_route_table,
            default_network_acl,
            default_security_group,
            ..
        } = self;
        main_route_table.is_some() && default_network_acl.is_some() && default_security_group.is_some()
    }
}

async fn main_route_tables(ids: &[String], aws: &Aws) -> Result<BTreeMap<String, String>, ResourceError> {
    let request = aws.ec2.describe_route_tables().filters(filter("vpc-id", ids));
    let pages = request.filters(filter("association.main", ["true"])).into_paginator();
    let found = pages.items().send().collect::<Result<Vec<_>, _>>().await;
    let found = found.map_err(failed("ec2:DescribeRouteTables"))?.into_iter();
    Ok(found
        .filter_map(|table| Some((table.vpc_id?, table.route_table_id?)))
        .collect())
}

async fn default_network_acls(ids: &[String], aws: &Aws) -> Result<BTreeMap<String, String>, ResourceError> {
    let request = aws.ec2.describe_network_acls().filters(filter("vpc-id", ids));
    let pages = request.filters(filter("default", ["true"])).into_paginator();
    let found = pages.items().send().collect::<Result<Vec<_>, _>>().await;
    let found = found.map_err(failed("ec2:DescribeNetworkAcls"))?.into_iter();
    Ok(found
        .filter_map(|acl| Some((acl.vpc_id?, acl.network_acl_id?)))
        .collect())
}

async fn default_security_groups(ids: &[String], aws: &Aws) -> Result<BTreeMap<String, String>, ResourceError> {
    let request = aws.ec2.describe_security_groups().filters(filter("vpc-id", ids));
    let pages = request.filters(filter("group-name", ["default"])).into_paginator();
    let found = pages.items().send().collect::<Result<Vec<_>, _>>().await;
    let found = found.map_err(failed("ec2:DescribeSecurityGroups"))?.into_iter();
    Ok(found
        .filter_map(|group| Some((group.vpc_id?, group.group_id?)))
        .collect())
}
