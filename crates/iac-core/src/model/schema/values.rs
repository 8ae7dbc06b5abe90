//! The values of a schema: their canonical form, what is wrong with them, and the secrets in them.

use serde_json::Value;

use super::{Schema, StringSchema, Violation};
use crate::model::{
    property_path::join,
    redact::{REDACTED, is_sealed},
    template,
};

impl Schema {
    /// The form in which values of this schema are compared and stored: properties that are not set are left out, sets are
    /// sorted, texts are in their normal form. Documents keep the user's order and spelling; places that hold an expression
    /// stay as they are.
    #[must_use]
    pub fn canonical(&self, value: &Value) -> Value {
        if template::as_expression(value).is_some() {
            return value.clone();
        }
        match (self, value) {
            (
                Self::Text(StringSchema {
                    normal: Some(normal), ..
                }),
                Value::String(text),
            ) => Value::String(normal(text)),
            (Self::List(item), Value::Array(items)) => items.iter().map(|value| item.canonical(value)).collect(),
            (Self::Set(item), Value::Array(items)) => {
                let mut items: Vec<Value> = items.iter().map(|value| item.canonical(value)).collect();
                items.sort_by_cached_key(Value::to_string);
                items.dedup();
                Value::Array(items)
            }
            (Self::Map(item), Value::Object(map)) => map
                .iter()
                .map(|(key, value)| (key.clone(), item.canonical(value)))
                .collect(),
            (Self::Struct(fields), Value::Object(map)) => fields
                .iter()
                .filter_map(|field| Some((field, map.get(field.name).filter(|value| !value.is_null())?)))
                .map(|(field, value)| (field.name.to_owned(), field.schema.canonical(value)))
                .collect(),
            (Self::Secret(inner), value) => inner.canonical(value),
            (_, value) => value.clone(),
        }
    }

    /// Checks every literal of a template; places that hold an expression are passed over.
    pub fn check(&self, template: &Value) -> Vec<Violation> {
        let mut found = Vec::new();
        self.check_at(template, "", &mut found);
        found
    }

    fn check_at(&self, value: &Value, path: &str, found: &mut Vec<Violation>) {
        if template::as_expression(value).is_some() {
            return;
        }
        let mut report = |result: Result<(), String>| {
            found.extend(result.err().map(|message| Violation {
                path: path.to_owned(),
                message,
            }));
        };
        match (self, value) {
            (Self::Text(StringSchema { check: Some(check), .. }), Value::String(text)) => report(check(text)),
            (Self::Document(document), value) if !template::has_unknown(value) => {
                report((document.check)(value));
            }
            (Self::List(item) | Self::Set(item), Value::Array(items)) => {
                for (index, value) in items.iter().enumerate() {
                    item.check_at(value, &format!("{path}[{index}]"), found);
                }
            }
            (Self::Map(item), Value::Object(map)) => {
                for (key, value) in map {
                    item.check_at(value, &join(path, key), found);
                }
            }
            (Self::Struct(fields), Value::Object(map)) => {
                for field in fields {
                    if let Some(value) = map.get(field.name) {
                        field.schema.check_at(value, &join(path, field.name), found);
                    }
                }
            }
            // a serial that is brought back has seals in place of secrets
            (Self::Secret(_), value) if is_sealed(value) => {}
            (Self::Secret(inner), value) => {
                let before = found.len();
                inner.check_at(value, path, found);
                // a check may quote what it refuses
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                for violation in found.iter_mut().skip(before).filter(|_| !text.is_empty()) {
                    violation.message = violation.message.replace(&text, REDACTED);
                }
            }
            _ => {}
        }
    }

    /// Replaces every secret in a value by what `seal` makes of it and its path.
    #[must_use]
    pub fn seal(&self, value: &Value, seal: &dyn Fn(&str, &Value) -> Value) -> Value {
        self.map_secrets(value, None, "", &|path, secret, _| seal(path, secret))
    }

    /// Whether a value of this schema can hold a secret.
    pub fn holds_secret(&self) -> bool {
        match self {
            Self::Secret(_) => true,
            Self::List(item) | Self::Set(item) | Self::Map(item) => item.holds_secret(),
            Self::Struct(fields) => fields.iter().any(|field| field.schema.holds_secret()),
            _ => false,
        }
    }

    /// Replaces every secret in a value by what `change` makes of its path, itself, and what is at the same place of `other`.
    /// The elements of a set have one path, and none in `other`: they have no order.
    pub(crate) fn map_secrets(
        &self,
        value: &Value,
        other: Option<&Value>,
        path: &str,
        change: &dyn Fn(&str, &Value, Option<&Value>) -> Value,
    ) -> Value {
        match (self, value) {
            (Self::Secret(_), Value::Null) => Value::Null,
            (Self::Secret(_), value) => change(path, value, other),
            (Self::List(item), Value::Array(items)) => items
                .iter()
                .enumerate()
                .map(|(index, value)| {
                    let other = other.and_then(|other| other.get(index));
                    item.map_secrets(value, other, &format!("{path}[{index}]"), change)
                })
                .collect(),
            (Self::Set(item), Value::Array(items)) => items
                .iter()
                .map(|value| item.map_secrets(value, None, &format!("{path}[]"), change))
                .collect(),
            (Self::Map(item), Value::Object(map)) => map
                .iter()
                .map(|(key, value)| {
                    let other = other.and_then(|other| other.get(key));
                    (key.clone(), item.map_secrets(value, other, &join(path, key), change))
                })
                .collect(),
            (Self::Struct(fields), Value::Object(map)) => map
                .iter()
                .map(|(key, value)| {
                    let other = other.and_then(|other| other.get(key));
                    let field = fields.iter().find(|field| field.name == key);
                    let value = field.map_or_else(
                        || value.clone(),
                        |field| field.schema.map_secrets(value, other, &join(path, key), change),
                    );
                    (key.clone(), value)
                })
                .collect(),
            (_, value) => value.clone(),
        }
    }
}
