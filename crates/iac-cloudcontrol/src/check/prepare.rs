//! The registry's schema as the validator takes it: without what is no part of JSON schema, or no reason to refuse.

use serde_json::{Map, Value, json};

use super::keywords::{ANY_OF, EXACTLY_ONE, PATTERN, compile};

/// What holds the rules of a model; the rest of a registry's schema (handlers, lists of paths) is about it.
const RULES: [&str; 12] = [
    "additionalProperties",
    "allOf",
    "anyOf",
    "definitions",
    "dependentExcluded",
    "dependentRequired",
    "oneOf",
    "patternProperties",
    "properties",
    "required",
    "requiredOr",
    "requiredXor",
];

/// The schema to check models of a type by.
pub(super) fn schema(whole: &Value, read_only: &[&str]) -> Value {
    let whole = whole.as_object().into_iter().flatten();
    let rules = whole.filter(|(name, _)| RULES.contains(&name.as_str()));
    let mut rules = Value::Object(rules.map(|(name, rule)| (name.clone(), rule.clone())).collect());
    rules["type"] = json!("object");
    for path in read_only {
        not_required(&mut rules, path);
    }
    relax(&mut rules);
    rules
}

/// AWS tells what is read-only, so that nobody is asked for it.
fn not_required(root: &mut Value, path: &str) {
    let mut pointer = String::new();
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        while let Some(target) = reference(root, &pointer) {
            pointer = target;
        }
        if parts.peek().is_none() {
            remove_required(root, &pointer, part);
        } else if part == "*" {
            pointer.push_str("/items");
        } else {
            pointer.push_str("/properties/");
            pointer.push_str(part);
        }
    }
}

/// Where the schema at a place refers to.
fn reference(root: &Value, pointer: &str) -> Option<String> {
    let target = root.pointer(pointer)?["$ref"].as_str()?;
    target.strip_prefix('#').map(str::to_owned)
}

fn remove_required(root: &mut Value, pointer: &str, name: &str) {
    let Some(schema) = root.pointer_mut(pointer) else {
        return;
    };
    if let Some(required) = schema["required"].as_array_mut() {
        required.retain(|one| one != name);
    }
    // a choice between what AWS tells and what is given is none of the user's
    for choice in ["requiredXor", "requiredOr", "oneOf", "anyOf"] {
        let names = |one: &Value| {
            one == name
                || one["required"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(|it| it == name))
        };
        if schema[choice].as_array().is_some_and(|all| all.iter().any(names))
            && let Some(fields) = schema.as_object_mut()
        {
            fields.remove(choice);
        }
    }
}

/// Rewrites a schema, and the schemas in it.
fn relax(schema: &mut Value) {
    let Value::Object(rules) = schema else {
        return;
    };
    // enumerations are open: AWS adds words, and a word that is not known here may well be known to AWS
    let had_words = rules.remove("enum").is_some();
    if had_words && rules.get("type").is_none() && rules.get("$ref").is_none() {
        rules.insert("type".to_owned(), json!(["string", "number", "boolean", "null"]));
    }
    // without the words that tell alternatives apart more than one may fit
    if rules.get("oneOf").is_some_and(has_words)
        && let Some(alternatives) = rules.remove("oneOf")
    {
        let inner = json!({ "anyOf": alternatives });
        let all = rules.entry("allOf").or_insert_with(|| json!([]));
        if let Some(all) = all.as_array_mut() {
            all.push(inner);
        }
    }
    // `null` stands for no rule in some schemas, which the validator does not take
    rules.retain(|_, rule| !rule.is_null());
    choices(rules);
    if let Some(pattern) = rules.remove("pattern") {
        rules.insert(PATTERN.to_owned(), pattern);
    }
    pattern_properties(rules);
    for (name, rule) in rules.iter_mut() {
        match (name.as_str(), rule) {
            ("properties" | "patternProperties" | "definitions" | "dependencies", Value::Object(inner)) => {
                inner.values_mut().for_each(relax);
            }
            ("allOf" | "anyOf" | "oneOf" | "items", Value::Array(inner)) => inner.iter_mut().for_each(relax),
            // the words of a condition (`if`, `not`) stay: without them it would always hold
            ("items" | "additionalProperties" | "then" | "else", inner) => relax(inner),
            _ => {}
        }
    }
}

/// Whether words tell these apart.
fn has_words(schema: &Value) -> bool {
    match schema {
        Value::Object(fields) => fields.contains_key("enum") || fields.values().any(has_words),
        Value::Array(items) => items.iter().any(has_words),
        _ => false,
    }
}

/// A choice of what must be given becomes one keyword, which says in its own words what is wrong.
fn choices(rules: &mut Map<String, Value>) {
    for (theirs, ours) in [("oneOf", EXACTLY_ONE), ("anyOf", ANY_OF)] {
        let groups: Option<Vec<Value>> = rules
            .get(theirs)
            .and_then(Value::as_array)
            .and_then(|all| all.iter().map(only_requires).collect());
        if let Some(groups) = groups {
            rules.remove(theirs);
            rules.insert(ours.to_owned(), groups.into());
        }
    }
    for (theirs, ours) in [("requiredXor", EXACTLY_ONE), ("requiredOr", ANY_OF)] {
        if let Some(Value::Array(names)) = rules.remove(theirs) {
            let groups: Vec<Value> = names.into_iter().map(|name| json!([name])).collect();
            rules.insert(ours.to_owned(), groups.into());
        }
    }
}

/// The names that a schema requires, when that is all it says.
fn only_requires(schema: &Value) -> Option<Value> {
    let fields = schema.as_object()?;
    let nothing_else = fields
        .iter()
        .all(|(name, rule)| name == "required" || (name == "type" && rule == "object"));
    let names = fields.get("required").cloned().unwrap_or_else(|| json!([]));
    nothing_else.then_some(names)
}

/// Names by patterns that cannot be read here are any names.
fn pattern_properties(rules: &mut Map<String, Value>) {
    let Some(patterns) = rules.get_mut("patternProperties").and_then(Value::as_object_mut) else {
        return;
    };
    let count = patterns.len();
    patterns.retain(|pattern, _| jsonschema_regex::is_valid_ecma_regex(pattern) && compile(pattern).is_some());
    if patterns.len() < count {
        rules.remove("additionalProperties");
    }
}
