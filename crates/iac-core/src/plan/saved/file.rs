//! A saved plan as a document: its fields, its bytes, and whose it is.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{error::SavedPlanError, observed::Observed};
use crate::{
    model::{Address, Lifecycle},
    plan::document::Plan,
    state::{Author, State, shallow},
};

/// A plan that can be written to a file and applied from there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedPlan {
    /// The format of the file: [`FORMAT_VERSION`](Self::FORMAT_VERSION).
    pub format_version: u32,
    /// The version of the program that made it.
    pub program: String,
    /// Who made it, and when.
    pub author: Author,
    /// The plan as it was shown.
    pub plan: Plan,
    /// The digest of the state it was made on, with what the journal said.
    pub(super) state: String,
    /// What was read from the cloud.
    pub(super) observed: BTreeMap<Address, Observed>,
    /// What the apply works with, by resource. Secrets are sealed.
    pub(super) work: BTreeMap<Address, SavedWork>,
    /// The outputs of the stack as declared. Secrets are sealed.
    pub(super) outputs: BTreeMap<String, Value>,
}

/// What an apply needs of a change beside the state and what is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedWork {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) planned: Option<Value>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(super) declared: Map<String, Value>,
    pub(super) lifecycle: Lifecycle,
    pub(super) dependencies: BTreeSet<Address>,
    pub(super) outputs: Value,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) keeps_deposed: bool,
}

impl SavedPlan {
    /// The format this version writes.
    pub const FORMAT_VERSION: u32 = 1;

    /// The bytes of the file: indented JSON with a line end.
    ///
    /// # Errors
    /// Never for a plan whose values came from JSON.
    pub fn encode(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads the bytes of a file; `place` names it in errors.
    ///
    /// # Errors
    /// [`SavedPlanError`]: no saved plan, or of another format.
    pub fn decode(bytes: &[u8], place: &str) -> Result<Self, SavedPlanError> {
        let malformed = |source| SavedPlanError::Malformed {
            place: place.to_owned(),
            source,
        };
        shallow(bytes).map_err(malformed)?;
        let document: Value = serde_json::from_slice(bytes).map_err(malformed)?;
        match document.get("format_version").and_then(Value::as_u64) {
            Some(found) if found != u64::from(Self::FORMAT_VERSION) => Err(SavedPlanError::OtherFormat {
                place: place.to_owned(),
                found,
                supported: Self::FORMAT_VERSION,
            }),
            _ => serde_json::from_value(document).map_err(malformed),
        }
    }

    /// Refuses a plan of another stack or environment.
    ///
    /// # Errors
    /// [`SavedPlanError::OtherStack`].
    pub fn belongs_to(&self, stack: &str, environment: &str) -> Result<(), SavedPlanError> {
        let Plan {
            stack: name,
            environment: of,
            ..
        } = &self.plan;
        if (stack, environment) == (name.as_str(), of.as_str()) {
            return Ok(());
        }
        Err(SavedPlanError::OtherStack {
            found: format!("{name}/{of}"),
            wanted: format!("{stack}/{environment}"),
        })
    }
}

/// The digest of a state as it stands, whether it was stored or folded from a journal.
pub(super) fn digest(state: &State) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(Sha256::digest(state.encode().unwrap_or_default()))
}
