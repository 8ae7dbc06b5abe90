//! What is about to be done, and what was about to be done when a run was cut off.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::entry::ResourceState;
use crate::model::{Address, RemoteId};

/// What a step is about to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// Its number, unique in the journal.
    pub step: u64,
    /// The resource.
    pub address: Address,
    /// What will be done.
    pub verb: Verb,
    /// What client tokens are derived from.
    pub seed: String,
    /// The inputs it is done with. Secrets are sealed.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub inputs: Value,
    /// What the state holds should the id become known and nothing else: a tainted object, its id still empty. Only for
    /// creates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<ResourceState>,
    /// The object that stands for the resource when it begins.
    #[serde(rename = "standing", default, skip_serializing_if = "Option::is_none")]
    pub prior_id: Option<RemoteId>,
}

/// A changing call of the reconcile trait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// An object is made.
    Create,
    /// An object is changed in place.
    Update,
    /// An object is removed.
    Delete,
}

/// An intent without an outcome: the run was cut off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PendingOperation {
    /// What was about to be done.
    pub intent: Intent,
    /// What the cloud calls the operation, when that was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// The object's id, when a create got to know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RemoteId>,
}
