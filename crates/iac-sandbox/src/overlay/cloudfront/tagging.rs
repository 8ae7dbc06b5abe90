//! Tags of distributions; tags of anything else are winterbaume's.

use std::collections::BTreeMap;

use super::model::{DISTRIBUTION, Entries, NAMESPACE};
use crate::call::Call;
use crate::reply;
use crate::reply::Answer;
use crate::xml::{self, Element};

/// The tags in a `Tags` element.
pub(super) fn tags_of(tags: &Element) -> BTreeMap<String, String> {
    let items = tags.child("Items").map(|items| &items.children);
    items
        .into_iter()
        .flatten()
        .filter_map(|tag| {
            let key = tag.value(&["Key"])?.to_owned();
            let value = tag.value(&["Value"]).unwrap_or_default();
            Some((key, value.to_owned()))
        })
        .collect()
}

/// Answers the tagging operations.
pub(super) fn answer(entries: &mut Entries, call: &Call) -> Option<Answer> {
    let arn = call.query.get("Resource")?;
    let (_, id) = arn.split_once(":distribution/")?;
    let Some(entry) = entries.get_mut(DISTRIBUTION).and_then(|all| all.get_mut(id)) else {
        let message = format!("The resource {arn} does not exist.");
        return Some(Err(reply::Failure::new(404, "NoSuchResource", message)));
    };
    let body = xml::parse(&call.body).unwrap_or_default();
    Some(Ok(match call.operation.as_str() {
        "TagResource" => {
            entry.tags.extend(tags_of(&body));
            reply::empty(204)
        }
        "UntagResource" => {
            let keys = body.child("Items").map(|items| items.children.clone());
            for key in keys.unwrap_or_default() {
                entry.tags.remove(&key.text);
            }
            reply::empty(204)
        }
        _ => {
            let items = entry.tags.iter().map(|(key, value)| {
                Element::new("Tag")
                    .field("Key", key.as_str())
                    .field("Value", value.as_str())
            });
            let mut root = Element::new("Tags");
            NAMESPACE.clone_into(&mut root.attributes);
            reply::xml(200, &root.with(Element::new("Items").with_all(items)))
        }
    }))
}
