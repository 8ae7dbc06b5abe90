//! What the parts of a bootstrap share.

use std::time::Duration;

use iac_core::model::{Clock, ResourceError};

use super::report::{BootstrapOutcome, BootstrapStep};
use crate::Aws;

/// For a new bucket to be known everywhere, and for other changes of it to get out of the way.
const VISIBLE: Duration = Duration::from_mins(2);

/// A bootstrap that is going on.
pub(super) struct Work<'a> {
    pub(super) aws: &'a Aws,
    pub(super) clock: &'a dyn Clock,
    /// The account that the bucket belongs to.
    pub(super) owner: &'a str,
    pub(super) steps: Vec<BootstrapStep>,
}

impl Work<'_> {
    pub(super) fn note(&mut self, what: impl Into<String>, outcome: BootstrapOutcome) {
        self.steps.push(BootstrapStep {
            what: what.into(),
            outcome,
        });
    }

    /// Repeats a call on the bucket while it is not known everywhere, or another change of it is going on.
    pub(super) async fn retried<T, F>(&self, attempt: impl FnMut() -> F + Send) -> Result<T, ResourceError>
    where
        F: Future<Output = Result<T, ResourceError>> + Send,
    {
        let passes = |error: &ResourceError| matches!(error.code.as_str(), "NoSuchBucket" | "OperationAborted");
        self.patiently(VISIBLE, passes, attempt).await
    }

    /// Repeats `attempt` while it fails with an error that passes by itself, for as long as `limit` allows.
    pub(super) async fn patiently<T, F>(
        &self,
        limit: Duration,
        passes: impl Fn(&ResourceError) -> bool + Send + Sync,
        mut attempt: impl FnMut() -> F + Send,
    ) -> Result<T, ResourceError>
    where
        F: Future<Output = Result<T, ResourceError>> + Send,
    {
        let (mut waited, mut pause) = (Duration::ZERO, Duration::from_millis(500));
        loop {
            match attempt().await {
                Err(error) if passes(&error) && waited + pause <= limit => {
                    self.clock.sleep(pause).await;
                    waited += pause;
                    pause = (pause * 2).min(Duration::from_secs(10));
                }
                done => return done,
            }
        }
    }
}
