//! CloudFront's types in an AWS inside the process: what they wait for, what they are refused, what a crash leaves.
#![cfg(feature = "cloudfront")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends there"
)]

#[path = "../common/mod.rs"]
mod common;

mod aliases;
mod bench;
mod distribution;
mod parts;
