//! Where state is kept: a small store of named objects with conditional writes, and a lock.
//!
//! A backend serves one environment of one stack. State, journal and history are objects in it; what they hold is not its
//! business. One conformance suite ([`conformance`](super::conformance)) runs on all of them.

use std::{fmt, io, path::PathBuf};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{DataKey, ErrorKind, Hint, ResourceError};

/// What a write demands of the object that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// There is no such object yet.
    Absent,
    /// The object still is of this version.
    Matches(Version),
}

/// A version of an object; what it looks like is the backend's business (an `ETag`, a hash).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub String);

/// An object as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its version.
    pub version: Version,
}

/// Who holds the lock, in the words Terraform writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LockInfo {
    /// A unique id, needed to unlock.
    #[serde(rename = "ID")]
    pub id: String,
    /// What the holder does: `plan`, `apply`.
    pub operation: String,
    /// Free text.
    pub info: String,
    /// `user@host`.
    pub who: String,
    /// The version of the program.
    pub version: String,
    /// When it was taken.
    pub created: Timestamp,
    /// What is locked.
    pub path: String,
}

/// A lock: who holds it, and until when without being renewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// Who holds it.
    pub info: LockInfo,
    /// From then on anyone may take it over. A lock that another program took has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LockInfo {
            id,
            operation,
            who,
            created,
            ..
        } = &self.info;
        write!(f, "{who} ({operation}, since {created:.0}, lock id {id})")
    }
}

/// Why a backend could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackendError {
    /// The object is not what the [`Precondition`] demands.
    #[error("`{name}` was changed by someone else")]
    Changed {
        /// The object.
        name: String,
    },
    /// The lock is held by another.
    #[error("the state is locked by {}", .0)]
    Locked(Box<Lock>),
    /// The lock is not, or no longer, the one that was named; the holder now, if there is one.
    #[error("the lock is not held{}", .0.as_ref().map(|lock| format!(": it belongs to {lock}")).unwrap_or_default())]
    NotHeld(Option<Box<Lock>>),
    /// What is stored is not what it should be.
    #[error("`{name}` cannot be read: {message}")]
    Malformed {
        /// The object.
        name: String,
        /// What is wrong with it.
        message: String,
    },
    /// A file could not be read or written.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// What was tried: `write`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A service answered with an error.
    #[error(transparent)]
    Remote(#[from] ResourceError),
}

impl BackendError {
    /// Whether the same request may be answered otherwise a moment later.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Remote(error) => matches!(
                error.kind,
                ErrorKind::Throttled
                    | ErrorKind::Timeout
                    | ErrorKind::Unavailable
                    | ErrorKind::Conflict
                    | ErrorKind::Other
            ),
            Self::Io { source, .. } => matches!(
                source.kind(),
                io::ErrorKind::Interrupted | io::ErrorKind::TimedOut | io::ErrorKind::ResourceBusy
            ),
            Self::Changed { .. } | Self::Locked(_) | Self::NotHeld(_) | Self::Malformed { .. } => false,
        }
    }
}

impl Hint for BackendError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Locked(lock) => vec![
                "wait for it with `--lock-timeout 5m`".to_owned(),
                format!(
                    "if that run is surely dead, take the lock away with `unlock ENV {}`",
                    lock.info.id
                ),
            ],
            Self::NotHeld(_) => vec!["the lock is shown by every command that needs it".to_owned()],
            Self::Changed { .. } => vec!["plan again: another run has finished in between".to_owned()],
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    vec!["choose a folder you may write to with `--state-dir DIR`".to_owned()]
                }
                io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => vec![
                    "a file is in the way of a folder: move it, or choose another folder with `--state-dir DIR`"
                        .to_owned(),
                ],
                io::ErrorKind::StorageFull => {
                    vec!["free some space on that disk, then run the command again".to_owned()]
                }
                _ => Vec::new(),
            },
            Self::Remote(error) => error.hints(),
            Self::Malformed { .. } => Vec::new(),
        }
    }
}

/// A store of named objects for one environment, with a lock.
///
/// Names are relative paths of letters, digits, `-`, `_`, `.` and `/`: `state.json`, `journal/000017.json`.
#[async_trait]
pub trait Backend: fmt::Debug + Send + Sync {
    /// Where it is, for people: `s3://bucket/key`, a folder.
    fn place(&self) -> String;

    /// Reads an object; `None` when there is none.
    async fn get(&self, name: &str) -> Result<Option<Object>, BackendError>;

    /// Writes an object, durable and whole or not at all.
    ///
    /// # Errors
    /// [`BackendError::Changed`] when the precondition does not hold; the object is then as it was.
    async fn put(&self, name: &str, bytes: &[u8], precondition: &Precondition) -> Result<Version, BackendError>;

    /// Removes an object. One that is not there is success.
    async fn delete(&self, name: &str) -> Result<(), BackendError>;

    /// The names that begin with `prefix`, in order.
    async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError>;

    /// Takes the lock: when nobody holds it, or, with `over`, when it still is exactly that one.
    ///
    /// # Errors
    /// [`BackendError::Locked`] with the holder.
    async fn lock(&self, lock: &Lock, over: Option<&Lock>) -> Result<(), BackendError>;

    /// Moves the end of a lock that is held.
    ///
    /// # Errors
    /// [`BackendError::NotHeld`] when it no longer is exactly `held`.
    async fn renew(&self, held: &Lock, expires: Timestamp) -> Result<Lock, BackendError>;

    /// Gives the lock with this id back.
    ///
    /// # Errors
    /// [`BackendError::NotHeld`] when nobody holds it, or another.
    async fn unlock(&self, id: &str) -> Result<(), BackendError>;

    /// Who holds the lock.
    async fn holder(&self) -> Result<Option<Lock>, BackendError>;

    /// The key that the secrets of this environment are encrypted with; made when there is none and `make` says so. It is kept
    /// apart from the objects. A backend that keeps no key gives none: then secrets are kept as hashes only.
    async fn key(&self, make: bool) -> Result<Option<DataKey>, BackendError> {
        let _ = make;
        Ok(None)
    }
}
