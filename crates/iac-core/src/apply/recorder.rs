//! What a type's code reports to while a step runs: ids go to the journal, progress to the observers.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;

use crate::{
    model::{Address, ErrorKind, Hint, Recorder, RemoteId, ResourceError},
    state::{Record, StateWriter, StoreError},
};

/// What a step says while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StepEvent {
    /// What it waits for.
    Progress(String),
    /// Its service asks for fewer requests.
    Throttled,
}

/// The recorder of one step.
#[derive(Debug)]
pub(crate) struct StepRecorder {
    pub writer: Arc<StateWriter>,
    pub step: u64,
    pub address: Address,
    pub events: UnboundedSender<(Address, StepEvent)>,
    pub id: Mutex<Option<RemoteId>>,
    pub request: Mutex<Option<String>>,
    pub observed: Mutex<Value>,
}

impl StepRecorder {
    /// The id, when one was recorded.
    pub(crate) fn id(&self) -> Option<RemoteId> {
        self.id.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the cloud calls the operation, when that was recorded.
    pub(crate) fn request(&self) -> Option<String> {
        self.request.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the type keeps of the object as it is now; null when it said nothing.
    pub(crate) fn observed(&self) -> Value {
        self.observed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Recorder for StepRecorder {
    async fn created(&self, id: &RemoteId) -> Result<(), ResourceError> {
        // kept first: an id that cannot be made durable is still in the state that is saved at the end
        *self.id.lock().unwrap_or_else(PoisonError::into_inner) = Some(id.clone());
        let record = Record::Identified {
            step: self.step,
            id: id.clone(),
        };
        self.writer.append(&record).await.map_err(|error| unrecorded(&error))
    }

    fn progress(&self, message: &str) {
        // nobody listens any more when the run is over
        drop(
            self.events
                .send((self.address.clone(), StepEvent::Progress(message.to_owned()))),
        );
    }

    fn may_change(&self) -> Result<(), ResourceError> {
        self.writer.check().map_err(|error| unrecorded(&error))
    }

    async fn requested(&self, request: &str) -> Result<(), ResourceError> {
        *self.request.lock().unwrap_or_else(PoisonError::into_inner) = Some(request.to_owned());
        let record = Record::Requested {
            step: self.step,
            request: request.to_owned(),
        };
        self.writer.append(&record).await.map_err(|error| unrecorded(&error))
    }

    fn observed(&self, inputs: Value) {
        *self.observed.lock().unwrap_or_else(PoisonError::into_inner) = inputs;
    }

    fn throttled(&self) {
        drop(self.events.send((self.address.clone(), StepEvent::Throttled)));
    }
}

/// A change that is not made because it could not be written down first.
pub(crate) fn unrecorded(error: &StoreError) -> ResourceError {
    let mut made = ResourceError::new(
        ErrorKind::Unavailable,
        format!("the journal cannot be written: {error}"),
    );
    made.hints = error.hints();
    made
}
