//! When two values of AWS mean the same though they are spelled in other ways.

use serde_json::{Map, Value};

/// The form in which two documents are compared: the text of one is the document, lists of one in a policy are their item, and
/// what is there in no order is sorted.
pub(crate) fn canonical_document(value: &Value) -> Value {
    let parsed = value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let document = parsed.as_ref().unwrap_or(value);
    if document.get("Statement").is_some() {
        policy(document)
    } else {
        document.clone()
    }
}

/// The form in which values are compared of which nothing is known: numbers and switches as their texts.
pub(crate) fn canonical_any(value: &Value) -> Value {
    match value {
        Value::Number(_) | Value::Bool(_) => Value::from(value.to_string()),
        Value::Array(items) => items.iter().map(canonical_any).collect(),
        Value::Object(fields) => each(fields, canonical_any),
        Value::Null | Value::String(_) => value.clone(),
    }
}

/// Elements of a statement that are one text or a list of them in no order. Source: IAM user guide, "Grammar of the IAM JSON
/// policy language".
const ANY_OF: &[&str] = &["Action", "NotAction", "Resource", "NotResource"];

fn policy(document: &Value) -> Value {
    let Value::Object(fields) = document else {
        return document.clone();
    };
    let field = |(key, value): (&String, &Value)| {
        let value = if key == "Statement" {
            let statements = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
            statements.iter().map(statement).collect()
        } else {
            value.clone()
        };
        (key.clone(), value)
    };
    fields.iter().map(field).collect()
}

fn statement(statement: &Value) -> Value {
    let Value::Object(fields) = statement else {
        return statement.clone();
    };
    let field = |(key, value): (&String, &Value)| {
        let value = match (key.as_str(), value) {
            (key, value) if ANY_OF.contains(&key) => any_of(value),
            ("Principal" | "NotPrincipal", Value::Object(principals)) => each(principals, principal),
            ("Condition", Value::Object(operators)) => each(operators, |value| match value {
                Value::Object(keys) => each(keys, any_of),
                other => other.clone(),
            }),
            (_, value) => value.clone(),
        };
        (key.clone(), value)
    };
    let mut fields: Map<String, Value> = fields.iter().map(field).collect();
    // an empty name is none
    fields.retain(|key, value| key != "Sid" || value != "");
    Value::Object(fields)
}

fn each(map: &Map<String, Value>, form: impl Fn(&Value) -> Value) -> Value {
    map.iter().map(|(key, value)| (key.clone(), form(value))).collect()
}

/// Texts in no order, and one alone.
fn any_of(value: &Value) -> Value {
    let mut texts: Vec<String> = match value {
        Value::Array(values) => values.iter().map(text).collect(),
        other => vec![text(other)],
    };
    texts.sort();
    texts.dedup();
    texts.into_iter().map(Value::from).collect()
}

/// An account by its id is its root user. Source: IAM user guide, "AWS JSON policy elements: Principal".
fn principal(value: &Value) -> Value {
    let Value::Array(values) = any_of(value) else {
        return value.clone();
    };
    let account = |value: &Value| match value.as_str() {
        Some(id) if id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()) => {
            Value::from(format!("arn:aws:iam::{id}:root"))
        }
        _ => value.clone(),
    };
    any_of(&values.iter().map(account).collect())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether AWS may give one for the other, where nothing is known of how it gave it before: a text for a number, another case,
/// an ARN for the name at its end, nothing for what is empty.
pub(crate) fn means_the_same(one: &Value, other: &Value) -> bool {
    if one == other || is_empty(one) && is_empty(other) {
        return true;
    }
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let names = one.keys().chain(other.keys());
            let null = Value::Null;
            let part = |map: &'_ Map<String, Value>, name: &str| map.get(name).cloned().unwrap_or(null.clone());
            names
                .into_iter()
                .all(|name| means_the_same(&part(one, name), &part(other, name)))
        }
        (Value::Array(one), Value::Array(other)) => {
            let mut left: Vec<&Value> = other.iter().collect();
            let taken = |value: &Value| {
                let at = left.iter().position(|other| means_the_same(value, other));
                at.map(|at| left.swap_remove(at)).is_some()
            };
            one.len() == other.len() && one.iter().all(taken)
        }
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::String(one), Value::String(other)) => same_text(one, other),
        (Value::String(text), other @ (Value::Number(_) | Value::Bool(_)))
        | (other @ (Value::Number(_) | Value::Bool(_)), Value::String(text)) => {
            text.eq_ignore_ascii_case(&other.to_string())
        }
        (Value::String(_), Value::Object(_) | Value::Array(_))
        | (Value::Object(_) | Value::Array(_), Value::String(_)) => {
            canonical_document(one) == canonical_document(other)
        }
        _ => false,
    }
}

pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_empty),
        _ => false,
    }
}

fn same_text(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.trim_end_matches(['.', '/']).to_lowercase();
    let (one, other) = (plain(one), plain(other));
    let is_end = |arn: &str, name: &str| {
        let rest = arn.strip_suffix(name);
        !name.is_empty() && arn.starts_with("arn:") && rest.is_some_and(|rest| rest.ends_with([':', '/']))
    };
    if one == other || is_end(&one, &other) || is_end(&other, &one) {
        return true;
    }
    let json = |text: &str| {
        serde_json::from_str::<Value>(text)
            .ok()
            .filter(|value| !value.is_number())
    };
    match (json(&one), json(&other)) {
        (Some(one), Some(other)) => canonical_document(&one) == canonical_document(&other),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn other_spellings_mean_the_same() {
        for (one, other) in [
            (json!("80"), json!(80)),
            (json!(80), json!(80.0)),
            (json!("true"), json!(true)),
            (json!({}), json!(null)),
            (json!("Example.COM."), json!("example.com")),
            (json!("arn:aws:iam::1:role/a"), json!("a")),
            (json!("{\"a\": 1}"), json!({"a": 1})),
            (json!(["a", "b"]), json!(["b", "a"])),
        ] {
            assert!(means_the_same(&one, &other), "{one} {other}");
        }
        for (one, other) in [
            (json!("80"), json!(81)),
            (json!("arn:aws:iam::1:role/ab"), json!("b")),
            (json!({"a": 1}), json!({"a": 1, "b": 2})),
            (json!(["a"]), json!(["a", "a"])),
        ] {
            assert!(!means_the_same(&one, &other), "{one} {other}");
        }
    }

    #[test]
    fn policies_are_compared_by_what_they_allow() {
        let one = json!({"Statement": {"Action": "s3:*", "Principal": {"AWS": "123456789012"}, "Sid": ""}});
        let other =
            json!({"Statement": [{"Action": ["s3:*"], "Principal": {"AWS": ["arn:aws:iam::123456789012:root"]}}]});
        assert_eq!(
            canonical_document(&one),
            canonical_document(&Value::from(other.to_string()))
        );
    }
}
