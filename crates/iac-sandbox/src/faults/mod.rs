//! Faults: latency, error answers, lost connections and cut-offs, at requests chosen beforehand.
//!
//! A fault has an [`Effect`], conditions, and an occurrence. A request that meets all conditions is a match; the
//! occurrence says which matches, counted from the injection, the effect strikes. All is counted under one lock in
//! the order of arrival, so the same requests in the same order always meet the same faults.

mod effect;
mod queue;

use std::time::Duration;

pub(crate) use effect::Verdict;
pub use effect::{Disconnect, Effect, FaultTiming};
pub(crate) use queue::Queue;

use crate::service::Service;

/// Something that goes wrong at chosen requests.
///
/// ```
/// use iac_sandbox::{Fault, Service, Sandbox};
///
/// let sandbox = Sandbox::new();
/// // The second CreateRole is answered with IAM's throttling error.
/// sandbox.inject(Fault::throttling().on_operation("CreateRole").nth(2));
/// // The first three mutating S3 calls take effect, but their answers are lost.
/// sandbox.inject(Fault::response_lost().on_service(Service::S3).on_mutations().first(3));
/// // From the tenth request on, nothing answers any more.
/// sandbox.inject(Fault::cut_before().nth(10));
/// ```
#[derive(Debug, Clone)]
pub struct Fault {
    pub(crate) effect: Effect,
    service: Option<Service>,
    operations: Vec<String>,
    mutations: bool,
    reads: bool,
    occurrence: Occurrence,
    /// How often a request that is struck is struck in all.
    pub(crate) attempts: u64,
}

#[derive(Debug, Clone, Copy)]
enum Occurrence {
    Always,
    Nth(u64),
    First(u64),
    From(u64),
}

impl Fault {
    /// A fault of that effect, at every request.
    pub fn new(effect: Effect) -> Self {
        let occurrence = match effect {
            Effect::Cut { .. } => Occurrence::Nth(1),
            _ => Occurrence::Always,
        };
        Self {
            effect,
            service: None,
            operations: Vec::new(),
            mutations: false,
            reads: false,
            occurrence,
            attempts: 1,
        }
    }

    /// The request is answered later than it would be.
    pub fn latency(delay: Duration) -> Self {
        Self::new(Effect::Latency(delay))
    }

    /// The request is refused with an error of that status, code and message; it has no effect.
    pub fn error(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Effect::Error {
            status,
            code: code.into(),
            message: message.into(),
        })
    }

    /// The request is refused with the throttling error of its service; it has no effect.
    pub fn throttling() -> Self {
        Self::new(Effect::Throttling)
    }

    /// The request is refused with the internal error of its service, status 500; it has no effect.
    pub fn internal_error() -> Self {
        Self::new(Effect::InternalError)
    }

    /// The request is refused with the access error of its service; it has no effect.
    pub fn access_denied() -> Self {
        Self::new(Effect::AccessDenied)
    }

    /// The request is answered with the not-found error of its operation: a read that lags behind a write.
    pub fn not_found() -> Self {
        Self::new(Effect::NotFound)
    }

    /// The connection fails before the request takes effect.
    pub fn connection_error() -> Self {
        Self::new(Effect::ConnectionError(FaultTiming::Before))
    }

    /// The request takes effect, then the connection fails: the answer is lost.
    pub fn response_lost() -> Self {
        Self::new(Effect::ConnectionError(FaultTiming::After))
    }

    /// The request times out and has no effect.
    pub fn timeout() -> Self {
        Self::new(Effect::Timeout(FaultTiming::Before))
    }

    /// The request takes effect, then times out.
    pub fn timeout_after_effect() -> Self {
        Self::new(Effect::Timeout(FaultTiming::After))
    }

    /// The request takes effect and is answered with status 200 and a body that is no document.
    pub fn malformed_body() -> Self {
        Self::new(Effect::MalformedBody)
    }

    /// This request and all that follow fail, and none takes effect: the process was cut off before it.
    pub fn cut_before() -> Self {
        Self::new(Effect::Cut {
            moment: FaultTiming::Before,
            silence: Disconnect::Refuse,
        })
    }

    /// This request takes effect, but neither it nor any that follows is answered: cut off right after it.
    pub fn cut_after() -> Self {
        Self::new(Effect::Cut {
            moment: FaultTiming::After,
            silence: Disconnect::Refuse,
        })
    }

    /// Lets a cut hang for ever instead of refusing connections; other effects stay as they are.
    #[must_use]
    pub fn hanging(mut self) -> Self {
        if let Effect::Cut { silence, .. } = &mut self.effect {
            *silence = Disconnect::Hang;
        }
        self
    }

    /// Only at requests of that service.
    #[must_use]
    pub fn on_service(mut self, service: Service) -> Self {
        self.service = Some(service);
        self
    }

    /// Only at requests of that operation; called again, of any of the operations named.
    #[must_use]
    pub fn on_operation(mut self, operation: impl Into<String>) -> Self {
        self.operations.push(operation.into());
        self
    }

    /// Only at requests that change the sandbox.
    #[must_use]
    pub fn on_mutations(mut self) -> Self {
        self.mutations = true;
        self
    }

    /// Only at requests that do not change the sandbox.
    #[must_use]
    pub fn on_reads(mut self) -> Self {
        self.reads = true;
        self
    }

    /// Only at the n-th match, counted from 1.
    #[must_use]
    pub fn nth(mut self, n: u64) -> Self {
        self.occurrence = Occurrence::Nth(n);
        self
    }

    /// Only at the first n matches.
    #[must_use]
    pub fn first(mut self, n: u64) -> Self {
        self.occurrence = Occurrence::First(n);
        self
    }

    /// At the n-th match, counted from 1, and every later one.
    #[must_use]
    pub fn from_nth(mut self, n: u64) -> Self {
        self.occurrence = Occurrence::From(n);
        self
    }

    /// Holds on to a request that it strikes: when the very same is sent again, it is struck again, until it was struck
    /// that many times. A client that tries again often enough gets through, one that gives up earlier does not.
    ///
    /// ```
    /// use iac_sandbox::{Fault, Sandbox};
    ///
    /// // Whatever the second changing request is: it fails as often as it is sent.
    /// Sandbox::new().inject(Fault::internal_error().on_mutations().nth(2).holding(u64::MAX));
    /// ```
    #[must_use]
    pub fn holding(mut self, attempts: u64) -> Self {
        self.attempts = attempts;
        self
    }

    fn matches(&self, service: Service, operation: &str, mutates: bool) -> bool {
        self.service.is_none_or(|wanted| wanted == service)
            && (self.operations.is_empty() || self.operations.iter().any(|name| name == operation))
            && (!self.mutations || mutates)
            && (!self.reads || !mutates)
    }

    fn strikes(&self, count: u64) -> bool {
        match self.occurrence {
            Occurrence::Always => true,
            Occurrence::Nth(n) => count == n,
            Occurrence::First(n) => count <= n,
            Occurrence::From(n) => count >= n,
        }
    }
}
