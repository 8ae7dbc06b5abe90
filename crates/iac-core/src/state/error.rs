//! Why the stored state cannot be used.

use std::sync::Arc;

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
    /// A record was to be written together with others, and could not be.
    #[error(transparent)]
    Group(Arc<Self>),
    /// A write was dropped before its answer came.
    #[error("a write of the journal was cut off")]
    CutOff,
}

impl Hint for StoreError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Backend(error) => error.hints(),
            Self::State(error) => error.hints(),
            Self::Group(error) => error.hints(),
            Self::LockLost(_) | Self::CutOff => {
                vec!["run the command again: it picks up where this one stopped".to_owned()]
            }
        }
    }
}
