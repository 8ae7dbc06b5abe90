//! The journal of a run: what was about to be done, and what came of it, each durable on its own.
//!
//! A record is one small object, so its cost does not grow with the state. The journal begins with the serial it builds on and
//! is folded into the next state at the end of the run; a journal whose serial has passed is stale and is dropped.

use serde::{Deserialize, Serialize};

use super::{
    depth::shallow,
    document::State,
    entry::ResourceState,
    intent::{Intent, PendingOperation},
};
use crate::model::{Address, RemoteId};

/// One entry of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// A run began, on the state of this serial.
    Begun {
        /// The lineage of the state.
        lineage: String,
        /// The serial of the state.
        serial: u64,
        /// The id of the run's lock.
        run: String,
    },
    /// A change is about to be made.
    Intended(Intent),
    /// A create learned the id of its object.
    Identified {
        /// The intent's number.
        step: u64,
        /// The object's id.
        id: RemoteId,
    },
    /// A resource is called otherwise from now on.
    Moved {
        /// The old address.
        from: Address,
        /// The new address.
        to: Address,
    },
    /// A change was made, or failed and left the resource like this.
    Settled {
        /// The intent's number.
        step: u64,
        /// The resource.
        address: Address,
        /// What the state holds of it now.
        resource: Option<ResourceState>,
    },
}

impl Record {
    /// Reads a record.
    ///
    /// # Errors
    /// When it is none, or nested so deep that the state it is folded into could not be read again.
    pub fn decode(bytes: &[u8]) -> serde_json::Result<Self> {
        shallow(bytes)?;
        serde_json::from_slice(bytes)
    }

    /// The record's bytes.
    ///
    /// # Errors
    /// When they could not be read again: nested too deep.
    pub fn encode(&self) -> serde_json::Result<Vec<u8>> {
        let bytes = serde_json::to_vec(self)?;
        shallow(&bytes)?;
        Ok(bytes)
    }
}

/// Folds the records of a journal into the state they build on; intents without an outcome join [`State::pending_operations`]. Gives
/// whether the journal builds on this state: a stale one changes nothing.
pub fn fold(state: &mut State, records: &[Record]) -> bool {
    let stale = |record: &Record| match record {
        Record::Begun { lineage, serial, .. } => *lineage != state.lineage || *serial != state.serial,
        _ => true,
    };
    let Some(begin) = records.iter().rposition(|record| !stale(record)) else {
        return false;
    };
    for record in &records[begin..] {
        match record {
            Record::Begun { .. } => {}
            Record::Intended(intent) => state.pending_operations.push(PendingOperation {
                intent: intent.clone(),
                id: None,
            }),
            Record::Identified { step, id } => {
                let mut open = state.pending_operations.iter_mut();
                if let Some(pending) = open.find(|pending| pending.intent.step == *step) {
                    pending.id = Some(id.clone());
                }
            }
            Record::Moved { from, to } => state.rename(from, to),
            Record::Settled {
                step,
                address,
                resource,
            } => {
                state.complete(*step);
                state.set(address.clone(), resource.clone());
            }
        }
    }
    true
}
