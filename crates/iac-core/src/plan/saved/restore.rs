//! A saved plan put together again from its file, the state, what is there, and, for secrets without a key, the source.

use std::collections::BTreeMap;

use super::{SavedPlan, SavedPlanError};
use crate::{
    Session,
    model::{Address, DataKey, LiveObject, Stack, is_sealed},
    plan::{
        action::Action,
        change::{Change, ChangeData, Plan},
        inputs,
    },
    state::{ObjectState, State},
};

/// A saved plan being put together again.
pub(super) struct Restore<'a> {
    pub(super) saved: &'a SavedPlan,
    pub(super) stack: &'a Stack,
    pub(super) session: &'a Session,
    /// What the plan was made on, renamed.
    pub(super) state: State,
    pub(super) key: Option<DataKey>,
    pub(super) observed: BTreeMap<Address, Option<LiveObject>>,
}

impl Restore<'_> {
    pub(super) fn plan(self) -> Result<Plan, SavedPlanError> {
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
