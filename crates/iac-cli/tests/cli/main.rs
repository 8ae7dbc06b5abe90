//! The command line from end to end, over a cloud in memory.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod defaults;
mod documents;
mod drift;
mod importing;
mod journey;
mod outputs;
mod pushing;
mod refusals;
mod rollback;
mod saved_plans;
mod state_commands;
mod terminals;
mod test_env;
mod troubles;
