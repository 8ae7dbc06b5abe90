//! The journal of a run: what was about to be done, and what came of it, each durable before the run goes on.
//!
//! Records that are ready at the same time are one small object, whose size does not grow with the state. Each object carries
//! the id of the run that wrote it. The journal begins with the serial it builds on and is folded into the next state at the
//! end of the run; a journal whose serial has passed is stale and is dropped.

use serde::{Deserialize, Serialize, de::Error as _};
use serde_json::Value;

use super::{depth::shallow, entry::ResourceState, intent::Intent};
use crate::model::{Address, RemoteId};

/// The format of the journal's objects that this version writes. In format 1 each object was one record, without its run.
pub const JOURNAL_FORMAT: u32 = 2;

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
        /// What it read of the journal that an interrupted run left, and goes on from; none when it begins a new one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        continues: Option<Continuation>,
    },
    /// A change is about to be made.
    Intended(Intent),
    /// The cloud has begun, and calls the operation so.
    Requested {
        /// The intent's number.
        step: u64,
        /// The cloud's name of the operation.
        request: String,
    },
    /// A create learned the id of its object.
    Identified {
        /// The intent's number.
        step: u64,
        /// The object's id.
        id: RemoteId,
    },
    /// A resource has another address from now on.
    Moved {
        /// The old address.
        from: Address,
        /// The new address.
        to: Address,
    },
    /// A change was made, or failed and left the resource like this.
    #[serde(alias = "settled")]
    Completed {
        /// The intent's number.
        step: u64,
        /// The resource.
        address: Address,
        /// What the state holds of it now.
        resource: Option<ResourceState>,
    },
}

/// Which objects of an interrupted run's journal were read by the run that goes on from it. What lands among them later was
/// sent by a process that was stopped in between, and does not count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Continuation {
    /// The last number that was read.
    pub last: u64,
    /// The numbers before it that were not there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<u64>,
}

/// One object of the journal: records that became durable together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordBatch {
    /// The format: [`JOURNAL_FORMAT`].
    pub format_version: u32,
    /// The id of the lock of the run that wrote them; none in format 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The records, in order.
    pub records: Vec<Record>,
}

impl RecordBatch {
    /// Records of a run.
    pub fn new(run: impl Into<String>, records: Vec<Record>) -> Self {
        Self {
            format_version: JOURNAL_FORMAT,
            run: Some(run.into()),
            records,
        }
    }

    /// Reads an object of the journal, of this or the older format.
    ///
    /// # Errors
    /// When it is none, of a newer format, or nested so deep that the state it is folded into could not be read again.
    pub fn decode(bytes: &[u8]) -> serde_json::Result<Self> {
        shallow(bytes)?;
        let object: Value = serde_json::from_slice(bytes)?;
        if object.get("records").is_none() {
            return Ok(Self {
                format_version: 1,
                run: None,
                records: vec![serde_json::from_value(object)?],
            });
        }
        let batch: Self = serde_json::from_value(object)?;
        if batch.format_version > JOURNAL_FORMAT {
            let found = batch.format_version;
            let message = format!("the journal has format {found}, this version reads up to {JOURNAL_FORMAT}");
            return Err(serde_json::Error::custom(message));
        }
        Ok(batch)
    }

    /// The object's bytes.
    ///
    /// # Errors
    /// When they could not be read again: nested too deep.
    pub fn encode(&self) -> serde_json::Result<Vec<u8>> {
        let bytes = serde_json::to_vec(self)?;
        shallow(&bytes)?;
        Ok(bytes)
    }
}
