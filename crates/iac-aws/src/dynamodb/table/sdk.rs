//! Requests as the SDK builds them.

use aws_sdk_dynamodb::error::BuildError;
use iac_core::model::ResourceError;

/// A request's part. The SDK asks for fields that we always give.
pub(super) fn built<T>(part: Result<T, BuildError>) -> Result<T, ResourceError> {
    part.map_err(|error| ResourceError::invalid(error.to_string()))
}
