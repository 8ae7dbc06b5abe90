//! What becomes of a model between what is given and what is told.

use iac_cloudcontrol::TypeFacts;
use serde_json::{Map, Value};

/// Removes what stands at a pointer.
fn remove(model: &mut Value, place: &str) {
    let Some((parent, key)) = place.rsplit_once('/') else {
        return;
    };
    let key = key.replace("~1", "/").replace("~0", "~");
    match model.pointer_mut(parent) {
        Some(Value::Object(fields)) => {
            fields.remove(&key);
        }
        Some(Value::Array(items)) => {
            if let Some(at) = key.parse().ok().filter(|at: &usize| *at < items.len()) {
                items.remove(at);
            }
        }
        _ => {}
    }
}

/// Removes what is never told. An object in which nothing else was given is gone with it.
pub(super) fn drop_write_only(facts: &TypeFacts, model: &mut Value) {
    drop_paths(model, &facts.write_only_paths());
}

/// Removes what a handler does not know any more at the next change: what is never told and can be given again. What can be
/// given but once the service itself knows.
pub(super) fn drop_forgotten(facts: &TypeFacts, model: &mut Value) {
    let create_only = facts.create_only_paths();
    let within = |path: &str| {
        let mut fixed = create_only.iter();
        fixed.any(|fixed| path == *fixed || path.strip_prefix(*fixed).is_some_and(|rest| rest.starts_with('/')))
    };
    let mut paths = facts.write_only_paths();
    paths.retain(|path| !within(path));
    drop_paths(model, &paths);
}

fn drop_paths(model: &mut Value, paths: &[&str]) {
    for path in paths {
        // from the last on, so that places in lists stay what they are
        for place in TypeFacts::places(model, path).iter().rev() {
            remove(model, place);
            let mut place = place.as_str();
            while let Some((parent, _)) = place.rsplit_once('/').filter(|(parent, _)| !parent.is_empty()) {
                let is_empty = model
                    .pointer(parent)
                    .and_then(Value::as_object)
                    .is_some_and(Map::is_empty);
                let in_object = parent.rsplit_once('/').and_then(|(above, _)| model.pointer(above));
                if !is_empty || !in_object.is_some_and(Value::is_object) {
                    break;
                }
                remove(model, parent);
                place = parent;
            }
        }
    }
}

/// A model without what AWS told.
pub(super) fn given(facts: &TypeFacts, model: &Value) -> Value {
    let mut given = model.clone();
    for path in facts.read_only_paths() {
        for place in TypeFacts::places(&given, path).iter().rev() {
            remove(&mut given, place);
        }
    }
    given
}

/// Sets what is not set and has a default.
pub(super) fn set_defaults(facts: &TypeFacts, model: &mut Value) {
    let mut visit = |schema: &Value, value: &mut Value| {
        if let Value::Object(fields) = value {
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                let default = Some(&property["default"]).filter(|default| !default.is_null());
                if let Some(default) = default.filter(|_| !fields.contains_key(name)) {
                    fields.insert(name.clone(), default.clone());
                }
            }
        }
    };
    walk(facts, facts.schema(), model, &mut visit);
}

/// Turns round the lists whose order means nothing.
pub(super) fn reorder(facts: &TypeFacts, model: &mut Value) {
    let mut visit = |schema: &Value, value: &mut Value| {
        if let Value::Array(items) = value
            && schema["insertionOrder"] == false
        {
            items.reverse();
        }
    };
    walk(facts, facts.schema(), model, &mut visit);
}

/// Visits every value with its schema, from the top.
fn walk(facts: &TypeFacts, schema: &Value, model: &mut Value, visit: &mut dyn FnMut(&Value, &mut Value)) {
    let name = schema["$ref"]
        .as_str()
        .and_then(|path| path.strip_prefix("#/definitions/"));
    let schema = name.map_or(schema, |name| &facts.schema()["definitions"][name]);
    visit(schema, model);
    match model {
        Value::Object(fields) => {
            for (name, value) in fields {
                let inner = schema["properties"].get(name).unwrap_or(&Value::Null);
                walk(facts, inner, value, visit);
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| walk(facts, &schema["items"], item, visit)),
        _ => {}
    }
}

/// Gives texts the case that a type's transforms say. Other transforms than those of case are left out.
pub(super) fn normalise(facts: &TypeFacts, model: &mut Value) {
    for (path, transform) in facts.schema()["propertyTransform"].as_object().into_iter().flatten() {
        let path = path.trim_start_matches("/properties/");
        let transform = transform.as_str().unwrap_or_default();
        let of_case = |function: &str| {
            let inner = transform.strip_prefix(function)?.strip_suffix(')')?;
            (!inner.contains('(')).then_some(())
        };
        let normal: fn(&str) -> String = match (of_case("$lowercase("), of_case("$uppercase(")) {
            (Some(()), _) => str::to_lowercase,
            (_, Some(())) => str::to_uppercase,
            _ => continue,
        };
        for place in TypeFacts::places(model, path) {
            if let Some(Value::String(text)) = model.pointer_mut(&place) {
                *text = normal(text);
            }
        }
    }
}
