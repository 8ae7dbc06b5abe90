//! Makes what a [`StateStore`] needs, or verifies and repairs it: the state bucket (versioned, encrypted, closed to the public
//! and to unencrypted connections, without versions that nobody needs any more) and the lock table (protected from deletion),
//! both with the default tags.
//!
//! It may be repeated at any time, by anyone, also at once: what is there and ours is kept, what is not as it should be is set.
//! Nothing is ever deleted, and no policy statement, lifecycle rule or tag of others is touched. It keeps no state.
//!
//! Source: S3 user guide, "Security best practices for Amazon S3"; DynamoDB API reference, `CreateTable`.

mod bucket;
mod lifecycle;
mod policy;
mod report;
mod table;
mod tags;
mod work;

use iac_core::model::{Clock, Provider, ResourceError};

use self::work::Work;
use crate::{Aws, StateStore};

pub use self::report::{BootstrapOptions, BootstrapOutcome, BootstrapStep};

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
    "s3:GetBucketLifecycleConfiguration",
    "s3:PutBucketLifecycleConfiguration",
    "s3:GetBucketTagging",
    "s3:PutBucketTagging",
    "dynamodb:DescribeTable",
    "dynamodb:CreateTable",
    "dynamodb:UpdateTable",
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:UpdateContinuousBackups",
    "dynamodb:ListTagsOfResource",
    "dynamodb:TagResource",
];

/// Makes the bucket and the table of `store` in the account and region of `aws`, whatever `store` says of those, or brings
/// them to what they should be.
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
        owner: store.expected_bucket_owner.as_deref().unwrap_or(aws.account()),
        steps: Vec::new(),
    };
    let tags = aws.default_tags();
    work.bucket(store, options).await?;
    work.bucket_tags(&store.bucket, &tags).await?;
    work.table(&store.table, &tags, options).await?;
    Ok(work.steps)
}
