//! What a fault does.

use std::time::Duration;

use crate::call::Call;
use crate::reply::Failure;
use crate::service::Code;

/// When, relative to the change it asks for, a request fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultTiming {
    /// Before: the sandbox stays as it was.
    Before,
    /// After: the sandbox has changed, the caller does not learn of it.
    After,
}

/// How a connection that is cut behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disconnect {
    /// Requests fail at once.
    Refuse,
    /// Requests wait for ever.
    Hang,
}

/// What a fault does to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// The answer takes this much longer.
    Latency(Duration),
    /// An error answer instead of the effect.
    Error {
        /// The HTTP status.
        status: u16,
        /// The error code.
        code: String,
        /// The message.
        message: String,
    },
    /// The throttling error of the service.
    Throttling,
    /// The internal error of the service.
    InternalError,
    /// The access error of the service.
    AccessDenied,
    /// The not-found error of the operation.
    NotFound,
    /// The connection fails.
    ConnectionError(FaultTiming),
    /// The request times out; at once, without the wait.
    Timeout(FaultTiming),
    /// The effect takes place, the answer's body is garbage. What is refused is answered as ever.
    MalformedBody,
    /// Nothing answers any more, from this request on.
    Cut {
        /// Whether this request still takes effect.
        moment: FaultTiming,
        /// What becomes of the requests.
        silence: Disconnect,
    },
}

/// What happens to one request, all faults considered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// How long the request waits.
    pub(crate) delay: Duration,
    /// The effect other than latency, if any.
    pub(crate) effect: Option<Effect>,
}

impl Effect {
    /// The error answer of this effect, for those that are answers.
    pub(crate) fn failure(&self, call: &Call) -> Option<Failure> {
        let codes = call.service.codes();
        Some(match self {
            Self::Error { status, code, message } => Failure::new(*status, code, message),
            Self::Throttling => coded(&codes.throttling, "Rate exceeded"),
            Self::InternalError => {
                let message = "We encountered an internal error. Please try again.";
                Failure::new(500, codes.internal, message)
            }
            Self::AccessDenied => {
                let message = format!("User is not authorized to perform: {}:{}", call.service, call.operation);
                coded(&codes.denied, &message)
            }
            Self::NotFound => {
                let code = codes.not_found.code(&call.operation);
                Failure::new(codes.not_found.status, code, "The requested resource was not found.")
            }
            _ => return None,
        })
    }
}

fn coded(code: &Code, message: &str) -> Failure {
    Failure::new(code.0, code.1, message)
}
