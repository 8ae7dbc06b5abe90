//! A plan made ready to be written to a file.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    error::SavedPlanError,
    file::{SavedPlan, SavedWork, digest},
    observed::Observed,
};
use crate::{
    Session,
    model::{DataKey, Lifecycle, Schema, template},
    plan::{change::Change, document::Plan, inputs, resource_planner::sealed_trigger},
    state::{Author, Snapshot, State},
};

impl SavedPlan {
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
                    Some(value) => sealed_trigger(sealer.place(), &value),
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
