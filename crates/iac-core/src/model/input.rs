//! Typed values that may come from another resource.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use serde_json::Value;

use super::{
    data::{Data, HasSchema},
    expr::{Expr, Subnet},
    schema::Schema,
    template,
};

/// A property's value: a literal, or an expression over outputs of other resources.
///
/// Setters of the builders take anything that turns into it: literals, `&handle.output`, the result of [`text!`](crate::text).
#[derive(Clone, PartialEq)]
pub enum Input<T> {
    /// A value that is known now.
    Literal(T),
    /// A value that follows from outputs.
    Expr(Expr),
}

/// That an output of one kind may stand where a property of another is wanted: only when they are the same kind.
#[diagnostic::on_unimplemented(
    message = "this property needs `{T}`, but got `{Self}`",
    label = "not a `{T}`",
    note = "use an output of the matching kind, a literal, or `.text()` where the property takes plain text"
)]
pub trait AssignableTo<T> {}

impl<T> AssignableTo<T> for T {}

/// Types made from a text: names, ids, ARNs, CIDR blocks. Lets `"text"` and `String` stand for them.
#[diagnostic::on_unimplemented(message = "this property needs `{Self}`, which is not made from text")]
pub trait FromText: Data {
    /// Takes the text as it is; [`HasSchema::schema`] carries the check that is made when the stack is planned.
    fn from_text(text: String) -> Self;
}

/// Types whose values may be used as plain text: those made from text, numbers and switches. Secrets are not.
pub trait AsText: Data {}

impl<T: FromText> AsText for T {}
impl AsText for bool {}
impl AsText for i32 {}
impl AsText for i64 {}
impl AsText for u16 {}

/// Types whose text is a block of IP addresses: `10.0.0.0/16`, `2001:db8::/56`.
pub trait AddressBlock: FromText {}

impl<T: AddressBlock> Input<T> {
    /// As [`Output::subnet`](super::output::Output::subnet).
    #[must_use]
    pub fn subnet(&self, newbits: u8, number: u64) -> Self {
        let subnet = Subnet {
            block: to_template(self),
            newbits,
            number,
        };
        let known = self.literal().and_then(|_| subnet.of(subnet.block.as_str()?));
        known.map_or_else(
            || Self::Expr(Expr::Subnet(subnet)),
            |part| Self::Literal(T::from_text(part)),
        )
    }
}

impl<T> Input<T> {
    /// The value when it is a literal.
    pub fn literal(&self) -> Option<&T> {
        match self {
            Self::Literal(value) => Some(value),
            Self::Expr(_) => None,
        }
    }
}

impl<T: AsText> Input<T> {
    /// The value as plain text.
    pub fn text(&self) -> Input<String> {
        match self {
            Self::Literal(value) => match to_template(value) {
                Value::String(text) => Input::Literal(text),
                other => Input::Literal(other.to_string()),
            },
            Self::Expr(expr) => Input::Expr(expr.clone()),
        }
    }
}

impl Input<String> {
    /// The parts' texts, one after the other. [`text!`](crate::text) is the readable way to call it.
    pub fn join(parts: impl IntoIterator<Item = Self>) -> Self {
        let parts: Vec<Self> = parts.into_iter().collect();
        match parts.iter().map(Self::literal).collect::<Option<Vec<_>>>() {
            Some(literals) => Self::Literal(literals.into_iter().map(String::as_str).collect()),
            None => Self::Expr(Expr::Join(parts.iter().map(to_template).collect())),
        }
    }

    /// The JSON text of a document that may hold inputs.
    pub fn json(document: &impl Serialize) -> Self {
        Self::Expr(Expr::Json(to_template(document)))
    }
}

/// Serialises declared data to a template. Data that cannot be written as JSON (a map with keys that are not text) becomes null.
fn to_template(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

// ---- conversions

impl<T: Clone> From<&Self> for Input<T> {
    fn from(input: &Self) -> Self {
        input.clone()
    }
}

impl<T: FromText> From<&str> for Input<T> {
    fn from(text: &str) -> Self {
        Self::Literal(T::from_text(text.to_owned()))
    }
}

impl<T: FromText> From<String> for Input<T> {
    fn from(text: String) -> Self {
        Self::Literal(T::from_text(text))
    }
}

impl<T: FromText> From<&String> for Input<T> {
    fn from(text: &String) -> Self {
        Self::Literal(T::from_text(text.clone()))
    }
}

impl FromText for String {
    fn from_text(text: String) -> Self {
        text
    }
}

macro_rules! literals {
    ($($type:ty),*) => {$(
        impl From<$type> for Input<$type> {
            fn from(value: $type) -> Self {
                Self::Literal(value)
            }
        }
    )*};
}
literals!(bool, i32, i64, u16, u32, u64, f64, Value);

impl<T: Data> From<Vec<T>> for Input<Vec<T>> {
    fn from(values: Vec<T>) -> Self {
        Self::Literal(values)
    }
}

impl<T: Data + Ord> From<BTreeSet<T>> for Input<BTreeSet<T>> {
    fn from(values: BTreeSet<T>) -> Self {
        Self::Literal(values)
    }
}

impl<T: Data> From<BTreeMap<String, T>> for Input<BTreeMap<String, T>> {
    fn from(values: BTreeMap<String, T>) -> Self {
        Self::Literal(values)
    }
}

// ---- the serialised form: a literal as itself, an expression as its tagged object

impl<T: Data> Serialize for Input<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Literal(value) => {
                let value = serde_json::to_value(value).map_err(ser::Error::custom)?;
                template::escape(value).serialize(serializer)
            }
            Self::Expr(expr) => template::expression(expr).serialize(serializer),
        }
    }
}

impl<'de, T: Data> Deserialize<'de> for Input<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if let Some(expr) = template::as_expression(&value) {
            Ok(Self::Expr(expr))
        } else {
            let plain =
                template::resolved(&value).ok_or_else(|| de::Error::custom("an expression inside a literal"))?;
            serde_json::from_value(plain)
                .map(Self::Literal)
                .map_err(de::Error::custom)
        }
    }
}

impl<T: HasSchema> HasSchema for Input<T> {
    fn schema() -> Schema {
        T::schema()
    }
}

impl<T: fmt::Debug> fmt::Debug for Input<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(value) => value.fmt(f),
            Self::Expr(expr) => expr.fmt(f),
        }
    }
}
