//! What is stored, as it is read: the state with the journal folded in.

use futures::{StreamExt, TryStreamExt, stream};

use super::{
    backend::{Backend, BackendError, Version},
    document::State,
    error::StoreError,
    journal::{Record, fold},
    layout::{JOURNAL, STATE},
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
    /// The names of the journal's records.
    pub(super) journal: Vec<String>,
    /// Whether the journal builds on this state; a stale one was folded already.
    pub(super) live: bool,
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
        let journal = backend.list(JOURNAL).await?;
        // owned names keep the future free of borrows that would not let it move between threads
        let records: Vec<Record> = stream::iter(journal.clone())
            .map(|name| async move { record(backend, &name).await })
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
        let live = fold(&mut state, &records);
        if live && document.is_some() {
            document = state.encode().ok();
        }
        Ok(Self {
            state,
            version,
            document,
            journal,
            live,
        })
    }

    /// Whether anything has ever been stored.
    pub fn exists(&self) -> bool {
        self.version.is_some() || !self.journal.is_empty()
    }

    /// Whether a run that did not end left a journal on this state.
    pub fn is_interrupted(&self) -> bool {
        self.live
    }
}

async fn record(backend: &dyn Backend, name: &str) -> Result<Option<Record>, StoreError> {
    let Some(object) = backend.get(name).await? else {
        return Ok(None);
    };
    let record = Record::decode(&object.bytes).map_err(|error| BackendError::Malformed {
        name: name.to_owned(),
        message: error.to_string(),
    })?;
    Ok(Some(record))
}
