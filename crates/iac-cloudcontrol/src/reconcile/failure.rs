//! What the failure of an operation means: from the code of its handler, and from its words where one code means many things.

use aws_sdk_cloudcontrol::types::{HandlerErrorCode, ProgressEvent};
use iac_core::model::{ErrorKind, ResourceError};

/// Words of handlers that mean: not yet. What was just made is not known everywhere.
const NOT_YET: &[&str] = &[
    "cannot be assumed",
    "unable to assume",
    "is not authorized to assume",
    "invalid principal",
    "invalid iam instance profile",
    "invalid instance profile",
    "concurrent modification",
    "concurrent update operation",
    "wait 60 seconds",
    "is being created",
    "is not in a valid state",
];

/// An operation that failed, and what it told.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: ResourceError,
    /// The last that was told of it.
    pub(super) event: ProgressEvent,
}

impl Failure {
    /// A request that ended without success.
    pub(super) fn of(event: ProgressEvent, type_name: &str, operation: &str) -> Self {
        let code = event.error_code.clone();
        let message = event.status_message.clone().unwrap_or_default();
        let name = code.as_ref().map_or("canceled", HandlerErrorCode::as_str);
        let mut error = ResourceError::new(meaning(name, &message), format!("{type_name}: {message}"));
        name.clone_into(&mut error.code);
        Self {
            error: hinted(error.during(operation), name),
            event,
        }
    }

    /// Whether the same may go well a moment later.
    pub(super) fn passes(&self) -> bool {
        matches!(
            self.error.kind,
            ErrorKind::Throttled | ErrorKind::Unavailable | ErrorKind::Conflict
        )
    }
}

/// What a handler's code means. Source: Cloud Control API reference, `ProgressEvent`; `CloudFormation` CLI user guide, "Handler
/// error codes".
fn meaning(code: &str, message: &str) -> ErrorKind {
    let words = message.to_lowercase();
    match code {
        "AlreadyExists" => ErrorKind::AlreadyExists,
        "NotFound" => ErrorKind::NotFound,
        "AccessDenied" | "UnauthorizedTaggingOperation" => ErrorKind::Denied,
        "InvalidCredentials" => ErrorKind::Unauthenticated,
        "ResourceConflict" => ErrorKind::Conflict,
        "Throttling" => ErrorKind::Throttled,
        "ServiceLimitExceeded" => ErrorKind::Quota,
        "NetworkFailure" | "ServiceInternalError" | "ServiceTimeout" => ErrorKind::Unavailable,
        "InvalidRequest" | "GeneralServiceException" if NOT_YET.iter().any(|not_yet| words.contains(not_yet)) => {
            ErrorKind::Conflict
        }
        "GeneralServiceException" if words.contains("resourcenotfound") => ErrorKind::NotFound,
        "InvalidRequest" | "NotUpdatable" => ErrorKind::Invalid,
        _ => ErrorKind::Other,
    }
}

fn hinted(error: ResourceError, code: &str) -> ResourceError {
    match code {
        "AlreadyExists" => error.hint("choose another name, or import the object that is there"),
        "NotUpdatable" => error.hint("AWS cannot change this in place here: run again with `--replace ADDRESS`"),
        "NotStabilized" => error.hint("it was made, and did not become ready; the next run takes it up"),
        _ => error,
    }
}

/// Errors of Cloud Control's own operations, where their code alone does not say enough.
pub(super) fn of_answer(mut error: ResourceError) -> ResourceError {
    match error.code.as_str() {
        "GeneralServiceException" if error.message.contains("ResourceNotFound") => error.kind = ErrorKind::NotFound,
        "ConcurrentOperationException" => error.kind = ErrorKind::Conflict,
        "HandlerFailureException" | "NotStabilizedException" => error.kind = ErrorKind::Other,
        "HandlerInternalFailureException"
        | "NetworkFailureException"
        | "ServiceInternalErrorException"
        | "GeneralServiceException" => error.kind = ErrorKind::Unavailable,
        "AlreadyExistsException" => error.kind = ErrorKind::AlreadyExists,
        "ServiceLimitExceededException" => error.kind = ErrorKind::Quota,
        "ResourceConflictException" | "ClientTokenConflictException" => error.kind = ErrorKind::Conflict,
        "TypeNotFoundException" => error.hints = vec!["the type is not there in this region or account".to_owned()],
        _ => {}
    }
    error
}
