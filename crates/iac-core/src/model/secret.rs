//! Values that are never shown, logged or stored as they are.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;

use super::{
    input::{FromText, Input},
    shape::{Shape, Shaped},
};

/// What stands for a secret wherever a person or a file would see it.
pub const REDACTED: &str = "(secret)";

const SEAL: &str = "hmac-sha256:";

/// A value that `Debug` and `Display` do not show. It serialises as the value itself, since the engine needs it while an apply
/// runs; everything that leaves the engine is sealed by its [`Shape`] first.
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

impl<T: Shaped> Shaped for Secret<T> {
    fn shape() -> Shape {
        Shape::Secret(Box::new(T::shape()))
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

/// Whether the value is a seal and not the secret itself.
pub fn is_sealed(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with(SEAL))
}

/// The keyed hash that stands for a secret in the state: equal secrets at one place are seen as equal, nothing else is told.
/// Sealing what is sealed already changes nothing.
pub fn seal(key: &[u8], path: &str, value: &Value) -> Value {
    if is_sealed(value) || super::template::as_expression(value).is_some() {
        return value.clone();
    }
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        // HMAC takes keys of every length; a place that cannot be sealed is still never shown
        return Value::String(REDACTED.to_owned());
    };
    mac.update(path.as_bytes());
    mac.update(&[0]);
    mac.update(value.to_string().as_bytes());
    Value::String(format!("{SEAL}{}", hex::encode(mac.finalize().into_bytes())))
}
