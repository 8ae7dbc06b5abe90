//! The schema of a property: what it may hold, how two values compare, and what a change of it means.
//!
//! `#[derive(Resource)]` and `#[derive(Schema)]` write schemas from the struct and its field marks. Diffing, validation, redaction
//! and the documentation read them: they are the one source.

use serde_json::Value;

mod defaults;
mod values;

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
    /// The cloud fills it when it is unset, and leaving out what was set before is a change all the same.
    pub filled: bool,
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

    /// A list as a set; other schemas as they are.
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
