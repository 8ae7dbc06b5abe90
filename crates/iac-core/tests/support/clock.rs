//! Time in which nobody waits.

use std::{sync::Mutex, time::Duration};

use async_trait::async_trait;
use iac_core::model::Clock;
use jiff::{SignedDuration, Timestamp};

/// A clock that stands until someone sleeps, and then jumps.
#[derive(Debug, Default)]
pub(crate) struct TestClock(Mutex<i64>);

impl TestClock {
    pub(crate) fn advance(&self, duration: Duration) {
        if let Ok(mut millis) = self.0.lock() {
            *millis += i64::try_from(duration.as_millis()).unwrap_or_default();
        }
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let millis = self.0.lock().map(|millis| *millis).unwrap_or_default();
        Timestamp::UNIX_EPOCH + SignedDuration::from_millis(millis)
    }

    fn monotonic(&self) -> Duration {
        self.now().duration_since(Timestamp::UNIX_EPOCH).unsigned_abs()
    }

    async fn sleep(&self, duration: Duration) {
        // a lease is renewed every 15 s of this clock: only waits that somebody is in need of move it
        if duration >= iac_core::state::LEASE / 4 {
            std::future::pending::<()>().await;
        }
        self.advance(duration);
        tokio::task::yield_now().await;
    }
}
