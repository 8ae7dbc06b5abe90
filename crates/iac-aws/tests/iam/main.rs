//! The IAM types against the AWS in the process: made, changed in every way, shared with others, interrupted, deleted.
#![cfg(feature = "iam")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends there"
)]

#[path = "../common/mod.rs"]
mod common;

mod bench;
mod engine;
mod managed;
mod provider;
mod role;
