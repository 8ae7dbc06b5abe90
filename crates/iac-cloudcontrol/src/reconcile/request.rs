//! A request that goes on after its answer: polled until it has ended, tried again where that may help.

use std::time::Duration;

use aws_sdk_cloudcontrol::types::{OperationStatus, ProgressEvent};
use iac_aws::failed;
use iac_core::model::{Call, ErrorKind, RemoteId, ResourceError};
use jiff::Timestamp;

use super::{
    CloudControl,
    failure::{Failure, of_answer},
    identifier,
};
use crate::type_facts::Operation;

/// The pauses between polls where AWS does not say when to ask again: at first, and at most.
const POLLS: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));

/// How long what passes by itself is waited for: roles take up to a minute to be known everywhere.
const PATIENCE: Duration = Duration::from_mins(5);

impl CloudControl {
    /// Sends a request until it succeeds or fails for good. `send` gets the client token of each try.
    pub(super) async fn carry_out<F>(
        &self,
        operation: Operation,
        call: &Call,
        send: impl Fn(String) -> F + Send + Sync,
    ) -> Result<ProgressEvent, Failure>
    where
        F: Future<Output = Result<Option<ProgressEvent>, ResourceError>> + Send,
    {
        let started = call.clock.monotonic();
        let mut pause = Duration::from_secs(2);
        // the name of the try before makes the token another one
        let mut before = call.request.clone().unwrap_or_default();
        let mut tries = 0;
        loop {
            let token = call.token(&format!("{} {before}", operation.word()));
            let mut failure = match self.one_try(operation, call, send(token)).await {
                Ok(event) => return Ok(event),
                Err(failure) => failure,
            };
            // a run that was cut off has sent something else with this token
            if failure.error.code == "ClientTokenConflictException" && tries == 0 {
                tries += 1;
                before.push('+');
                continue;
            }
            // what is in the way may be what an earlier try made
            failure.error.repeated |= tries > 0;
            tries += 1;
            let elapsed = call.clock.monotonic().saturating_sub(started);
            let no_answer = failure.event.request_token.is_none() && failure.error.kind != ErrorKind::Conflict;
            if no_answer || !failure.passes() || elapsed + pause > PATIENCE {
                return Err(failure);
            }
            if operation == Operation::Create && self.is_there(&failure).await {
                return Err(failure);
            }
            if failure.error.kind == ErrorKind::Throttled {
                call.recorder.throttled();
            }
            before = failure.event.request_token.clone().unwrap_or(before);
            call.progress(&format!(
                "trying again, {}s ({})",
                elapsed.as_secs(),
                failure.error.code
            ));
            call.clock.sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(20));
        }
    }

    /// Whether a create that failed has made its object all the same.
    async fn is_there(&self, failure: &Failure) -> bool {
        match failure.event.identifier() {
            Some(id) if self.facts().has(Operation::Read) => !matches!(self.model(id).await, Ok(None)),
            Some(_) => true,
            None => false,
        }
    }

    async fn one_try(
        &self,
        operation: Operation,
        call: &Call,
        sent: impl Future<Output = Result<Option<ProgressEvent>, ResourceError>> + Send,
    ) -> Result<ProgressEvent, Failure> {
        let nothing = |error: ResourceError| Failure {
            error: of_answer(error),
            event: ProgressEvent::builder().build(),
        };
        let mut event = sent
            .await
            .map_err(nothing)?
            .unwrap_or_else(|| ProgressEvent::builder().build());
        if let Some(request) = event.request_token() {
            call.requested(request).await.map_err(nothing)?;
        }
        let limit = call.timeout.unwrap_or_else(|| self.facts().timeout(operation));
        let started = call.clock.monotonic();
        let mut pause = POLLS.0;
        let mut identified = false;
        let mut answered = started;
        loop {
            let status = event.operation_status().cloned();
            let failed_now = matches!(status, Some(OperationStatus::Failed | OperationStatus::CancelComplete));
            if operation == Operation::Create && !identified && !failed_now {
                identified = self.identify(&event, call).await.map_err(nothing)?;
            }
            if failed_now {
                return Err(Failure::of(event, self.facts().name(), iam_action(operation)));
            }
            if status == Some(OperationStatus::Success) {
                return Ok(event);
            }
            let elapsed = call.clock.monotonic().saturating_sub(started);
            if elapsed > limit {
                let message = format!("waited {}s for {}", elapsed.as_secs(), self.awaited(operation));
                let error = ResourceError::new(ErrorKind::Timeout, message)
                    .during(iam_action(operation))
                    .hint("AWS goes on with it: run again later to see what came of it");
                return Err(Failure { error, event });
            }
            call.progress(&format!(
                "waiting for {}, {}s",
                self.awaited(operation),
                elapsed.as_secs()
            ));
            call.clock.sleep(until(&event, call.clock.now()).unwrap_or(pause)).await;
            pause = (pause * 2).min(POLLS.1);
            let Some(request) = event.request_token().map(str::to_owned) else {
                let error = ResourceError::new(ErrorKind::Other, "the answer has no request token");
                return Err(Failure {
                    error: error.during(iam_action(operation)),
                    event,
                });
            };
            match self.status(&request).await {
                Ok(now) => {
                    answered = call.clock.monotonic();
                    event = now.unwrap_or(event);
                }
                // what no answer came to goes on: the same request is asked for again
                Err(error) if is_passing(&error) && is_worth_it(answered, call) => {}
                Err(error) => {
                    let error = error.hint("AWS goes on with it: run again to see what came of it");
                    return Err(Failure { error, event });
                }
            }
        }
    }

    /// How far a request is.
    pub(super) async fn status(&self, request: &str) -> Result<Option<ProgressEvent>, ResourceError> {
        let asked = self
            .aws
            .cloudcontrol()
            .get_resource_request_status()
            .request_token(request);
        let answer = asked
            .send()
            .await
            .map_err(failed("cloudformation:GetResourceRequestStatus"));
        Ok(answer.map_err(of_answer)?.progress_event)
    }

    /// Records the identifier that a create told, where it can be nobody else's.
    async fn identify(&self, event: &ProgressEvent, call: &Call) -> Result<bool, ResourceError> {
        let done = event.operation_status() == Some(&OperationStatus::Success);
        let Some(id) = event
            .identifier()
            .filter(|_| done || !identifier::is_given(self.facts()))
        else {
            return Ok(false);
        };
        call.created(&RemoteId::new(id)).await?;
        Ok(true)
    }

    fn awaited(&self, operation: Operation) -> String {
        let done = match operation {
            Operation::Create => "made",
            Operation::Update => "changed",
            Operation::Delete => "deleted",
            Operation::Read | Operation::List => "read",
        };
        format!("{} to be {done}", self.facts().name())
    }
}

