//! Plans in files: what was looked at and agreed to is what is applied, or nothing is.
//!
//! A saved plan holds what an apply needs beside the state: inputs as far as they are known, edges and marks. It is bound to
//! the state it was made on and to what was seen in the cloud. Its secrets are encrypted with the environment's key; where
//! there is none they are absent, and taken from the stack's source when that still has the same ones.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    change::{Change, Plan},
    event::Observer,
    inputs, refresh,
};
use crate::{
    Session,
    model::{Address, DataKey, Lifecycle, LiveObject, ReadObject, Schema, Stack, template},
    state::{Author, Snapshot, State, shallow},
};

mod error;
mod observed;
mod restore;

pub use error::{SavedPlanError, Stale};
use observed::Observed;
use restore::Restore;

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
    state: String,
    /// What was read from the cloud.
    observed: BTreeMap<Address, Observed>,
    /// What the apply works with, by resource. Secrets are sealed.
    work: BTreeMap<Address, SavedWork>,
    /// The outputs of the stack as declared. Secrets are sealed.
    outputs: BTreeMap<String, Value>,
}

/// What an apply needs of a change beside the state and what is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct SavedWork {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    planned: Option<Value>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    declared: Map<String, Value>,
    lifecycle: Lifecycle,
    dependencies: BTreeSet<Address>,
    outputs: Value,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    keeps_deposed: bool,
}

impl SavedPlan {
    /// The format this version writes.
    pub const FORMAT_VERSION: u32 = 1;

    /// Makes a plan ready to be written, `snapshot` being what it was made on.
    ///
    /// # Errors
    /// [`SavedPlanError::PendingOperation`] when an interrupted run left something open, and a key that cannot be read.
    pub async fn new(plan: &Plan, snapshot: &Snapshot, session: &Session) -> Result<Self, SavedPlanError> {
        if !plan.leftovers.is_empty() {
            return Err(SavedPlanError::PendingOperation);
        }
        let key = session.backend.key(false).await.map_err(SavedPlanError::Key)?;
        let state = &snapshot.state;
        let mut work = BTreeMap::new();
        for change in &plan.changes {
            work.insert(change.address.clone(), save(change, state, session, key.as_ref())?);
        }
        let sealer = state.output_sealer(key.as_ref());
        let outputs = plan.outputs.iter().filter_map(|(name, change)| {
            let template = change.template.as_ref()?;
            let hide = |path: &str, secret: &Value| sealer.seal(path, secret);
            let sealed = inputs::sealed(&change.schema(), template, &hide);
            Some(
                sealed
                    .map(|sealed| (name.clone(), sealed))
                    .ok_or_else(|| SavedPlanError::SecretOutput(name.clone())),
            )
        });
        Ok(Self {
            format_version: Self::FORMAT_VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            author: Author {
                who: session.who.clone(),
                operation: "plan".to_owned(),
                at: session.clock.now(),
            },
            state: digest(state),
            observed: plan
                .observed
                .iter()
                .map(|(address, live)| (address.clone(), Observed::of(live.as_ref(), address, state, session)))
                .collect(),
            work,
            outputs: outputs.collect::<Result<_, _>>()?,
            plan: plan.clone(),
        })
    }

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
            }),
            _ => serde_json::from_value(document).map_err(malformed),
        }
    }

    /// The plan, ready to be applied on `snapshot`: looks again at everything that was looked at when it was made.
    ///
    /// # Errors
    /// [`SavedPlanError`]: of another stack, stale, or a secret that cannot be had.
    pub async fn restore(
        &self,
        stack: &Stack,
        snapshot: &Snapshot,
        session: &Session,
        observer: &dyn Observer,
    ) -> Result<Plan, SavedPlanError> {
        self.check_binding(stack, &snapshot.state)?;
        let key = session.backend.key(false).await.map_err(SavedPlanError::Key)?;
        let mut state = snapshot.state.clone();
        for change in &self.plan.changes {
            if let Some(from) = change.moved_from() {
                state.rename(from, &change.address);
            }
        }
        let observed = self.look_again(&state, session, observer).await?;
        let restore = Restore {
            saved: self,
            stack,
            session,
            state,
            key,
            observed,
        };
        restore.plan()
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

    fn check_binding(&self, stack: &Stack, state: &State) -> Result<(), SavedPlanError> {
        self.belongs_to(stack.name(), stack.environment())?;
        let stale = |why| Err(SavedPlanError::Stale(vec![why]));
        if state.lineage != self.plan.lineage {
            return stale(Stale::Lineage);
        }
        if state.serial != self.plan.serial {
            return stale(Stale::Serial {
                plan: self.plan.serial,
                state: state.serial,
                author: state.author.clone(),
            });
        }
        if digest(state) != self.state {
            return stale(Stale::Journal);
        }
        Ok(())
    }

    /// Reads what was read for the plan, and demands that it is as it was.
    async fn look_again(
        &self,
        state: &State,
        session: &Session,
        observer: &dyn Observer,
    ) -> Result<BTreeMap<Address, Option<LiveObject>>, SavedPlanError> {
        let requests = self.observed.keys().filter_map(|address| {
            let prior = state.current(address);
            let id = prior
                .map(|prior| &prior.id)
                .or_else(|| self.plan.change(address)?.imported())?;
            let read = ReadObject {
                id: id.clone(),
                prior: prior.map(|prior| prior.inputs.clone()),
            };
            Some((address.clone(), read))
        });
        let names = (self.plan.stack.as_str(), self.plan.environment.as_str());
        let parallelism = super::options::PlanOptions::default().parallelism;
        let reads = refresh::read_all(session, names, requests.collect(), parallelism, observer).await;
        let mut stale = Vec::new();
        let mut observed = BTreeMap::new();
        for (address, read) in reads {
            let live = read.map_err(|source| SavedPlanError::Read {
                address: address.clone(),
                source,
            })?;
            let now = Observed::of(live.as_ref(), &address, state, session);
            if let Some(then) = self.observed.get(&address) {
                stale.extend(then.differences(&now, &address));
            }
            observed.insert(address, live);
        }
        if stale.is_empty() {
            Ok(observed)
        } else {
            Err(SavedPlanError::Stale(stale))
        }
    }
}

