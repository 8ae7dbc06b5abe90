//! The one table that turns what AWS answers into kinds of failure. Nothing else looks at error codes to decide what to do,
//! but for the codes a resource's own file names.

mod action;

use std::error::Error;

use aws_sdk_sts::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::http::Response;
use aws_types::request_id::RequestId;
use iac_core::model::{ErrorKind, ResourceError};

use crate::session::{had_no_answer_before, not_sent};

/// Makes the engine's error of a failed call: `client.create_vpc().send().await.map_err(failed("ec2:CreateVpc"))`.
pub(crate) fn failed<E>(operation: &'static str) -> impl FnOnce(SdkError<E, Response>) -> ResourceError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    move |error| {
        if let Some(mut made) = not_sent(&error) {
            operation.clone_into(&mut made.operation);
            return made;
        }
        let request_id = error.request_id().map(str::to_owned);
        let mut made = match &error {
            SdkError::ServiceError(service) => {
                let code = service.err().code().unwrap_or_default().to_owned();
                let message = service.err().message().unwrap_or_default().to_owned();
                let status = service.raw().status().as_u16();
                let mut made = ResourceError::new(kind(&code, status), message);
                made.repeated = had_no_answer_before(service.raw());
                made.code = if code.is_empty() {
                    format!("HTTP {status}")
                } else {
                    code
                };
                // an answer that cannot be read says neither: then the reason is inside
                if made.code.starts_with("HTTP 2") {
                    made.kind = ErrorKind::Other;
                    made.message = DisplayErrorContext(service.err()).to_string();
                }
                made
            }
            SdkError::TimeoutError(_) => ResourceError::new(ErrorKind::Timeout, "no answer came in time"),
            SdkError::DispatchFailure(dispatch) if dispatch.is_timeout() => {
                ResourceError::new(ErrorKind::Timeout, "no answer came in time")
            }
            SdkError::ConstructionFailure(_) => ResourceError::invalid(DisplayErrorContext(&error).to_string()),
            _ => ResourceError::new(ErrorKind::Unavailable, DisplayErrorContext(&error).to_string()),
        };
        operation.clone_into(&mut made.operation);
        made.request_id = request_id;
        if made.kind == ErrorKind::Denied {
            made = made.hint(format!(
                "allow `{}` for the identity this runs as",
                action::of(operation)
            ));
        }
        made
    }
}

/// The kind of a wire code; the HTTP status decides when the code is unknown or missing.
fn kind(code: &str, status: u16) -> ErrorKind {
    match code {
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "SlowDown"
        | "PriorRequestNotComplete"
        | "RequestThrottled"
        | "BandwidthLimitExceeded"
        | "ProvisionedThroughputExceededException" => ErrorKind::Throttled,
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "AuthFailure"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "InvalidAccessKeyId" => ErrorKind::Denied,
        "EntityAlreadyExists"
        | "BucketAlreadyExists"
        | "BucketAlreadyOwnedByYou"
        | "InvalidGroup.Duplicate"
        | "InvalidPermission.Duplicate"
        | "DistributionAlreadyExists"
        | "OriginAccessControlAlreadyExists"
        | "CachePolicyAlreadyExists" => ErrorKind::AlreadyExists,
        "OperationAborted"
        | "DeleteConflict"
        | "ConcurrentModification"
        | "DependencyViolation"
        | "InvalidGroup.InUse"
        | "InvalidSubnet.Conflict"
        | "ResourceInUseException"
        | "PreconditionFailed"
        | "InvalidIfMatchVersion"
        | "ConditionalCheckFailedException"
        | "ConditionalRequestConflict"
        | "ContinuousBackupsUnavailableException"
        | "TransactionConflictException"
        | "BucketNotEmpty"
        | "EntityTemporarilyUnmodifiable"
        | "ResourceInUse"
        | "DistributionNotDisabled"
        | "OriginAccessControlInUse"
        | "CachePolicyInUse"
        | "IllegalUpdate" => ErrorKind::Conflict,
        "LimitExceeded"
        | "LimitExceededException"
        | "ServiceQuotaExceededException"
        | "VpcLimitExceeded"
        | "RulesPerSecurityGroupLimitExceeded"
        | "TooManyBuckets" => ErrorKind::Quota,
        "NoSuchBucket"
        | "NoSuchKey"
        | "NotFound"
        | "NoSuchEntity"
        | "NotFoundException"
        | "ResourceNotFoundException"
        | "TableNotFoundException"
        | "PolicyNotFoundException"
        | "NoSuchDistribution"
        | "NoSuchOriginAccessControl"
        | "NoSuchCachePolicy"
        | "NoSuchBucketPolicy" => ErrorKind::NotFound,
        "RequestTimeout" | "RequestTimeoutException" => ErrorKind::Timeout,
        "KMSInternalException"
        | "InternalError"
        | "InternalFailure"
        | "InternalServerError"
        | "ServiceUnavailable"
        | "ServiceFailure" => ErrorKind::Unavailable,
        // CloudFront spells every limit `TooMany<Things>`
        code if code.starts_with("TooMany") && status == 400 => ErrorKind::Quota,
        code if code.ends_with("LimitExceeded") => ErrorKind::Quota,
        // EC2 spells every missing thing `Invalid<Thing>.NotFound`
        code if code.starts_with("Invalid") && code.ends_with(".NotFound") => ErrorKind::NotFound,
        _ => match status {
            404 => ErrorKind::NotFound,
            401 | 403 => ErrorKind::Denied,
            409 | 412 => ErrorKind::Conflict,
            429 => ErrorKind::Throttled,
            500.. => ErrorKind::Unavailable,
            _ => ErrorKind::Invalid,
        },
    }
}
