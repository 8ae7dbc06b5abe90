//! What the API and its handlers say to a request.

use serde_json::Value;

use crate::reply::Failure;

/// The answer to a call.
pub(super) type Answer = Result<Value, Failure>;

/// What a handler said: its error code and message, and the object it left behind.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) left: Option<(String, Value)>,
}

impl Refusal {
    pub(super) fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            left: None,
        }
    }

    /// What a test told to fail with.
    pub(super) fn told(code: &str) -> Self {
        Self::new(code, "the handler failed, as it was told to")
    }
}

/// An error of the API itself.
pub(super) fn error(code: &str, message: impl Into<String>) -> Failure {
    Failure::new(400, code, message)
}

/// The type has no handler for it.
pub(super) fn unsupported(type_name: &str, action: &str) -> Failure {
    let message = format!("Resource type {type_name} does not support {action} action");
    error("UnsupportedActionException", message)
}

/// There is no such object.
pub(super) fn not_found(type_name: &str, identifier: &str) -> Failure {
    let message = format!("Resource of type '{type_name}' with identifier '{identifier}' was not found.");
    error("ResourceNotFoundException", message)
}
