//! Why the stored state cannot be used.

use super::{backend::BackendError, format::StateError};
use crate::model::Hint;

/// Why the stored state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The backend failed.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// What it holds is not usable.
    #[error(transparent)]
    State(#[from] StateError),
    /// The lock is lost: nothing may be written any more.
    #[error("{0}")]
    LockLost(String),
}

impl Hint for StoreError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Backend(error) => error.hints(),
            Self::State(error) => error.hints(),
            Self::LockLost(_) => vec!["run the command again: it picks up where this one stopped".to_owned()],
        }
    }
}
