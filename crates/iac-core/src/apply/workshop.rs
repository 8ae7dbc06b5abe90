//! What the steps of a run share: the state, the outputs known so far, and the way to a step's job.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;

use super::{
    job::Job,
    recorder::Note,
    report::Stop,
    steps::{Kind, Step},
};
use crate::{
    Session,
    model::{Address, DataKey, Lookup, Reference, RemoteId, ResourceError, Sealer, has_seal},
    plan,
    state::{Ledger, ResourceState, State},
};

/// What all steps of a run share.
#[derive(Debug)]
pub(crate) struct Workshop<'a> {
    pub session: &'a Session,
    pub ledger: Arc<Ledger>,
    pub state: Mutex<State>,
    /// What secrets are encrypted with.
    pub key: Option<DataKey>,
    /// The outputs references stand for: as the plan saw them, then as each step leaves them.
    pub outputs: Mutex<BTreeMap<Address, Value>>,
    pub notes: UnboundedSender<(Address, Note)>,
    /// The way to stop.
    pub stop: Stop,
}

impl Workshop<'_> {
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
    pub(crate) fn lookup(&self, reference: &Reference) -> Lookup {
        let outputs = self.outputs.lock().unwrap_or_else(PoisonError::into_inner);
        match outputs.get(&reference.address).map(|outputs| reference.follow(outputs)) {
            // a seal is not the secret
            Some(Some(value)) if has_seal(value) => {
                let opened = self.sealer(&reference.address).reveal(value);
                opened.map_or(Lookup::Unknown, Lookup::Known)
            }
            Some(Some(value)) => Lookup::Known(value.clone()),
            Some(None) => Lookup::Missing,
            None => Lookup::Unknown,
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
        let job = Job::new(self, change, &**reconciler);
        match step.kind {
            Kind::Create => job.create().await.map(Some),
            Kind::Update => job.update().await.map(Some),
            Kind::Delete | Kind::DeleteReplaced => match &change.work.prior {
                Some(object) => job.delete(object).await.map(Some),
                None => Ok(None),
            },
            Kind::DeleteDeposed(object) => job.delete(object).await.map(Some),
        }
    }
}
