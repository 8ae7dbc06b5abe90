//! Amazon Resource Names, typed by the kind of resource they name.

use std::{fmt, marker::PhantomData};

use iac_core::model::{FromText, HasSchema, Input, Schema, StringSchema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An ARN of a resource of kind `K`: `Arn<kind::Role>`, `Arn<iam::Policy>`.
///
/// Schema: `arn:<partition>:<service>:<region>:<account>:<resource>`. Source: IAM user guide, "Identify AWS resources with ARNs".
pub struct Arn<K> {
    text: String,
    kind: PhantomData<fn() -> K>,
}

impl<K> Arn<K> {
    /// Takes the text as it is; it is checked when the stack is planned.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            kind: PhantomData,
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Refuses what is no ARN.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", partition, service, _, _, resource]
            if !partition.is_empty() && !service.is_empty() && !resource.is_empty() =>
        {
            Ok(())
        }
        _ => Err(format!(
            "`{text}` is not an ARN, which looks like `arn:aws:s3:::my-bucket`"
        )),
    }
}

impl<K: 'static> HasSchema for Arn<K> {
    fn schema() -> Schema {
        Schema::Text(StringSchema {
            name: "Arn",
            check: Some(check),
            normal: None,
        })
    }
}

impl<K: 'static> FromText for Arn<K> {
    fn from_text(text: String) -> Self {
        Self::new(text)
    }
}

impl<K> From<&str> for Arn<K> {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl<K> From<String> for Arn<K> {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl<K> From<Arn<K>> for Input<Arn<K>> {
    fn from(arn: Arn<K>) -> Self {
        Self::Literal(arn)
    }
}

impl<K> Clone for Arn<K> {
    fn clone(&self) -> Self {
        Self::new(self.text.clone())
    }
}

impl<K> PartialEq for Arn<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<K> fmt::Debug for Arn<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl<K> fmt::Display for Arn<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<K> Serialize for Arn<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, K> Deserialize<'de> for Arn<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}
