//! A saved plan put together again from its file, the state, what is there, and, for secrets without a key, the source.

use std::collections::BTreeMap;

use super::{
    error::{SavedPlanError, Stale},
    file::{SavedPlan, digest},
    observed::Observed,
};
use crate::{
    Session,
    model::{Address, DataKey, LiveObject, ReadObject, Stack, is_sealed},
    plan::{
        action::Action,
        change::{Change, ChangeData},
        document::Plan,
        event::Observer,
        inputs,
        options::PlanOptions,
        refresh,
    },
    state::{ObjectState, Snapshot, State},
};

impl SavedPlan {
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
                observed: prior.map(|prior| prior.observed.clone()).unwrap_or_default(),
            };
            Some((address.clone(), read))
        });
        let names = (self.plan.stack.as_str(), self.plan.environment.as_str());
        let parallelism = PlanOptions::default().parallelism;
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

/// A saved plan being put together again.
struct Restore<'a> {
    saved: &'a SavedPlan,
    stack: &'a Stack,
    session: &'a Session,
    /// What the plan was made on, renamed.
    state: State,
    key: Option<DataKey>,
    observed: BTreeMap<Address, Option<LiveObject>>,
}

impl Restore<'_> {
    fn plan(self) -> Result<Plan, SavedPlanError> {
        let mut plan = self.saved.plan.clone();
        for change in &mut plan.changes {
            change.data = self.work(change)?;
        }
        let sealer = self.state.output_sealer(self.key.as_ref());
        for (name, change) in &mut plan.outputs {
            let Some(template) = self.saved.outputs.get(name) else {
                continue;
            };
            let source = self.stack.outputs().get(name).map(|output| &output.value);
            let opened = inputs::reveal(&change.schema(), template, source, &sealer);
            if change.secret && is_sealed(&opened) {
                return Err(SavedPlanError::SecretOutput(name.clone()));
            }
            change.template = Some(opened);
        }
        plan.observed = self.observed;
        Ok(plan)
    }

    fn work(&self, change: &Change) -> Result<ChangeData, SavedPlanError> {
        let address = &change.address;
        let Some(saved) = self.saved.work.get(address) else {
            return Err(SavedPlanError::Incomplete {
                address: address.clone(),
            });
        };
        let resource = self.state.resources.get(address);
        let sealer = self.state.sealer(address, self.key.as_ref());
        let live = match self.observed.get(address) {
            Some(live) => live.clone(),
            None => self.state.live(address, self.key.as_ref()),
        };
        let reconciler = self.session.registry.get(address.type_name());
        let imported = change.imported().is_some();
        let prior = match (&live, reconciler) {
            (Some(live), Some(reconciler)) if imported => Some(ObjectState::adopted(
                live,
                &**reconciler,
                &sealer,
                self.session.clock.now(),
            )),
            _ => resource.and_then(|resource| resource.current.clone()),
        };
        let schema = reconciler.map(|reconciler| &reconciler.info().schema);
        let planned = match (&saved.planned, schema) {
            (Some(planned), Some(schema)) => {
                let source = self.stack.nodes().get(address).map(|node| &node.inputs);
                let planned = inputs::reveal(schema, planned, source, &sealer);
                let there = live.as_ref().map(|live| &live.inputs);
                let planned = inputs::reveal(schema, &planned, there, &sealer);
                let sent = !matches!(change.action, Action::NoOp | Action::Delete | Action::Forget);
                if sent && !inputs::still_sealed(schema, &planned).is_empty() {
                    return Err(SavedPlanError::Secret {
                        address: address.clone(),
                    });
                }
                Some(planned)
            }
            (planned, _) => planned.clone(),
        };
        Ok(ChangeData {
            planned,
            declared: saved.declared.clone(),
            lifecycle: saved.lifecycle.clone(),
            dependencies: saved.dependencies.clone(),
            old_dependencies: resource
                .map(|resource| resource.dependencies.clone())
                .unwrap_or_default(),
            prior,
            live,
            deposed: resource
                .filter(|_| saved.keeps_deposed)
                .map(|resource| resource.deposed.clone())
                .unwrap_or_default(),
            // what is promised is compared by hashes where it is secret
            outputs: sealer.reveal(&saved.outputs).unwrap_or_else(|| saved.outputs.clone()),
        })
    }
}
