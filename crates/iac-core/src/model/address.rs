//! What a resource is called in code: its type and the name given to it. Never its name in the cloud.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Identity of a resource in a stack: `<service>.<type>.<name>`, for example `s3.bucket.logs`.
///
/// The type is two lower-case words joined by a dot (`ec2.security_group`). The name holds letters, digits, `-` and `_`;
/// a scope adds a prefix and a slash (`ec2.subnet.network/a`). Addresses order by type, then by name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    type_name: String,
    name: String,
}

/// Why a text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not an address: {reason}")]
pub struct AddressError {
    /// The text as it was given.
    pub given: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl Address {
    /// Makes an address from a type name and a name.
    ///
    /// # Errors
    /// [`AddressError`] when either part has a schema other than the one [`Address`] describes.
    pub fn new(type_name: &str, name: &str) -> Result<Self, AddressError> {
        let fail = |reason| AddressError {
            given: format!("{type_name}.{name}"),
            reason,
        };
        let word = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_lowercase())
                && text
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        let typed = type_name
            .split_once('.')
            .is_some_and(|(service, kind)| word(service) && word(kind));
        if !typed {
            return Err(fail("the type is `<service>.<type>` in lower case, like `s3.bucket`"));
        }
        let part =
            |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if !name.split('/').all(part) {
            return Err(fail(
                "the name holds letters, digits, `-` and `_`, with `/` after a scope",
            ));
        }
        Ok(Self {
            type_name: type_name.to_owned(),
            name: name.to_owned(),
        })
    }

    /// An address that stands in for one that could not be made. It never leaves a stack, whose errors are told first.
    pub(crate) fn stand_in(type_name: &str, number: usize) -> Self {
        Self {
            type_name: type_name.to_owned(),
            name: format!("invalid-{number}"),
        }
    }

    /// The address among these that is called much the same, if one is.
    pub fn nearest<'a>(&self, among: impl IntoIterator<Item = &'a Self>) -> Option<&'a Self> {
        let text = self.to_string();
        among
            .into_iter()
            .map(|other| (strsim::jaro_winkler(&text, &other.to_string()), other))
            .filter(|(score, _)| *score > 0.8)
            .max_by(|one, other| one.0.total_cmp(&other.0))
            .map(|(_, other)| other)
    }

    /// The type: `s3.bucket`.
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// The name given in code, with its scopes: `site/assets`.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.type_name, self.name)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let mut parts = text.splitn(3, '.');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(service), Some(kind), Some(name)) => Self::new(&format!("{service}.{kind}"), name),
            _ => Err(AddressError {
                given: text.to_owned(),
                reason: "it needs three parts, like `s3.bucket.logs`",
            }),
        }
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_prints() {
        for text in ["s3.bucket.logs", "ec2.security_group.site/web-1", "iam.role.Deploy_2"] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn refuses_other_shapes() {
        for text in [
            "",
            "bucket",
            "s3.bucket",
            "s3.bucket.",
            "S3.bucket.a",
            "s3.bucket.a b",
            "s3.bucket.a//b",
            "s3..a",
            "s3.bucket.a.b",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
