//! A plan as data: all changes, what was changed outside, the outputs, the counts.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    action::{Action, Reason},
    change::{AttributeChange, Change, ChangeData, PlannedValue},
};
use crate::{
    model::{Address, LiveObject, Schema, seal},
    state::OutputState,
};

/// A difference between the state and the cloud, in what the user manages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// The resource.
    pub address: Address,
    /// Whether its object is gone.
    pub gone: bool,
    /// The attributes that were changed outside: before is the state's value, after the cloud's.
    pub attributes: Vec<AttributeChange>,
}

/// What an output of the stack becomes.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct OutputChange {
    /// The value now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<OutputState>,
    /// The value then. Secret values are sealed.
    pub after: PlannedValue,
    /// Whether it is a secret.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
    /// The value as declared.
    #[serde(skip)]
    pub template: Option<Value>,
}

impl fmt::Debug for OutputChange {
    /// Shows no template: it may hold a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutputChange")
            .field("before", &self.before)
            .field("after", &self.after)
            .field("secret", &self.secret)
            .finish_non_exhaustive()
    }
}

impl OutputChange {
    /// What it holds: anything, or a secret.
    pub(crate) fn schema(&self) -> Schema {
        if self.secret {
            Schema::Secret(Box::new(Schema::Any))
        } else {
            Schema::Any
        }
    }

    /// Whether the output becomes another.
    pub fn differs(&self) -> bool {
        match (&self.before, &self.after) {
            // of a secret only the hash is compared
            (Some(before), PlannedValue::Known(after)) if self.secret => {
                seal(&[], "", &before.value) != seal(&[], "", after)
            }
            (Some(before), PlannedValue::Known(after)) => before.value != *after,
            (None, PlannedValue::Absent) => false,
            _ => true,
        }
    }
}

/// What kind of plan it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Brings the environment to what the stack says.
    #[default]
    Normal,
    /// Removes everything.
    Destroy,
    /// Brings the state to what the cloud says; changes nothing there.
    RefreshOnly,
}

/// What an apply would do. Holds no way to write anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The format of its serialised form.
    pub format_version: u32,
    /// The stack's name.
    pub stack: String,
    /// The environment's name.
    pub environment: String,
    /// The lineage of the state it was made on.
    pub lineage: String,
    /// The serial of the state it was made on.
    pub serial: u64,
    /// What kind of plan.
    pub mode: Mode,
    /// What would be done, in the order of dependencies; of a destroy the other way round. Resources that stay as they are are among them.
    pub changes: Vec<Change>,
    /// What was changed outside.
    pub drift: Vec<Drift>,
    /// What would become of the outputs.
    pub outputs: BTreeMap<String, OutputChange>,
    /// What an interrupted run left open: recovered by the next apply.
    pub leftovers: Vec<String>,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// What was read from the cloud; none where there was nothing.
    #[serde(skip)]
    pub observed: BTreeMap<Address, Option<LiveObject>>,
}

/// How many resources are created, changed and so on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each is a number of resources")]
pub struct Summary {
    pub create: usize,
    pub update: usize,
    pub replace: usize,
    pub delete: usize,
    pub forget: usize,
    pub import: usize,
}

impl Plan {
    /// The format of the serialised form.
    pub const FORMAT_VERSION: u32 = 1;

    /// The change of a resource.
    pub fn change(&self, address: &Address) -> Option<&Change> {
        self.changes.iter().find(|change| change.address == *address)
    }

    /// The changes that do something.
    pub fn actions(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.does_something())
    }

    /// Whether an apply would do nothing at all: not to the cloud, not to the outputs, not to who is called what.
    pub fn is_empty(&self) -> bool {
        self.actions().next().is_none()
            && !self.outputs.values().any(OutputChange::differs)
            && self.leftovers.is_empty()
    }

    /// The part of it that adopts objects, and leaves them as they are.
    #[must_use]
    pub fn adoptions(&self) -> Self {
        let adopts = |reason: &Reason| matches!(reason, Reason::Imported { .. });
        let adopted = self.changes.iter().filter(|change| change.imported().is_some());
        Self {
            mode: Mode::RefreshOnly,
            changes: adopted
                .map(|change| Change {
                    action: Action::NoOp,
                    reasons: change.reasons.iter().filter(|reason| adopts(reason)).cloned().collect(),
                    attributes: Vec::new(),
                    data: ChangeData {
                        deposed: Vec::new(),
                        ..change.data.clone()
                    },
                    ..change.clone()
                })
                .collect(),
            drift: Vec::new(),
            outputs: BTreeMap::new(),
            ..self.clone()
        }
    }

    /// The counts.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for change in &self.changes {
            match change.action {
                Action::Create => summary.create += 1,
                Action::Update => summary.update += 1,
                Action::Replace | Action::ReplaceCreateFirst => summary.replace += 1,
                Action::Delete => summary.delete += 1,
                Action::Forget => summary.forget += 1,
                Action::NoOp => {}
            }
            summary.import += usize::from(change.imported().is_some());
        }
        summary
    }
}
