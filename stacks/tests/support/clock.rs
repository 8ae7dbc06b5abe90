//! The clock of a process that stands still for a while.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use async_trait::async_trait;
use iac_core::model::Clock;
use iac_sandbox::{InstantClock, Sandbox};
use jiff::Timestamp;

/// How long a stopped process stands still: longer than any lease.
pub(crate) const STOPPED: Duration = Duration::from_mins(10);

/// The clock of a process that is stopped for [`STOPPED`] once the sandbox has seen so many changing requests.
#[derive(Debug)]
pub(crate) struct Stopped {
    time: InstantClock,
    sandbox: Arc<Sandbox>,
    requests: usize,
    struck: OnceLock<()>,
}

impl Stopped {
    pub(crate) fn new(sandbox: &Arc<Sandbox>, requests: usize) -> Self {
        Self {
            time: InstantClock::default(),
            sandbox: Arc::clone(sandbox),
            requests,
            struck: OnceLock::new(),
        }
    }
}

#[async_trait]
impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        if self.struck.get().is_none() {
            let requests = self.sandbox.requests();
            let changing = requests.iter().filter(|request| request.mutates).count();
            if changing >= self.requests && self.struck.set(()).is_ok() {
                self.time.set_forward(STOPPED);
            }
        }
        self.time.now()
    }

    fn monotonic(&self) -> Duration {
        // a process that is stopped sees on both of its clocks how long it was
        let _ = self.now();
        self.time.monotonic()
    }

    async fn sleep(&self, duration: Duration) {
        self.time.sleep(duration).await;
    }
}
