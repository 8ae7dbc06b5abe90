//! Tags of buckets and objects, to and from the SDK.

use std::collections::BTreeMap;

use aws_sdk_s3::types::Tag;
use iac_core::model::ResourceError;

use super::sdk::built;
use crate::tags::without_aws;

/// As the SDK wants them.
pub(super) fn to_sdk(tags: &BTreeMap<String, String>) -> Result<Vec<Tag>, ResourceError> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build().map_err(built))
        .collect()
}

/// As a map, with what AWS itself has put there.
pub(super) fn all(tags: &[Tag]) -> BTreeMap<String, String> {
    tags.iter()
        .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
        .collect()
}

/// As a map, without what AWS itself has put there.
pub(super) fn from_sdk(tags: &[Tag]) -> BTreeMap<String, String> {
    without_aws(all(tags))
}
