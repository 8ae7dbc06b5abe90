//! Lists of objects and of versions, in pages, with prefixes and common prefixes.

use winterbaume_core::MockResponse;

use super::model::{Bucket, Version};
use crate::account_id::ACCOUNT_ID;
use crate::call::Call;
use crate::clock;
use crate::encoding::encode;
use crate::reply;
use crate::xml::Element;

/// How a list was asked for.
struct Request<'a> {
    prefix: &'a str,
    delimiter: &'a str,
    limit: usize,
    url: bool,
}

impl<'a> Request<'a> {
    fn of(call: &'a Call) -> Self {
        let query = |name: &str| call.query.get(name).map_or("", String::as_str);
        Self {
            prefix: query("prefix"),
            delimiter: query("delimiter"),
            limit: query("max-keys").parse().unwrap_or(1000).min(1000),
            url: query("encoding-type") == "url",
        }
    }

    /// A key as this list shows keys.
    fn show(&self, key: &str) -> String {
        if self.url { encode(key, "/") } else { key.to_owned() }
    }

    /// The common prefix a key falls under.
    fn group<'k>(&self, key: &'k str) -> Option<&'k str> {
        if self.delimiter.is_empty() {
            return None;
        }
        let rest = key.get(self.prefix.len()..)?;
        let at = rest.find(self.delimiter)?;
        key.get(..self.prefix.len() + at + self.delimiter.len())
    }

    fn describe(&self, root: Element, bucket: &str, truncated: bool) -> Element {
        root.field("Name", bucket)
            .field("Prefix", self.show(self.prefix))
            .maybe(
                "Delimiter",
                Some(self.show(self.delimiter)).filter(|text| !text.is_empty()),
            )
            .field("MaxKeys", self.limit.to_string())
            .maybe("EncodingType", self.url.then_some("url"))
            .field("IsTruncated", truncated.to_string())
    }
}

fn common_prefix(request: &Request<'_>, prefix: &str) -> Element {
    Element::new("CommonPrefixes").field("Prefix", request.show(prefix))
}

fn owner() -> Element {
    Element::new("Owner")
        .field("ID", ACCOUNT_ID)
        .field("DisplayName", "sandbox")
}

fn storage_class(version: &Version) -> &str {
    version
        .headers
        .get("x-amz-storage-class")
        .map_or("STANDARD", String::as_str)
}

/// Answers `ListObjectsV2` and `ListObjects`: the current versions, in the order of their keys' bytes.
pub(super) fn objects(bucket: &Bucket, call: &Call, name: &str) -> MockResponse {
    let request = Request::of(call);
    let query = |name: &str| call.query.get(name).map(String::as_str);
    let second = call.operation == "ListObjectsV2";
    let after = if second {
        query("continuation-token").or(query("start-after"))
    } else {
        query("marker")
    }
    .unwrap_or("");
    let with_owner = !second || query("fetch-owner") == Some("true");
    let mut contents = Vec::new();
    let mut groups: Vec<String> = Vec::new();
    let mut last = String::new();
    let mut truncated = false;
    for (key, versions) in &bucket.keys {
        let Some(version) = versions.first().filter(|version| !version.marker) else {
            continue;
        };
        if !key.starts_with(request.prefix) || key.as_str() <= after {
            continue;
        }
        let group = request.group(key);
        // A page that ended with a common prefix continues after all keys under it.
        if group.is_some_and(|group| group == after || groups.last().is_some_and(|g| g == group)) {
            continue;
        }
        if contents.len() + groups.len() == request.limit {
            truncated = true;
            break;
        }
        if let Some(group) = group {
            groups.push(group.to_owned());
            group.clone_into(&mut last);
            continue;
        }
        key.clone_into(&mut last);
        let mut item = Element::new("Contents")
            .field("Key", request.show(key))
            .field("LastModified", clock::iso(version.modified_ms))
            .field("ETag", version.etag.as_str())
            .field("Size", version.size.to_string())
            .field("StorageClass", storage_class(version));
        if with_owner {
            item = item.with(owner());
        }
        contents.push(item);
    }
    let count = contents.len() + groups.len();
    let next = Some(last).filter(|_| truncated);
    let root = request.describe(Element::new("ListBucketResult"), name, truncated);
    let root = if second {
        root.field("KeyCount", count.to_string())
            .maybe("ContinuationToken", query("continuation-token"))
            .maybe("StartAfter", query("start-after").map(|key| request.show(key)))
            .maybe("NextContinuationToken", next)
    } else {
        root.field("Marker", request.show(after))
            .maybe("NextMarker", next.map(|key| request.show(&key)))
    };
    let groups = groups.iter().map(|prefix| common_prefix(&request, prefix));
    reply::xml(200, &root.with_all(contents).with_all(groups))
}

/// Answers `ListObjectVersions`: all versions and delete markers, of each key the newest first.
pub(super) fn versions(bucket: &Bucket, call: &Call, name: &str) -> MockResponse {
    let request = Request::of(call);
    let query = |name: &str| call.query.get(name).map_or("", String::as_str);
    let (after_key, after_id) = (query("key-marker"), query("version-id-marker"));
    let mut items: Vec<Element> = Vec::new();
    let mut groups: Vec<String> = Vec::new();
    let mut last = (String::new(), String::new());
    let mut truncated = false;
    'keys: for (key, versions) in &bucket.keys {
        let continues = key.as_str() == after_key && !after_id.is_empty();
        if !key.starts_with(request.prefix) || (key.as_str() <= after_key && !continues) {
            continue;
        }
        if let Some(group) = request.group(key) {
            if group == after_key || groups.last().is_some_and(|last| last == group) {
                continue;
            }
            if items.len() + groups.len() == request.limit {
                truncated = true;
                break;
            }
            groups.push(group.to_owned());
            last = (group.to_owned(), String::new());
            continue;
        }
        let seen = if continues {
            let at = versions.iter().position(|version| version.id == after_id);
            at.map_or(0, |at| at + 1)
        } else {
            0
        };
        for (index, version) in versions.iter().enumerate().skip(seen) {
            if items.len() + groups.len() == request.limit {
                truncated = true;
                break 'keys;
            }
            items.push(version_item(&request, key, version, index == 0));
            last = (key.clone(), version.id.clone());
        }
    }
    let (next_key, next_id) = last;
    let root = request
        .describe(Element::new("ListVersionsResult"), name, truncated)
        .field("KeyMarker", request.show(after_key))
        .field("VersionIdMarker", after_id)
        .maybe("NextKeyMarker", truncated.then(|| request.show(&next_key)))
        .maybe(
            "NextVersionIdMarker",
            Some(next_id).filter(|id| truncated && !id.is_empty()),
        )
        .with_all(items)
        .with_all(groups.iter().map(|prefix| common_prefix(&request, prefix)));
    reply::xml(200, &root)
}

fn version_item(request: &Request<'_>, key: &str, version: &Version, latest: bool) -> Element {
    let name = if version.marker { "DeleteMarker" } else { "Version" };
    let item = Element::new(name)
        .field("Key", request.show(key))
        .field("VersionId", version.id.as_str())
        .field("IsLatest", latest.to_string())
        .field("LastModified", clock::iso(version.modified_ms))
        .with(owner());
    if version.marker {
        return item;
    }
    item.field("ETag", version.etag.as_str())
        .field("Size", version.size.to_string())
        .field("StorageClass", storage_class(version))
}
