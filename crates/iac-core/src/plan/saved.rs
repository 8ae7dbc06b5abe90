//! Plans in files: what was looked at and agreed to is what is applied, or nothing is.
//!
//! A saved plan holds what an apply needs beside the state: inputs as far as they are known, edges and marks. It is bound to
//! the state it was made on and to what was seen in the cloud. Its secrets are encrypted with the environment's key; where
//! there is none they are absent, and taken from the stack's source when that still has the same ones.

mod error;
mod file;
mod observed;
mod restore;
mod save;

pub use error::{SavedPlanError, Stale};
pub use file::SavedPlan;
