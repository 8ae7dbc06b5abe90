//! The IAM types against the AWS in the process: made, changed in every way, shared with others, interrupted, deleted.
#![cfg(feature = "iam")]

#[cfg(test)]
mod bench;
#[cfg(test)]
mod engine;
#[cfg(test)]
mod managed;
#[cfg(test)]
mod provider;
#[cfg(test)]
mod role;
