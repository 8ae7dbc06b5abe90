//! Documents for programs, as the schemas in `docs/schemas` describe them. No secret is in any of them.

use std::collections::BTreeMap;

use iac_core::{
    model::{Address, REDACTED},
    plan::{AttributeChange, Plan, PlannedValue},
    state::{ObjectState, OutputState, ResourceState, Serial, State},
};
use serde_json::{Map, Value, json};

use super::{import::Imported, report::Summary, value::redacted};
use crate::error::Problem;

/// The version of every document; grows when a reader would have to change.
pub(crate) const FORMAT_VERSION: u32 = 1;

/// An error.
pub(crate) fn error(problem: &Problem) -> Value {
    json!({"format_version": FORMAT_VERSION, "error": problem})
}

/// A plan.
pub(crate) fn plan(plan: &Plan) -> Value {
    let mut shown = plan.clone();
    let changed = shown.changes.iter_mut().flat_map(|change| &mut change.attributes);
    let drifted = shown.drift.iter_mut().flat_map(|drift| &mut drift.attributes);
    changed.chain(drifted).for_each(hide);
    for output in shown.outputs.values_mut() {
        let secret = output.secret || output.before.as_ref().is_some_and(|before| before.secret);
        if let Some(before) = &mut output.before {
            before.value = hidden(&before.value, secret);
            // how it was declared is the engine's business
            before.declared = None;
        }
        hide_after(&mut output.after, secret);
    }
    let counts = plan.summary();
    let mut document = json!(shown);
    if let Some(document) = document.as_object_mut() {
        document.insert("empty".to_owned(), plan.is_empty().into());
        document.insert("summary".to_owned(), json!(counts));
    }
    document
}

/// What was changed outside, from a plan that only refreshes.
pub(crate) fn drift(plan: &Plan) -> Value {
    let mut drift = plan.drift.clone();
    let attributes = drift.iter_mut().flat_map(|drift| &mut drift.attributes);
    attributes.for_each(hide);
    json!({
        "format_version": FORMAT_VERSION,
        "stack": plan.stack,
        "environment": plan.environment,
        "serial": plan.serial,
        "drifted": !drift.is_empty(),
        "drift": drift,
        "leftovers": plan.leftovers,
    })
}

/// What was adopted, and what the next apply would do with it; none when that cannot be told.
pub(crate) fn imported(environment: &str, imported: &Imported) -> Value {
    let mut change = imported.next.clone();
    let attributes = change.iter_mut().flat_map(|change| &mut change.attributes);
    attributes.for_each(hide);
    json!({
        "format_version": FORMAT_VERSION,
        "environment": environment,
        "address": imported.address,
        "id": imported.id,
        "imported": imported.adopted,
        "serial": imported.serial,
        "next": change,
        "refused": imported.refused,
    })
}

fn hide(attribute: &mut AttributeChange) {
    let secret = attribute.secret;
    if let Some(before) = &mut attribute.before {
        *before = hidden(before, secret);
    }
    hide_after(&mut attribute.after, secret);
}

fn hide_after(after: &mut PlannedValue, secret: bool) {
    if let PlannedValue::Known(value) = after {
        *value = hidden(value, secret);
    }
}

fn hidden(value: &Value, secret: bool) -> Value {
    if secret { REDACTED.into() } else { redacted(value) }
}

/// What an apply or a destroy came to.
pub(crate) fn report(summary: &Summary<'_>, problem: Option<&Problem>) -> Value {
    let report = summary.report;
    let mut document = json!({
        "format_version": FORMAT_VERSION,
        "operation": summary.verb,
        "stack": summary.plan.stack,
        "environment": summary.plan.environment,
        "serial": report.serial,
        "elapsed_seconds": summary.elapsed.as_secs_f64(),
        "interrupted": report.interrupted,
        "saved": report.unsaved.is_none(),
        "summary": summary.plan.summary(),
        "done": report.done.iter().map(|done| json!({"address": done.address, "action": done.action})).collect::<Value>(),
        "failed": report.failed.iter().map(|failure| {
            let error = Problem { address: Some(failure.address.clone()), ..Problem::from(&failure.error) };
            json!({"address": failure.address, "action": failure.action, "error": error})
        }).collect::<Value>(),
        "skipped": report.skipped.iter().map(|skipped| {
            json!({"address": skipped.address, "action": skipped.action, "because": skipped.because})
        }).collect::<Value>(),
        "outputs": output_map(&report.outputs),
    });
    if let (Some(problem), Some(document)) = (problem, document.as_object_mut()) {
        document.insert("error".to_owned(), json!(problem));
    }
    document
}

