//! The validator's findings in words a person understands.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use super::keywords::listed;
use crate::violation::Violation;

/// Says what an error means.
pub(super) fn tell(schema: &Value, error: &ValidationError<'_>, found: &mut Vec<Violation>) {
    let path = place(error.instance_path().as_str());
    let mut say = |path: String, message: String| found.push(Violation { path, message });
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            for name in unexpected {
                say(below(&path, name), unknown(schema, error, name));
            }
        }
        Kind::Required { property } => say(
            below(&path, property.as_str().unwrap_or_default()),
            "is required".to_owned(),
        ),
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => alternatives(schema, error, context, found),
        kind => say(path, message(kind)),
    }
}

fn message(kind: &Kind) -> String {
    match kind {
        Kind::MaxLength { limit } => format!("at most {}", count(*limit, "character")),
        Kind::MinLength { limit } => format!("at least {}", count(*limit, "character")),
        Kind::MaxItems { limit } => format!("at most {}", count(*limit, "item")),
        Kind::MinItems { limit } => format!("at least {}", count(*limit, "item")),
        Kind::MaxProperties { limit } => format!("at most {}", count(*limit, "key")),
        Kind::MinProperties { limit } => format!("at least {}", count(*limit, "key")),
        Kind::Maximum { limit } => format!("at most {limit}"),
        Kind::Minimum { limit } => format!("at least {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("less than {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("more than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        Kind::AdditionalItems { limit } => format!("at most {limit} items"),
        Kind::UniqueItems => "has an item twice".to_owned(),
        Kind::Pattern { pattern } => format!("does not match {pattern}"),
        Kind::Constant { expected_value } => format!("must be {expected_value}"),
        Kind::Custom { message, .. } => message.clone(),
        Kind::Type { kind } => format!("must be {}", types(kind)),
        Kind::OneOfMultipleValid { .. } => "fits more than one of the forms of which it must have one".to_owned(),
        Kind::Not { .. } => "has a form that it may not have".to_owned(),
        Kind::FalseSchema => "may not be given".to_owned(),
        other => format!("is not valid ({})", other.keyword()),
    }
}

fn count(limit: u64, word: &str) -> String {
    format!("{limit} {word}{}", if limit == 1 { "" } else { "s" })
}

fn types(kind: &TypeKind) -> String {
    let names: Vec<String> = match kind {
        TypeKind::Single(one) => vec![one.to_string()],
        TypeKind::Multiple(many) => many.iter().map(|one| one.to_string()).collect(),
    };
    let names: Vec<String> = names.into_iter().map(article).collect();
    listed(&names, "or")
}

fn article(name: String) -> String {
    match name.as_str() {
        "null" => name,
        "array" => "a list".to_owned(),
        "boolean" => "true or false".to_owned(),
        _ if name.starts_with(['i', 'o']) => format!("an {name}"),
        _ => format!("a {name}"),
    }
}

/// None of some forms fits: what is wrong with the one that is nearest says most.
fn alternatives(
    schema: &Value,
    error: &ValidationError<'_>,
    context: &[Vec<ValidationError<'static>>],
    found: &mut Vec<Violation>,
) {
    let depth = |errors: &[ValidationError<'static>]| {
        let depths = errors
            .iter()
            .map(|one| one.instance_path().as_str().matches('/').count());
        depths.max().unwrap_or_default()
    };
    // deeper is nearer: the form was recognized so far; of those as deep the one with fewest faults
    let nearest = context
        .iter()
        .filter(|errors| !errors.is_empty())
        .min_by_key(|errors| (usize::MAX - depth(errors), errors.len()));
    match nearest {
        Some(errors) => errors.iter().for_each(|inner| tell(schema, inner, found)),
        None => found.push(Violation {
            path: place(error.instance_path().as_str()),
            message: "has none of the forms that it may have".to_owned(),
        }),
    }
}

/// There is no such property: which ones are there, and most like it?
fn unknown(schema: &Value, error: &ValidationError<'_>, name: &str) -> String {
    let location = error.schema_path().as_str();
    let parent = location.rsplit_once('/').map_or("", |(parent, _)| parent);
    let known = schema
        .pointer(parent)
        .and_then(|schema| schema["properties"].as_object());
    let likeness = |known: &str| strsim::normalized_damerau_levenshtein(&known.to_lowercase(), &name.to_lowercase());
    let names = known.into_iter().flatten().map(|(name, _)| name.as_str());
    let nearest = names.max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    match nearest.filter(|known| likeness(known) > 0.5) {
        Some(nearest) => format!("there is no such property; did you mean `{nearest}`?"),
        None => "there is no such property".to_owned(),
    }
}

/// `/Rules/0/Status` as `Rules[0].Status`.
fn place(pointer: &str) -> String {
    let mut path = String::new();
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        path = below(&path, &part);
    }
    path
}

fn below(path: &str, part: &str) -> String {
    if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!("{path}[{part}]");
    }
    let dot = if path.is_empty() { "" } else { "." };
    format!("{path}{dot}{part}")
}
