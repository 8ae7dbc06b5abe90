//! The state backend on S3 and DynamoDB: objects below one key of a bucket, the lock as one item of a table.
//!
//! It needs these permissions and no other: `s3:ListBucket` on the bucket, `s3:GetObject`, `s3:PutObject` and
//! `s3:DeleteObject` on `<key>/*` in it, `dynamodb:GetItem`, `dynamodb:PutItem` and `dynamodb:DeleteItem` on the table; with a
//! KMS key also `kms:GenerateDataKey` and `kms:Decrypt` on it, and `kms:Encrypt` on a key that takes the place of another.
//! [`bootstrap`](crate::bootstrap()) makes the bucket and the table.
//!
//! - Every write is conditional on the `ETag` that was read, or on there being no object: S3 refuses it with 412 otherwise. Two
//!   writes at once make S3 answer 409 `ConditionalRequestConflict`; that is sent again, and then either won or refused.
//! - The SDK sends a request again when its answer was lost. The second try then meets what the first one wrote, and is refused.
//!   So a refused write that was sent more than once is a success when what is there is exactly what was written.
//! - Both S3 and consistent reads of DynamoDB show the latest write: there is nothing to wait for.
//! - A lease is short, so a try that is not answered soon is given up and sent again, and requests of resources that are
//!   throttled do not hold these up.
//! - Every request to the bucket names the account that owns it: a bucket of that name of somebody else is refused by S3.
//!
//! Source: S3 user guide, "How to prevent object overwrites with conditional writes" and "Verifying bucket ownership with
//! bucket owner condition"; DynamoDB developer guide, "Condition expressions".

mod attempts;
mod backend;
mod clients;
#[cfg(feature = "kms")]
mod data_key;
mod lock;
mod objects;
mod store;

pub use backend::S3Backend;
pub use store::StateStore;
