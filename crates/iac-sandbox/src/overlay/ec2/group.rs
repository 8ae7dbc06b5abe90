//! Security groups: create, delete, and the permissions that describe their rules.

use super::model::{Kind, Outcome, Region, Resource, invalid};
use super::permission::{Atom, permissions};
use super::{rule, tags};
use crate::account_id::ACCOUNT_ID;
use crate::call::Call;
use crate::reply::Failure;
use crate::xml::Element;

/// What a group is made of.
pub(super) struct Request<'a> {
    pub(super) name: &'a str,
    pub(super) description: &'a str,
    pub(super) vpc: &'a str,
    pub(super) tags: Element,
}

/// Adds a group that was checked: it allows everything to go out, and the default group itself to come in.
pub(super) fn add(region: &mut Region, request: Request<'_>) -> String {
    let item = Element::new("item")
        .field("ownerId", ACCOUNT_ID)
        .field("groupName", request.name)
        .field("groupDescription", request.description)
        .field("vpcId", request.vpc)
        .with(request.tags);
    let id = region.add("groupId", Resource::new(Kind::SecurityGroup, item));
    let arn = region.arn(Kind::SecurityGroup, &id);
    if let Some(resource) = region.resources.get_mut(&id) {
        resource.set("securityGroupArn", arn);
    }
    let has_ipv6 = region
        .get(Kind::Vpc, request.vpc)
        .ok()
        .and_then(|vpc| vpc.item.child("ipv6CidrBlockAssociationSet"))
        .is_some_and(|set| !set.children.is_empty());
    let mut atoms = vec![Atom::everything(true, "cidrIpv4", "0.0.0.0/0")];
    if has_ipv6 {
        atoms.push(Atom::everything(true, "cidrIpv6", "::/0"));
    }
    if request.name == "default" {
        atoms.push(Atom::everything(false, "referencedGroupInfo", &id));
    }
    for atom in atoms {
        rule::add(region, &id, &atom, Element::new("tagSet"));
    }
    id
}

/// Creates a group. Names are unique in a VPC; without a VPC the default one is meant.
pub(super) fn create(region: &mut Region, call: &Call) -> Outcome {
    let name = call.param("GroupName").unwrap_or_default();
    let description = call.param("GroupDescription").unwrap_or_default();
    let default_vpc = region
        .of_kind(Kind::Vpc)
        .find(|(_, vpc)| vpc.field("isDefault") == "true")
        .map(|(id, _)| id.to_owned());
    let vpc = call.param("VpcId").map(str::to_owned).or(default_vpc);
    let Some(vpc) = vpc else {
        let message = "No default VPC for this user";
        return Err(Failure::new(400, "VPCIdNotSpecified", message));
    };
    region.get(Kind::Vpc, &vpc)?;
    if name.is_empty() || name.len() > 255 || name.starts_with("sg-") {
        return Err(invalid(format!("Invalid security group name '{name}'")));
    }
    if description.is_empty() {
        let message = "The request must contain the parameter GroupDescription";
        return Err(Failure::new(400, "MissingParameter", message));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
    if description.len() > 255 || !description.chars().all(allowed) {
        return Err(invalid(format!("Invalid security group description '{description}'")));
    }
    let taken = region
        .of_kind(Kind::SecurityGroup)
        .any(|(_, group)| group.field("groupName") == name && group.field("vpcId") == vpc);
    if taken {
        let message = format!("The security group '{name}' already exists for VPC '{vpc}'");
        return Err(Failure::new(400, "InvalidGroup.Duplicate", message));
    }
    let tags = tags::specified(call, Kind::SecurityGroup)?;
    let request = Request {
        name,
        description,
        vpc: &vpc,
        tags: tags.clone(),
    };
    let id = add(region, request);
    let arn = region.arn(Kind::SecurityGroup, &id);
    Ok(vec![
        Element::text("return", "true"),
        Element::text("groupId", id),
        tags,
        Element::text("securityGroupArn", arn),
    ])
}

/// Deletes a group no other group refers to, and its rules; a default group stays.
pub(super) fn delete(region: &mut Region, call: &Call) -> Outcome {
    let by_name = call.param("GroupName").and_then(|name| {
        let mut groups = region.of_kind(Kind::SecurityGroup);
        groups.find(|(_, group)| group.field("groupName") == name)
    });
    let id = match (call.param("GroupId"), by_name) {
        (Some(id), _) => id.to_owned(),
        (None, Some((id, _))) => id.to_owned(),
        (None, None) => String::new(),
    };
    let group = region.get(Kind::SecurityGroup, &id)?;
    if group.field("groupName") == "default" {
        let message = "the specified group: \"default\" name: \"default\" cannot be deleted by a user";
        return Err(Failure::new(400, "CannotDelete", message));
    }
    let referred = region.of_kind(Kind::SecurityGroupRule).any(|(_, rule)| {
        rule.field("groupId") != id && rule.item.value(&["referencedGroupInfo", "groupId"]) == Some(id.as_str())
    });
    if referred {
        let message = format!("resource {id} has a dependent object");
        return Err(Failure::new(400, "DependencyViolation", message));
    }
    region.resources.retain(|own, resource| {
        *own != id && !(resource.kind == Kind::SecurityGroupRule && resource.field("groupId") == id)
    });
    Ok(vec![Element::text("return", "true"), Element::text("groupId", id)])
}

/// The item of a group, with the permissions its rules make.
pub(super) fn with_permissions(region: &Region, id: &str, group: &Resource) -> Element {
    let rules = |egress: bool| {
        region
            .of_kind(Kind::SecurityGroupRule)
            .filter(move |(_, rule)| rule.field("groupId") == id && rule.field("isEgress") == egress.to_string())
            .map(|(_, rule)| &rule.item)
    };
    let mut item = group.item.clone();
    item.set(permissions("ipPermissions", rules(false)));
    item.set(permissions("ipPermissionsEgress", rules(true)));
    item
}
