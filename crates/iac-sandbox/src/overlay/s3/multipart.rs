//! Uploads in parts.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use md5::{Digest as _, Md5};
use winterbaume_core::MockResponse;

use super::model::{Bucket, Buckets, Part, Upload, Version};
use super::object::{self, CHECKSUMS, keep, kept_headers, md5_hex, tags_of, version_header};
use super::{bucket, conditions};
use crate::call::Call;
use crate::clock;
use crate::reply::Answer;
use crate::reply::{self, Failure};
use crate::xml::{self, Element};

/// All parts but the last have at least this many bytes.
const MINIMUM_PART: usize = 5 * 1024 * 1024;

fn no_such_upload() -> Failure {
    let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
    Failure::new(404, "NoSuchUpload", message)
}

fn upload_id(call: &Call) -> &str {
    call.query.get("uploadId").map_or("", String::as_str)
}

/// Answers `CreateMultipartUpload`; headers and tags of the object are given here.
pub(super) fn create(bucket: &mut Bucket, call: &Call, name: &str, key: &str) -> MockResponse {
    let mut headers = kept_headers(bucket, call);
    headers.retain(|name, _| !CHECKSUMS.contains(&name.as_str()));
    let upload = Upload {
        key: key.to_owned(),
        started_ms: clock::now_ms(),
        headers,
        tags: tags_of(call),
        parts: BTreeMap::new(),
    };
    let id = bucket.fresh_id();
    let result = Element::new("InitiateMultipartUploadResult")
        .field("Bucket", name)
        .field("Key", key)
        .field("UploadId", id.as_str());
    bucket.uploads.insert(id, upload);
    reply::xml(200, &result)
}

fn add_part(
    bucket: &mut Bucket,
    bodies: &mut BTreeMap<String, Bytes>,
    call: &Call,
    content: &Bytes,
) -> Result<String, Failure> {
    let number = call.query.get("partNumber").and_then(|n| n.parse().ok());
    let Some(number) = number.filter(|number| (1..=10_000).contains(number)) else {
        let message = "Part number must be an integer between 1 and 10000, inclusive";
        return Err(Failure::new(400, "InvalidArgument", message));
    };
    let upload = bucket.uploads.get_mut(upload_id(call)).ok_or_else(no_such_upload)?;
    let etag = format!("\"{}\"", md5_hex(content));
    let part = Part {
        etag: etag.clone(),
        size: content.len(),
        body: keep(bodies, content),
        modified_ms: clock::now_ms(),
    };
    upload.parts.insert(number, part);
    Ok(etag)
}

/// Answers `UploadPart`.
pub(super) fn part(bucket: &mut Bucket, bodies: &mut BTreeMap<String, Bytes>, call: &Call) -> Answer {
    let etag = add_part(bucket, bodies, call, &call.body)?;
    let mut answer = reply::empty(200);
    reply::set_header(&mut answer, "etag", &etag);
    for name in CHECKSUMS {
        if let Some(value) = call.header(name) {
            reply::set_header(&mut answer, name, value);
        }
    }
    Ok(answer)
}

/// Answers `UploadPartCopy`, of a whole object.
pub(super) fn copy_part(
    buckets: &mut Buckets,
    bodies: &mut BTreeMap<String, Bytes>,
    call: &Call,
    name: &str,
) -> Answer {
    let source = object::source(buckets, call)?;
    let content = bodies.get(&source.body).cloned().unwrap_or_default();
    let bucket = buckets.get_mut(name).ok_or_else(|| bucket::missing(name))?;
    let etag = add_part(bucket, bodies, call, &content)?;
    let result = Element::new("CopyPartResult")
        .field("ETag", etag)
        .field("LastModified", clock::iso(clock::now_ms()));
    Ok(reply::xml(200, &result))
}

