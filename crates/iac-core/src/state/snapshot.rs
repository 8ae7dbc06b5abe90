//! What is stored, as it is read: the state with the journal folded in.

use futures::{StreamExt, TryStreamExt, stream};

use super::{
    backend::{Backend, BackendError, Version},
    document::State,
    error::StoreError,
    journal::{Record, RecordBatch},
    layout::{JOURNAL, STATE, record_number},
    replay::{Replay, replay},
};

/// How many small objects are read at once.
const FAN_OUT: usize = 16;

/// What is stored, as it was read: the state with the journal folded in. What an interrupted run left open is among
/// [`State::pending_operations`]. Cannot write.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The state.
    pub state: State,
    /// The version of the document, when there is one.
    pub(super) version: Option<Version>,
    /// What is kept of the document once another takes its place: with what its journal says, when there is one.
    pub(super) document: Option<Vec<u8>>,
    /// The greatest number of the journal's objects, live or stale; 0 when there is none.
    pub(super) last_record: u64,
    /// What the journal holds, when it builds on this state; a stale one was folded already.
    pub(super) replayed: Option<Replay>,
}

impl Snapshot {
    /// Reads the state and the journal of an environment; a state that is not there yet is a new one.
    ///
    /// # Errors
    /// [`StoreError`]: not reachable, malformed, newer, or of another stack.
    pub async fn read(backend: &dyn Backend, stack: &str, environment: &str) -> Result<Self, StoreError> {
        let place = backend.place();
        let (mut state, version, mut document) = match backend.get(STATE).await? {
            Some(object) => (
                State::decode(&object.bytes, &place)?,
                Some(object.version),
                Some(object.bytes),
            ),
            None => (State::new(stack, environment), None, None),
        };
        state.belongs_to(stack, environment, &place)?;
        let names = backend.list(JOURNAL).await?;
        // owned names keep the future free of borrows that would not let it move between threads
        let mut journal: Vec<(u64, RecordBatch)> = stream::iter(names)
            .map(|name| async move { batch(backend, &name).await })
            .buffered(FAN_OUT)
            .try_filter_map(|batch| async { Ok(batch) })
            .try_collect()
            .await?;
        journal.sort_by_key(|(number, _)| *number);
        if version.is_none() {
            // the journal of a first run knows the lineage that was about to be written
            let begun = journal.iter().flat_map(|(_, batch)| &batch.records);
            let lineage = begun.into_iter().find_map(|record| match record {
                Record::Begun { lineage, serial: 0, .. } => Some(lineage),
                _ => None,
            });
            if let Some(lineage) = lineage {
                state.lineage.clone_from(lineage);
            }
        }
        let replayed = replay(&mut state, &journal);
        if replayed.is_some() && document.is_some() {
            document = state.encode().ok();
        }
        Ok(Self {
            state,
            version,
            document,
            last_record: journal.last().map_or(0, |(number, _)| *number),
            replayed,
        })
    }

    /// Whether anything has ever been stored.
    pub fn exists(&self) -> bool {
        self.version.is_some() || self.last_record > 0
    }

    /// Whether a run that did not end left a journal on this state.
    pub fn is_interrupted(&self) -> bool {
        self.replayed.is_some()
    }
}

/// An object of the journal with its number; `None` when it is gone, or has none.
async fn batch(backend: &dyn Backend, name: &str) -> Result<Option<(u64, RecordBatch)>, StoreError> {
    let Some(number) = record_number(name) else {
        return Ok(None);
    };
    let Some(object) = backend.get(name).await? else {
        return Ok(None);
    };
    let batch = RecordBatch::decode(&object.bytes).map_err(|error| BackendError::Malformed {
        name: name.to_owned(),
        message: error.to_string(),
    })?;
    Ok(Some((number, batch)))
}
