//! Tags of EC2 objects, and the tag that tells which attempt made an object.
//!
//! Source: EC2 API reference, `CreateTags`, `DeleteTags`.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};
use iac_core::model::{Call, Context, RemoteId, ResourceError, Violation};

use super::filter::filter;
use crate::{
    Aws,
    error::failed,
    tags::{TagChanges, violations as rules, without_aws},
};

/// The tag that holds the token of the create. Reads hide it and updates keep it, so that nobody sees a difference in it.
const TOKEN: &str = "iac:token";

/// The tags for a create, with the token.
pub(super) fn at_create(kind: ResourceType, tags: &BTreeMap<String, String>, call: &Call) -> TagSpecification {
    let token = Tag::builder().key(TOKEN).value(call.token("create")).build();
    TagSpecification::builder()
        .resource_type(kind)
        .set_tags(Some(to_sdk(tags).chain([token]).collect()))
        .build()
}

/// The filter for what this create has made.
pub(super) fn made_by(call: &Call) -> Filter {
    filter(&format!("tag:{TOKEN}"), [call.token("create")])
}

/// The tags of a live object that are the user's.
pub(super) fn from_sdk(tags: Option<&[Tag]>) -> BTreeMap<String, String> {
    let pairs = tags.unwrap_or_default().iter().filter_map(|tag| {
        let key = tag.key.clone().filter(|key| key != TOKEN)?;
        Some((key, tag.value.clone().unwrap_or_default()))
    });
    without_aws(pairs)
}

/// Turns the live tags into the desired ones.
pub(super) async fn retag(
    id: &RemoteId,
    live: &BTreeMap<String, String>,
    desired: &BTreeMap<String, String>,
    cx: &Context<'_, Aws>,
) -> Result<(), ResourceError> {
    let changes = TagChanges::between(live, desired);
    if !changes.unset.is_empty() {
        // keys alone: with a value, only a tag of that value would go
        let keys = changes
            .unset
            .iter()
            .map(|key| Tag::builder().key(key).build())
            .collect();
        cx.provider
            .ec2
            .delete_tags()
            .resources(id.as_str())
            .set_tags(Some(keys))
            .send()
            .await
            .map_err(failed("ec2:DeleteTags"))?;
    }
    if !changes.set.is_empty() {
        cx.provider
            .ec2
            .create_tags()
            .resources(id.as_str())
            .set_tags(Some(to_sdk(&changes.set).collect()))
            .send()
            .await
            .map_err(failed("ec2:CreateTags"))?;
    }
    Ok(())
}

/// How many characters a key may have. Source: EC2 API reference, `Tag`.
const KEY: usize = 127;

/// Refuses tags that EC2 refuses: keys of over 127 characters, and more than 49, since the token takes one of the 50. Any
/// character is allowed, unlike with other services. Source: EC2 user guide, "Tag restrictions".
pub(super) fn violations(tags: &BTreeMap<String, String>) -> Vec<Violation> {
    let mut found = rules(tags);
    let long = tags.keys().filter(|key| key.chars().count() == KEY + 1);
    found.extend(long.map(|key| Violation {
        path: format!("tags.{key}"),
        message: format!("a tag's key has 1 to {KEY} characters in EC2"),
    }));
    if tags.len() == 50 {
        found.push(Violation {
            path: "tags".to_owned(),
            message: format!("at most 49 tags are allowed beside `{TOKEN}`, and these are 50"),
        });
    }
    found
}

fn to_sdk(tags: &BTreeMap<String, String>) -> impl Iterator<Item = Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag::builder().key(key).value(value).build()
    }

    #[test]
    fn keys_have_127_characters_of_any_kind() {
        let keyed = |length| BTreeMap::from([(",".repeat(length), "\n*".to_owned())]);
        assert_eq!(violations(&keyed(127)), []);
        assert_eq!(violations(&keyed(128)).len(), 1);
        assert_eq!(violations(&keyed(129)).len(), 1);
    }

    #[test]
    fn reads_hide_the_token_and_tags_of_aws() {
        let live = [tag("a", "1"), tag(TOKEN, "f00"), tag("aws:own", "1")];
        assert_eq!(
            from_sdk(Some(&live)),
            BTreeMap::from([("a".to_owned(), "1".to_owned())])
        );
    }
}
