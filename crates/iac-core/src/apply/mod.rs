//! The only module that changes the sandbox: runs, steps, and what comes of them.

mod bookkeeping;
mod context;
mod executor;
mod flow;
mod recorder;
mod report;
mod run;
mod settle;
mod step_run;
mod steps;

pub use report::{ApplyOptions, ApplyReport, CancelToken, Done, Failure, Skipped, Unsaved};
pub use run::{Run, RunError};
