//! One call of a type, and what it records.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use iac_core::model::{Call, Recorder, RemoteId, ResourceError};

use super::InstantClock;

/// Keeps the ids it is told.
#[derive(Debug, Default)]
pub(crate) struct Ids(Mutex<Vec<RemoteId>>);

impl Ids {
    pub(crate) fn told(&self) -> Vec<RemoteId> {
        self.0.lock().unwrap().clone()
    }

    /// The id that was made durable last.
    pub(crate) fn last(&self) -> RemoteId {
        self.0.lock().unwrap().last().expect("an id was recorded").clone()
    }

    pub(crate) fn keep(&self, id: &RemoteId) {
        self.0.lock().unwrap().push(id.clone());
    }
}

#[async_trait]
impl Recorder for Ids {
    async fn created(&self, id: &RemoteId) -> Result<(), ResourceError> {
        self.keep(id);
        Ok(())
    }

    fn progress(&self, _message: &str) {}

    fn may_change(&self) -> Result<(), ResourceError> {
        Ok(())
    }
}

/// A call on the resource at `address`.
pub(crate) fn call(address: &str, ids: &Arc<Ids>) -> Call {
    let recorder: Arc<dyn Recorder> = Arc::<Ids>::clone(ids);
    Call {
        request: None,
        address: address.parse().unwrap(),
        stack: "shop".to_owned(),
        environment: "dev".to_owned(),
        seed: "seed".to_owned(),
        timeout: None,
        clock: Arc::new(InstantClock::default()),
        recorder,
    }
}

/// The tags that the engine puts on what is at `address`.
pub(crate) const fn owned(address: &str) -> [(&str, &str); 3] {
    [
        ("iac:stack", "shop"),
        ("iac:environment", "dev"),
        ("iac:address", address),
    ]
}