/// Outputs.
pub(crate) fn outputs(outputs: &BTreeMap<String, OutputState>) -> Value {
    json!({"format_version": FORMAT_VERSION, "outputs": output_map(outputs)})
}

fn output_map(outputs: &BTreeMap<String, OutputState>) -> Value {
    outputs
        .iter()
        .map(|(name, output)| {
            let value = hidden(&output.value, output.secret);
            (name.clone(), json!({"value": value, "secret": output.secret}))
        })
        .collect::<Map<_, _>>()
        .into()
}

/// What the state holds, in short.
pub(crate) fn state_list(state: &State) -> Value {
    let resources: Vec<Value> = state
        .resources
        .iter()
        .map(|(address, resource)| {
            let current = resource.current.as_ref();
            json!({
                "address": address,
                "type": address.type_name(),
                "id": current.map(|object| &object.id),
                "status": current.map(|object| object.status),
                "deposed": resource.deposed.iter().map(|object| &object.id).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "format_version": FORMAT_VERSION,
        "stack": state.stack,
        "environment": state.environment,
        "lineage": state.lineage,
        "serial": state.serial,
        "resources": resources,
    })
}

/// A resource with all that is known of it.
pub(crate) fn state_show(address: &Address, resource: &ResourceState) -> Value {
    let without_secrets = |object: &ObjectState| ObjectState {
        inputs: redacted(&object.inputs),
        outputs: redacted(&object.outputs),
        observed: redacted(&object.observed),
        declared: object
            .declared
            .iter()
            .map(|(name, value)| (name.clone(), redacted(value)))
            .collect(),
        ..object.clone()
    };
    let shown = ResourceState {
        current: resource.current.as_ref().map(without_secrets),
        deposed: resource.deposed.iter().map(without_secrets).collect(),
        ..resource.clone()
    };
    json!({"format_version": FORMAT_VERSION, "address": address, "resource": shown})
}

/// What was forgotten; `declared` says whether the code still has it, when that can be told.
pub(crate) fn forgotten(
    environment: &str,
    serial: u64,
    dry_run: bool,
    forgotten: &BTreeMap<Address, ResourceState>,
    declared: &dyn Fn(&Address) -> Option<bool>,
) -> Value {
    let forgotten: Vec<Value> = forgotten
        .iter()
        .map(|(address, resource)| {
            json!({
                "address": address,
                "id": resource.current.as_ref().map(|object| &object.id),
                "deposed": resource.deposed.iter().map(|object| &object.id).collect::<Vec<_>>(),
                "declared": declared(address),
            })
        })
        .collect();
    json!({
        "format_version": FORMAT_VERSION,
        "environment": environment,
        "dry_run": dry_run,
        "serial": serial,
        "forgotten": forgotten,
    })
}

/// The serials, the latest first.
pub(crate) fn history(environment: &str, serials: &[Serial]) -> Value {
    let serials: Vec<Value> = serials
        .iter()
        .map(|serial| {
            let author = serial.author.as_ref();
            json!({
                "serial": serial.serial,
                "lineage": serial.lineage,
                "at": author.map(|author| author.at),
                "who": author.map(|author| &author.who),
                "operation": author.map(|author| &author.operation),
                "resources": serial.resources,
                "added": serial.added,
                "changed": serial.changed,
                "removed": serial.removed,
            })
        })
        .collect();
    json!({"format_version": FORMAT_VERSION, "environment": environment, "serials": serials})
}
