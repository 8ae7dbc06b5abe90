//! Stands before every request: inside a changing call, or a write of the state, nothing goes out once the lock is lost, and the
//! engine hears of it when a service asks for fewer requests.
//!
//! A process that was stopped for longer than its lease and then goes on is in the middle of some call. The engine asks before
//! each step and each write; this asks before each request, also before those that the SDK repeats by itself.
//! What cannot be asked about is the moment between the question and the first byte: the time it takes to connect. A document
//! of the state that is late by that much is refused by its condition, a journal record when its number is taken.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef},
            dyn_dispatch_hint,
        },
        retries::classifiers::{ClassifyRetry, RetryAction, RetryReason},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::{config_bag::ConfigBag, retry::ErrorKind as RetryKind};
use iac_core::{
    model::{Call, ErrorKind, ResourceError},
    state::Lease,
};

/// The guard of all clients.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guard;

/// A request that was not sent.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
struct NotSent(ResourceError);

#[dyn_dispatch_hint]
impl Intercept for Guard {
    fn name(&self) -> &'static str {
        "Guard"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(Err(error)) = Call::current(|call| call.recorder.may_change()) {
            return Err(Box::new(NotSent(error)));
        }
        Lease::may_write().map_err(|lost| NotSent(ResourceError::new(ErrorKind::Unavailable, lost)).into())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let throttled = RetryAction::RetryIndicated(RetryReason::RetryableError {
            kind: RetryKind::ThrottlingError,
            retry_after: None,
        });
        let mut classifiers = components.retry_classifiers();
        if classifiers.any(|classifier| classifier.classify_retry(context.inner()) == throttled) {
            Call::current(|call| call.recorder.throttled());
        }
        Ok(())
    }
}

/// The reason why a request was not sent, if one of the causes of an error is that.
pub(crate) fn not_sent(error: &(dyn std::error::Error + 'static)) -> Option<ResourceError> {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    causes
        .find_map(|cause| cause.downcast_ref::<NotSent>())
        .map(|not_sent| not_sent.0.clone())
}
