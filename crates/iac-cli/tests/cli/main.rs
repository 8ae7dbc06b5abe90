//! The command line from end to end, over a cloud in memory.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod documents;
mod journey;
mod lab;
mod refusals;
mod troubles;
