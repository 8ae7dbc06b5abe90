//! What the types of this service share.

use iac_core::model::ResourceError;

/// The error of a request that lacks what the SDK knows to be required.
#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
pub(super) fn built(error: aws_sdk_s3::error::BuildError) -> ResourceError {
    ResourceError::invalid(error.to_string())
}

/// Whether a filter matches all keys. S3 gives an empty one back as none, so it is none here, too.
#[expect(clippy::ref_option, reason = "serde hands fields over so")]
pub(super) fn is_blank(filter: &Option<String>) -> bool {
    filter.as_deref().is_none_or(str::is_empty)
}
