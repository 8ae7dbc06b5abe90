//! Which bucket and key an S3 request is for, in both styles of addressing.

use crate::call::Call;
use crate::encoding::decode;

/// The bucket and the key; empty when the request names none.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) bucket: String,
    pub(crate) key: String,
}

/// Reads the target: `bucket.s3.region.amazonaws.com/key` or `s3.region.amazonaws.com/bucket/key`.
pub(crate) fn target(call: &Call) -> Target {
    let host_bucket = [".s3.", ".s3-"]
        .iter()
        .find_map(|mark| call.host.rfind(mark).map(|at| &call.host[..at]));
    let path = call.path.strip_prefix('/').unwrap_or(&call.path);
    let (bucket, key) = match host_bucket {
        Some(bucket) => (bucket, path),
        None => path.split_once('/').unwrap_or((path, "")),
    };
    Target {
        bucket: decode(bucket, false),
        key: decode(key, false),
    }
}
