//! What a call about one object changes: the versions of its key, and nothing else of what may be thousands of objects.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde_json::{Value, json};

use super::model::{Buckets, Version};
use crate::call::Call;
use crate::emulator::Part;
use crate::s3_target::{Target, target};

/// The operations that change the versions of the key they name, and no other thing.
const OPERATIONS: &[&str] = &[
    "CopyObject",
    "DeleteObject",
    "DeleteObjectTagging",
    "PutObject",
    "PutObjectAcl",
    "PutObjectLegalHold",
    "PutObjectRetention",
    "PutObjectTagging",
];

/// What a call is about, when it is about one object.
fn object(call: &Call) -> Option<Target> {
    OPERATIONS.contains(&call.operation.as_str()).then(|| target(call))
}

/// The digests of the contents of the object that a call changes; none for other calls.
pub(super) fn contents(buckets: &Buckets, call: &Call) -> Option<BTreeSet<String>> {
    let at = object(call)?;
    let versions = buckets.get(&at.bucket).and_then(|bucket| bucket.keys.get(&at.key));
    Some(
        versions
            .into_iter()
            .flatten()
            .map(|version| version.body.clone())
            .collect(),
    )
}

/// The object that a call changed, as a part of the state. Its name is `bucket/key`, since no bucket's name has a slash.
pub(super) fn changed(buckets: &Buckets, bodies: &BTreeMap<String, Bytes>, call: &Call) -> Option<Part> {
    let at = object(call)?;
    let bucket = buckets.get(&at.bucket)?;
    let versions = bucket.keys.get(&at.key);
    let named = versions.into_iter().flatten();
    let bodies = named.filter_map(|version| bodies.get_key_value(&version.body));
    Some(Part {
        name: format!("{}/{}", at.bucket, at.key),
        bodies: bodies.map(|(name, body)| (name.clone(), body.clone())).collect(),
        state: json!({ "counter": bucket.counter, "versions": versions }),
    })
}

/// Puts an object back.
pub(super) fn put(buckets: &mut Buckets, name: &str, mut state: Value) -> Result<(), String> {
    let (bucket, key) = name.split_once('/').ok_or("a part has no key")?;
    let bucket = buckets.get_mut(bucket).ok_or("a part has no bucket")?;
    let versions = state.get_mut("versions").map(Value::take).unwrap_or_default();
    let versions: Option<Vec<Version>> = serde_json::from_value(versions).map_err(|error| error.to_string())?;
    bucket.counter = state["counter"].as_u64().unwrap_or(bucket.counter);
    match versions {
        Some(versions) => bucket.keys.insert(key.to_owned(), versions),
        None => bucket.keys.remove(key),
    };
    Ok(())
}
