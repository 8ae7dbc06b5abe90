//! Making an object, and finding out what became of a create that failed.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::StepRun;
use crate::{
    model::{ErrorKind, RemoteId, ResourceError},
    state::{Intent, ObjectState, PendingOperation, ResourceState, Status, Verb},
};

impl StepRun<'_> {
    pub(super) async fn create(&self) -> Result<RemoteId, ResourceError> {
        let inputs = self.resolve()?;
        let before = self.resource();
        let mut deposed = before
            .as_ref()
            .map(|resource| resource.deposed.clone())
            .unwrap_or_default();
        // a create-first replacement keeps the old object until the new one is there
        let replaced = if self.change.action.replaces() && !self.change.data.retains() {
            before.as_ref().and_then(|it| it.current.clone())
        } else {
            None
        };
        deposed.extend(replaced);
        let pending = self.object(RemoteId::new(""), &inputs, &Value::Null, Status::Tainted);
        let intent = self
            .record_intent(Verb::Create, &inputs, self.entry(Some(pending), deposed.clone()))
            .await?;
        let attempts = AtomicUsize::new(0);
        let attempt = || {
            let attempted = attempts.fetch_add(1, Ordering::Relaxed) > 0;
            self.create_or_finish(&inputs, before.as_ref(), attempted)
        };
        let created = self.retry_throttled(attempt).await;
        let id = self.recorder.id();
        match (created, id) {
            (Ok(outputs), Some(id)) => {
                let object = self.object(id.clone(), &inputs, &outputs, Status::Ready);
                self.record_outcome(self.entry(Some(object), deposed), Some(outputs.clone()))
                    .await?;
                self.check_promises(&outputs).map(|()| id)
            }
            (Ok(_), None) => {
                self.record_outcome(before, None).await?;
                Err(ResourceError::invalid(
                    "the type made an object and did not record its id: an error of the type",
                ))
            }
            (Err(error), Some(id)) => {
                let object = self.object(id, &inputs, &Value::Null, Status::Tainted);
                self.record_outcome(self.entry(Some(object), deposed), None).await?;
                Err(error)
            }
            (Err(error), None) => self.not_created(error, (intent, &inputs), before, deposed).await,
        }
    }

    /// A create that failed before an id was known. When no answer came it may have been made all the same: it is looked for
    /// now, and, if it does not show yet, by the next run.
    async fn not_created(
        &self,
        mut error: ResourceError,
        (intent, inputs): (Intent, &Value),
        before: Option<ResourceState>,
        deposed: Vec<ObjectState>,
    ) -> Result<RemoteId, ResourceError> {
        if !is_open(&error) {
            self.record_outcome(before, None).await?;
            return Err(error);
        }
        match self.reconciler.recover(inputs, &self.call()).await {
            // what the state holds was there before
            Ok(Some(id)) if before.as_ref().is_some_and(|before| before.holds(&id)) => {
                self.record_outcome(before, None).await?;
            }
            Ok(Some(id)) => {
                let object = self.object(id, inputs, &Value::Null, Status::Tainted);
                self.record_outcome(self.entry(Some(object), deposed), None).await?;
                if error.kind == ErrorKind::AlreadyExists {
                    error.hints =
                        vec!["it was made by an earlier try of this request; the next run finishes it".to_owned()];
                }
            }
            Ok(None) | Err(_) => {
                let pending = PendingOperation {
                    intent,
                    request: self.recorder.request(),
                    id: None,
                };
                self.cx.state().pending_operations.push(pending);
            }
        }
        Err(error)
    }
}

/// Whether a failed create may have made the object all the same.
fn is_open(error: &ResourceError) -> bool {
    match error.kind {
        ErrorKind::Timeout | ErrorKind::Unavailable | ErrorKind::Other | ErrorKind::Throttled => true,
        // by an earlier try whose answer was lost
        ErrorKind::AlreadyExists => error.repeated,
        _ => false,
    }
}
