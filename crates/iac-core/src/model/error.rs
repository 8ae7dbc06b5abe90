//! Errors of a resource, in the engine's words.

use std::fmt;

/// Something that can say what to do about itself.
pub trait Hint {
    /// What to do, one sentence a line, lower case, without a trailing stop. Empty when there is nothing to say.
    fn hints(&self) -> Vec<String> {
        Vec::new()
    }
}

/// What kind of failure it was. Retry and flow decide on this and on nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The object is not there.
    NotFound,
    /// An object of that name is there already.
    AlreadyExists,
    /// Another operation is in the way, or the object is in use.
    Conflict,
    /// Too many requests.
    Throttled,
    /// The caller may not do this.
    Denied,
    /// It is not proven who calls: credentials that expired or are not accepted, or a clock that is wrong.
    Unauthenticated,
    /// The request can never be right.
    Invalid,
    /// A limit of the account is reached.
    Quota,
    /// No answer came in time.
    Timeout,
    /// The service is not reachable or answers that it failed.
    Unavailable,
    /// Anything else.
    Other,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "not found",
            Self::AlreadyExists => "already exists",
            Self::Conflict => "conflict",
            Self::Throttled => "throttled",
            Self::Denied => "access denied",
            Self::Unauthenticated => "not authenticated",
            Self::Invalid => "invalid",
            Self::Quota => "quota reached",
            Self::Timeout => "timeout",
            Self::Unavailable => "unavailable",
            Self::Other => "error",
        })
    }
}

/// A failed call on a resource: what was called, what came back, what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.line())]
pub struct ResourceError {
    /// What kind of failure.
    pub kind: ErrorKind,
    /// The operation: `s3:CreateBucket`. Empty when no call was made.
    pub operation: String,
    /// The service's own code: `BucketAlreadyExists`. Empty when there is none.
    pub code: String,
    /// The service's own words.
    pub message: String,
    /// The id the service gave the request, for its support.
    pub request_id: Option<String>,
    /// What to do.
    pub hints: Vec<String>,
    /// Whether the request was sent more than once, and an earlier try may have been carried out: what is in its way may be
    /// its own doing.
    pub repeated: bool,
}

impl ResourceError {
    /// An error of this kind, in our words, with no call behind it.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            operation: String::new(),
            code: String::new(),
            message: message.into(),
            request_id: None,
            hints: Vec::new(),
            repeated: false,
        }
    }

    /// A request that can never be right.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// Names the operation that failed.
    #[must_use]
    pub fn during(mut self, operation: impl Into<String>) -> Self {
        self.operation = operation.into();
        self
    }

    /// Adds a sentence that says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    fn line(&self) -> String {
        let mut line = String::new();
        if !self.operation.is_empty() {
            line = format!("{}: ", self.operation);
        }
        if self.code.is_empty() {
            line += &self.kind.to_string();
        } else {
            line += &self.code;
        }
        if !self.message.is_empty() {
            line = format!("{line}: {}", self.message);
        }
        if let Some(id) = &self.request_id {
            line = format!("{line} (request {id})");
        }
        line
    }
}

impl Hint for ResourceError {
    fn hints(&self) -> Vec<String> {
        self.hints.clone()
    }
}
