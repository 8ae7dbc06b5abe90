//! EC2 networking, served here: VPCs, subnets, security groups and their rules, main route tables, default network ACLs.
//!
//! Winterbaume creates VPCs without a main route table or default group, sets one attribute of a subnet whatever was
//! asked, keeps rules without ids of their own, ignores filters it does not know, deletes what is in use, and after a
//! restore counts ids from the beginning. So a resource is kept here as the item its describe operation gives back:
//! filters, tags and changes all work on that item. Other operations of EC2 are answered with `NotImplemented`.

mod describe;
mod filter;
mod group;
mod network;
mod permission;
mod rule;
mod subnet;
mod tags;
mod vpc;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use winterbaume_core::MockResponse;

use crate::call::Call;
use crate::error::SandboxError;
use crate::reply::{self, Failure, REQUEST_ID};
use crate::service::{Emulator, Service, ServiceSnapshot};
use crate::xml::Element;

/// The elements of an answer, or the error to answer with.
type Outcome = Result<Vec<Element>, Failure>;

/// The kinds of resource kept here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Kind {
    Vpc,
    Subnet,
    SecurityGroup,
    SecurityGroupRule,
    RouteTable,
    NetworkAcl,
}

impl Kind {
    /// The resource type in tag specifications and inventories.
    const fn name(self) -> &'static str {
        match self {
            Self::Vpc => "vpc",
            Self::Subnet => "subnet",
            Self::SecurityGroup => "security-group",
            Self::SecurityGroupRule => "security-group-rule",
            Self::RouteTable => "route-table",
            Self::NetworkAcl => "network-acl",
        }
    }

    /// The error code of an id nothing has.
    const fn not_found(self) -> &'static str {
        match self {
            Self::Vpc => "InvalidVpcID.NotFound",
            Self::Subnet => "InvalidSubnetID.NotFound",
            Self::SecurityGroup => "InvalidGroup.NotFound",
            Self::SecurityGroupRule => "InvalidSecurityGroupRuleId.NotFound",
            Self::RouteTable => "InvalidRouteTableID.NotFound",
            Self::NetworkAcl => "InvalidNetworkAclID.NotFound",
        }
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Vpc => "vpc",
            Self::Subnet => "subnet",
            Self::SecurityGroup => "sg",
            Self::SecurityGroupRule => "sgr",
            Self::RouteTable => "rtb",
            Self::NetworkAcl => "acl",
        }
    }
}

/// A resource: the item that describes it, and what no description shows.
#[derive(Debug, Serialize, Deserialize)]
struct Resource {
    kind: Kind,
    item: Element,
    /// Attributes with a describe operation of their own.
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    /// Whether AWS made it on its own: with the account, or along with a VPC or group.
    #[serde(default)]
    implicit: bool,
}

impl Resource {
    fn new(kind: Kind, item: Element) -> Self {
        Self {
            kind,
            item,
            attributes: BTreeMap::new(),
            implicit: false,
        }
    }

    /// A field of the item.
    fn field(&self, name: &str) -> &str {
        self.item.value(&[name]).unwrap_or_default()
    }

    fn set(&mut self, name: &str, value: impl Into<String>) {
        self.item.set(Element::text(name, value));
    }
}

/// The resources of one region, by id.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Region {
    name: String,
    /// How many ids were given out.
    ids: u64,
    resources: BTreeMap<String, Resource>,
}

impl Region {
    fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (&str, &Resource)> {
        self.resources
            .iter()
            .filter(move |(_, resource)| resource.kind == kind)
            .map(|(id, resource)| (id.as_str(), resource))
    }

    fn get(&self, kind: Kind, id: &str) -> Result<&Resource, Failure> {
        self.resources
            .get(id)
            .filter(|resource| resource.kind == kind)
            .ok_or_else(|| missing(kind, id))
    }

    fn get_mut(&mut self, kind: Kind, id: &str) -> Result<&mut Resource, Failure> {
        self.resources
            .get_mut(id)
            .filter(|resource| resource.kind == kind)
            .ok_or_else(|| missing(kind, id))
    }

    /// An id that looks as random as those of AWS but follows from the region and the ids before it, so that the
    /// default VPC is the same in every run, also when nothing was saved because nothing changed.
    fn fresh_id(&mut self, prefix: &str) -> String {
        self.ids += 1;
        let digest = Sha256::digest(format!("{} {}", self.name, self.ids));
        let digits = hex::encode(digest);
        format!("{prefix}-{}", digits.get(..17).unwrap_or(&digits))
    }

    /// Adds a resource and gives its new id, which becomes the first field of the item.
    fn add(&mut self, id_field: &str, mut resource: Resource) -> String {
        let id = self.fresh_id(resource.kind.prefix());
        resource.item.children.insert(0, Element::text(id_field, id.as_str()));
        self.resources.insert(id.clone(), resource);
        id
    }

    fn arn(&self, kind: Kind, id: &str) -> String {
        let account = crate::account_id::ACCOUNT_ID;
        format!("arn:aws:ec2:{}:{account}:{}/{id}", self.name, kind.name())
    }
}

fn missing(kind: Kind, id: &str) -> Failure {
    let message = format!("The {} ID '{id}' does not exist", kind.name());
    Failure::new(400, kind.not_found(), message)
}

fn invalid(message: impl Into<String>) -> Failure {
    Failure::new(400, "InvalidParameterValue", message)
}

/// The answer of operations that only succeed.
fn done() -> Vec<Element> {
    vec![Element::text("return", "true")]
}

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
        "DescribeAvailabilityZones" => Ok(network::zones(region)),
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
