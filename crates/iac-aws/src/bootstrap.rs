//! Makes what a [`StateStore`] needs, or verifies and repairs it: the state bucket (versioned, encrypted, closed to the public
//! and to unencrypted connections) and the lock table (protected from deletion).
//!
//! It may be repeated at any time, by anyone, also at once: what is there and ours is kept, what is not as it should be is set.
//! Nothing is ever deleted, and no policy statement of others is touched. It keeps no state.
//!
//! Source: S3 user guide, "Security best practices for Amazon S3"; DynamoDB API reference, `CreateTable`.

mod bucket;
mod table;

use std::{fmt, time::Duration};

use iac_core::model::{Clock, ResourceError};
use serde::{Deserialize, Serialize};

use crate::{Aws, StateStore};

/// What to make besides what is always made, and what to leave out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootstrapOptions {
    /// Backups of the lock table to any second. A lock is worth nothing an hour later, so they are off unless rules ask for them.
    pub point_in_time_recovery: bool,
    /// Leaves out the policy that refuses connections without TLS: for an endpoint of one's own that speaks plain HTTP, which
    /// would lock everyone out.
    pub plain_http: bool,
}

/// One thing that was looked at, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootstrapStep {
    /// What it is: `the bucket acme-state`, `its versioning`.
    pub what: String,
    /// What became of it.
    pub outcome: BootstrapOutcome,
}

impl fmt::Display for BootstrapStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.outcome)
    }
}

/// What became of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BootstrapOutcome {
    /// It was not there and was made.
    Created,
    /// It was as it should be.
    AlreadyRight,
    /// It was there, not as it should be, and was set.
    Repaired,
}

impl fmt::Display for BootstrapOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Created => "created",
            Self::AlreadyRight => "already right",
            Self::Repaired => "repaired",
        })
    }
}

/// Every API operation that [`bootstrap`] may call, as `service:Operation`.
pub const BOOTSTRAP_OPERATIONS: &[&str] = &[
    "s3:HeadBucket",
    "s3:CreateBucket",
    "s3:GetBucketVersioning",
    "s3:PutBucketVersioning",
    "s3:GetBucketEncryption",
    "s3:PutBucketEncryption",
    "s3:GetPublicAccessBlock",
    "s3:PutPublicAccessBlock",
    "s3:GetBucketPolicy",
    "s3:PutBucketPolicy",
    "dynamodb:DescribeTable",
    "dynamodb:CreateTable",
    "dynamodb:UpdateTable",
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:UpdateContinuousBackups",
];

/// Makes the bucket and the table of `store` in the account and region of `aws`, or brings them to what they should be.
///
/// # Errors
/// When the bucket's name belongs to another account or its region is another one, when the table is there with other keys, or
/// when a call fails. What was done until then stays; calling it again goes on from there.
pub async fn bootstrap(
    aws: &Aws,
    store: &StateStore,
    options: BootstrapOptions,
    clock: &dyn Clock,
) -> Result<Vec<BootstrapStep>, ResourceError> {
    let mut work = Work {
        aws,
        clock,
        steps: Vec::new(),
    };
    work.bucket(&store.bucket, options).await?;
    work.table(&store.table, options).await?;
    Ok(work.steps)
}

struct Work<'a> {
    aws: &'a Aws,
    clock: &'a dyn Clock,
    steps: Vec<BootstrapStep>,
}

impl Work<'_> {
    fn note(&mut self, what: impl Into<String>, outcome: BootstrapOutcome) {
        self.steps.push(BootstrapStep {
            what: what.into(),
            outcome,
        });
    }

    /// Repeats `attempt` while it fails with an error that passes by itself, for as long as `limit` allows.
    async fn patiently<T, F>(
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
