//! What the steps of a run share: the state and the outputs known so far.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;

use super::{recorder::StepEvent, report::CancelToken};
use crate::{
    Session,
    model::{Address, DataKey, Reference, Resolution, Sealer, has_seal},
    state::{ResourceState, State, StateWriter},
};

/// What all steps of a run share.
#[derive(Debug)]
pub(crate) struct ApplyContext<'a> {
    pub session: &'a Session,
    pub writer: Arc<StateWriter>,
    pub state: Mutex<State>,
    /// What secrets are encrypted with.
    pub key: Option<DataKey>,
    /// The outputs references stand for: as the plan saw them, then as each step leaves them.
    pub outputs: Mutex<BTreeMap<Address, Value>>,
    pub events: UnboundedSender<(Address, StepEvent)>,
    /// The way to stop.
    pub stop: CancelToken,
}

impl ApplyContext<'_> {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What seals the secrets of a resource.
    pub(super) fn sealer(&self, address: &Address) -> Sealer {
        self.state().sealer(address, self.key.as_ref())
    }

    pub(super) fn outputs_of(&self, address: &Address) -> Option<Value> {
        let outputs = self.outputs.lock().unwrap_or_else(PoisonError::into_inner);
        outputs.get(address).cloned()
    }

    /// What a reference stands for now.
    pub(crate) fn lookup(&self, reference: &Reference) -> Resolution {
        let outputs = self.outputs.lock().unwrap_or_else(PoisonError::into_inner);
        match outputs.get(&reference.address).map(|outputs| reference.follow(outputs)) {
            // a seal is not the secret
            Some(Some(value)) if has_seal(value) => {
                let opened = self.sealer(&reference.address).reveal(value);
                opened.map_or(Resolution::Unknown, Resolution::Known)
            }
            Some(Some(value)) => Resolution::Known(value.clone()),
            Some(None) => Resolution::Missing,
            None => Resolution::Unknown,
        }
    }

    /// Puts what became of a resource into the state; `outputs` are those its dependents may use from now on.
    pub(super) fn set(&self, address: &Address, resource: Option<ResourceState>, outputs: Option<Value>) {
        let mut known = self.outputs.lock().unwrap_or_else(PoisonError::into_inner);
        match outputs {
            Some(outputs) => drop(known.insert(address.clone(), outputs)),
            None => drop(known.remove(address)),
        }
        drop(known);
        self.state().set(address.clone(), resource);
    }
}