/// What a change works with, without what the state and the cloud will say again.
fn save(change: &Change, state: &State, session: &Session, key: Option<&DataKey>) -> Result<SavedWork, SavedPlanError> {
    let work = &change.data;
    let lost = || SavedPlanError::Secret {
        address: change.address.clone(),
    };
    let sealer = state.sealer(&change.address, key);
    let info = session
        .registry
        .get(change.address.type_name())
        .map(|types| types.info());
    let seal = |schema: Option<&Schema>, value: &Value| match schema {
        Some(schema) => inputs::sealed(schema, value, &|path, secret| sealer.seal(path, secret)).ok_or_else(lost),
        None => Ok(value.clone()),
    };
    let planned = work.planned.as_ref();
    let planned = planned
        .map(|planned| seal(info.map(|info| &info.schema), planned))
        .transpose()?;
    let triggers = work.lifecycle.replace_when.iter();
    Ok(SavedWork {
        planned,
        declared: work.declared.clone(),
        lifecycle: Lifecycle {
            // a trigger is compared by its hash, and may be a secret
            replace_when: triggers
                .map(|trigger| match template::resolved(trigger) {
                    Some(value) => super::sealed_trigger(sealer.place(), &value),
                    None => trigger.clone(),
                })
                .collect(),
            ..work.lifecycle.clone()
        },
        dependencies: work.dependencies.clone(),
        outputs: seal(info.map(|info| &info.outputs), &work.outputs)?,
        keeps_deposed: !work.deposed.is_empty(),
    })
}

/// The digest of a state as it stands, whether it was stored or folded from a journal.
fn digest(state: &State) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(Sha256::digest(state.encode().unwrap_or_default()))
}
