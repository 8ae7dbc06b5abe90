//! What is remembered between runs: the state document, the journal of a run, the lock, and where they are kept.

mod backend;
pub mod conformance;
mod depth;
mod document;
mod edit;
mod file;
mod history;
mod journal;
mod lease;
mod memory;
mod migrate;
mod store;

pub use backend::{Backend, BackendError, Lock, LockInfo, Object, Precondition, Version};
pub(crate) use depth::shallow;
pub use document::{Author, FORMAT_VERSION, ObjectState, OutputState, ResourceState, State, StateError, Status};
pub use edit::{EditError, PushError};
pub use file::FileBackend;
pub use history::{Serial, history, serial};
pub use journal::{Intent, PendingOperation, Record, Verb, fold};
pub use lease::{LEASE, Lease, LockNews};
pub use memory::MemoryBackend;
pub use store::{STATE, Snapshot, StateWriter, StoreError};
