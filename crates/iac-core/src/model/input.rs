//! Typed values that may come from another resource.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    marker::PhantomData,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use serde_json::Value;

use super::{
    address::Address,
    data::{Data, HasSchema},
    expr::{Expr, Reference, Segment, Subnet},
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

/// An output of a resource in the stack, by reference: data that says where the value will come from.
pub struct Output<T> {
    reference: Reference,
    kind: PhantomData<fn() -> T>,
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

impl<T> Output<T> {
    /// The output `name` of the resource at `address`.
    pub fn new(address: &Address, name: &str) -> Self {
        Self {
            reference: Reference {
                address: address.clone(),
                path: vec![Segment::Key(name.to_owned())],
            },
            kind: PhantomData,
        }
    }

    /// Where the value comes from.
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    fn expr(&self) -> Expr {
        Expr::Ref(self.reference.clone())
    }

    fn step<U>(&self, segment: Segment) -> Output<U> {
        let mut reference = self.reference.clone();
        reference.path.push(segment);
        Output {
            reference,
            kind: PhantomData,
        }
    }
}

impl<T: AsText> Output<T> {
    /// The value as plain text: the explicit way to use an id or an ARN where text is wanted. A secret has no such way.
    pub fn text(&self) -> Input<String> {
        Input::Expr(self.expr())
    }
}

/// Types whose text is a block of IP addresses: `10.0.0.0/16`, `2001:db8::/56`.
pub trait AddressBlock: FromText {}

impl<T: AddressBlock> Output<T> {
    /// One of the equal parts of the block, with `newbits` more bits in its prefix, counted from zero: of a `/56` that is known
    /// only once it is there, `subnet(8, 0)` to `subnet(8, 255)` are its `/64` blocks.
    ///
    /// A part that the block does not have is an error of the plan, or of the apply when the block is known only then.
    pub fn subnet(&self, newbits: u8, number: u64) -> Input<T> {
        Input::from(self).subnet(newbits, number)
    }
}

impl<T: AddressBlock> Input<T> {
    /// As [`Output::subnet`].
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

impl<T> Output<Vec<T>> {
    /// The element at `index`, counted from zero.
    pub fn index(&self, index: usize) -> Output<T> {
        self.step(Segment::Index(index))
    }
}

impl<T> Output<BTreeMap<String, T>> {
    /// The value under `key`.
    pub fn key(&self, key: &str) -> Output<T> {
        self.step(Segment::Key(key.to_owned()))
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

/// A text with outputs in it: `text!("{}/*", bucket.arn)`. Every `{}` takes the next argument, an [`Input`] or an [`Output`].
///
/// The number of arguments is checked when it is compiled; the edges to the outputs' resources are kept.
#[macro_export]
macro_rules! text {
    ($format:literal $(, $part:expr)* $(,)?) => {{
        const _: () = assert!(
            $crate::model::placeholders($format) == 0usize $(+ { let _ = stringify!($part); 1 })*,
            "text!: every {{}} takes one argument",
        );
        $crate::model::interpolate($format, [$($part.text()),*])
    }};
}

/// How many `{}` the text holds.
#[doc(hidden)]
pub const fn placeholders(format: &str) -> usize {
    let bytes = format.as_bytes();
    let (mut at, mut found) = (0, 0);
    while at + 1 < bytes.len() {
        if bytes[at] == b'{' && bytes[at + 1] == b'}' {
            found += 1;
            at += 1;
        }
        at += 1;
    }
    found
}

/// Puts the parts in the places of the `{}`.
#[doc(hidden)]
pub fn interpolate<const N: usize>(format: &str, parts: [Input<String>; N]) -> Input<String> {
    let mut parts = parts.into_iter();
    let mut joined = Vec::with_capacity(2 * N + 1);
    for (index, literal) in format.split("{}").enumerate() {
        if index > 0 {
            joined.extend(parts.next());
        }
        if !literal.is_empty() {
            joined.push(Input::Literal(literal.to_owned()));
        }
    }
    Input::join(joined)
}

// ---- conversions: a wrong kind is answered by the sentence on `Is`

impl<T: Data, U: AssignableTo<T>> From<&Output<U>> for Input<T> {
    fn from(output: &Output<U>) -> Self {
        Self::Expr(output.expr())
    }
}

impl<T: Data, U: AssignableTo<T>> From<Output<U>> for Input<T> {
    fn from(output: Output<U>) -> Self {
        Self::Expr(output.expr())
    }
}

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

impl<T> Serialize for Output<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        template::expression(&self.expr()).serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Output<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match template::as_expression(&Value::deserialize(deserializer)?) {
            Some(Expr::Ref(reference)) => Ok(Self {
                reference,
                kind: PhantomData,
            }),
            _ => Err(de::Error::custom("not a reference to an output")),
        }
    }
}

impl<T: HasSchema> HasSchema for Output<T> {
    fn schema() -> Schema {
        T::schema()
    }
}

impl<T> Clone for Output<T> {
    fn clone(&self) -> Self {
        Self {
            reference: self.reference.clone(),
            kind: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Output<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.reference)
    }
}

impl<T> PartialEq for Output<T> {
    fn eq(&self, other: &Self) -> bool {
        self.reference == other.reference
    }
}
