//! DynamoDB, and the state kept in it and in S3, against the AWS in the process.
#![cfg(all(feature = "dynamodb", feature = "s3"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends there"
)]

#[path = "../common/mod.rs"]
mod common;

#[cfg(feature = "kms")]
mod data_key;
mod engine;
mod state;
mod state_store;
mod table;
mod table_refusals;
