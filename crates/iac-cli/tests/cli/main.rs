//! The command line from end to end, over a cloud in memory.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod documents;
mod journey;
mod lab;
mod pushing;
mod refusals;
mod state_commands;
mod troubles;
