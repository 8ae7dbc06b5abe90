//! The identifier of an object: the values of some of its properties, with `|` between them.

use iac_core::model::ResourceError;
use serde_json::Value;

use crate::shape::SchemaTree;
use crate::type_facts::TypeFacts;

/// The parts of an identifier, by the paths of their properties.
pub(super) fn parts<'a>(facts: &'a TypeFacts, id: &'a str) -> Vec<(&'a str, &'a str)> {
    let paths = facts.identifier();
    let count = paths.len().max(1);
    // a value of a single part may have the separator in it
    let values = id.splitn(count, '|');
    let pairs = paths.into_iter().zip(values);
    pairs.filter(|(_, value)| !value.is_empty()).collect()
}

/// What is wrong with an identifier before it is sent.
pub(super) fn problem(facts: &TypeFacts, id: &str) -> Option<ResourceError> {
    let wanted = facts.identifier();
    if id.split('|').count() >= wanted.len() {
        return None;
    }
    let message = format!("`{id}` has too few parts for the identifier of {}", facts.name());
    let form = wanted.join("|");
    Some(ResourceError::invalid(message).hint(format!("it has the form `{form}`")))
}

/// The identifier of a model, when all of it is known without AWS.
pub(super) fn given(facts: &TypeFacts, model: &Value) -> Option<String> {
    if !is_given(facts) {
        return None;
    }
    let required = facts.required(facts.schema());
    let value = |path: &str| match model.pointer(&format!("/{path}")) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Null) | None => (!required.contains(&path)).then(String::new),
        Some(other) => Some(other.to_string()),
    };
    let parts: Option<Vec<String>> = facts.identifier().into_iter().map(value).collect();
    let id = parts?.join("|");
    (!id.trim_matches('|').is_empty()).then_some(id)
}

/// Whether the user gives all parts of an identifier.
pub(super) fn is_given(facts: &TypeFacts) -> bool {
    let read_only = facts.read_only_paths();
    !facts.identifier().iter().any(|path| read_only.contains(path))
}
