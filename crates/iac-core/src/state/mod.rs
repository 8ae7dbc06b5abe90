//! What is remembered between runs: the state document, the journal of a run, the lock, and where they are kept.

mod backend;
pub mod conformance;
mod file;
mod memory;

pub use backend::{Backend, BackendError, Lock, LockInfo, Object, Precondition, Version};
pub use file::FileBackend;
pub use memory::MemoryBackend;
