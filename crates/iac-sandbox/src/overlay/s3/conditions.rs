//! Conditional requests: on `ETag`s for writes, on `ETag`s and times for reads.

use winterbaume_core::MockResponse;

use super::model::{Version, no_such_key};
use crate::call::Call;
use crate::clock;
use crate::reply::{self, Failure};

fn matches(condition: &str, etag: &str) -> bool {
    condition == "*"
        || condition
            .split(',')
            .any(|one| one.trim().trim_matches('"') == etag.trim_matches('"'))
}

fn failed() -> Failure {
    let message = "At least one of the pre-conditions you specified did not hold";
    Failure::new(412, "PreconditionFailed", message)
}

/// Writes: `If-None-Match: *` wants no current version, `If-Match` wants the one of that `ETag`.
pub(super) fn for_write(call: &Call, current: Option<&Version>) -> Result<(), Failure> {
    if call.header("if-none-match").is_some() && current.is_some() {
        return Err(failed());
    }
    match (call.header("if-match"), current) {
        (Some(_), None) => Err(no_such_key()),
        (Some(condition), Some(version)) if !matches(condition, &version.etag) => Err(failed()),
        _ => Ok(()),
    }
}

/// Reads: an answer in place of the object, when a condition asks for one.
pub(super) fn for_read(call: &Call, version: &Version) -> Result<Option<MockResponse>, Failure> {
    if let Some(condition) = call.header("if-match")
        && !matches(condition, &version.etag)
    {
        return Err(failed());
    }
    let unchanged = match call.header("if-none-match") {
        Some(condition) => matches(condition, &version.etag),
        // Times are compared as text: the one a client has is the one it was given.
        None => call
            .header("if-modified-since")
            .is_some_and(|since| since == clock::http_date(version.modified_ms)),
    };
    if !unchanged {
        return Ok(None);
    }
    let mut answer = reply::empty(304);
    reply::set_header(&mut answer, "etag", &version.etag);
    Ok(Some(answer))
}
