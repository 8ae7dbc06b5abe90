//! The judge of examples: the crate `jsonschema`, for which a type's schema is put in the words of draft 7.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, OnceLock};

use iac_cloudcontrol::TypeFacts;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::{Map, Value, json};

/// The judge of one type.
pub(crate) struct Judge {
    schema: Value,
    whole: OnceLock<Validator>,
    read_only: Vec<Vec<String>>,
}

fn validator(schema: &Value) -> Option<Validator> {
    let options = jsonschema::options()
        .with_draft(Draft::Draft7)
        .should_validate_formats(true);
    options.build(schema).ok()
}

impl Judge {
    pub(crate) fn new(facts: &TypeFacts) -> Self {
        let mut schema = in_words_of_draft_7(facts.schema());
        let of_aws = facts.schema()["readOnlyProperties"].as_array().into_iter().flatten();
        let steps = |path: &Value| path.as_str().unwrap().split('/').skip(2).map(str::to_owned).collect();
        let read_only: Vec<Vec<String>> = of_aws.map(steps).collect();
        if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|name| !read_only.iter().any(|path| path.len() == 1 && *name == path[0]));
        }
        Self {
            schema,
            whole: OnceLock::new(),
            read_only,
        }
    }

    /// What is wrong with a model.
    pub(crate) fn wrong(&self, model: &Value) -> Option<String> {
        let whole = self.whole.get_or_init(|| validator(&self.schema).unwrap());
        let errors = whole.iter_errors(model);
        let errors: Vec<String> = errors
            .filter(|error| !self.lacks_what_aws_sets(error))
            .map(|error| told(&error))
            .collect();
        (!errors.is_empty()).then(|| errors.join("; "))
    }

    /// Whether an object lacks only what a user may not write.
    fn lacks_what_aws_sets(&self, error: &ValidationError<'_>) -> bool {
        let ValidationErrorKind::Required { property } = error.kind() else {
            return false;
        };
        let is_index = |step: &&str| step.parse::<usize>().is_ok();
        let place = error.instance_path().as_str().to_owned();
        let mut path: Vec<&str> = place.split('/').skip(1).filter(|step| !is_index(step)).collect();
        path.extend(property.as_str());
        self.read_only
            .iter()
            .any(|of_aws| of_aws.iter().filter(|step| *step != "*").eq(path.iter().copied()))
    }

    /// Whether a schema leaves a property no choice: a constant, a single word, lists and objects of such.
    pub(crate) fn may_be_the_only_value(&self, name: &str) -> bool {
        self.is_single(&self.schema["properties"][name])
    }

    /// Whether a property is an object that holds nothing that a user may write.
    pub(crate) fn is_of_aws(&self, name: &str) -> bool {
        self.is_of_aws_at(&self.schema["properties"][name], &[name])
    }

    fn is_of_aws_at(&self, schema: &Value, path: &[&str]) -> bool {
        let members = self.target(schema)["properties"].as_object().into_iter().flatten();
        let mut members = members.peekable();
        members.peek().is_some()
            && members.all(|(member, schema)| {
                let path = [path, &[member.as_str()]].concat();
                self.read_only.iter().any(|of_aws| *of_aws == path) || self.is_of_aws_at(schema, &path)
            })
    }

    /// Whether one property's presence depends on that of another.
    pub(crate) fn has_conditions(&self) -> bool {
        // in the words of draft 7 they all are parts
        self.schema.get("allOf").is_some()
    }

    fn target<'s>(&'s self, schema: &'s Value) -> &'s Value {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.schema.pointer(&reference[1..]).unwrap();
        }
        // a reference is put beside what else there is
        let is_reference = schema.get("type").is_none() && schema.get("properties").is_none();
        let part = schema["allOf"].get(0).filter(|_| is_reference);
        part.map_or(schema, |part| self.target(part))
    }

    fn is_single(&self, schema: &Value) -> bool {
        let schema = self.target(schema);
        // such as `^lambda:GetLayerVersion$`
        let is_plain = |pattern: &str| {
            pattern
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "^$:-_".contains(c))
        };
        let is_text = || {
            schema["pattern"]
                .as_str()
                .is_some_and(|pattern| pattern.ends_with('$') && is_plain(pattern))
        };
        let is_word =
            || schema.get("const").is_some() || schema["enum"].as_array().is_some_and(|words| words.len() == 1);
        let mut properties = schema["properties"].as_object().into_iter().flatten().peekable();
        is_word()
            || is_text()
            || (properties.peek().is_some() && properties.all(|(_, schema)| self.is_single(schema)))
            || schema.get("items").is_some_and(|items| self.is_single(items))
    }
}

