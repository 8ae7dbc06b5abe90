//! The attributes of a change: before and after, on a line where they fit, as a difference of lines where they do not.

use std::collections::BTreeSet;

use iac_core::{
    model::{Field, REDACTED, Schema},
    plan::{Action, AttributeChange, Change, PlannedValue},
};
use serde_json::Value;

use crate::render::{
    style::{ADD, CHANGE, DIM, REMOVE, WARNING, paint},
    value::{UNKNOWN, block, difference, inline},
};

/// What ownership tags begin with. Every resource has them: they are told in one line.
const OWNERSHIP: &str = "iac:";

/// The lines of a change's attributes, without what is at the defaults of `schema`, and how many attributes that leaves out.
pub(super) fn group(change: &Change, schema: Option<&Schema>) -> (Vec<String>, usize) {
    let mut owned = BTreeSet::new();
    let mut lines = Vec::new();
    let mut hidden = 0;
    for attribute in &change.attributes {
        let field = schema.and_then(|schema| schema.field(attribute.property()));
        let Some(attribute) = without_defaults(attribute, field) else {
            hidden += 1;
            continue;
        };
        let Some(attribute) = without_ownership(&attribute, &mut owned) else {
            continue;
        };
        lines.extend(if change.action == Action::Create {
            created(&attribute)
        } else {
            self::lines(&attribute)
        });
    }
    if !owned.is_empty() {
        let names: Vec<String> = owned.into_iter().collect();
        lines.push(paint(DIM, format_args!("ownership tags: {}", names.join(", "))));
    }
    (lines, hidden)
}

/// The attribute without the properties in it that are at their defaults; `None` when it is at its own.
fn without_defaults(attribute: &AttributeChange, field: Option<&Field>) -> Option<AttributeChange> {
    let (Some(field), PlannedValue::Known(value)) = (field, &attribute.after) else {
        return Some(attribute.clone());
    };
    (!field.is_default(value)).then(|| AttributeChange {
        after: PlannedValue::Known(field.schema.without_defaults(value)),
        ..attribute.clone()
    })
}

/// The attribute without the ownership tags that are new in it; `None` when nothing else is in it.
fn without_ownership(attribute: &AttributeChange, owned: &mut BTreeSet<String>) -> Option<AttributeChange> {
    if attribute.before.is_some() {
        return Some(attribute.clone());
    }
    if let Some((_, tag)) = attribute.path.split_once('.')
        && tag.starts_with(OWNERSHIP)
    {
        owned.insert(tag.to_owned());
        return None;
    }
    let PlannedValue::Known(Value::Object(map)) = &attribute.after else {
        return Some(attribute.clone());
    };
    let (ours, theirs): (Vec<_>, Vec<_>) = map.iter().partition(|(key, _)| key.starts_with(OWNERSHIP));
    if ours.is_empty() {
        return Some(attribute.clone());
    }
    owned.extend(ours.into_iter().map(|(key, _)| key.clone()));
    let rest = theirs
        .into_iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let rest = AttributeChange {
        after: PlannedValue::Known(Value::Object(rest)),
        ..attribute.clone()
    };
    (rest.after != PlannedValue::Known(Value::Object(serde_json::Map::new()))).then_some(rest)
}

/// An attribute of something new: no sign, since everything is new.
fn created(attribute: &AttributeChange) -> Vec<String> {
    let path = &attribute.path;
    match &attribute.after {
        _ if attribute.secret => vec![format!("{path}: {REDACTED}")],
        PlannedValue::Known(value) => titled(&format!("{path}: "), value),
        PlannedValue::Unknown => vec![format!("{path}: {UNKNOWN}")],
        PlannedValue::Absent => Vec::new(),
    }
}

/// An attribute that becomes another.
pub(super) fn lines(attribute: &AttributeChange) -> Vec<String> {
    let path = &attribute.path;
    let (add, alter, remove) = (paint(ADD, "+"), paint(CHANGE, "~"), paint(REMOVE, "-"));
    let shown = |value: &Value| {
        if attribute.secret {
            Some(REDACTED.to_owned())
        } else {
            inline(value)
        }
    };
    let mut lines = match (&attribute.before, &attribute.after) {
        (None, PlannedValue::Absent) => return Vec::new(),
        (None, PlannedValue::Unknown) => vec![format!("{add} {path}: {UNKNOWN}")],
        (None, PlannedValue::Known(_)) if attribute.secret => vec![format!("{add} {path}: {REDACTED}")],
        (None, PlannedValue::Known(after)) => titled(&format!("{add} {path}: "), after),
        (Some(_), PlannedValue::Absent) if attribute.secret => vec![format!("{remove} {path}: {REDACTED}")],
        (Some(before), PlannedValue::Absent) => titled(&format!("{remove} {path}: "), before),
        (Some(before), PlannedValue::Unknown) => match shown(before) {
            Some(before) => vec![format!("{alter} {path}: {before} -> {UNKNOWN}")],
            None => vec![format!("{alter} {path}: {} -> {UNKNOWN}", paint(DIM, "..."))],
        },
        (Some(_), PlannedValue::Known(_)) if attribute.secret => {
            vec![format!("{alter} {path}: {REDACTED}, changed")]
        }
        (Some(before), PlannedValue::Known(after)) => {
            if let (Some(before), Some(after)) = (inline(before), inline(after)) {
                vec![format!("{alter} {path}: {before} -> {after}")]
            } else {
                let mut lines = vec![format!("{alter} {path}:")];
                lines.extend(difference(before, after).into_iter().map(|line| format!("    {line}")));
                lines
            }
        }
    };
    if attribute.forces_replacement
        && let Some(first) = lines.first_mut()
    {
        first.push_str("  ");
        first.push_str(&paint(WARNING, "# forces replacement"));
    }
    lines
}

/// A value after its title: on the same line when it fits.
fn titled(title: &str, value: &Value) -> Vec<String> {
    if let Some(text) = inline(value) {
        return vec![format!("{title}{text}")];
    }
    let body = block(value);
    if matches!(value, Value::Array(_) | Value::Object(_)) {
        let mut lines = vec![format!("{title}{}", body.first().cloned().unwrap_or_default())];
        lines.extend(body.into_iter().skip(1));
        return lines;
    }
    let mut lines = vec![title.trim_end().to_owned()];
    lines.extend(body.into_iter().map(|line| format!("  {line}")));
    lines
}
