//! What is sent to change an object: a JSON patch of its model, made as the facts of its type say.
//!
//! Everything is sent with `add`, which does not need what it puts something in place of; lists whole, since their order in AWS
//! may be another. Write-only values are sent again, or a handler lacks them. Source: Cloud Control user guide, "Updating a
//! resource"; RFC 6902.

use serde_json::{Value, json};

use crate::{canonical::is_empty, type_facts::TypeFacts};

/// The patch that brings a model that AWS gave to what is desired. `changed` are the properties that differ. Empty when there is
/// nothing to send.
pub(super) fn patch(facts: &TypeFacts, there: &Value, desired: &Value, changed: &[&str]) -> Value {
    let mut operations = Vec::new();
    let mut sent = desired.clone();
    facts.take_out(&mut sent, &facts.read_only_paths());
    let create_only = facts.create_only_paths();
    let nested: Vec<&str> = create_only.iter().copied().filter(|path| path.contains('/')).collect();
    facts.take_out(&mut sent, &nested);
    let told_once = |name: &str| create_only.contains(&name);
    for name in changed.iter().filter(|name| !told_once(name)) {
        match sent.get(*name) {
            Some(value) if !(value.is_array() && is_empty(value)) => operations.push(add(name, value)),
            _ if there.get(*name).is_some() => operations.push(remove(name)),
            // an empty list is what is there already
            _ => {}
        }
    }
    if operations.is_empty() {
        return Value::Array(operations);
    }
    for path in facts.write_only_paths() {
        let name = path.split('/').next().unwrap_or(path);
        let again = !changed.contains(&name) && !told_once(name) && !create_only.contains(&path);
        let known = operations.iter().any(|known| known["path"] == format!("/{name}"));
        if let Some(value) = sent.get(name).filter(|_| again && !known) {
            operations.push(add(name, value));
        }
    }
    operations.extend(untouched_but_refused(facts, there, &sent));
    Value::Array(operations)
}

/// AWS checks the whole model again, and may not take what it gave itself: an empty text, an empty list. What nobody declared
/// and what does not fit is left out of the model.
fn untouched_but_refused(facts: &TypeFacts, there: &Value, desired: &Value) -> Vec<Value> {
    let required = facts.required(facts.schema());
    let read_only = facts.read_only_paths();
    let mut names: Vec<String> = facts
        .check(there)
        .into_iter()
        .filter_map(|violation| Some(violation.path.split(['.', '[']).next()?.to_owned()))
        .filter(|name| desired.get(name).is_none() && there.get(name).is_some())
        .filter(|name| !required.contains(&name.as_str()) && !read_only.contains(&name.as_str()))
        .collect();
    names.dedup();
    names.iter().map(|name| remove(name)).collect()
}

fn add(name: &str, value: &Value) -> Value {
    json!({"op": "add", "path": format!("/{name}"), "value": value})
}

fn remove(name: &str) -> Value {
    json!({"op": "remove", "path": format!("/{name}")})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Facts;

    #[test]
    fn write_only_values_are_sent_again() {
        let facts = Facts::get().find("AWS::Lambda::Function").unwrap();
        let there = json!({"FunctionName": "f", "Role": "r", "MemorySize": 128, "Description": "d"});
        let desired = json!({"FunctionName": "f", "Role": "r", "MemorySize": 256, "Code": {"S3Key": "k"}});
        let made = patch(&facts, &there, &desired, &["MemorySize", "Description", "Timeout"]);
        let expected = json!([
            {"op": "add", "path": "/MemorySize", "value": 256},
            {"op": "remove", "path": "/Description"},
            {"op": "add", "path": "/Code", "value": {"S3Key": "k"}},
        ]);
        assert_eq!(made, expected);
    }

    #[test]
    fn nothing_is_sent_when_nothing_changed() {
        let facts = Facts::get().find("AWS::Lambda::Function").unwrap();
        let desired = json!({"Code": {"S3Key": "k"}, "Layers": []});
        assert_eq!(patch(&facts, &json!({}), &desired, &["Layers"]), json!([]));
    }
}
