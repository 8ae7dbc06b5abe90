//! What generated structs are made of: properties as JSON, in which references to other resources may stand.

use std::{borrow::Cow, collections::BTreeMap, fmt, marker::PhantomData};

use iac_core::model::{Data, FromText, HasSchema, Input, Schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// The properties of a resource, or of something nested in one, by their names in Rust.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Properties(Map<String, Value>);

/// Data of ours is always JSON: what is not is told as a property that lacks.
fn template(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

#[allow(dead_code, reason = "services use a part of it, each a feature of its own")]
impl Properties {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn insert(&mut self, name: &'static str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    pub(crate) fn put<T: Data>(&mut self, name: &'static str, value: &Input<T>) {
        self.insert(name, template(value));
    }

    pub(crate) fn put_any(&mut self, name: &'static str, value: impl Serialize) {
        self.insert(name, template(&value));
    }

    pub(crate) fn put_list<T: Data>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = impl Into<Input<T>>>,
    ) {
        let values: Vec<Input<T>> = values.into_iter().map(Into::into).collect();
        self.insert(name, template(&values));
    }

    pub(crate) fn put_map<T: Data>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = (impl Into<String>, impl Into<Input<T>>)>,
    ) {
        let values = values.into_iter().map(|(key, value)| (key.into(), value.into()));
        let values: BTreeMap<String, Input<T>> = values.collect();
        self.insert(name, template(&values));
    }

    pub(crate) fn put_struct(&mut self, name: &'static str, value: Self) {
        self.insert(name, Value::Object(value.0));
    }

    pub(crate) fn put_structs(&mut self, name: &'static str, values: impl Iterator<Item = Self>) {
        let values = values.map(|value| Value::Object(value.0));
        self.insert(name, values.collect());
    }

    pub(crate) fn put_struct_map(&mut self, name: &'static str, values: impl Iterator<Item = (String, Self)>) {
        let values = values.map(|(key, value)| (key, Value::Object(value.0)));
        self.insert(name, Value::Object(values.collect()));
    }
}

/// That a required property is set; one that is not is named by the compiler.
#[diagnostic::on_unimplemented(
    message = "the required property `{Self}` is not set",
    label = "needs `{Self}`",
    note = "set it before the struct is built"
)]
pub trait Set {}

/// Stands for a required property that is set.
#[derive(Clone, Copy, Debug)]
pub enum Given {}

impl Set for Given {}

/// A word of an enumeration to which AWS adds: one that is known by its constant, any other as a text.
pub struct Word<K> {
    text: Cow<'static, str>,
    kind: PhantomData<fn() -> K>,
}

impl<K> Word<K> {
    #[allow(dead_code, reason = "services use it, each a feature of its own")]
    pub(crate) const fn known(text: &'static str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            kind: PhantomData,
        }
    }

    /// A word that may not be known here.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: Cow::Owned(text.into()),
            kind: PhantomData,
        }
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<K> Clone for Word<K> {
    fn clone(&self) -> Self {
        Self {
            text: self.text.clone(),
            kind: PhantomData,
        }
    }
}

impl<K> fmt::Debug for Word<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl<K> PartialEq for Word<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<K> Serialize for Word<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, K> Deserialize<'de> for Word<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl<K: 'static> HasSchema for Word<K> {
    fn schema() -> Schema {
        Schema::TEXT
    }
}

impl<K: 'static> FromText for Word<K> {
    fn from_text(text: String) -> Self {
        Self::new(text)
    }
}

impl<K> From<Word<K>> for Input<Word<K>> {
    fn from(word: Word<K>) -> Self {
        Self::Literal(word)
    }
}
