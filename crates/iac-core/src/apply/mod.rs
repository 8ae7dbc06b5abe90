//! The only module that changes the world: runs, steps, and what comes of them.

mod bookkeeping;
mod executor;
mod flow;
mod job;
mod recorder;
mod report;
mod run;
mod settle;
mod steps;
mod workshop;

pub use report::{ApplyOptions, ApplyReport, Done, Failure, Skipped, Stop, Unsaved};
pub use run::{Run, RunError};
