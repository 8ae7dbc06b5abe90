//! Retries while a service asks for fewer requests: that is no failure as long as there is time.

use std::time::Duration;

use serde_json::Value;

use super::StepRun;
use crate::{
    apply::concurrency::service,
    model::{Changed, ErrorKind, ReadObject, Recorder, RemoteId, ResourceError},
    state::ResourceState,
};

/// How long a throttled step is retried, unless its resource has a timeout of its own.
const THROTTLE_TIMEOUT: Duration = Duration::from_mins(15);

impl StepRun<'_> {
    /// Retries while the answer is that there are too many requests; until the time is over, the lock is lost or the user
    /// stops.
    pub(super) async fn retry_throttled<T, F>(&self, attempt: impl FnMut() -> F + Send) -> Result<T, ResourceError>
    where
        F: Future<Output = Result<T, ResourceError>> + Send,
    {
        let awaited = format!("{} to take more requests", service(self.address()));
        let again = |error: &ResourceError| {
            if error.kind != ErrorKind::Throttled {
                return false;
            }
            self.recorder.throttled();
            let repeatable = self.recorder.id().is_none() || self.info.resumable;
            repeatable && !self.cx.stop.is_requested() && self.recorder.may_change().is_ok()
        };
        self.call().retry(&awaited, THROTTLE_TIMEOUT, again, attempt).await
    }

    /// Makes an object. When that was `attempted` before, what an earlier try made is looked for and finished.
    pub(super) async fn create_or_finish(
        &self,
        inputs: &Value,
        before: Option<&ResourceState>,
        attempted: bool,
    ) -> Result<Value, ResourceError> {
        let call = self.call();
        if let Some(id) = self.recorder.id() {
            return self.finish(inputs, id).await;
        }
        if attempted {
            // what was refused for its rate has hardly been carried out: one look is enough
            let found = self.reconciler.find_created(inputs, &call).await?;
            // what the state holds was there before
            if let Some(id) = found.filter(|id| !before.is_some_and(|before| before.holds(id))) {
                call.created(&id).await?;
                return self.finish(inputs, id).await;
            }
        }
        self.reconciler.create(inputs, &call).await
    }

    /// Brings an object whose create did not finish to what is desired.
    async fn finish(&self, inputs: &Value, id: RemoteId) -> Result<Value, ResourceError> {
        if !self.info.resumable {
            let message = format!("an earlier try made {id}, and its answer was that there are too many requests");
            return Err(ResourceError::new(ErrorKind::Throttled, message).hint("the next run makes it anew"));
        }
        let call = self.call();
        let request = ReadObject::new(id.clone(), Some(inputs.clone()));
        let Some(live) = self.reconciler.read(request, &call).await? else {
            return Err(ResourceError::new(
                ErrorKind::NotFound,
                format!("{id} was made and is gone"),
            ));
        };
        let all: Changed = self.info.schema.fields().iter().map(|field| field.name).collect();
        self.reconciler.update(inputs, &live, &all, &call).await
    }
}