/// Answers `ListParts`.
pub(super) fn parts(bucket: &Bucket, call: &Call, name: &str, key: &str) -> Answer {
    let id = upload_id(call);
    let upload = bucket.uploads.get(id).ok_or_else(no_such_upload)?;
    let items = upload.parts.iter().map(|(number, part)| {
        Element::new("Part")
            .field("PartNumber", number.to_string())
            .field("LastModified", clock::iso(part.modified_ms))
            .field("ETag", part.etag.as_str())
            .field("Size", part.size.to_string())
    });
    let root = Element::new("ListPartsResult")
        .field("Bucket", name)
        .field("Key", key)
        .field("UploadId", id)
        .field("IsTruncated", "false")
        .with_all(items);
    Ok(reply::xml(200, &root))
}

/// Answers `ListMultipartUploads`.
pub(super) fn list(bucket: &Bucket, name: &str) -> MockResponse {
    let items = bucket.uploads.iter().map(|(id, upload)| {
        Element::new("Upload")
            .field("Key", upload.key.as_str())
            .field("UploadId", id.as_str())
            .field("Initiated", clock::iso(upload.started_ms))
    });
    let root = Element::new("ListMultipartUploadsResult")
        .field("Bucket", name)
        .field("IsTruncated", "false")
        .with_all(items);
    reply::xml(200, &root)
}

/// Answers `CompleteMultipartUpload`: the `ETag` is the digest of the parts' digests, with their number.
pub(super) fn complete(
    bucket: &mut Bucket,
    bodies: &mut BTreeMap<String, Bytes>,
    call: &Call,
    name: &str,
    key: &str,
) -> Answer {
    conditions::for_write(call, bucket.current(key))?;
    let upload = bucket.uploads.get(upload_id(call)).ok_or_else(no_such_upload)?;
    let request = xml::parse(&call.body)
        .ok_or_else(|| Failure::new(400, "MalformedXML", "The XML you provided was not well-formed"))?;
    let invalid = || {
        Failure::new(
            400,
            "InvalidPart",
            "One or more of the specified parts could not be found.",
        )
    };
    let mut content = BytesMut::new();
    let mut digests = Md5::new();
    let listed: Vec<&Element> = request.all("Part").collect();
    let mut previous = 0;
    for (index, item) in listed.iter().enumerate() {
        let number = item.value(&["PartNumber"]).and_then(|n| n.parse().ok());
        let number: u32 = number.ok_or_else(invalid)?;
        if number <= previous {
            let message = "The list of parts was not in ascending order.";
            return Err(Failure::new(400, "InvalidPartOrder", message));
        }
        previous = number;
        let part = upload.parts.get(&number).ok_or_else(invalid)?;
        let etag = item.value(&["ETag"]).unwrap_or_default();
        if etag.trim_matches('"') != part.etag.trim_matches('"') {
            return Err(invalid());
        }
        if part.size < MINIMUM_PART && index + 1 < listed.len() {
            let message = "Your proposed upload is smaller than the minimum allowed size";
            return Err(Failure::new(400, "EntityTooSmall", message));
        }
        let body = bodies.get(&part.body).ok_or_else(invalid)?;
        digests.update(Md5::digest(body));
        content.extend_from_slice(body);
    }
    if listed.is_empty() {
        return Err(invalid());
    }
    let etag = format!("\"{}-{}\"", hex::encode(digests.finalize()), listed.len());
    let content = content.freeze();
    let version = Version {
        modified_ms: clock::now_ms(),
        etag: etag.clone(),
        size: content.len(),
        body: keep(bodies, &content),
        headers: upload.headers.clone(),
        tags: upload.tags.clone(),
        ..Version::default()
    };
    bucket.uploads.remove(upload_id(call));
    let id = bucket.push(key, version);
    let result = Element::new("CompleteMultipartUploadResult")
        .field("AccountRegion", format!("https://{name}.s3.amazonaws.com/{key}"))
        .field("Bucket", name)
        .field("Key", key)
        .field("ETag", etag);
    let mut answer = reply::xml(200, &result);
    version_header(&mut answer, bucket, &id);
    Ok(answer)
}

/// Answers `AbortMultipartUpload`.
pub(super) fn abort(bucket: &mut Bucket, call: &Call) -> Answer {
    bucket.uploads.remove(upload_id(call)).ok_or_else(no_such_upload)?;
    Ok(reply::empty(204))
}
