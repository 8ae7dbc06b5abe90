//! The only module that changes the cloud: runs, steps, and what comes of them.

mod concurrency;
mod context;
mod executor;
mod recorder;
mod recovery;
mod report;
mod run;
mod save;
mod state_updates;
mod step_run;
mod steps;

pub use report::{ApplyOptions, ApplyReport, CancelToken, Done, Failure, Skipped, Unsaved};
pub use run::{Run, RunError};
