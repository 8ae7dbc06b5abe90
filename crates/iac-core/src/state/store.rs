//! Reading what is stored, and the one writer of it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use futures::{StreamExt, TryStreamExt, stream};

use super::{
    backend::{Backend, BackendError, Precondition, Version},
    document::{State, StateError},
    journal::{Folded, Record, Unsettled, fold},
    lease::Lease,
};
use crate::model::Hint;

/// The name of the state document in a backend.
pub const STATE: &str = "state.json";
/// The prefix of the journal's records.
const JOURNAL: &str = "journal/";
/// How many small objects are read or removed at once.
const FAN_OUT: usize = 16;

/// What is stored, as it was read: the state with the journal folded in. Cannot write.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The state.
    pub state: State,
    /// What an interrupted run left open.
    pub unsettled: Vec<Unsettled>,
    /// The version of the document, when there is one.
    version: Option<Version>,
    /// The names of the journal's records.
    journal: Vec<String>,
    /// Whether the journal builds on this state; a stale one was folded already.
    live: bool,
}

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

impl Snapshot {
    /// Reads the state and the journal of an environment; a state that is not there yet is a new one.
    ///
    /// # Errors
    /// [`StoreError`]: not reachable, malformed, newer, or of another stack.
    pub async fn read(backend: &dyn Backend, stack: &str, environment: &str) -> Result<Self, StoreError> {
        let place = backend.place();
        let (mut state, version) = match backend.get(STATE).await? {
            Some(object) => (State::decode(&object.bytes, &place)?, Some(object.version)),
            None => (State::new(stack, environment), None),
        };
        state.belongs_to(stack, environment, &place)?;
        let journal = backend.list(JOURNAL).await?;
        let records: Vec<Record> = stream::iter(&journal)
            .map(|name| record(backend, name))
            .buffered(FAN_OUT)
            .try_filter_map(|record| async { Ok(record) })
            .try_collect()
            .await?;
        if version.is_none() {
            // the journal of a first run knows the lineage that was about to be written
            if let Some(Record::Begun { lineage, serial: 0, .. }) = records.first() {
                state.lineage.clone_from(lineage);
            }
        }
        let Folded { live, unsettled } = fold(&mut state, &records);
        Ok(Self {
            state,
            unsettled,
            version,
            journal,
            live,
        })
    }

    /// Whether anything has ever been stored.
    pub fn exists(&self) -> bool {
        self.version.is_some() || !self.journal.is_empty()
    }
}

async fn record(backend: &dyn Backend, name: &str) -> Result<Option<Record>, StoreError> {
    let Some(object) = backend.get(name).await? else {
        return Ok(None);
    };
    let record = serde_json::from_slice(&object.bytes).map_err(|error| BackendError::Malformed {
        name: name.to_owned(),
        message: error.to_string(),
    })?;
    Ok(Some(record))
}

/// The one writer of state and journal: exists only while the lock is held.
#[derive(Debug)]
pub struct Ledger {
    backend: Arc<dyn Backend>,
    lease: Arc<Lease>,
    version: Option<Version>,
    dirty: bool,
    next: AtomicU64,
    step: AtomicU64,
    appended: AtomicBool,
    begun: tokio::sync::Mutex<bool>,
    base: (String, u64),
}

impl Ledger {
    /// Takes over what was read under the lock.
    pub fn open(backend: &Arc<dyn Backend>, lease: &Arc<Lease>, snapshot: &Snapshot) -> Self {
        let last = snapshot
            .journal
            .iter()
            .filter_map(|name| sequence(name))
            .max()
            .unwrap_or(0);
        Self {
            backend: Arc::clone(backend),
            lease: Arc::clone(lease),
            version: snapshot.version.clone(),
            dirty: !snapshot.journal.is_empty(),
            next: AtomicU64::new(last + 1),
            // numbers go on where an interrupted run stopped, so that none is used twice in one journal
            step: AtomicU64::new(last + 1),
            appended: AtomicBool::new(false),
            begun: tokio::sync::Mutex::new(snapshot.live),
            base: (snapshot.state.lineage.clone(), snapshot.state.serial),
        }
    }

    /// A number for the next step.
    pub fn next_step(&self) -> u64 {
        self.step.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether changes may still be made.
    ///
    /// # Errors
    /// [`StoreError::LockLost`].
    pub fn check(&self) -> Result<(), StoreError> {
        self.lease.check().map_err(StoreError::LockLost)
    }

    /// Makes a record durable.
    ///
    /// # Errors
    /// When it could not be written, or another writer was faster: then nothing may go on.
    pub async fn append(&self, record: &Record) -> Result<(), StoreError> {
        self.check()?;
        let mut begun = self.begun.lock().await;
        if !*begun {
            let (lineage, serial) = self.base.clone();
            let run = self.lease.lock().info.id;
            self.write(&Record::Begun { lineage, serial, run }).await?;
        }
        *begun = true;
        drop(begun);
        self.write(record).await
    }

    async fn write(&self, record: &Record) -> Result<(), StoreError> {
        let name = format!("{JOURNAL}{:08}.json", self.next.fetch_add(1, Ordering::Relaxed));
        let bytes = serde_json::to_vec(record).map_err(|error| BackendError::Malformed {
            name: name.clone(),
            message: error.to_string(),
        })?;
        self.appended.store(true, Ordering::Relaxed);
        self.backend.put(&name, &bytes, &Precondition::Absent).await?;
        Ok(())
    }

    /// Whether there are records that are not folded into the stored state.
    pub fn is_dirty(&self) -> bool {
        self.dirty || self.appended.load(Ordering::Relaxed)
    }

    /// Writes the state as the next serial, on the condition that nobody else did, and drops the journal that it now holds.
    ///
    /// # Errors
    /// [`BackendError::Changed`] when another writer was faster: nothing is overwritten.
    pub async fn commit(&mut self, state: &mut State) -> Result<(), StoreError> {
        self.check()?;
        state.serial = self.base.1 + 1;
        let bytes = state.encode().map_err(|error| BackendError::Malformed {
            name: STATE.to_owned(),
            message: error.to_string(),
        })?;
        let precondition = self.version.clone().map_or(Precondition::Absent, Precondition::Matches);
        self.version = Some(self.backend.put(STATE, &bytes, &precondition).await?);
        self.base.1 = state.serial;
        let names = self.backend.list(JOURNAL).await?;
        stream::iter(names)
            .map(|name| {
                let backend = Arc::clone(&self.backend);
                async move { backend.delete(&name).await }
            })
            .buffer_unordered(FAN_OUT)
            .try_collect::<()>()
            .await?;
        self.dirty = false;
        self.next = AtomicU64::new(1);
        self.appended = AtomicBool::new(false);
        self.begun = tokio::sync::Mutex::new(false);
        Ok(())
    }
}

fn sequence(name: &str) -> Option<u64> {
    name.strip_prefix(JOURNAL)?.strip_suffix(".json")?.parse().ok()
}
