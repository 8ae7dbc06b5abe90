//! The lifecycle every resource type goes through, on the AWS in the process. See `harness.rs` for its steps.
//!
//! A new type adds one file here, with one test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends there"
)]

mod harness;

#[cfg(feature = "iam")]
mod iam_role;
#[cfg(feature = "s3")]
mod s3_bucket;
#[cfg(feature = "s3")]
mod s3_bucket_policy;
#[cfg(feature = "s3")]
mod s3_directory;
#[cfg(feature = "s3")]
mod s3_object;
