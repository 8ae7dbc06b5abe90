//! The one writer of state and journal.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::{StreamExt, stream};
use tokio::sync::Mutex;

use super::{
    backend::{Backend, BackendError, Precondition, Version},
    document::State,
    error::StoreError,
    journal::Record,
    layout::{JOURNAL, STATE, record_name, record_number, serial_name},
    lease::Lease,
    snapshot::Snapshot,
};

/// How many records are removed at once.
const FAN_OUT: usize = 16;
/// How often a write is tried whose failure may pass.
const PUT_ATTEMPTS: u32 = 3;

/// The one writer of state and journal: exists only while the lock is held.
#[derive(Debug)]
pub struct StateWriter {
    backend: Arc<dyn Backend>,
    lease: Arc<Lease>,
    step: AtomicU64,
    written: Mutex<Written>,
}

/// What is stored, as far as the writer knows.
#[derive(Debug)]
struct Written {
    /// The version of the state document.
    version: Option<Version>,
    /// What is kept of it once another takes its place.
    document: Option<Vec<u8>>,
    lineage: String,
    serial: u64,
    /// The number of the next record.
    next: u64,
    /// Whether the journal has its beginning: there are records that are not in the state yet.
    journal_open: bool,
    /// Whether there are records, live or stale.
    has_stale_records: bool,
}

impl StateWriter {
    /// Takes over what was read under the lock.
    pub fn open(backend: &Arc<dyn Backend>, lease: &Arc<Lease>, snapshot: &Snapshot) -> Self {
        let last = snapshot
            .journal
            .iter()
            .filter_map(|name| record_number(name))
            .max()
            .unwrap_or(0);
        let open = &snapshot.state.pending_operations;
        let steps = open.iter().map(|pending| pending.intent.step).max().unwrap_or(0);
        Self {
            backend: Arc::clone(backend),
            lease: Arc::clone(lease),
            // numbers go on where an interrupted run stopped, so that none is used twice in one journal
            step: AtomicU64::new(last.max(steps) + 1),
            written: Mutex::new(Written {
                version: snapshot.version.clone(),
                document: snapshot.document.clone(),
                lineage: snapshot.state.lineage.clone(),
                serial: snapshot.state.serial,
                next: last + 1,
                journal_open: snapshot.live,
                has_stale_records: !snapshot.journal.is_empty(),
            }),
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
        let mut written = self.written.lock().await;
        if !written.journal_open {
            let run = self.lease.lock().info.id;
            let begin = Record::Begun {
                lineage: written.lineage.clone(),
                serial: written.serial,
                run,
            };
            let name = written.next_name();
            self.write(&name, &begin).await?;
            written.journal_open = true;
        }
        let name = written.next_name();
        // records of one run are numbered under the lock and written beside each other
        drop(written);
        self.write(&name, record).await
    }

    async fn write(&self, name: &str, record: &Record) -> Result<(), StoreError> {
        self.check()?;
        let bytes = record.encode().map_err(|error| BackendError::Malformed {
            name: name.to_owned(),
            message: error.to_string(),
        })?;
        self.put(name, &bytes, &Precondition::Absent).await.map(drop)
    }

    /// Writes an object, again when the failure may pass. A write whose answer was lost is done all the same: what is there
    /// then is what was to be written, and no one else's.
    async fn put(&self, name: &str, bytes: &[u8], precondition: &Precondition) -> Result<Version, StoreError> {
        let mut pause = Duration::from_millis(100);
        for _ in 1..PUT_ATTEMPTS {
            match self.put_once(name, bytes, precondition).await {
                Ok(version) => return Ok(version),
                Err(error) => {
                    if let Some(version) = self.written_already(name, bytes).await {
                        return Ok(version);
                    }
                    if !error.may_pass() {
                        return Err(error.into());
                    }
                }
            }
            self.lease.pause(pause).await;
            self.check()?;
            pause *= 2;
        }
        match self.put_once(name, bytes, precondition).await {
            Ok(version) => Ok(version),
            Err(error) => self.written_already(name, bytes).await.ok_or(error.into()),
        }
    }

    async fn put_once(&self, name: &str, bytes: &[u8], precondition: &Precondition) -> Result<Version, BackendError> {
        self.lease.writing(self.backend.put(name, bytes, precondition)).await
    }

    /// The version of the object, when it holds just these bytes.
    async fn written_already(&self, name: &str, bytes: &[u8]) -> Option<Version> {
        let there = self.backend.get(name).await.ok().flatten()?;
        (there.bytes == bytes).then_some(there.version)
    }

    /// Whether there are records that are not folded into the stored state.
    pub async fn is_live(&self) -> bool {
        self.written.lock().await.journal_open
    }

    /// Drops the records of a journal that the stored state holds already. One that cannot be removed does no harm: it is
    /// stale, and the next run tries again.
    pub async fn remove_stale(&self) {
        let mut written = self.written.lock().await;
        if written.journal_open || !written.has_stale_records || self.check().is_err() {
            return;
        }
        let Ok(names) = self.backend.list(JOURNAL).await else {
            return;
        };
        let removed: Vec<_> = stream::iter(names)
            .map(|name| async move { self.lease.writing(self.backend.delete(&name)).await })
            .buffer_unordered(FAN_OUT)
            .collect()
            .await;
        written.has_stale_records = removed.iter().any(Result::is_err);
    }

    /// Writes the state as the next serial, on the condition that nobody else did, and drops the journal that it now holds.
    /// The document it takes the place of is kept as an earlier serial before.
    ///
    /// # Errors
    /// [`BackendError::Changed`] when another writer was faster: nothing is overwritten.
    pub async fn commit(&self, state: &mut State) -> Result<(), StoreError> {
        let serial = self.written.lock().await.serial + 1;
        self.commit_as(state, serial).await
    }

    /// As [`commit`](Self::commit), under a serial of the caller's choice, which is greater than the one that is stored.
    pub(crate) async fn commit_as(&self, state: &mut State, serial: u64) -> Result<(), StoreError> {
        let mut written = self.written.lock().await;
        // even a state that cannot be saved is told under the serial it should have
        state.serial = serial;
        state.author = Some(self.lease.author());
        self.check()?;
        let bytes = state.encode().map_err(|error| BackendError::Malformed {
            name: STATE.to_owned(),
            message: error.to_string(),
        })?;
        self.archive(&written).await?;
        let precondition = written
            .version
            .clone()
            .map_or(Precondition::Absent, Precondition::Matches);
        written.version = Some(self.put(STATE, &bytes, &precondition).await?);
        written.document = Some(bytes);
        written.lineage.clone_from(&state.lineage);
        written.serial = serial;
        written.journal_open = false;
        drop(written);
        self.remove_stale().await;
        Ok(())
    }

    /// Keeps the document that is about to be replaced.
    async fn archive(&self, written: &Written) -> Result<(), StoreError> {
        let Some(document) = &written.document else {
            return Ok(());
        };
        let name = serial_name(written.serial);
        match self.put(&name, document, &Precondition::Absent).await {
            // a state put back by hand counts again from where it was: what was kept first stays
            Err(StoreError::Backend(BackendError::Changed { .. })) => Ok(()),
            kept => kept.map(drop),
        }
    }
}

impl Written {
    fn next_name(&mut self) -> String {
        let name = record_name(self.next);
        self.next += 1;
        self.has_stale_records = true;
        name
    }
}
