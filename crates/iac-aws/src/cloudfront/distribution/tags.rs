//! Tags of a distribution.

use std::collections::BTreeMap;

use aws_sdk_cloudfront::types::{Tag, TagKeys, Tags};
use iac_core::model::{Context, ResourceError};

use crate::{
    Aws,
    cloudfront::shared::incomplete,
    error::failed,
    tags::{TagChanges, without_aws},
};

/// The tags, but AWS's own.
pub(super) async fn of(arn: &str, cx: &Context<'_, Aws>) -> Result<BTreeMap<String, String>, ResourceError> {
    let answer = cx
        .provider
        .cloudfront
        .list_tags_for_resource()
        .resource(arn)
        .send()
        .await
        .map_err(failed("cloudfront:ListTagsForResource"))?;
    let tags = answer
        .tags
        .map(|tags| tags.items.unwrap_or_default())
        .unwrap_or_default();
    Ok(without_aws(
        tags.into_iter().map(|tag| (tag.key, tag.value.unwrap_or_default())),
    ))
}

/// Changes the tags where they differ.
pub(super) async fn retag(
    arn: &str,
    live: &BTreeMap<String, String>,
    desired: &BTreeMap<String, String>,
    cx: &Context<'_, Aws>,
) -> Result<(), ResourceError> {
    let changes = TagChanges::between(live, desired);
    if !changes.unset.is_empty() {
        cx.provider
            .cloudfront
            .untag_resource()
            .resource(arn)
            .tag_keys(TagKeys::builder().set_items(Some(changes.unset)).build())
            .send()
            .await
            .map_err(failed("cloudfront:UntagResource"))?;
    }
    if !changes.set.is_empty() {
        cx.provider
            .cloudfront
            .tag_resource()
            .resource(arn)
            .tags(list(&changes.set)?)
            .send()
            .await
            .map_err(failed("cloudfront:TagResource"))?;
    }
    Ok(())
}

pub(super) fn list(tags: &BTreeMap<String, String>) -> Result<Tags, ResourceError> {
    let tags: Result<Vec<_>, _> = tags
        .iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect();
    Ok(Tags::builder().set_items(Some(tags.map_err(incomplete)?)).build())
}
