//! What the steps of a run share: the state, the outputs known so far, and the way to a step's run.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;

use super::{
    recorder::StepEvent,
    report::CancelToken,
    step_run::StepRun,
    steps::{Kind, Step},
};
use crate::{
    Session,
    model::{Address, DataKey, Reference, RemoteId, Resolution, ResourceError, Sealer, has_seal},
    plan,
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
    pub notes: UnboundedSender<(Address, StepEvent)>,
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

    /// Does a step; gives the id of the object it worked on.
    pub(crate) async fn run(&self, step: &Step<'_>) -> Result<Option<RemoteId>, ResourceError> {
        let change = step.change;
        let reconciler = self
            .session
            .registry
            .get(change.address.type_name())
            .ok_or_else(|| plan::unknown_type(&change.address))?;
        let run = StepRun::new(self, change, &**reconciler);
        match step.kind {
            Kind::Create => run.create().await.map(Some),
            Kind::Update => run.update().await.map(Some),
            Kind::Delete | Kind::DeleteReplaced => match &change.data.prior {
                Some(object) => run.delete(object).await.map(Some),
                None => Ok(None),
            },
            Kind::DeleteDeposed(object) => run.delete(object).await.map(Some),
        }
    }
}
