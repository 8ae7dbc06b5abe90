//! Values that are never shown, logged or stored as they are.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    data::HasSchema,
    input::{FromText, Input},
    redact::REDACTED,
    schema::Schema,
};

/// A value that `Debug` and `Display` do not show. It serialises as the value itself, since the engine needs it while an apply
/// runs; everything that leaves the engine is sealed by its [`Schema`] first.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for the call that needs it.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl<T: FromText + HasSchema> HasSchema for Secret<T> {
    fn schema() -> Schema {
        Schema::Secret(Box::new(T::schema()))
    }
}

impl<T> From<Secret<T>> for Input<Secret<T>> {
    fn from(secret: Secret<T>) -> Self {
        Self::Literal(secret)
    }
}

impl<T: FromText> From<&str> for Secret<T> {
    fn from(text: &str) -> Self {
        Self(T::from_text(text.to_owned()))
    }
}
