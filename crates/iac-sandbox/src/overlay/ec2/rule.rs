//! Rules of security groups: authorize, revoke, modify, describe anew.

use super::model::{Kind, Outcome, Region, Resource, done};
use super::permission::{Atom, replacement, requested};
use super::tags;
use crate::call::Call;
use crate::reply::Failure;
use crate::xml::Element;

/// The rules a group may have in each direction.
const LIMIT: usize = 60;

/// Adds a rule that was checked.
pub(super) fn add(region: &mut Region, group: &str, atom: &Atom, tags: Element) -> String {
    let mut item = atom.item();
    item.children.insert(0, Element::text("groupId", group));
    item.children.push(tags);
    let mut resource = Resource::new(Kind::SecurityGroupRule, item);
    // Rules belong to their group, which is what inventories name.
    resource.implicit = true;
    let id = region.add("securityGroupRuleId", resource);
    let arn = region.arn(Kind::SecurityGroupRule, &id);
    if let Some(resource) = region.resources.get_mut(&id) {
        resource.set("securityGroupRuleArn", arn);
    }
    id
}

/// The rules of a group in one direction.
fn existing(region: &Region, group: &str, egress: bool) -> Vec<(String, Atom)> {
    region
        .of_kind(Kind::SecurityGroupRule)
        .filter(|(_, rule)| rule.field("groupId") == group)
        .filter_map(|(id, rule)| Some((id.to_owned(), Atom::of(&rule.item)?)))
        .filter(|(_, atom)| atom.egress == egress)
        .collect()
}

/// Groups that rules refer to exist.
fn check_sources(region: &Region, atoms: &[Atom]) -> Result<(), Failure> {
    atoms
        .iter()
        .filter(|atom| atom.source == "referencedGroupInfo")
        .try_for_each(|atom| region.get(Kind::SecurityGroup, &atom.value).map(|_| ()))
}

fn missing_parameter() -> Failure {
    let message = "The request must contain the parameter ipPermissions";
    Failure::new(400, "MissingParameter", message)
}

/// Adds rules, all or none; one that exists already is an error.
pub(super) fn authorize(region: &mut Region, call: &Call, egress: bool) -> Outcome {
    let group = group_of(region, call)?;
    let atoms = requested(call, egress)?;
    if atoms.is_empty() {
        return Err(missing_parameter());
    }
    check_sources(region, &atoms)?;
    let before = existing(region, &group, egress);
    for (index, atom) in atoms.iter().enumerate() {
        let twice = atoms.iter().take(index).any(|other| other.is_same(atom));
        if twice || before.iter().any(|(_, other)| other.is_same(atom)) {
            let message = format!("the specified rule \"peer: {}\" already exists", atom.value);
            return Err(Failure::new(400, "InvalidPermission.Duplicate", message));
        }
    }
    if before.len() + atoms.len() > LIMIT {
        let message = "The maximum number of rules per security group has been reached.";
        return Err(Failure::new(400, "RulesPerSecurityGroupLimitExceeded", message));
    }
    let tags = tags::specified(call, Kind::SecurityGroupRule)?;
    let mut added = Element::new("securityGroupRuleSet");
    for atom in &atoms {
        let id = add(region, &group, atom, tags.clone());
        let rule = region.get(Kind::SecurityGroupRule, &id)?;
        added.children.push(rule.item.clone());
    }
    Ok(vec![Element::text("return", "true"), added])
}

/// Removes rules by id or by what they say, all or none.
pub(super) fn revoke(region: &mut Region, call: &Call, egress: bool) -> Outcome {
    let group = group_of(region, call)?;
    let before = existing(region, &group, egress);
    let mut gone = call.list("SecurityGroupRuleId");
    for id in &gone {
        if !before.iter().any(|(own, _)| own == id) {
            region.get(Kind::SecurityGroupRule, id)?;
        }
    }
    let atoms = requested(call, egress)?;
    if atoms.is_empty() && gone.is_empty() {
        return Err(missing_parameter());
    }
    for atom in &atoms {
        let found = before.iter().find(|(_, other)| other.is_same(atom));
        let Some((id, _)) = found else {
            let message = "The specified rule does not exist in this security group.";
            return Err(Failure::new(400, "InvalidPermission.NotFound", message));
        };
        gone.push(id.clone());
    }
    for id in &gone {
        region.resources.remove(id);
    }
    Ok(done())
}

/// Replaces rules by id; what a rule says may not equal another rule.
pub(super) fn modify(region: &mut Region, call: &Call) -> Outcome {
    let group = group_of(region, call)?;
    let mut changes = Vec::new();
    for n in 1.. {
        let prefix = format!("SecurityGroupRule.{n}");
        let Some(id) = call.param(&format!("{prefix}.SecurityGroupRuleId")) else {
            break;
        };
        let rule = region.get(Kind::SecurityGroupRule, id)?;
        let egress = rule.field("isEgress") == "true";
        let atom = replacement(call, &format!("{prefix}.SecurityGroupRule"), egress)?;
        check_sources(region, std::slice::from_ref(&atom))?;
        let others = existing(region, &group, egress);
        if others.iter().any(|(own, other)| own != id && other.is_same(&atom)) {
            let message = "The specified rule already exists";
            return Err(Failure::new(400, "InvalidPermission.Duplicate", message));
        }
        changes.push((id.to_owned(), atom));
    }
    for (id, atom) in changes {
        let rule = region.get_mut(Kind::SecurityGroupRule, &id)?;
        let kept = ["securityGroupRuleId", "groupId", "securityGroupRuleArn", "tagSet"];
        rule.item.children.retain(|child| kept.contains(&child.name.as_str()));
        rule.item.children.extend(atom.item().children);
    }
    Ok(done())
}

/// Changes descriptions only, of rules found by id or by what they say.
pub(super) fn describe(region: &mut Region, call: &Call, egress: bool) -> Outcome {
    let group = group_of(region, call)?;
    let before = existing(region, &group, egress);
    let mut changes: Vec<(String, Option<String>)> = (1..)
        .map_while(|n| {
            let prefix = format!("SecurityGroupRuleDescription.{n}");
            let id = call.param(&format!("{prefix}.SecurityGroupRuleId"))?;
            let text = call.param(&format!("{prefix}.Description"));
            Some((id.to_owned(), text.map(str::to_owned)))
        })
        .collect();
    for atom in requested(call, egress)? {
        let found = before.iter().find(|(_, other)| other.is_same(&atom));
        let Some((id, _)) = found else {
            let message = "The specified rule does not exist in this security group.";
            return Err(Failure::new(400, "InvalidPermission.NotFound", message));
        };
        changes.push((id.clone(), atom.description));
    }
    for (id, text) in changes {
        let rule = region.get_mut(Kind::SecurityGroupRule, &id)?;
        rule.item.children.retain(|child| child.name != "description");
        if let Some(text) = text {
            rule.set("description", text);
        }
    }
    Ok(done())
}

/// The group a request is about, which must exist.
fn group_of(region: &Region, call: &Call) -> Result<String, Failure> {
    let id = call.param("GroupId").unwrap_or_default();
    region.get(Kind::SecurityGroup, id)?;
    Ok(id.to_owned())
}
