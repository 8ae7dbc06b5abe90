//! The EC2 types against the AWS in the process.
#![cfg(feature = "ec2")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends there"
)]

#[path = "../common/mod.rs"]
mod common;

mod engine;
mod in_use;
mod security_group;
mod security_group_rule;
mod stale;
mod subnet;
mod vpc;
