//! Resources of all types through their lives in the sandbox.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and may be asked to look at a few types alone"
)]

mod cuts;
mod every_type;
mod test_env;
