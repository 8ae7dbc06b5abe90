//! EC2 networking, served here: VPCs, subnets, security groups and their rules, main route tables, default network ACLs.
//!
//! Winterbaume creates VPCs without a main route table or default group, sets one attribute of a subnet whatever was
//! asked, keeps rules without ids of their own, ignores filters it does not know, deletes what is in use, and after a
//! restore counts ids from the beginning. So a resource is kept here as the item its describe operation gives back:
//! filters, tags and changes all work on that item. Other operations of EC2 are answered with `NotImplemented`.

mod describe;
mod filter;
mod filter_names;
mod group;
mod model;
mod network;
mod permission;
mod rule;
mod subnet;
mod tags;
mod vpc;
mod zone;

use std::collections::BTreeMap;

use winterbaume_core::MockResponse;

use crate::call::Call;
use crate::emulator::{Emulator, ServiceSnapshot};
use crate::error::SandboxError;
use crate::reply::{self, REQUEST_ID};
use crate::service::Service;
use crate::xml::Element;
use model::{Outcome, Region};

/// The EC2 of a sandbox.
#[derive(Default)]
pub(super) struct Ec2 {
    regions: BTreeMap<String, Region>,
}

fn operate(region: &mut Region, call: &Call) -> Outcome {
    match call.operation.as_str() {
        "CreateVpc" => vpc::create(region, call),
        "DeleteVpc" => vpc::delete(region, call),
        "DescribeVpcAttribute" => vpc::attribute(region, call),
        "ModifyVpcAttribute" => vpc::modify_attribute(region, call),
        "ModifyVpcTenancy" => vpc::modify_tenancy(region, call),
        "AssociateVpcCidrBlock" => vpc::associate(region, call),
        "DisassociateVpcCidrBlock" => vpc::disassociate(region, call),
        "CreateSubnet" => subnet::create(region, call),
        "DeleteSubnet" => subnet::delete(region, call),
        "ModifySubnetAttribute" => subnet::modify_attribute(region, call),
        "AssociateSubnetCidrBlock" => subnet::associate(region, call),
        "DisassociateSubnetCidrBlock" => subnet::disassociate(region, call),
        "CreateSecurityGroup" => group::create(region, call),
        "DeleteSecurityGroup" => group::delete(region, call),
        "AuthorizeSecurityGroupIngress" => rule::authorize(region, call, false),
        "AuthorizeSecurityGroupEgress" => rule::authorize(region, call, true),
        "RevokeSecurityGroupIngress" => rule::revoke(region, call, false),
        "RevokeSecurityGroupEgress" => rule::revoke(region, call, true),
        "ModifySecurityGroupRules" => rule::modify(region, call),
        "UpdateSecurityGroupRuleDescriptionsIngress" => rule::describe(region, call, false),
        "UpdateSecurityGroupRuleDescriptionsEgress" => rule::describe(region, call, true),
        "CreateTags" => tags::create(region, call),
        "DeleteTags" => tags::delete(region, call),
        "DescribeTags" => Ok(tags::list(region, call)),
        "DescribeAvailabilityZones" => Ok(zone::list(region)),
        _ => describe::answer(region, call),
    }
}

impl Emulator for Ec2 {
    fn answer(&mut self, call: &Call) -> MockResponse {
        let region = self
            .regions
            .entry(call.region.clone())
            .or_insert_with(|| network::fresh(&call.region));
        match operate(region, call) {
            Ok(elements) => {
                let mut root = Element::new(&format!("{}Response", call.operation));
                " xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"".clone_into(&mut root.attributes);
                let root = root.field("requestId", REQUEST_ID).with_all(elements);
                reply::xml(200, &root)
            }
            Err(failure) => reply::failure(call, &failure),
        }
    }

    fn knows(&self, region: &str, kind: &str, value: &str) -> Option<bool> {
        let kind = match kind {
            "AWS::EC2::VPC.Id" => model::Kind::Vpc,
            "AWS::EC2::Subnet.Id" | "AWS::EC2::Subnet.Ids" => model::Kind::Subnet,
            "AWS::EC2::SecurityGroup.Id" | "AWS::EC2::SecurityGroup.Ids" => model::Kind::SecurityGroup,
            _ => return None,
        };
        let found = |known: &Region| known.get(kind, value).is_ok();
        // a region that was not called yet has what every region has
        Some(
            self.regions
                .get(region)
                .map_or_else(|| found(&network::fresh(region)), found),
        )
    }

    fn save(&self) -> Result<ServiceSnapshot, SandboxError> {
        let document = serde_json::to_value(&self.regions);
        document
            .map(ServiceSnapshot::from)
            .map_err(|error| SandboxError::Emulator {
                service: Service::Ec2.name(),
                action: "give",
                reason: error.to_string(),
            })
    }

    fn load(&mut self, snapshot: ServiceSnapshot) -> Result<(), SandboxError> {
        self.regions = serde_json::from_value(snapshot.document).map_err(|error| SandboxError::Emulator {
            service: Service::Ec2.name(),
            action: "take",
            reason: error.to_string(),
        })?;
        Ok(())
    }

    fn inventory(&self) -> Vec<String> {
        let resources = self.regions.values().flat_map(|region| &region.resources);
        resources
            .filter(|(_, resource)| !resource.implicit)
            .map(|(id, resource)| format!("ec2:{}/{id}", resource.kind.name()))
            .collect()
    }
}
