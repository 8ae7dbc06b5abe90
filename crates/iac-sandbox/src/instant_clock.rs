//! Time for tests: it passes when somebody waits.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use iac_core::model::Clock;
use iac_core::state::LEASE;
use jiff::{SignedDuration, Timestamp};

/// A clock on which every wait is over at once, so that a test of minutes takes milliseconds. It begins at 1970.
///
/// Those who wait at the same time wait for the same time to come. The renewal of the state's lock sets no clock forward: it
/// looks on, and renews when it is due, as it would beside waits that take their time.
#[derive(Debug, Default)]
pub struct InstantClock(AtomicI64);

impl InstantClock {
    /// A clock that shows so much time after 1970.
    pub fn at(time: Duration) -> Self {
        Self(AtomicI64::new(millis(time)))
    }

    /// Lets time pass.
    pub fn set_forward(&self, by: Duration) {
        self.0.fetch_add(millis(by), Ordering::SeqCst);
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[async_trait]
impl Clock for InstantClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_millis(self.0.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.load(Ordering::SeqCst)).unwrap_or_default())
    }

    async fn sleep(&self, duration: Duration) {
        if duration == LEASE / 4 {
            let end = self.monotonic() + duration;
            while self.monotonic() < end {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            return;
        }
        let end = self.0.load(Ordering::SeqCst).saturating_add(millis(duration));
        if duration < Duration::from_secs(1) {
            tokio::task::yield_now().await;
        } else {
            // long enough for the renewal to see it
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        self.0.fetch_max(end, Ordering::SeqCst);
    }
}
