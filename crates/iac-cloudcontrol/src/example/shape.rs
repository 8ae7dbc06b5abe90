//! A schema as what it may be: without references, without alternatives.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::Maker;

/// One of the things that a schema allows.
#[derive(Clone, Debug)]
pub(super) struct Shape<'s> {
    /// Its keywords, those of the references and of the alternatives that were chosen among them.
    pub(super) rules: Cow<'s, Map<String, Value>>,
    /// The definitions that they are of.
    pub(super) definitions: Vec<String>,
}

/// More shapes than these of one schema are not looked at: the first that fits is used.
const MOST: usize = 48;

/// The keywords that lead to other schemas for the same value.
const SPREAD: [&str; 5] = ["$ref", "allOf", "anyOf", "if", "oneOf"];

impl Maker<'_> {
    /// All that a schema may be, in its order. Never empty.
    pub(super) fn shapes<'s>(&'s self, schema: &'s Value) -> Vec<Shape<'s>> {
        let Some(rules) = schema.as_object() else {
            return vec![Shape {
                rules: Cow::Owned(Map::new()),
                definitions: Vec::new(),
            }];
        };
        let mut shapes = vec![Shape {
            rules: Cow::Borrowed(rules),
            definitions: Vec::new(),
        }];
        if let Some((name, target)) = self.target(schema) {
            let mut targets = self.shapes(target);
            // a type beside a reference is not looked at
            let shape = &mut shapes[0].rules;
            if shape.contains_key("type") {
                shape.to_mut().remove("type");
            }
            for shape in &mut targets {
                shape.definitions.push(name.to_owned());
            }
            if rules.len() == 1 {
                return targets;
            }
            shapes = product(&shapes, &targets);
        }
        for part in list(schema, "allOf") {
            shapes = product(&shapes, &self.shapes(part));
        }
        for keyword in ["oneOf", "anyOf"] {
            // alternatives that only ask for properties are a matter of which are chosen
            let of_values = list(schema, keyword).iter().any(|part| !asks_only(part));
            if of_values {
                let parts = list(schema, keyword);
                let parts: Vec<_> = parts.iter().flat_map(|part| self.shapes(part)).collect();
                shapes = product(&shapes, &parts);
            }
        }
        if let Some(then) = schema.get("then") {
            let mut parts = self.shapes(&Value::Null);
            parts.extend(self.shapes(then));
            shapes = product(&shapes, &parts);
        }
        shapes
    }

    /// What a schema refers to, and the name of it.
    pub(super) fn target<'s>(&'s self, schema: &'s Value) -> Option<(&'s str, &'s Value)> {
        let reference = schema.get("$ref")?.as_str()?;
        Some((reference, self.schema.pointer(reference.strip_prefix('#')?)?))
    }
}

/// A list in a schema; empty where there is none.
pub(super) fn list<'s>(schema: &'s Value, keyword: &str) -> &'s [Value] {
    schema.get(keyword).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Whether a schema says nothing but which properties must be there.
fn asks_only(schema: &Value) -> bool {
    let Some(rules) = schema.as_object() else { return true };
    rules.iter().all(|(keyword, value)| match keyword.as_str() {
        "required" => true,
        "allOf" | "anyOf" | "oneOf" => value.as_array().into_iter().flatten().all(asks_only),
        _ => false,
    })
}

fn product<'s>(left: &[Shape<'s>], right: &[Shape<'s>]) -> Vec<Shape<'s>> {
    let pairs = left.iter().flat_map(|one| right.iter().map(move |other| (one, other)));
    let shape = |(one, other): (&Shape<'_>, &Shape<'_>)| Shape {
        rules: Cow::Owned(merge(&one.rules, &other.rules)),
        definitions: [&one.definitions[..], &other.definitions[..]].concat(),
    };
    pairs.take(MOST).map(shape).collect()
}

/// The keywords of two schemas that both hold.
pub(super) fn merge(left: &Map<String, Value>, right: &Map<String, Value>) -> Map<String, Value> {
    let keep = |(keyword, _): &(&String, &Value)| !SPREAD.contains(&keyword.as_str()) && *keyword != "definitions";
    let mut merged: Map<String, Value> = left.iter().filter(keep).map(|(k, v)| (k.clone(), v.clone())).collect();
    for (keyword, value) in right.iter().filter(keep) {
        let value = match merged.get(keyword) {
            Some(there) if there != value => both(keyword, there, value),
            _ => value.clone(),
        };
        merged.insert(keyword.clone(), value);
    }
    merged
}

/// The value of a keyword that two schemas have.
fn both(keyword: &str, left: &Value, right: &Value) -> Value {
    match keyword {
        "properties" | "patternProperties" => {
            let mut all = left.as_object().cloned().unwrap_or_default();
            for (name, schema) in right.as_object().into_iter().flatten() {
                let schema = match all.get(name) {
                    Some(there) if there != schema => json!({"allOf": [there, schema]}),
                    _ => schema.clone(),
                };
                all.insert(name.clone(), schema);
            }
            Value::Object(all)
        }
        "items" | "not" => json!({"allOf": [left, right]}),
        "required" | "pattern" => Value::Array([words(left), words(right)].concat()),
        "enum" | "type" => {
            let (left, right) = (words(left), words(right));
            let common = left.into_iter().filter(|word| right.contains(word));
            Value::Array(common.collect())
        }
        "minimum" | "minItems" | "minLength" | "minProperties" => pick(left, right, f64::gt),
        "maximum" | "maxItems" | "maxLength" | "maxProperties" => pick(left, right, f64::lt),
        _ => right.clone(),
    }
}

/// One or more values, as a list.
pub(super) fn words(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

fn pick(left: &Value, right: &Value, wins: fn(&f64, &f64) -> bool) -> Value {
    let left_wins = left
        .as_f64()
        .zip(right.as_f64())
        .is_some_and(|(left, right)| wins(&left, &right));
    if left_wins { left.clone() } else { right.clone() }
}
