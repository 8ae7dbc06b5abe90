//! Time for tests: it passes when somebody waits.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use iac_core::model::Clock;
use iac_core::state::LEASE;
use jiff::{SignedDuration, Timestamp};

/// A clock on which every wait is over at once, so that a test of minutes takes milliseconds. It begins at 1970.
///
/// Those who wait at the same time wait for the same time to come. The renewal of the state's lock sets no clock forward: it
/// looks on, and time stands still while it is due, as if the waits took as long as they say.
#[derive(Debug)]
pub struct InstantClock {
    now: AtomicI64,
    /// When the lock's renewal is due; [`NEVER`] without one.
    renewal: AtomicI64,
}

const NEVER: i64 = i64::MAX;

impl Default for InstantClock {
    fn default() -> Self {
        Self::at(Duration::ZERO)
    }
}

impl InstantClock {
    /// A clock that shows so much time after 1970.
    pub fn at(time: Duration) -> Self {
        Self {
            now: AtomicI64::new(millis(time)),
            renewal: AtomicI64::new(NEVER),
        }
    }

    /// Lets time pass.
    pub fn set_forward(&self, by: Duration) {
        self.now.fetch_add(millis(by), Ordering::SeqCst);
    }
}

/// How long the renewal of the lock waits.
const RENEWAL: Duration = LEASE.checked_div(4).unwrap();

/// How long a renewal that is due is waited for, of the time outside: its run may be over.
const PATIENCE: Duration = Duration::from_millis(500);

impl InstantClock {
    /// Waits until others have set the clock so far.
    async fn watch(&self, end: i64) {
        /// A run that is over has no renewal.
        struct Due<'a>(&'a InstantClock, bool);

        impl Drop for Due<'_> {
            fn drop(&mut self) {
                if !self.1 {
                    self.0.renewal.store(NEVER, Ordering::SeqCst);
                }
            }
        }

        self.renewal.store(end, Ordering::SeqCst);
        let mut due = Due(self, false);
        while self.now.load(Ordering::SeqCst) < end {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        due.1 = true;
    }

    /// Waits until no renewal is due.
    async fn renewed(&self) {
        let began = Instant::now();
        while self.renewal.load(Ordering::SeqCst) <= self.now.load(Ordering::SeqCst) {
            if began.elapsed() > PATIENCE {
                self.renewal.store(NEVER, Ordering::SeqCst);
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[async_trait]
impl Clock for InstantClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_millis(self.now.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.now.load(Ordering::SeqCst)).unwrap_or_default())
    }

    async fn sleep(&self, duration: Duration) {
        let end = self.now.load(Ordering::SeqCst).saturating_add(millis(duration));
        if duration == RENEWAL {
            self.watch(end).await;
            return;
        }
        tokio::task::yield_now().await;
        loop {
            self.renewed().await;
            let step = end.min(self.renewal.load(Ordering::SeqCst));
            self.now.fetch_max(step, Ordering::SeqCst);
            if step == end {
                return;
            }
        }
    }
}
