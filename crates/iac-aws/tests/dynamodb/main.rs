//! DynamoDB, and the state kept in it and in S3, against the AWS in the process.
#![cfg(all(feature = "dynamodb", feature = "s3"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends there"
)]

#[path = "../common/mod.rs"]
mod common;

mod engine;
mod state;
mod table;
#[cfg(feature = "kms")]
mod vault;
