//! Objects: reading the whole, a range, or the headers alone.

use std::collections::BTreeMap;

use bytes::Bytes;
use winterbaume_core::MockResponse;

use super::conditions;
use super::model::{Bucket, Version, no_such_key};
use super::object::{CHECKSUMS, version_header};
use crate::call::Call;
use crate::clock;
use crate::reply::Answer;
use crate::reply::{self, Failure};

/// Answers `GetObject` and `HeadObject`.
pub(super) fn read(bucket: &Bucket, bodies: &BTreeMap<String, Bytes>, call: &Call, key: &str) -> Answer {
    let id = call.query.get("versionId").map(String::as_str);
    let Some(version) = bucket.find(key, id) else {
        return Err(match id {
            Some(_) => Failure::new(404, "NoSuchVersion", "The specified version does not exist."),
            // Also when the newest version is a delete marker.
            None => no_such_key(),
        });
    };
    if version.marker {
        let message = "The specified method is not allowed against this resource.";
        return Err(Failure::new(405, "MethodNotAllowed", message));
    }
    if let Some(answer) = conditions::for_read(call, version)? {
        return Ok(answer);
    }
    let whole = bodies.get(&version.body).cloned().unwrap_or_default();
    let mut answer = reply::empty(200);
    answer.body = match call.header("range").and_then(|text| range(text, whole.len())) {
        None => whole,
        Some(Err(failure)) => return Err(failure),
        Some(Ok((from, to))) => {
            answer.status = 206;
            let text = format!("bytes {from}-{}/{}", to - 1, whole.len());
            reply::set_header(&mut answer, "content-range", &text);
            whole.slice(from..to)
        }
    };
    let length = answer.body.len().to_string();
    reply::set_header(&mut answer, "content-length", &length);
    if call.method == "HEAD" {
        answer.body = Bytes::new();
    }
    describe(&mut answer, call, version);
    version_header(&mut answer, bucket, &version.id);
    Ok(answer)
}

fn describe(answer: &mut MockResponse, call: &Call, version: &Version) {
    let wants_checksum = call.header("x-amz-checksum-mode") == Some("ENABLED");
    for (name, value) in &version.headers {
        let is_checksum = CHECKSUMS.contains(&name.as_str());
        if !is_checksum || (wants_checksum && answer.status == 200) {
            reply::set_header(answer, name, value);
        }
    }
    if wants_checksum && let Some(checksum) = CHECKSUMS.iter().find_map(|name| version.headers.get(*name)) {
        let kind = if checksum.contains('-') {
            "COMPOSITE"
        } else {
            "FULL_OBJECT"
        };
        reply::set_header(answer, "x-amz-checksum-type", kind);
    }
    reply::set_header(answer, "accept-ranges", "bytes");
    reply::set_header(answer, "etag", &version.etag);
    reply::set_header(answer, "last-modified", &clock::http_date(version.modified_ms));
    if !version.tags.is_empty() {
        let count = version.tags.len().to_string();
        reply::set_header(answer, "x-amz-tagging-count", &count);
    }
}

/// The bytes a `Range` header asks for; `None` when it is not understood and so ignored.
fn range(text: &str, size: usize) -> Option<Result<(usize, usize), Failure>> {
    let (from, to) = text.strip_prefix("bytes=")?.split_once('-')?;
    let (from, to) = match (from.parse::<usize>(), to.parse::<usize>()) {
        (Ok(from), Ok(to)) => (from, to.saturating_add(1).min(size)),
        (Ok(from), Err(_)) if to.is_empty() => (from, size),
        (Err(_), Ok(last)) if from.is_empty() => (size.saturating_sub(last), size),
        _ => return None,
    };
    if from < to {
        return Some(Ok((from, to)));
    }
    let message = "The requested range is not satisfiable";
    Some(Err(Failure::new(416, "InvalidRange", message)))
}
