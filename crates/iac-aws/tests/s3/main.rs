//! The S3 types against the AWS in the process.
#![cfg(feature = "s3")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends there"
)]

#[path = "../common/mod.rs"]
mod common;

mod bucket;
mod bucket_notification;
mod bucket_policy;
mod bucket_refusals;
mod directory;
mod engine;
mod ignored_tags;
mod object;
