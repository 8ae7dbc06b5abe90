//! How an environment is reached: its types with their connection, its state, and time.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;

use crate::{
    model::{Clock, Hint, Registry},
    state::Backend,
};

/// An environment that is open: everything an engine function needs beside the stack.
#[derive(Clone, Debug)]
pub struct Session {
    /// The resource types, connected.
    pub registry: Registry,
    /// Where the state is.
    pub backend: Arc<dyn Backend>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Who works: `user@host`.
    pub who: String,
}

/// What is to be opened.
#[derive(Clone, Debug)]
pub struct OpenRequest {
    /// The stack's name.
    pub stack: String,
    /// The environment's name.
    pub environment: String,
    /// The folder for state that is kept locally, when the user named one.
    pub state_dir: Option<PathBuf>,
    /// Who works: `user@host`.
    pub who: String,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

/// Why an environment could not be opened: any error that can say what to do.
#[derive(Debug, thiserror::Error)]
#[error("{summary}")]
pub struct OpenError {
    /// What failed.
    pub summary: String,
    /// The cause.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
    /// What to do.
    pub hints: Vec<String>,
}

impl Hint for OpenError {
    fn hints(&self) -> Vec<String> {
        self.hints.clone()
    }
}

impl OpenError {
    /// An error from its cause and the cause's own hints.
    pub fn new<E>(summary: impl Into<String>, source: E) -> Self
    where
        E: std::error::Error + Hint + Send + Sync + 'static,
    {
        Self {
            summary: summary.into(),
            hints: source.hints(),
            source: Some(Box::new(source)),
        }
    }
}

/// A way to reach environments: an AWS account, a cloud in the process.
#[async_trait]
pub trait Platform: Send + Sync {
    /// Opens an environment. Proves that it is the right account before anything is written.
    async fn open(&self, request: &OpenRequest) -> Result<Session, OpenError>;

    /// Reaches the environment's state alone, for commands that need nothing else.
    async fn open_state(&self, request: &OpenRequest) -> Result<Arc<dyn Backend>, OpenError> {
        Ok(self.open(request).await?.backend)
    }

    /// Makes the place where the environment's state is kept; may be repeated. Gives a line for each thing it looked at.
    async fn bootstrap(&self, request: &OpenRequest) -> Result<Vec<String>, OpenError>;
}
