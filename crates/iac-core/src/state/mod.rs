//! What is remembered between runs: the state document, the journal of a run, the lock, and where they are kept.

mod backend;
pub mod conformance;
mod depth;
mod document;
mod edit;
mod entry;
mod error;
mod file;
mod format;
mod group_commit;
mod history;
mod intent;
mod journal;
mod layout;
mod lease;
mod memory;
mod replay;
mod snapshot;
mod writer;

pub use backend::{Backend, BackendError, Lock, LockInfo, Object, Precondition, Version};
pub(crate) use depth::shallow;
pub use document::{Author, OutputState, State};
pub use edit::{EditError, PushError};
pub use entry::{ObjectState, ResourceState, Status};
pub use error::StoreError;
pub use file::FileBackend;
pub use format::{FORMAT_VERSION, StateError};
pub use history::{Serial, history, serial};
pub use intent::{Intent, PendingOperation, Verb};
pub use journal::{Continuation, JOURNAL_FORMAT, Record, RecordBatch};
pub use layout::STATE;
pub use lease::{LEASE, Lease, LockEvent};
pub use memory::MemoryBackend;
pub use replay::{Replay, replay};
pub use snapshot::Snapshot;
pub use writer::StateWriter;
