//! Doc comments: what there is to know of a property, in one line.

use serde_json::Value;

use crate::{Schema, shape::SchemaTree};

/// What there is to know of a property at a path.
pub(crate) fn property(schema: &Schema, path: &str, name: &str, node: &Value, required: bool) -> String {
    let node = schema.target(node);
    let mut told = vec![format!("`{name}`.")];
    let on = |list: &str| schema.paths(list).contains(&path);
    for (is, text) in [
        (required, "Required."),
        (on("createOnlyProperties"), "A change makes another object."),
        (
            on("conditionalCreateOnlyProperties"),
            "Some changes make another object.",
        ),
        (on("writeOnlyProperties"), "AWS never tells it."),
        (on("deprecatedProperties"), "Deprecated by AWS."),
    ] {
        if is {
            told.push(text.to_owned());
        }
    }
    let value = |word: &str| {
        node.get(word)
            .filter(|value| value.is_string() || value.is_number() || value.is_boolean())
    };
    if let Some(default) = value("default") {
        told.push(format!("Default: {}.", code(default)));
    }
    for (least, most, of) in [
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
        ("minimum", "maximum", ""),
    ] {
        match (value(least), value(most)) {
            (Some(least), Some(most)) => told.push(format!("{least} to {most}{of}.")),
            (Some(least), None) if least != 0 => told.push(format!("{least}{of} or more.")),
            (None, Some(most)) => told.push(format!("{most}{of} at most.")),
            _ => {}
        }
    }
    if let Some(pattern) = value("pattern").filter(|pattern| pattern.to_string().len() < 100) {
        told.push(format!("Matches {}.", code(pattern)));
    }
    told.join(" ")
}

/// A value as code. A backtick in it would end it.
fn code(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let fence = if text.contains('`') { "``" } else { "`" };
    format!("{fence}{}{fence}", text.replace(['\n', '\r'], " "))
}
