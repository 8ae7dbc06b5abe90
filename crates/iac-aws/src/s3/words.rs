//! What the types of this service share.

use iac_core::model::ResourceError;

/// The error of a request that lacks what the SDK knows to be required.
#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
pub(super) fn built(error: aws_sdk_s3::error::BuildError) -> ResourceError {
    ResourceError::invalid(error.to_string())
}
