//! Keys of a table and its indexes. The attribute definitions that the API wants follow from them.
//!
//! Source: DynamoDB API reference, `KeySchemaElement` and `AttributeDefinition`.

use std::{collections::BTreeMap, iter};

use aws_sdk_dynamodb::types::{AttributeDefinition, KeySchemaElement, KeyType as KeyRole, TableDescription};
use iac_core::{Schema, model::ResourceError};
use serde::{Deserialize, Serialize};

use super::built;

/// An attribute that is part of a key: `Key::string("pk")`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Schema)]
pub struct Key {
    /// The attribute's name, 1 to 255 bytes.
    pub name: String,
    /// What the attribute holds.
    pub kind: KeyType,
}

string_enum! {
    /// What a key attribute holds.
    pub enum KeyType {
        /// Text.
        String = "S",
        /// A number.
        Number = "N",
        /// Bytes.
        Binary = "B",
    }
}

impl Key {
    /// An attribute that holds text.
    pub fn string(name: impl Into<String>) -> Self {
        Self::new(name, KeyType::String)
    }

    /// An attribute that holds a number.
    pub fn number(name: impl Into<String>) -> Self {
        Self::new(name, KeyType::Number)
    }

    /// An attribute that holds bytes.
    pub fn binary(name: impl Into<String>) -> Self {
        Self::new(name, KeyType::Binary)
    }

    fn new(name: impl Into<String>, kind: KeyType) -> Self {
        Self {
            name: name.into(),
            kind,
        }
    }
}

/// One key where several are allowed: `.partition_key(Key::string("owner"))`.
impl IntoIterator for Key {
    type Item = Self;
    type IntoIter = iter::Once<Self>;

    fn into_iter(self) -> Self::IntoIter {
        iter::once(self)
    }
}

/// The definitions of the keys' attributes, each once.
pub(super) fn definitions<'a>(
    keys: impl IntoIterator<Item = &'a Key>,
) -> Result<Vec<AttributeDefinition>, ResourceError> {
    let kinds: BTreeMap<&str, KeyType> = keys.into_iter().map(|key| (key.name.as_str(), key.kind)).collect();
    kinds
        .into_iter()
        .map(|(name, kind)| {
            built(
                AttributeDefinition::builder()
                    .attribute_name(name)
                    .attribute_type(kind.as_str().into())
                    .build(),
            )
        })
        .collect()
}

/// The key schema: partition keys first, then sort keys.
pub(super) fn schema<'a>(
    partition: impl IntoIterator<Item = &'a Key>,
    sort: impl IntoIterator<Item = &'a Key>,
) -> Result<Vec<KeySchemaElement>, ResourceError> {
    let partition = partition.into_iter().map(|key| (key, KeyRole::Hash));
    let sort = sort.into_iter().map(|key| (key, KeyRole::Range));
    partition
        .chain(sort)
        .map(|(key, role)| {
            built(
                KeySchemaElement::builder()
                    .attribute_name(&key.name)
                    .key_type(role)
                    .build(),
            )
        })
        .collect()
}

/// The partition keys and the sort keys of a live key schema.
pub(super) fn live(
    table: &TableDescription,
    schema: &[KeySchemaElement],
) -> Result<(Vec<Key>, Vec<Key>), ResourceError> {
    let (mut partition, mut sort) = (Vec::new(), Vec::new());
    for element in schema {
        let name = element.attribute_name();
        let definition = table
            .attribute_definitions()
            .iter()
            .find(|definition| definition.attribute_name() == name);
        let lacks = || ResourceError::invalid(format!("the attribute of the key `{name}` is not defined"));
        let definition = definition.ok_or_else(lacks)?;
        let kind = KeyType::from_word(definition.attribute_type().as_str());
        let keys = if element.key_type() == &KeyRole::Hash {
            &mut partition
        } else {
            &mut sort
        };
        keys.push(Key::new(name, kind));
    }
    Ok((partition, sort))
}
