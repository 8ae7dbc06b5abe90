//! What a type's code reports to while a step runs: ids go to the journal, progress to the observers.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
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
}

impl StepRecorder {
    /// The id, when one was recorded.
    pub(crate) fn id(&self) -> Option<RemoteId> {
        self.id.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