/// Cloud Control's operations are actions of `CloudFormation`. Source: service authorization reference.
pub(super) fn iam_action(operation: Operation) -> &'static str {
    match operation {
        Operation::Create => "cloudformation:CreateResource",
        Operation::Read => "cloudformation:GetResource",
        Operation::Update => "cloudformation:UpdateResource",
        Operation::Delete => "cloudformation:DeleteResource",
        Operation::List => "cloudformation:ListResources",
    }
}

/// Whether to ask again after no answer: not once the lock is lost, and not for ever.
fn is_worth_it(answered: Duration, call: &Call) -> bool {
    let silence = call.clock.monotonic().saturating_sub(answered);
    silence < PATIENCE && call.recorder.may_change().is_ok()
}

fn is_passing(error: &ResourceError) -> bool {
    matches!(
        error.kind,
        ErrorKind::Timeout | ErrorKind::Unavailable | ErrorKind::Throttled
    )
}

/// How long AWS says to wait before the next poll: a minute at most.
fn until(event: &ProgressEvent, now: Timestamp) -> Option<Duration> {
    let at = Timestamp::from_second(event.retry_after()?.secs()).ok()?;
    let wait = at.duration_since(now);
    Some(
        if wait.is_negative() {
            POLLS.0
        } else {
            wait.unsigned_abs()
        }
        .clamp(POLLS.0, Duration::from_mins(1)),
    )
}
