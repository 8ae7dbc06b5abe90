//! Values as text: short ones on a line, others as lines; secrets and what is not known yet as words.

use iac_core::model::{REDACTED, template};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::style::{ADD, DIM, REMOVE, paint};

/// What stands for a value that the apply will tell.
pub(crate) const UNKNOWN: &str = "(known after apply)";
/// How a sealed secret begins, wherever it is nested.
const SEAL: &str = "hmac-sha256:";
/// How long a list or an object on one line may be.
const LINE: usize = 72;
/// How many unchanged lines surround a changed one.
const CONTEXT: usize = 2;

/// Whether the value stands for a secret.
pub(crate) fn is_sealed(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.starts_with(SEAL) || text == REDACTED)
}

/// The value with every seal replaced by [`REDACTED`], and every expression by [`UNKNOWN`]: as it may be seen by a program.
pub(crate) fn redacted(value: &Value) -> Value {
    if is_sealed(value) {
        return REDACTED.into();
    }
    if template::as_expression(value).is_some() {
        return UNKNOWN.into();
    }
    match value {
        Value::Array(items) => items.iter().map(redacted).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), redacted(value))).collect(),
        other => other.clone(),
    }
}

/// The value on one line, if it fits.
pub(crate) fn inline(value: &Value) -> Option<String> {
    let text = compact(value);
    let scalar = !matches!(value, Value::Array(_) | Value::Object(_));
    let fits = if scalar {
        as_document(value).is_none()
    } else {
        text.len() <= LINE && !text.contains("\\n")
    };
    fits.then_some(text)
}

fn word(value: &Value) -> Option<&'static str> {
    if is_sealed(value) {
        Some(REDACTED)
    } else if template::as_expression(value).is_some() {
        Some(UNKNOWN)
    } else {
        None
    }
}

fn compact(value: &Value) -> String {
    if let Some(word) = word(value) {
        return word.to_owned();
    }
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(compact).collect::<Vec<_>>().join(", ")),
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Object(map) => {
            let pairs: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{}: {}", name(key), compact(value)))
                .collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        other => other.to_string(),
    }
}

/// A key without quotes where it reads well without.
fn name(key: &str) -> String {
    let plain = !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':'));
    if plain {
        key.to_owned()
    } else {
        Value::from(key).to_string()
    }
}

/// A text that holds a JSON document, or several lines.
fn as_document(value: &Value) -> Option<Vec<String>> {
    let text = value.as_str()?;
    if text.trim_start().starts_with(['{', '['])
        && let Ok(document) = serde_json::from_str::<Value>(text)
    {
        return Some(block(&document));
    }
    text.contains('\n').then(|| text.lines().map(str::to_owned).collect())
}

/// The value as lines.
pub(crate) fn block(value: &Value) -> Vec<String> {
    if let Some(lines) = as_document(value) {
        return lines;
    }
    if word(value).is_some() {
        return vec![compact(value)];
    }
    match value {
        Value::Array(items) if !items.is_empty() => nested("[", items.iter().map(|item| (String::new(), item)), "]"),
        Value::Object(map) if !map.is_empty() => nested(
            "{",
            map.iter().map(|(key, value)| (format!("{}: ", name(key)), value)),
            "}",
        ),
        other => vec![compact(other)],
    }
}

fn nested<'a>(open: &str, items: impl Iterator<Item = (String, &'a Value)>, close: &str) -> Vec<String> {
    let mut lines = vec![open.to_owned()];
    for (prefix, item) in items {
        if let Some(text) = inline(item) {
            lines.push(format!("  {prefix}{text}"));
            continue;
        }
        let mut inner = block(item).into_iter();
        lines.extend(inner.next().map(|first| format!("  {prefix}{first}")));
        lines.extend(inner.map(|line| format!("  {line}")));
    }
    lines.push(close.to_owned());
    lines
}

/// The lines that differ, with a few around them; `...` stands for the rest.
pub(crate) fn difference(before: &Value, after: &Value) -> Vec<String> {
    let (before, after) = (lines_of(before), lines_of(after));
    let diff = TextDiff::from_lines(&before, &after);
    let mut lines = Vec::new();
    let mut end = 0;
    for group in diff.grouped_ops(CONTEXT) {
        let start = group.first().map_or(0, |op| op.old_range().start);
        if start > end {
            lines.push(paint(DIM, "  ..."));
        }
        end = group.last().map_or(end, |op| op.old_range().end);
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let line = change.value().trim_end_matches('\n');
            lines.push(match change.tag() {
                ChangeTag::Delete => paint(REMOVE, format_args!("- {line}")),
                ChangeTag::Insert => paint(ADD, format_args!("+ {line}")),
                ChangeTag::Equal => format!("  {line}"),
            });
        }
    }
    if end < before.lines().count() {
        lines.push(paint(DIM, "  ..."));
    }
    lines
}

fn lines_of(value: &Value) -> String {
    block(value).into_iter().map(|line| line + "\n").collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn short_values_stay_on_a_line() {
        let text = |value: Value| inline(&value).unwrap();
        assert_eq!(text(json!("a")), "\"a\"");
        assert_eq!(text(json!(["a", 1, true, null])), "[\"a\", 1, true, null]");
        assert_eq!(text(json!({"a b": {}, "iac:x": []})), "{ \"a b\": {}, iac:x: [] }");
        assert_eq!(text(json!({"key": "hmac-sha256:00ff"})), "{ key: (secret) }");
        let unknown = json!({"$expr": {"ref": {"address": "s3.bucket.a", "path": ["arn"]}}});
        assert_eq!(text(json!([unknown])), "[(known after apply)]");
        assert_eq!(
            redacted(&json!({"a": [unknown, "hmac-sha256:1"]})),
            json!({"a": [UNKNOWN, REDACTED]})
        );
    }

    #[test]
    fn documents_are_compared_by_line() {
        let policy = |action: &str| {
            let statement =
                json!({"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::a-bucket-with-a-long-name/*"});
            json!(json!({"Version": "2012-10-17", "Statement": [statement]}).to_string())
        };
        assert_eq!(inline(&policy("s3:GetObject")), None);
        let lines = difference(&policy("s3:GetObject"), &policy("s3:PutObject")).join("\n");
        insta::assert_snapshot!(anstream::adapter::strip_str(&lines).to_string(), @r#"
          ...
            Statement: [
              {
        -       Action: "s3:GetObject"
        +       Action: "s3:PutObject"
                Effect: "Allow"
                Resource: "arn:aws:s3:::a-bucket-with-a-long-name/*"
          ...
        "#);
    }
}
