//! The one writer of state and journal.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use futures::{StreamExt, stream};
use tokio::sync::Mutex;

use super::{
    backend::{Backend, BackendError, Precondition, Version},
    document::State,
    error::StoreError,
    fenced::FencedBackend,
    group_commit::CommitQueue,
    journal::{Continuation, Record, RecordBatch},
    layout::{JOURNAL, STATE, record_name, serial_name},
    lease::Lease,
    snapshot::Snapshot,
};

/// How many records are removed at once.
const FAN_OUT: usize = 16;

/// The one writer of state and journal: exists only while the lock is held.
#[derive(Debug)]
pub struct StateWriter {
    store: FencedBackend,
    /// The number of the next step.
    step: AtomicU64,
    /// The number of the journal's next object.
    next: AtomicU64,
    queue: CommitQueue,
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
    /// The journal that an interrupted run left on this state, until this run begins to write to it.
    interrupted: Option<Continuation>,
    /// Whether this run has begun in the journal.
    begun: bool,
    /// Whether there are records, live or stale.
    has_records: bool,
}

impl StateWriter {
    /// Takes over what was read under the lock.
    pub fn open(backend: &Arc<dyn Backend>, lease: &Arc<Lease>, snapshot: &Snapshot) -> Self {
        let open = &snapshot.state.pending_operations;
        let steps = open.iter().map(|pending| pending.intent.step).max().unwrap_or(0);
        let replayed = snapshot.replayed.as_ref();
        Self {
            store: FencedBackend::new(backend, lease),
            // numbers go on where an interrupted run stopped, so that none is used twice in one journal
            step: AtomicU64::new(steps.max(replayed.map_or(0, |replayed| replayed.last_step)) + 1),
            next: AtomicU64::new(snapshot.last_record.saturating_add(1)),
            queue: CommitQueue::default(),
            written: Mutex::new(Written {
                version: snapshot.version.clone(),
                document: snapshot.document.clone(),
                lineage: snapshot.state.lineage.clone(),
                serial: snapshot.state.serial,
                interrupted: replayed.map(|replayed| replayed.continuation.clone()),
                begun: false,
                has_records: snapshot.last_record > 0,
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
        self.store.check()
    }

    /// Makes a record durable, in one write with those that others append at the same time.
    ///
    /// # Errors
    /// When it could not be written, or another writer was faster: then nothing may go on.
    pub async fn append(&self, record: &Record) -> Result<(), StoreError> {
        // one that cannot be written must not keep others from it
        RecordBatch::new(self.run(), vec![record.clone()])
            .encode()
            .map_err(malformed(JOURNAL))?;
        let ticket = self.queue.push(record.clone());
        // all that are ready now come before this one goes on
        tokio::task::yield_now().await;
        if let Some(group) = self.queue.take(&ticket) {
            let written = self.write_records(group.records()).await;
            group.finish(written);
        }
        ticket.outcome.await.unwrap_or(Err(StoreError::CutOff))
    }

    /// The id of the run, which is that of its lock.
    fn run(&self) -> String {
        self.store.lease.lock().info.id
    }

    async fn write_records(&self, mut records: Vec<Record>) -> Result<(), StoreError> {
        let mut written = self.written.lock().await;
        if written.begun {
            // objects are numbered one after the other and written beside each other
            let base = (written.lineage.clone(), written.serial);
            drop(written);
            return self.write_batch(records, &base).await;
        }
        records.insert(
            0,
            Record::Begun {
                lineage: written.lineage.clone(),
                serial: written.serial,
                run: self.run(),
                continues: written.interrupted.clone(),
            },
        );
        written.has_records = true;
        let base = (written.lineage.clone(), written.serial);
        // nothing may be durable before the beginning is
        self.write_batch(records, &base).await?;
        written.begun = true;
        Ok(())
    }

    /// Writes records as one object, under the next number that is free.
    async fn write_batch(&self, records: Vec<Record>, base: &(String, u64)) -> Result<(), StoreError> {
        let batch = RecordBatch::new(self.run(), records);
        let bytes = batch.encode().map_err(malformed(JOURNAL))?;
        loop {
            self.check()?;
            let name = record_name(self.next.fetch_add(1, Ordering::Relaxed));
            match self.store.put(&name, &bytes, &Precondition::Absent).await {
                Err(StoreError::Backend(BackendError::Changed { .. })) if self.is_late(&name, base).await => {}
                written => return written.map(drop),
            }
        }
    }

    /// Whether the object was sent late by a process of an earlier run: it does not count, and only its number is taken. One
    /// with which a run begins on the same state is another matter: then there are two writers. Where
    /// nothing is stored yet each has made up a lineage of its own.
    async fn is_late(&self, name: &str, (lineage, serial): &(String, u64)) -> bool {
        let Ok(Some(there)) = self.store.get(name).await else {
            return false;
        };
        let Ok(batch) = RecordBatch::decode(&there.bytes) else {
            return false;
        };
        let begins = batch.records.iter().any(|record| match record {
            Record::Begun {
                lineage: of,
                serial: on,
                ..
            } => on == serial && (of == lineage || *serial == 0),
            _ => false,
        });
        batch.run != Some(self.run()) && !begins
    }

    /// Whether there are records that are not folded into the stored state.
    pub async fn is_live(&self) -> bool {
        self.written.lock().await.is_live()
    }

    /// Drops the records of a journal that the stored state holds already. One that cannot be removed does no harm: it is
    /// stale, and the next run tries again.
    pub async fn remove_stale(&self) {
        let mut written = self.written.lock().await;
        if written.is_live() || !written.has_records || self.check().is_err() {
            return;
        }
        let Ok(names) = self.store.list(JOURNAL).await else {
            return;
        };
        let removed: Vec<_> = stream::iter(names)
            .map(|name| async move { self.store.delete(&name).await })
            .buffer_unordered(FAN_OUT)
            .collect()
            .await;
        written.has_records = removed.iter().any(Result::is_err);
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
        state.author = Some(self.store.lease.author());
        self.check()?;
        let bytes = state.encode().map_err(malformed(STATE))?;
        self.archive(&written).await?;
        let precondition = written
            .version
            .clone()
            .map_or(Precondition::Absent, Precondition::Matches);
        written.version = Some(self.store.put(STATE, &bytes, &precondition).await?);
        written.document = Some(bytes);
        written.lineage.clone_from(&state.lineage);
        written.serial = serial;
        written.begun = false;
        written.interrupted = None;
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
        match self.store.put(&name, document, &Precondition::Absent).await {
            // a state put back by hand counts again from where it was: what was kept first stays
            Err(StoreError::Backend(BackendError::Changed { .. })) => Ok(()),
            kept => kept.map(drop),
        }
    }
}

impl Written {
    fn is_live(&self) -> bool {
        self.begun || self.interrupted.is_some()
    }
}

/// The error of a document that could not be read again.
fn malformed(name: &str) -> impl Fn(serde_json::Error) -> StoreError {
    move |error| {
        let message = error.to_string();
        BackendError::Malformed {
            name: name.to_owned(),
            message,
        }
        .into()
    }
}
