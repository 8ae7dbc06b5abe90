//! Clocks that tests can set forward.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use iac_core::{model::Clock, state::LEASE};
use iac_sandbox::Sandbox;
use jiff::{SignedDuration, Timestamp};

/// How long a stopped process stands still: longer than any lease.
pub(crate) const STOPPED: Duration = Duration::from_mins(10);

/// A clock that every wait sets forward at once, but for the lease's, which only looks on.
#[derive(Debug, Default)]
pub(crate) struct Jumping(AtomicI64);

impl Jumping {
    pub(crate) fn at(time: Duration) -> Self {
        Self(AtomicI64::new(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)))
    }

    fn set_forward(&self, by: Duration) {
        self.0
            .fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for Jumping {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_millis(self.0.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.load(Ordering::SeqCst)).unwrap_or_default())
    }

    async fn sleep(&self, duration: Duration) {
        if duration == LEASE / 4 {
            let end = self.now() + duration;
            while self.now() < end {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        } else {
            // who waits at the same time waits for the same time to come
            let end = self.0.load(Ordering::SeqCst) + i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
            if duration < Duration::from_secs(1) {
                tokio::task::yield_now().await;
            } else {
                // the lease's renewal looks on, and must see it
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            self.0.fetch_max(end, Ordering::SeqCst);
        }
    }
}

/// The clock of a process that is stopped for [`STOPPED`] once the sandbox has seen so many changing requests.
#[derive(Debug)]
pub(crate) struct Stopped {
    time: Jumping,
    sandbox: Arc<Sandbox>,
    requests: usize,
    struck: OnceLock<()>,
}

impl Stopped {
    pub(crate) fn new(sandbox: &Arc<Sandbox>, requests: usize) -> Self {
        Self {
            time: Jumping::default(),
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
