//! What an apply changes in the state alone: renames, adoptions, forgotten resources, marks, outputs.

use std::sync::Arc;

use serde_json::Value;

use super::{context::ApplyContext, report::ApplyReport};
use crate::{
    model::{Expr, Lifecycle, LiveObject, template},
    plan::{self, Action, Change, Mode, Plan},
    state::{ObjectState, OutputState, Record, ResourceState, State, StateWriter, StoreError},
};

/// Before the steps: renames, adoptions, and objects that are gone. Durable before anything is called.
pub(crate) async fn before(plan: &Plan, state: &mut State, writer: &Arc<StateWriter>) -> Result<(), StoreError> {
    for change in &plan.changes {
        if let Some(from) = change.moved_from() {
            writer
                .append(&Record::Moved {
                    from: from.clone(),
                    to: change.address.clone(),
                })
                .await?;
            state.rename(from, &change.address);
        }
        let held = state.resources.get(&change.address);
        let resource = if change.imported().is_some() {
            Some(adopted_entry(change, held))
        } else if change.action == Action::Forget {
            // what is let go of is the current object; what earlier replacements left is still to be deleted
            held.filter(|held| !held.deposed.is_empty()).map(|held| ResourceState {
                current: None,
                ..held.clone()
            })
        } else {
            continue;
        };
        let completed = Record::Completed {
            step: writer.next_step(),
            address: change.address.clone(),
            resource: resource.clone(),
        };
        writer.append(&completed).await?;
        state.set(change.address.clone(), resource);
    }
    Ok(())
}

/// The entry of a resource that is adopted; what earlier replacements of it left stays in it.
fn adopted_entry(change: &Change, held: Option<&ResourceState>) -> ResourceState {
    let current = change.data.prior.clone();
    let deposed = match (held, &current) {
        (Some(held), Some(current)) => held.left_beside(&current.id),
        _ => Vec::new(),
    };
    let mut dependencies = change.data.dependencies.clone();
    if !deposed.is_empty() {
        dependencies.extend(held.into_iter().flat_map(|held| held.dependencies.iter().cloned()));
    }
    ResourceState {
        current,
        deposed,
        dependencies,
        // triggers are templates here; they are evaluated and sealed once their resources are done
        lifecycle: Lifecycle {
            replace_when: Vec::new(),
            ..change.data.lifecycle.clone()
        },
    }
}

/// After the steps: marks, edges and inputs of what stayed as it is, and the outputs of the stack.
pub(crate) fn after(plan: &Plan, cx: &ApplyContext<'_>, report: &ApplyReport) {
    for change in plan.changes.iter().filter(|change| change.action == Action::NoOp) {
        update_entry(plan.mode, change, cx);
    }
    let complete = report.failed.is_empty() && report.skipped.is_empty() && !report.interrupted;
    for (name, change) in &plan.outputs {
        let Some(template) = &change.template else {
            if complete {
                cx.state().outputs.remove(name);
            }
            continue;
        };
        let value = template::evaluate(template, &|reference| cx.lookup(reference));
        // an output whose resource was not made keeps its last value
        let Some(value) = value.ok().and_then(|value| template::resolved(&value)) else {
            continue;
        };
        let mut state = cx.state();
        let value = if change.secret {
            state.output_sealer(cx.key.as_ref()).seal(name, &value)
        } else {
            value
        };
        // text that is joined into a secret may be secret itself
        let plain = !change.secret || matches!(template::as_expression(template), Some(Expr::Ref(_)));
        let refers = plain && !template::references(template).is_empty();
        let output = OutputState {
            value,
            secret: change.secret,
            declared: refers.then(|| template.clone()),
        };
        state.outputs.insert(name.clone(), output);
    }
}

/// Brings the entry of a resource that stays as it is up to what the stack says of it.
fn update_entry(mode: Mode, change: &Change, cx: &ApplyContext<'_>) {
    let triggers = change.data.lifecycle.replace_when.iter().map(|trigger| {
        let value = template::evaluate(trigger, &|reference| cx.lookup(reference)).ok()?;
        template::resolved(&value)
    });
    let triggers: Vec<_> = triggers.flatten().collect();
    let mut state = cx.state();
    let sealer = state.sealer(&change.address, cx.key.as_ref());
    let triggers = triggers
        .iter()
        .map(|value| plan::sealed_trigger(sealer.place(), value))
        .collect();
    let Some(resource) = state.resources.get_mut(&change.address) else {
        return;
    };
    let Some(object) = &mut resource.current else { return };
    let types = cx.session.registry.get(change.address.type_name());
    let types = types.map(|types| types.info());
    let schema = types.map(|info| &info.schema);
    let outputs_schema = types.map(|info| &info.outputs);
    if let (Some(schema), Some(inputs)) = (schema, kept_inputs(mode, change, object)) {
        object.inputs = schema.seal(&inputs, &|path, secret| sealer.seal(path, secret));
    }
    if let (Some(schema), Some(live)) = (schema, &change.data.live)
        && !live.observed.is_null()
    {
        object.observed = schema.seal(&live.observed, &|path, secret| sealer.seal(path, secret));
    }
    if let Some(LiveObject { outputs, .. }) = &change.data.live {
        object.outputs = match outputs_schema {
            Some(schema) => schema.seal(outputs, &|path, secret| sealer.seal(path, secret)),
            None => outputs.clone(),
        };
    }
    if mode == Mode::Normal {
        object.declared.clone_from(&change.data.declared);
        if resource.deposed.is_empty() {
            resource.dependencies.clone_from(&change.data.dependencies);
        } else {
            resource.dependencies.extend(change.data.dependencies.iter().cloned());
        }
        resource.lifecycle.clone_from(&change.data.lifecycle);
        resource.lifecycle.replace_when = triggers;
    }
}

/// The inputs the state should hold of a resource that stays as it is.
fn kept_inputs(mode: Mode, change: &Change, object: &ObjectState) -> Option<Value> {
    match mode {
        Mode::RefreshOnly if !change.reasons.is_empty() => {
            let live = &change.data.live.as_ref()?.inputs;
            Some(merge(live, &object.inputs))
        }
        Mode::Normal => template::resolved(change.data.planned.as_ref()?),
        _ => None,
    }
}

/// What is there, for the properties the state knows.
fn merge(live: &Value, known: &Value) -> Value {
    match (live, known) {
        (Value::Object(live), Value::Object(known)) => known
            .iter()
            .map(|(name, value)| (name.clone(), live.get(name).unwrap_or(value).clone()))
            .collect(),
        _ => live.clone(),
    }
}
