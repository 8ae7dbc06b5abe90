//! The schema of a property: what it may hold, how two values compare, and what a change of it means.
//!
//! `#[derive(Resource)]` and `#[derive(Schema)]` write shapes from the struct and its field marks. Diffing, validation, redaction
//! and the documentation read them: they are the one source.

use serde_json::Value;

/// What a value looks like.
#[derive(Clone, Debug)]
pub enum Schema {
    /// A text with a name (`BucketName`), a check and a normal form.
    Text(StringSchema),
    /// True or false.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// One of these texts.
    OneOf(Vec<String>),
    /// Values in an order that matters.
    List(Box<Self>),
    /// Values in no order.
    Set(Box<Self>),
    /// Values by name; the names are the user's.
    Map(Box<Self>),
    /// Named properties.
    Struct(Vec<Field>),
    /// A document with an equality of its own, such as an IAM policy.
    Document(DocumentSchema),
    /// A value that is never shown or stored as it is.
    Secret(Box<Self>),
    /// Any JSON.
    Any,
}

/// Refuses a text that can never be right; the error says what is allowed.
pub type TextCheck = fn(&str) -> Result<(), String>;

/// A text's name, check and normal form.
#[derive(Clone, Copy, Debug)]
pub struct StringSchema {
    /// What it is called in documentation: `Text`, `BucketName`.
    pub name: &'static str,
    /// Refuses what can never be right; the error says what is allowed. `None` accepts all.
    pub check: Option<TextCheck>,
    /// The form two texts are compared in. `None` compares them as they are.
    pub normal: Option<fn(&str) -> String>,
}

/// A document's name, check and the form in which two are compared.
#[derive(Clone, Copy, Debug)]
pub struct DocumentSchema {
    /// What it is called in documentation: `PolicyDocument`.
    pub name: &'static str,
    /// Refuses what can never be right.
    pub check: fn(&Value) -> Result<(), String>,
    /// Two documents mean the same when these are equal.
    pub canonical: fn(&Value) -> Value,
}

/// One property of a struct.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// The text of its doc comment.
    pub doc: &'static str,
    /// What it holds.
    pub schema: Schema,
    /// Whether it must be given.
    pub required: bool,
    /// The default, as written in the struct; empty when there is none.
    pub default: &'static str,
    /// Makes the default as JSON; `None` when there is none, or when it is not known.
    pub default_value: Option<fn() -> Value>,
    /// What a change of it means.
    pub attributes: FieldAttributes,
}

/// Field marks: `#[field(create_only, computed, ...)]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FieldAttributes {
    /// It is set when the object is made and never again: a change replaces the object.
    pub create_only: bool,
    /// The cloud fills it when it is unset: no difference unless the user sets it.
    pub computed: bool,
    /// The cloud never gives it back: the last applied value stands in for the live one.
    pub write_only: bool,
    /// The order of the list does not matter.
    pub set: bool,
    /// The resource's tags: default and ownership tags are merged in.
    pub tags: bool,
    /// An output that an in-place update may change. Others keep their value, so that plans stay free of false unknowns.
    pub volatile: bool,
    /// The physical name, at most this long. Generated when unset, with a unique end.
    pub name: Option<usize>,
}

/// A literal that breaks its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where, from the resource's root: `rules[0].status`. Empty for the whole.
    pub path: String,
    /// What is allowed.
    pub message: String,
}

impl Schema {
    /// Text without a check.
    pub const TEXT: Self = Self::Text(StringSchema {
        name: "Text",
        check: None,
        normal: None,
    });

    /// One of these values, which serialise as texts.
    pub fn one_of<T: serde::Serialize>(values: impl IntoIterator<Item = T>) -> Self {
        let texts = values
            .into_iter()
            .filter_map(|value| match serde_json::to_value(value) {
                Ok(Value::String(text)) => Some(text),
                _ => None,
            });
        Self::OneOf(texts.collect())
    }

    /// A list as a set; other shapes as they are.
    #[must_use]
    pub fn into_set(self) -> Self {
        match self {
            Self::List(item) => Self::Set(item),
            other => other,
        }
    }

    /// The properties, when it is a struct.
    pub fn fields(&self) -> &[Field] {
        match self {
            Self::Struct(fields) => fields,
            _ => &[],
        }
    }

    /// The property of this name, when it is a struct that has one.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields().iter().find(|field| field.name == name)
    }

    /// The form in which values of this schema are compared and stored: properties that are not set are left out, sets are
    /// sorted, texts are in their normal form. Documents keep the user's order and spelling; places that hold an expression
    /// stay as they are.
    #[must_use]
    pub fn canonical(&self, value: &Value) -> Value {
        if super::template::as_expression(value).is_some() {
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
        if super::template::as_expression(value).is_some() {
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
            (Self::Document(document), value) if !super::template::has_unknown(value) => {
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
            (Self::Secret(_), value) if super::redact::is_sealed(value) => {}
            (Self::Secret(inner), value) => {
                let before = found.len();
                inner.check_at(value, path, found);
                // a check may quote what it refuses
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                for violation in found.iter_mut().skip(before).filter(|_| !text.is_empty()) {
                    violation.message = violation.message.replace(&text, super::redact::REDACTED);
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

    /// What it is called in documentation: `list of Text`, `one of Enabled, Suspended`.
    pub fn describe(&self) -> String {
        match self {
            Self::Text(text) => text.name.to_owned(),
            Self::Boolean => "bool".to_owned(),
            Self::Integer => "integer".to_owned(),
            Self::Number => "number".to_owned(),
            Self::OneOf(values) => format!("one of {}", values.join(", ")),
            Self::List(item) => format!("list of {}", item.describe()),
            Self::Set(item) => format!("set of {}", item.describe()),
            Self::Map(item) => format!("map of {}", item.describe()),
            Self::Struct(_) => "object".to_owned(),
            Self::Document(document) => document.name.to_owned(),
            Self::Secret(inner) => format!("secret {}", inner.describe()),
            Self::Any => "JSON".to_owned(),
        }
    }
}

/// Appends a property to a path.
pub(crate) fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}
