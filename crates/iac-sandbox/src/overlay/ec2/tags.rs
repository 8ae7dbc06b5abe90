//! Tags: at creation, later, and listed by themselves.

use std::collections::BTreeMap;

use super::filter;
use super::model::{Kind, Outcome, Region, Resource, done, invalid, missing};
use crate::call::Call;
use crate::reply::Failure;
use crate::xml::Element;

type Tags = BTreeMap<String, String>;

fn listed(call: &Call, prefix: &str) -> Tags {
    (1..)
        .map_while(|n| {
            let key = call.param(&format!("{prefix}.{n}.Key"))?;
            let value = call.param(&format!("{prefix}.{n}.Value")).unwrap_or_default();
            Some((key.to_owned(), value.to_owned()))
        })
        .collect()
}

/// The tags a create request gives to a kind.
pub(super) fn specified(call: &Call, kind: Kind) -> Result<Element, Failure> {
    let mut tags = Tags::new();
    for n in 1.. {
        let prefix = format!("TagSpecification.{n}");
        let Some(of) = call.param(&format!("{prefix}.ResourceType")) else {
            break;
        };
        if of == kind.name() {
            tags.extend(listed(call, &format!("{prefix}.Tag")));
        }
    }
    check(&tags)?;
    Ok(set(&tags))
}

fn check(tags: &Tags) -> Result<(), Failure> {
    if tags.keys().any(|key| key.starts_with("aws:")) {
        return Err(invalid("Tag keys starting with 'aws:' are reserved for internal use"));
    }
    if tags.len() > 50 {
        let message = "The maximum number of tags for the resource has been reached";
        return Err(Failure::new(400, "TagLimitExceeded", message));
    }
    Ok(())
}

fn set(tags: &Tags) -> Element {
    Element::new("tagSet").with_all(tags.iter().map(|(key, value)| {
        Element::new("item")
            .field("key", key.as_str())
            .field("value", value.as_str())
    }))
}

fn of(resource: &Resource) -> Tags {
    let items = resource.item.child("tagSet").map(|set| &set.children);
    items
        .into_iter()
        .flatten()
        .filter_map(|tag| {
            let key = tag.value(&["key"])?.to_owned();
            Some((key, tag.value(&["value"])?.to_owned()))
        })
        .collect()
}

/// All resources named, or the error of the first that does not exist.
fn named(region: &Region, call: &Call) -> Result<Vec<String>, Failure> {
    const KINDS: [Kind; 6] = [
        Kind::Vpc,
        Kind::Subnet,
        Kind::SecurityGroupRule,
        Kind::SecurityGroup,
        Kind::RouteTable,
        Kind::NetworkAcl,
    ];
    let ids = call.list("ResourceId");
    for id in &ids {
        if !region.resources.contains_key(id) {
            let kind = KINDS
                .into_iter()
                .find(|kind| id.strip_prefix(kind.prefix()).is_some_and(|rest| rest.starts_with('-')));
            return Err(match kind {
                Some(kind) => missing(kind, id),
                None => Failure::new(400, "InvalidID", format!("The ID '{id}' is not valid")),
            });
        }
    }
    Ok(ids)
}

/// Adds tags to resources, or changes their values.
pub(super) fn create(region: &mut Region, call: &Call) -> Outcome {
    let added = listed(call, "Tag");
    for id in named(region, call)? {
        if let Some(resource) = region.resources.get_mut(&id) {
            let mut tags = of(resource);
            tags.extend(added.clone());
            check(&tags)?;
            resource.item.set(set(&tags));
        }
    }
    Ok(done())
}

/// Removes tags by key; with a value given, only those of that value; without keys, all.
pub(super) fn delete(region: &mut Region, call: &Call) -> Outcome {
    let removed: Vec<(String, Option<String>)> = (1..)
        .map_while(|n| {
            let key = call.param(&format!("Tag.{n}.Key"))?;
            let value = call.param(&format!("Tag.{n}.Value"));
            Some((key.to_owned(), value.map(str::to_owned)))
        })
        .collect();
    for id in named(region, call)? {
        if let Some(resource) = region.resources.get_mut(&id) {
            let mut tags = of(resource);
            tags.retain(|key, value| {
                !removed.is_empty()
                    && !removed
                        .iter()
                        .any(|(gone, only)| gone == key && only.as_ref().is_none_or(|only| only == value))
            });
            resource.item.set(set(&tags));
        }
    }
    Ok(done())
}

/// Lists tags of all resources.
pub(super) fn list(region: &Region, call: &Call) -> Vec<Element> {
    let filters = filter::filters(call);
    let items = region.resources.iter().flat_map(|(id, resource)| {
        of(resource).into_iter().map(move |(key, value)| {
            Element::new("item")
                .field("resourceId", id.as_str())
                .field("resourceType", resource.kind.name())
                .field("key", key)
                .field("value", value)
        })
    });
    let items = items.filter(|item| filter::passes(item, &filters));
    vec![Element::new("tagSet").with_all(items)]
}
