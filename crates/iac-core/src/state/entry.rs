//! What the state holds of one resource: its current object, those that are still to be deleted, and its edges.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::{AccountRegion, Address, Lifecycle, LiveObject, Reconciler, RemoteId, Sealer};

/// A resource as it was last left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResourceState {
    /// The object that stands for the resource now; none while only deposed ones are left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<ObjectState>,
    /// Objects that were replaced and could not be deleted yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deposed: Vec<ObjectState>,
    /// The resources it needs, in order to delete safely when the code is gone.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub dependencies: BTreeSet<Address>,
    /// Its marks. `protect` holds here even when the code is gone.
    #[serde(default)]
    pub lifecycle: Lifecycle,
}

impl ResourceState {
    /// What earlier replacements left, beside this object.
    pub fn left_beside(&self, id: &RemoteId) -> Vec<ObjectState> {
        self.deposed.iter().filter(|object| object.id != *id).cloned().collect()
    }

    /// Whether the object with this id is its current one or a deposed one.
    pub fn holds(&self, id: &RemoteId) -> bool {
        self.current.iter().chain(&self.deposed).any(|object| object.id == *id)
    }
}

/// One object in the cloud.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObjectState {
    /// Its id.
    pub id: RemoteId,
    /// Where it is.
    pub location: AccountRegion,
    /// The version of the inputs' schema.
    pub schema_version: u32,
    /// The full inputs, resolved, as they were last applied.
    pub inputs: Value,
    /// The properties whose declaration is not the value itself, as they were declared: references, and names that were
    /// left to the engine (null). With them an earlier serial can be planned without its source.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub declared: Map<String, Value>,
    /// The outputs; null while its create is not finished.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub outputs: Value,
    /// What its type keeps to compare the next read with, in the schema of the inputs; null for types that compare with the
    /// inputs themselves.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub observed: Value,
    /// Whether it can be relied on.
    pub status: Status,
    /// When it was made or adopted.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
}

impl ObjectState {
    /// The entry of an object that was made elsewhere and is adopted as it is.
    pub fn adopted(live: &LiveObject, types: &dyn Reconciler, sealer: &Sealer, now: Timestamp) -> Self {
        let info = types.info();
        let hide = |path: &str, secret: &Value| sealer.seal(path, secret);
        Self {
            id: live.id.clone(),
            location: types.location(),
            schema_version: info.schema_version,
            inputs: info.schema.seal(&live.inputs, &hide),
            declared: Map::new(),
            outputs: info.outputs.seal(&live.outputs, &hide),
            observed: info.schema.seal(&live.observed, &hide),
            status: Status::Ready,
            created: now,
            updated: now,
        }
    }
}

/// Whether an object can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is as it was asked for.
    Ready,
    /// Its create did not finish: it is finished or replaced next time.
    Tainted,
}
