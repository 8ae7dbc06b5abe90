//! What the state holds, as people read it.

use std::{collections::BTreeMap, fmt::Write as _};

use iac_core::{
    model::{Address, Lifecycle},
    plan::Action,
    state::{ObjectState, ResourceState, State, Status},
};
use serde_json::Value;

use super::{
    style::{BOLD, DIM, WARNING, paint, symbol},
    value::{block, inline},
};

/// The resources, one on a line: address, id, and what is unusual about it.
pub(crate) fn list(state: &State) -> String {
    let width = state
        .resources
        .keys()
        .map(|address| address.to_string().len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for (address, resource) in &state.resources {
        let id = resource
            .current
            .as_ref()
            .map(|object| object.id.to_string())
            .unwrap_or_default();
        let mut remarks = Vec::new();
        if resource
            .current
            .as_ref()
            .is_some_and(|object| object.status == Status::Tainted)
        {
            remarks.push("its create did not finish".to_owned());
        }
        if !resource.deposed.is_empty() {
            remarks.push(format!("{} to be deleted", resource.deposed.len()));
        }
        let remarks = if remarks.is_empty() {
            String::new()
        } else {
            format!("  {}", paint(WARNING, format_args!("({})", remarks.join(", "))))
        };
        let line = format!("{:width$}  {id}", address.to_string());
        let _ = writeln!(text, "{}{remarks}", line.trim_end());
    }
    text
}

/// What was forgotten, with the id of every object that stays.
pub(crate) fn forgotten(forgotten: &BTreeMap<Address, ResourceState>, dry_run: bool) -> String {
    let what = if dry_run { "would be forgotten" } else { "forgotten" };
    let mut text = String::new();
    for (address, resource) in forgotten {
        let _ = writeln!(text, "{} {}: {what}", symbol(Action::Forget), paint(BOLD, address));
        if let Some(object) = &resource.current {
            let _ = writeln!(text, "    {} stays in the cloud", object.id);
        }
        for object in &resource.deposed {
            let id = &object.id;
            let _ = writeln!(text, "    {id} stays in the cloud, left of an earlier replacement");
        }
    }
    text
}

/// A resource with all that is known of it.
pub(crate) fn show(address: &Address, resource: &ResourceState) -> String {
    let mut text = format!("{}\n", paint(BOLD, address));
    if let Some(object) = &resource.current {
        self::object(object, &mut text);
    }
    for object in &resource.deposed {
        let _ = writeln!(
            text,
            "{}",
            paint(WARNING, "to be deleted, left of an earlier replacement:")
        );
        let _ = writeln!(text, "  id: {}", object.id);
    }
    if !resource.dependencies.is_empty() {
        let names: Vec<String> = resource.dependencies.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "  needs: {}", names.join(", "));
    }
    let marks = marks(&resource.lifecycle);
    if !marks.is_empty() {
        let _ = writeln!(text, "  marks: {}", marks.join(", "));
    }
    text
}

fn object(object: &ObjectState, text: &mut String) {
    let _ = writeln!(text, "  id: {}", object.id);
    let location = &object.location;
    if !location.account.is_empty() {
        let _ = writeln!(text, "  in: account {}, {}", location.account, location.region);
    }
    if object.status == Status::Tainted {
        let _ = writeln!(text, "  {}", paint(WARNING, "its create did not finish"));
    }
    let _ = writeln!(text, "  created: {:.0}", object.created);
    let _ = writeln!(text, "  updated: {:.0}", object.updated);
    values("inputs", &object.inputs, text);
    values("outputs", &object.outputs, text);
}

fn values(title: &str, value: &Value, text: &mut String) {
    let Value::Object(map) = value else { return };
    let _ = writeln!(text, "  {}", paint(DIM, format_args!("{title}:")));
    for (name, value) in map.iter().filter(|(_, value)| !value.is_null()) {
        let mut lines = inline(value)
            .map_or_else(|| block(value), |line| vec![line])
            .into_iter();
        let _ = writeln!(text, "    {name}: {}", lines.next().unwrap_or_default());
        for line in lines {
            let _ = writeln!(text, "    {line}");
        }
    }
}

fn marks(lifecycle: &Lifecycle) -> Vec<String> {
    let mut marks = Vec::new();
    for (set, name) in [
        (lifecycle.protect, "protect"),
        (lifecycle.retain_on_delete, "retain_on_delete"),
        (lifecycle.create_before_delete, "create_before_delete"),
    ] {
        if set {
            marks.push(name.to_owned());
        }
    }
    if !lifecycle.ignore_changes.is_empty() {
        marks.push(format!("ignore_changes({})", lifecycle.ignore_changes.join(", ")));
    }
    marks
}
