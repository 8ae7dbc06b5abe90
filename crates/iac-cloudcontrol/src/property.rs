//! A property of a type.

use serde_json::Value;

use crate::shape::is_role;

/// A property at the top of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Property {
    /// Its name in AWS: `QueueName`.
    pub name: String,
    /// What it holds: `string`, `integer`, `list of Tag`, `object or string`.
    pub holds: String,
    /// What its text names, as `TYPE.PROPERTY`: `AWS::KMS::Key.Arn`. Any of them where there are several.
    pub names: Vec<String>,
    /// Its words, where it is one of a list. AWS adds to them.
    pub words: Vec<String>,
    /// Whether it must be given.
    pub required: bool,
    /// Whether a change of it, or of something in it, makes another object.
    pub create_only: bool,
    /// Whether AWS tells it, and nobody may give it.
    pub read_only: bool,
    /// Whether AWS takes it, wholly or in part, and never tells it.
    pub write_only: bool,
}

/// What a schema holds, in words.
pub(crate) fn holds(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or(reference).to_owned();
    }
    match &schema["type"] {
        Value::String(word) if word == "array" => format!("list of {}", holds(&schema["items"])),
        Value::String(word) => word.clone(),
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => "object".to_owned(),
    }
}

/// What a text names.
pub(crate) fn kinds(schema: &Value) -> Vec<String> {
    let own = schema["format"].as_str().into_iter();
    let any = schema["anyOf"].as_array().into_iter().flatten();
    let all = own.chain(any.filter_map(|one| one["format"].as_str()));
    if is_role(schema) {
        return vec!["AWS::IAM::Role.Arn".to_owned()];
    }
    all.filter(|format| format.starts_with("AWS::"))
        .map(str::to_owned)
        .collect()
}

/// The words of an enumeration, of a list's items too.
pub(crate) fn words(schema: &Value) -> Vec<String> {
    let of = |schema: &Value| schema["enum"].as_array().cloned().unwrap_or_default();
    let words = of(schema).into_iter().chain(of(&schema["items"]));
    words.filter_map(|word| word.as_str().map(str::to_owned)).collect()
}
