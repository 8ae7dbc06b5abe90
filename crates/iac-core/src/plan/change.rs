//! The change of one resource: what would be done, why, and what each attribute would become.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::action::{Action, Reason};
use crate::{
    model::{Address, Lifecycle, LiveObject, RemoteId},
    state::{ObjectState, Status},
};

/// What an attribute becomes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlannedValue {
    /// This value.
    Known(Value),
    /// A value that the apply will tell.
    Unknown,
    /// It is taken away.
    Absent,
}

/// The difference in one attribute. Secret values are sealed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttributeChange {
    /// Where: `rules[0].status`, `tags.team`.
    pub path: String,
    /// The value now; none when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The value then.
    pub after: PlannedValue,
    /// Whether this is why the object is replaced.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forces_replacement: bool,
    /// Whether the values are secret.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
}

impl AttributeChange {
    /// The top-level property it lies in.
    pub fn property(&self) -> &str {
        self.path.split(['.', '[']).next().unwrap_or_default()
    }
}

/// What would be done to one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The resource.
    pub address: Address,
    /// What is done.
    pub action: Action,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The attributes that differ; all that are set, for a create or a delete.
    pub attributes: Vec<AttributeChange>,
    /// What the apply works with.
    #[serde(skip)]
    pub data: ChangeData,
}

impl ChangeData {
    /// Whether a replacement leaves the old object alone: the resource is marked so, and the object was ever finished.
    pub fn retains(&self) -> bool {
        self.lifecycle.retain_on_delete && self.prior.is_some() && !self.is_unfinished()
    }

    /// Whether the object in the state is one whose create did not finish.
    pub fn is_unfinished(&self) -> bool {
        self.prior.as_ref().is_some_and(|prior| prior.status == Status::Tainted)
    }
}

/// What the apply works with: not shown, and never written as it is, since it may hold secrets.
#[derive(Clone, Default, PartialEq)]
pub struct ChangeData {
    /// The inputs as far as they were known when it was planned, with tags and a physical name; a template. What is known
    /// here is what is applied.
    pub planned: Option<Value>,
    /// The properties whose declaration is not the value itself; see [`ObjectState::declared`].
    pub declared: Map<String, Value>,
    /// The marks. Triggers are templates.
    pub lifecycle: Lifecycle,
    /// What it needs, from the stack.
    pub dependencies: BTreeSet<Address>,
    /// What it needed, from the state.
    pub old_dependencies: BTreeSet<Address>,
    /// The object in the state.
    pub prior: Option<ObjectState>,
    /// The object in the cloud, as the plan saw it.
    pub live: Option<LiveObject>,
    /// Old objects to be deleted.
    pub deposed: Vec<ObjectState>,
    /// The outputs as far as they were known when it was planned.
    pub outputs: Value,
}

impl fmt::Debug for ChangeData {
    /// Shows what cannot hold a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeData")
            .field("dependencies", &self.dependencies)
            .field("old_dependencies", &self.old_dependencies)
            .field("prior", &self.prior)
            .field("deposed", &self.deposed)
            .finish_non_exhaustive()
    }
}

impl Change {
    /// The object that it adopts.
    pub fn imported(&self) -> Option<&RemoteId> {
        self.reasons.iter().find_map(|reason| match reason {
            Reason::Imported { id } => Some(id),
            _ => None,
        })
    }

    /// What the resource was called before.
    pub fn moved_from(&self) -> Option<&Address> {
        self.reasons.iter().find_map(|reason| match reason {
            Reason::Moved { from } => Some(from),
            _ => None,
        })
    }

    /// Whether the apply has anything to do for it: in the cloud, or in the state.
    pub fn does_something(&self) -> bool {
        self.action != Action::NoOp || !self.reasons.is_empty()
    }
}