fn told(error: &ValidationError<'_>) -> String {
    let text: String = error.to_string().chars().take(400).collect();
    format!("{}: {text}", error.instance_path())
}

/// Whether a path leads to something in a value, through the items of any list.
pub(crate) fn is_there(value: &Value, path: &[&str]) -> bool {
    match (path, value) {
        ([], _) => true,
        (_, Value::Array(items)) => items.iter().any(|item| is_there(item, path)),
        ([name, rest @ ..], Value::Object(members)) => members.get(*name).is_some_and(|value| is_there(value, rest)),
        _ => false,
    }
}

static PATTERNS: LazyLock<Mutex<BTreeMap<String, bool>>> = LazyLock::new(Mutex::default);

/// Whether the engine can compile a pattern.
fn is_pattern(pattern: &str) -> bool {
    let known = PATTERNS.lock().unwrap().get(pattern).copied();
    known.unwrap_or_else(|| {
        let is = validator(&json!({ "pattern": pattern })).is_some();
        PATTERNS.lock().unwrap().insert(pattern.to_owned(), is);
        is
    })
}

/// How many patterns there were, and how many of them could not be compiled.
pub(crate) fn patterns() -> (usize, usize) {
    let patterns = PATTERNS.lock().unwrap();
    (patterns.len(), patterns.values().filter(|is| !**is).count())
}

/// A pattern whose beginning and end are told as in ECMA Script.
fn anchored(pattern: &str) -> String {
    pattern.replace(r"\A", "^").replace(r"\Z", "$")
}

/// A schema without the keywords that are cfn-lint's own or of later drafts, and without patterns that cannot be compiled.
fn in_words_of_draft_7(schema: &Value) -> Value {
    let Some(rules) = schema.as_object() else {
        return schema.clone();
    };
    let mut plain = Map::new();
    let mut parts = Vec::new();
    for (keyword, value) in rules {
        let each =
            |value: &Value| -> Vec<Value> { value.as_array().unwrap().iter().map(in_words_of_draft_7).collect() };
        match keyword.as_str() {
            "properties" | "definitions" | "patternProperties" => {
                let of_patterns = keyword == "patternProperties";
                let name = |name: &String| if of_patterns { anchored(name) } else { name.clone() };
                let members = value.as_object().unwrap().iter();
                let members = members.map(|(key, schema)| (name(key), in_words_of_draft_7(schema)));
                let members = members.filter(|(key, _)| !of_patterns || is_pattern(key));
                plain.insert(keyword.clone(), members.collect());
            }
            "allOf" => parts.extend(each(value)),
            "anyOf" | "oneOf" => parts.push(json!({ keyword: each(value) })),
            "items" | "not" | "if" | "then" => drop(plain.insert(keyword.clone(), in_words_of_draft_7(value))),
            "prefixItems" => parts.push(json!({"items": each(value)})),
            // a type beside a reference is not looked at, as in draft 7; bounds are
            "type" if rules.contains_key("$ref") => {}
            "$ref" => parts.push(json!({"$ref": value})),
            "pattern" => {
                let pattern = anchored(value.as_str().unwrap());
                if is_pattern(&pattern) {
                    plain.insert(keyword.clone(), Value::String(pattern));
                }
            }
            "requiredXor" => parts.push(json!({"oneOf": asking(value)})),
            "requiredOr" => parts.push(json!({"anyOf": asking(value)})),
            "dependentRequired" | "dependencies" => {
                let members = value.as_object().unwrap().iter();
                let members = members.map(|(name, then)| (name.clone(), in_words_of_draft_7(then)));
                parts.push(json!({"dependencies": members.collect::<Map<_, _>>()}));
            }
            "dependentExcluded" => {
                let members = value.as_object().unwrap().iter();
                let members = members.map(|(name, others)| (name.clone(), json!({"not": {"anyOf": asking(others)}})));
                parts.push(json!({"dependencies": members.collect::<Map<_, _>>()}));
            }
            // a map whose keys cannot be looked at is open
            "additionalProperties" if has_unreadable_keys(rules) => {}
            _ => drop(plain.insert(keyword.clone(), value.clone())),
        }
    }
    if !parts.is_empty() {
        plain.insert("allOf".to_owned(), Value::Array(parts));
    }
    Value::Object(plain)
}

fn has_unreadable_keys(rules: &Map<String, Value>) -> bool {
    let patterns = rules.get("patternProperties").and_then(Value::as_object);
    patterns.is_some_and(|patterns| patterns.keys().any(|pattern| !is_pattern(&anchored(pattern))))
}

/// A schema for each of these names that asks for it.
fn asking(names: &Value) -> Vec<Value> {
    let names = names.as_array().unwrap().iter();
    names.map(|name| json!({"required": [name]})).collect()
}
