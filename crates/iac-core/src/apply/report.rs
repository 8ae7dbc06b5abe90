//! What an apply came to.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::Notify;

use crate::{
    model::{Address, ResourceError},
    plan::Action,
    state::{OutputState, StoreError},
};

/// What the user asks of an apply.
#[derive(Clone, Debug)]
pub struct ApplyOptions {
    /// How many steps go on at once.
    pub parallelism: usize,
    /// Whether the first failure stops new steps.
    pub fail_fast: bool,
    /// The way to stop it.
    pub stop: CancelToken,
}

impl Default for ApplyOptions {
    fn default() -> Self {
        Self {
            parallelism: 10,
            fail_fast: false,
            stop: CancelToken::default(),
        }
    }
}

/// A request to stop: steps in flight finish, none begins, the state is saved. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<(AtomicBool, Notify)>);

impl CancelToken {
    /// Asks to stop.
    pub fn request(&self) {
        self.0.0.store(true, Ordering::SeqCst);
        self.0.1.notify_waiters();
    }

    /// Whether it was asked for.
    pub fn is_requested(&self) -> bool {
        self.0.0.load(Ordering::SeqCst)
    }

    /// Returns when it is asked for.
    pub async fn requested(&self) {
        let asked = self.0.1.notified();
        if !self.is_requested() {
            asked.await;
        }
    }
}

/// A step that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The resource.
    pub address: Address,
    /// What was done.
    pub action: Action,
}

/// A step that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The resource.
    pub address: Address,
    /// What was tried.
    pub action: Action,
    /// Why it failed.
    pub error: ResourceError,
}

/// A step that was not tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The resource.
    pub address: Address,
    /// What would have been done.
    pub action: Action,
    /// The resource whose failure is in its way; none when the run was stopped.
    pub because: Option<Address>,
}

/// A state that could not be saved: to be kept by the caller, nothing may be lost.
#[derive(Debug)]
pub struct Unsaved {
    /// Why not.
    pub error: StoreError,
    /// The document.
    pub state: Vec<u8>,
}

/// What an apply came to. All failures are in it, not only the first.
#[derive(Debug, Default)]
pub struct ApplyReport {
    /// What was done, in the order it was finished.
    pub done: Vec<Done>,
    /// What failed.
    pub failed: Vec<Failure>,
    /// What was not tried.
    pub skipped: Vec<Skipped>,
    /// The outputs of the stack. Secret ones are sealed.
    pub outputs: BTreeMap<String, OutputState>,
    /// The serial of the state now.
    pub serial: u64,
    /// Whether it was stopped before the end.
    pub interrupted: bool,
    /// How the lock was lost, and who holds it now; nothing was changed from then on.
    pub lost_lock: Option<String>,
    /// The state, when it could not be saved.
    pub unsaved: Option<Unsaved>,
}

impl ApplyReport {
    /// Whether everything was done and saved.
    pub fn is_success(&self) -> bool {
        self.failed.is_empty()
            && self.skipped.is_empty()
            && self.unsaved.is_none()
            && self.lost_lock.is_none()
            && !self.interrupted
    }
}
