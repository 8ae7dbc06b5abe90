//! What happens while a plan is made and applied, for those who watch. The engine prints nothing.

use std::time::Duration;

use super::action::Action;
use crate::{
    model::{Address, ResourceError},
    state::Lock,
};

/// Something that happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// Another run holds the lock; it is waited for.
    LockWaiting {
        /// Who holds it.
        holder: Lock,
    },
    /// The holder of the lock seems to be dead: its lease is over by this machine's clock. Whether it still renews the lock is
    /// watched for a whole [`LEASE`](crate::state::LEASE).
    LockWatching {
        /// Who holds it.
        holder: Lock,
    },
    /// The lock of a dead run was taken over.
    LockTakenOver {
        /// Who held it.
        holder: Lock,
    },
    /// Something an interrupted run left was recovered.
    Recovered {
        /// The resource.
        address: Address,
        /// What was found and done.
        message: String,
    },
    /// The cloud is read.
    RefreshStarted {
        /// How many objects there are to read.
        total: usize,
    },
    /// An object was read.
    Refreshed {
        /// The resource.
        address: Address,
    },
    /// An apply begins.
    ApplyStarted {
        /// How many steps there are.
        total: usize,
    },
    /// A step begins.
    StepStarted {
        /// The resource.
        address: Address,
        /// What is done: a replacement is a create and a delete.
        action: Action,
    },
    /// A step waits for something.
    StepProgress {
        /// The resource.
        address: Address,
        /// What is awaited.
        message: String,
    },
    /// A service asks for fewer requests: fewer steps go on there, until it does so no more.
    Throttled {
        /// The service: `dynamodb`.
        service: String,
        /// How many steps go on there at once from now on.
        at_once: usize,
    },
    /// A step is done.
    StepFinished {
        /// The resource.
        address: Address,
        /// What was done.
        action: Action,
        /// How long it took.
        elapsed: Duration,
        /// The id of the object, where there is one.
        id: Option<String>,
    },
    /// A step failed.
    StepFailed {
        /// The resource.
        address: Address,
        /// What was tried.
        action: Action,
        /// Why it failed.
        error: ResourceError,
    },
    /// A step is not tried.
    StepSkipped {
        /// The resource.
        address: Address,
        /// What would have been done.
        action: Action,
        /// The resource whose failure is in its way; none when the run was stopped.
        because: Option<Address>,
    },
    /// The state was written.
    StateSaved {
        /// Its serial.
        serial: u64,
    },
    /// Something the user should know.
    Warning {
        /// What.
        message: String,
    },
}

/// One who watches. Called from the engine's tasks: returns quickly.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn on(&self, event: Event);
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoopObserver;

impl Observer for NoopObserver {
    fn on(&self, _event: Event) {}
}

impl<F: Fn(Event) + Send + Sync> Observer for F {
    fn on(&self, event: Event) {
        self(event);
    }
}
