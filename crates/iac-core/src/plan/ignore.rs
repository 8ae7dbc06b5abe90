//! Changes that are to be ignored: what is there stands for what is desired.

use serde_json::{Map, Value};

use crate::model::{PathStep, PropertyPath, Schema, template};

/// Puts what is there in place of what is desired at the paths of `ignore_changes`. `desired` is a template.
///
/// Paths were checked with the stack. One of an earlier serial that cannot be read any more ignores nothing.
pub(crate) fn ignore(schema: &Schema, desired: &mut Value, live: &Value, paths: &[String]) {
    for path in paths.iter().filter_map(|path| path.parse::<PropertyPath>().ok()) {
        take(schema, desired, Some(live), path.steps());
    }
}

fn take(schema: &Schema, want: &mut Value, have: Option<&Value>, steps: &[PathStep]) {
    let Some((step, rest)) = steps.split_first() else {
        return;
    };
    // what is not known yet has no parts
    if template::as_expression(want).is_some() {
        return;
    }
    match want {
        Value::Object(wants) => {
            for key in keys(step, wants, have) {
                let there = have.and_then(|have| have.get(&key)).filter(|there| !there.is_null());
                if rest.is_empty() {
                    match there {
                        Some(there) => wants.insert(key, template::escape(there.clone())),
                        None => wants.remove(&key),
                    };
                    continue;
                }
                if !wants.contains_key(&key) && begins(schema, &key, there, rest) {
                    wants.insert(key.clone(), Value::Object(Map::new()));
                }
                if let Some(next) = wants.get_mut(&key) {
                    take(inside(schema, &key), next, there, rest);
                }
            }
        }
        Value::Array(wants) => {
            let item = match schema {
                Schema::List(item) => item,
                _ => &Schema::Any,
            };
            for (index, want) in wants.iter_mut().enumerate() {
                let there = have.and_then(|have| have.get(index));
                match (step, there) {
                    (PathStep::Index(only), _) if *only != index => {}
                    (PathStep::Key(_), _) => {}
                    (_, Some(there)) if rest.is_empty() => *want = template::escape(there.clone()),
                    (_, None) if rest.is_empty() => {}
                    (_, there) => take(item, want, there, rest),
                }
            }
        }
        _ => {}
    }
}

/// The keys that a step names, of what is desired and of what is there.
fn keys(step: &PathStep, wants: &Map<String, Value>, have: Option<&Value>) -> Vec<String> {
    match step {
        PathStep::Key(key) => vec![key.clone()],
        PathStep::Index(_) => Vec::new(),
        PathStep::Every => {
            let haves = have.and_then(Value::as_object).into_iter().flatten();
            let others = haves.map(|(key, _)| key).filter(|key| !wants.contains_key(*key));
            wants.keys().chain(others).cloned().collect()
        }
    }
}

/// Whether a map that is not declared begins to be: the ignored key is there, and the map is not the cloud's to fill.
fn begins(schema: &Schema, key: &str, there: Option<&Value>, rest: &[PathStep]) -> bool {
    let Some(there) = there.and_then(Value::as_object) else {
        return false;
    };
    let computed = schema.field(key).is_some_and(|field| field.attributes.computed);
    let named = match rest.first() {
        Some(PathStep::Key(key)) => there.contains_key(key),
        Some(PathStep::Every) => true,
        _ => false,
    };
    named && !computed && matches!(inside(schema, key), Schema::Map(_))
}

fn inside<'a>(schema: &'a Schema, key: &str) -> &'a Schema {
    match schema {
        Schema::Map(item) => item,
        other => other.field(key).map_or(&Schema::Any, |field| &field.schema),
    }
}

/// A sentence on each path through a map or a list that leads to nothing in any of `values`.
pub(crate) fn without_effect(schema: &Schema, paths: &[String], values: &[&Value]) -> Vec<String> {
    let parsed = paths.iter().filter_map(|path| path.parse::<PropertyPath>().ok());
    let mut found = Vec::new();
    for path in parsed {
        let steps = path.steps();
        let last = steps.last();
        if matches!(last, Some(PathStep::Every)) || !names_an_element(schema, steps) {
            continue;
        }
        if !values.iter().any(|value| leads(value, steps)) {
            let mut there: Vec<String> = values.iter().flat_map(|value| siblings(value, steps)).collect();
            there.sort();
            there.dedup();
            let there = if there.is_empty() {
                "there is nothing beside it".to_owned()
            } else {
                format!("beside it there are {}", there.join(", "))
            };
            found.push(format!(
                "`ignore_changes` names `{path}`, which is not there now; {there}"
            ));
        }
    }
    found
}

/// Whether one of the steps names a key of a map or an element of a list. A property that is unset is no mistake.
fn names_an_element(schema: &Schema, steps: &[PathStep]) -> bool {
    let Some((step, rest)) = steps.split_first() else {
        return false;
    };
    match (schema, step) {
        (Schema::Map(_), PathStep::Key(_)) | (Schema::List(_), PathStep::Index(_)) => true,
        (Schema::Map(item) | Schema::List(item), _) => names_an_element(item, rest),
        (Schema::Struct(_), PathStep::Key(key)) => names_an_element(inside(schema, key), rest),
        _ => false,
    }
}

fn leads(value: &Value, steps: &[PathStep]) -> bool {
    let Some((step, rest)) = steps.split_first() else {
        return true;
    };
    // what is not known yet may be anything
    template::as_expression(value).is_some() || each(value, step).any(|value| leads(value, rest))
}

fn each<'a>(value: &'a Value, step: &PathStep) -> Box<dyn Iterator<Item = &'a Value> + 'a> {
    match (value, step) {
        (Value::Object(map), PathStep::Every) => Box::new(map.values()),
        (Value::Array(items), PathStep::Every) => Box::new(items.iter()),
        (value, PathStep::Key(key)) => Box::new(value.get(key).into_iter()),
        (value, PathStep::Index(index)) => Box::new(value.get(index).into_iter()),
        _ => Box::new(std::iter::empty()),
    }
}

/// The keys that stand where the path's last step looks.
fn siblings(value: &Value, steps: &[PathStep]) -> Vec<String> {
    match steps {
        [] | [_] => {
            let keys = value.as_object().into_iter().flatten();
            keys.map(|(key, _)| format!("`{key}`")).collect()
        }
        [step, rest @ ..] => each(value, step).flat_map(|value| siblings(value, rest)).collect(),
    }
}
