//! The resources of a region: each the item that its describe operation gives back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::account_id::ACCOUNT_ID;
use crate::reply::Failure;
use crate::xml::Element;

/// The elements of an answer, or the error to answer with.
pub(super) type Outcome = Result<Vec<Element>, Failure>;

/// The kinds of resource kept here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Kind {
    Vpc,
    Subnet,
    SecurityGroup,
    SecurityGroupRule,
    RouteTable,
    NetworkAcl,
}

impl Kind {
    /// The resource type in tag specifications and inventories.
    pub(super) const fn name(self) -> &'static str {
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
    pub(super) const fn not_found(self) -> &'static str {
        match self {
            Self::Vpc => "InvalidVpcID.NotFound",
            Self::Subnet => "InvalidSubnetID.NotFound",
            Self::SecurityGroup => "InvalidGroup.NotFound",
            Self::SecurityGroupRule => "InvalidSecurityGroupRuleId.NotFound",
            Self::RouteTable => "InvalidRouteTableID.NotFound",
            Self::NetworkAcl => "InvalidNetworkAclID.NotFound",
        }
    }

    pub(super) const fn prefix(self) -> &'static str {
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
pub(super) struct Resource {
    pub(super) kind: Kind,
    pub(super) item: Element,
    /// Attributes with a describe operation of their own.
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, String>,
    /// Whether AWS made it on its own: with the account, or along with a VPC or group.
    #[serde(default)]
    pub(super) implicit: bool,
}

impl Resource {
    pub(super) fn new(kind: Kind, item: Element) -> Self {
        Self {
            kind,
            item,
            attributes: BTreeMap::new(),
            implicit: false,
        }
    }

    /// A field of the item.
    pub(super) fn field(&self, name: &str) -> &str {
        self.item.value(&[name]).unwrap_or_default()
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.item.set(Element::text(name, value));
    }
}

/// The resources of one region, by id.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Region {
    pub(super) name: String,
    /// How many ids were given out.
    pub(super) ids: u64,
    pub(super) resources: BTreeMap<String, Resource>,
}

impl Region {
    pub(super) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (&str, &Resource)> {
        self.resources
            .iter()
            .filter(move |(_, resource)| resource.kind == kind)
            .map(|(id, resource)| (id.as_str(), resource))
    }

    pub(super) fn get(&self, kind: Kind, id: &str) -> Result<&Resource, Failure> {
        self.resources
            .get(id)
            .filter(|resource| resource.kind == kind)
            .ok_or_else(|| missing(kind, id))
    }

    pub(super) fn get_mut(&mut self, kind: Kind, id: &str) -> Result<&mut Resource, Failure> {
        self.resources
            .get_mut(id)
            .filter(|resource| resource.kind == kind)
            .ok_or_else(|| missing(kind, id))
    }

    /// An id that looks as random as those of AWS but follows from the region and the ids before it, so that the
    /// default VPC is the same in every run, also when nothing was saved because nothing changed.
    pub(super) fn fresh_id(&mut self, prefix: &str) -> String {
        self.ids += 1;
        let digest = Sha256::digest(format!("{} {}", self.name, self.ids));
        let digits = hex::encode(digest);
        format!("{prefix}-{}", digits.get(..17).unwrap_or(&digits))
    }

    /// Adds a resource and gives its new id, which becomes the first field of the item.
    pub(super) fn add(&mut self, id_field: &str, mut resource: Resource) -> String {
        let id = self.fresh_id(resource.kind.prefix());
        resource.item.children.insert(0, Element::text(id_field, id.as_str()));
        self.resources.insert(id.clone(), resource);
        id
    }

    pub(super) fn arn(&self, kind: Kind, id: &str) -> String {
        format!("arn:aws:ec2:{}:{ACCOUNT_ID}:{}/{id}", self.name, kind.name())
    }
}

pub(super) fn missing(kind: Kind, id: &str) -> Failure {
    let message = format!("The {} ID '{id}' does not exist", kind.name());
    Failure::new(400, kind.not_found(), message)
}

pub(super) fn invalid(message: impl Into<String>) -> Failure {
    Failure::new(400, "InvalidParameterValue", message)
}

/// The answer of operations that only succeed.
pub(super) fn done() -> Vec<Element> {
    vec![Element::text("return", "true")]
}

/// An association of an IPv4 or IPv6 block.
pub(super) fn association(id: &str, field: &str, cidr: &str, state: &str) -> Element {
    Element::new("item")
        .field("associationId", id)
        .field(field, cidr)
        .with(Element::new(state).field("state", "associated"))
}
