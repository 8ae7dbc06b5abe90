//! Objects: writing and copying.

use std::collections::BTreeMap;

use bytes::Bytes;
use md5::{Digest as _, Md5};
use sha2::Sha256;
use winterbaume_core::MockResponse;

use super::model::{Bucket, Buckets, NULL, Version, no_such_key};
use super::{bucket, conditions};
use crate::call::Call;
use crate::clock;
use crate::encoding::{decode, parameters};
use crate::reply::Answer;
use crate::reply::{self, Failure};
use crate::xml::{self, Element};

/// Headers of a write that reads give back as they are; metadata is kept too.
const KEPT: [&str; 13] = [
    "cache-control",
    "content-disposition",
    "content-language",
    "content-type",
    "expires",
    "x-amz-object-lock-legal-hold",
    "x-amz-object-lock-mode",
    "x-amz-object-lock-retain-until-date",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-bucket-key-enabled",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
];

/// The checksum headers, of which a write has at most one.
pub(super) const CHECKSUMS: [&str; 5] = [
    "x-amz-checksum-crc32",
    "x-amz-checksum-crc32c",
    "x-amz-checksum-crc64nvme",
    "x-amz-checksum-sha1",
    "x-amz-checksum-sha256",
];

/// The MD5 of a content, in hex.
pub(super) fn md5_hex(content: &[u8]) -> String {
    hex::encode(Md5::digest(content))
}

/// Keeps a content and gives the digest it is kept under.
pub(super) fn keep(bodies: &mut BTreeMap<String, Bytes>, content: &Bytes) -> String {
    let digest = hex::encode(Sha256::digest(content));
    bodies.entry(digest.clone()).or_insert_with(|| content.clone());
    digest
}

/// The headers to keep of a write, with the defaults of AWS.
pub(super) fn kept_headers(bucket: &Bucket, call: &Call) -> BTreeMap<String, String> {
    let mut headers: BTreeMap<String, String> = call
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .filter(|(name, _)| KEPT.contains(name) || CHECKSUMS.contains(name) || name.starts_with("x-amz-meta-"))
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.to_owned(), value)
        })
        .collect();
    let mut default = |name: &str, value: &str| {
        headers.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    };
    default("content-type", "binary/octet-stream");
    let encryption = bucket
        .documents
        .get("encryption")
        .and_then(|document| xml::parse(document.as_bytes()));
    let rule = encryption
        .as_ref()
        .and_then(|root| root.child("Rule")?.child("ApplyServerSideEncryptionByDefault"));
    let of_rule = |name: &str| rule.and_then(|rule| rule.value(&[name]));
    default(
        "x-amz-server-side-encryption",
        of_rule("SSEAlgorithm").unwrap_or("AES256"),
    );
    if let Some(key) = of_rule("KMSMasterKeyID") {
        default("x-amz-server-side-encryption-aws-kms-key-id", key);
    }
    if let Some(encodings) = call.header("content-encoding") {
        // `aws-chunked` is about the transport only.
        let own: Vec<&str> = encodings
            .split(',')
            .map(str::trim)
            .filter(|one| *one != "aws-chunked" && !one.is_empty())
            .collect();
        if !own.is_empty() {
            headers.insert("content-encoding".to_owned(), own.join(","));
        }
    }
    // Reads leave the class out when it is the standard one.
    if headers.get("x-amz-storage-class").map(String::as_str) == Some("STANDARD") {
        headers.remove("x-amz-storage-class");
    }
    headers
}

/// The tags given with a write.
pub(super) fn tags_of(call: &Call) -> BTreeMap<String, String> {
    call.header("x-amz-tagging").map(parameters).unwrap_or_default()
}

/// Writes an object: `If-Match` and `If-None-Match` are checked against the current version.
pub(super) fn put(bucket: &mut Bucket, bodies: &mut BTreeMap<String, Bytes>, call: &Call, key: &str) -> Answer {
    conditions::for_write(call, bucket.current(key))?;
    if let Some(sent) = call.header("content-md5") {
        use base64::Engine as _;
        let own = base64::engine::general_purpose::STANDARD.encode(Md5::digest(&call.body));
        if sent != own {
            let message = "The Content-MD5 you specified did not match what we received.";
            return Err(Failure::new(400, "BadDigest", message));
        }
    }
    let version = Version {
        modified_ms: clock::now_ms(),
        etag: format!("\"{}\"", md5_hex(&call.body)),
        size: call.body.len(),
        body: keep(bodies, &call.body),
        headers: kept_headers(bucket, call),
        tags: tags_of(call),
        ..Version::default()
    };
    let mut answer = reply::empty(200);
    describe_write(&mut answer, &version);
    let id = bucket.push(key, version);
    version_header(&mut answer, bucket, &id);
    Ok(answer)
}

/// The headers every answer to a write has.
pub(super) fn describe_write(answer: &mut MockResponse, version: &Version) {
    reply::set_header(answer, "etag", &version.etag);
    for (name, value) in &version.headers {
        if name.starts_with("x-amz-server-side") || name.starts_with("x-amz-checksum") {
            reply::set_header(answer, name, value);
        }
    }
}

/// Buckets that never had versioning say nothing of versions.
pub(super) fn version_header(answer: &mut MockResponse, bucket: &Bucket, id: &str) {
    if bucket.versioning().is_some() || id != NULL {
        reply::set_header(answer, "x-amz-version-id", id);
    }
}

/// The version a copy is made of, as its header names it.
pub(super) fn source<'a>(buckets: &'a Buckets, call: &Call) -> Result<&'a Version, Failure> {
    let header = call.header("x-amz-copy-source").unwrap_or_default();
    let (path, query) = header.split_once('?').unwrap_or((header, ""));
    let path = decode(path, false);
    let (name, key) = path.trim_start_matches('/').split_once('/').unwrap_or_default();
    let query = parameters(query);
    let version = query.get("versionId").map(String::as_str);
    let from = buckets.get(name).ok_or_else(|| bucket::missing(name))?;
    let found = from.find(key, version).filter(|found| !found.marker);
    found.ok_or_else(no_such_key)
}

/// Copies an object; metadata and tags come from the source unless the request replaces them.
pub(super) fn copy(buckets: &mut Buckets, call: &Call, name: &str, key: &str) -> Answer {
    let original = source(buckets, call)?.clone();
    let Some(bucket) = buckets.get_mut(name) else {
        return Err(bucket::missing(name));
    };
    conditions::for_write(call, bucket.current(key))?;
    let replaces = |header: &str| call.header(header) == Some("REPLACE");
    let mut version = Version {
        modified_ms: clock::now_ms(),
        acl: None,
        ..original
    };
    let given = kept_headers(bucket, call);
    if replaces("x-amz-metadata-directive") {
        version.headers.retain(|name, _| CHECKSUMS.contains(&name.as_str()));
        version.headers.extend(given);
    } else {
        // The class, the encryption and the redirect are never copied.
        let own = |name: &str| {
            name == "x-amz-storage-class"
                || name == "x-amz-website-redirect-location"
                || name.starts_with("x-amz-server-side")
        };
        version.headers.retain(|name, _| !own(name));
        version.headers.extend(given.into_iter().filter(|(name, _)| own(name)));
    }
    if replaces("x-amz-tagging-directive") {
        version.tags = tags_of(call);
    }
    let result = Element::new("CopyObjectResult")
        .field("ETag", version.etag.as_str())
        .field("LastModified", clock::iso(version.modified_ms));
    let id = bucket.push(key, version);
    let mut answer = reply::xml(200, &result);
    version_header(&mut answer, bucket, &id);
    Ok(answer)
}
