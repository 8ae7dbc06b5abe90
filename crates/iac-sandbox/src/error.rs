//! What can go wrong in the sandbox itself; errors that AWS would answer are answers, not these.

use std::path::PathBuf;

use thiserror::Error;

/// A failure to load, save or lock a sandbox.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// A file of the sandbox could not be read, written, renamed or removed.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or folder concerned.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A file of the sandbox does not hold what this version writes.
    #[error("{} does not hold a sandbox sandbox: {reason}", path.display())]
    Corrupt {
        /// The file concerned.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Another process has the sandbox open.
    #[error("the sandbox sandbox in {} is held by {holder}", path.display())]
    Held {
        /// The folder of the sandbox.
        path: PathBuf,
        /// The process that holds it, as it described itself.
        holder: String,
    },
    /// A service of the emulator could not give or take its state.
    #[error("the {service} emulator cannot {action} its state: {reason}")]
    Emulator {
        /// The service.
        service: &'static str,
        /// What was tried, as a verb.
        action: &'static str,
        /// What it said.
        reason: String,
    },
}

impl SandboxError {
    /// What the reader can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Io { .. } => "check that the folder exists, is writable and has space left",
            Self::Corrupt { .. } => {
                "delete the folder to start with an empty sandbox, or use the version that wrote it"
            }
            Self::Held { .. } => "wait for the other process to end, or give this one a folder of its own",
            Self::Emulator { .. } => "delete the folder to start with an empty sandbox",
        }
    }

    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
