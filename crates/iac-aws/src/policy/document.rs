//! A policy document as data: its statements, whom they are about, and its JSON text.

use std::{collections::BTreeMap, str::FromStr};

use iac_core::model::{Declared, Resolved, Stage};
use serde::{Deserialize, Serialize};

use super::json;

/// An IAM policy document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "PascalCase", deny_unknown_fields)]
pub struct PolicyDocument<S: Stage = Declared> {
    /// The version of the language. Unset means [`Version::V2008`] to AWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// A name of the user's for the document; some services ask for a unique one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The statements, at least one. Their order has no meaning.
    #[serde(rename = "Statement", deserialize_with = "json::one_or_many")]
    pub statements: Vec<Statement<S>>,
}

/// The version of the policy language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Version {
    /// The current one.
    #[serde(rename = "2012-10-17")]
    V2012,
    /// The one before, without policy variables such as `${aws:username}`.
    #[serde(rename = "2008-10-17")]
    V2008,
}

/// One statement of a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "PascalCase", deny_unknown_fields)]
pub struct Statement<S: Stage = Declared> {
    /// A name, unique in the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// Whom it is about. Trust and resource policies need it, identity policies must not have it.
    #[serde(
        rename = "Principal",
        default,
        skip_serializing_if = "Vec::is_empty",
        with = "json::principals"
    )]
    pub principals: Vec<Principal<S>>,
    /// Everyone but these.
    #[serde(
        rename = "NotPrincipal",
        default,
        skip_serializing_if = "Vec::is_empty",
        with = "json::principals"
    )]
    pub not_principals: Vec<Principal<S>>,
    /// What it is about: `s3:GetObject`, `s3:Get*`, `*`. AWS reads them in any case.
    #[serde(
        rename = "Action",
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "json::one_or_many"
    )]
    pub actions: Vec<String>,
    /// Every action but these.
    #[serde(
        rename = "NotAction",
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "json::one_or_many"
    )]
    pub not_actions: Vec<String>,
    /// What it is done to: ARNs, with `*` and `?` for any text and any character, or `*`.
    #[serde(
        rename = "Resource",
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "json::one_or_many"
    )]
    pub resources: Vec<S::Value<String>>,
    /// Every resource but these.
    #[serde(
        rename = "NotResource",
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "json::one_or_many"
    )]
    pub not_resources: Vec<S::Value<String>>,
    /// When it applies.
    #[serde(
        rename = "Condition",
        default = "BTreeMap::new",
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "json::conditions"
    )]
    pub conditions: Conditions<S>,
}

/// Conditions: operator (`StringEquals`), then key (`aws:SourceArn`), then the values, one of which must match.
pub type Conditions<S> = BTreeMap<String, BTreeMap<String, Vec<<S as Stage>::Value<String>>>>;

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Effect {
    /// Allows it.
    Allow,
    /// Denies it, whatever else allows it.
    Deny,
}

/// Whom a statement is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Principal<S: Stage = Declared> {
    /// Everyone, also without credentials: `"*"`.
    Anyone,
    /// An account's id, or the ARN of an account's root, a role, a user or a session.
    Aws(S::Value<String>),
    /// A service of AWS: `lambda.amazonaws.com`.
    Service(S::Value<String>),
    /// An identity provider: its ARN, or the domain of a public one.
    Federated(S::Value<String>),
    /// An account's canonical user id, 64 hexadecimal digits, as S3 knows it.
    CanonicalUser(S::Value<String>),
}

/// A text that is no policy document. The message says where it went wrong, by line and column.
#[derive(Debug, thiserror::Error)]
#[error("not a policy document: {0}")]
pub struct PolicyError(serde_json::Error);

impl PolicyError {
    /// The line, counted from one; 0 when the text is not at hand.
    pub fn line(&self) -> usize {
        self.0.line()
    }

    /// The column, counted from one; 0 when the text is not at hand.
    pub fn column(&self) -> usize {
        self.0.column()
    }
}

impl PolicyDocument {
    /// A document of the current version, without statements yet.
    pub fn new() -> Self {
        Self {
            version: Some(Version::V2012),
            id: None,
            statements: Vec::new(),
        }
    }

    /// Takes a document from JSON.
    ///
    /// # Errors
    /// [`PolicyError`] with line and column when the text is no JSON or holds elements that no policy has.
    pub fn from_json(text: &str) -> Result<Self, PolicyError> {
        text.parse().map(PolicyDocument::<Resolved>::into)
    }

    /// The document with plain values.
    ///
    /// # Errors
    /// [`PolicyError`] when it holds references, whose values nobody knows yet.
    pub fn resolved(&self) -> Result<PolicyDocument<Resolved>, PolicyError> {
        serde_json::to_value(self)
            .and_then(serde_json::from_value)
            .map_err(PolicyError)
    }
}

impl Default for PolicyDocument {
    fn default() -> Self {
        Self::new()
    }
}

impl PolicyDocument<Resolved> {
    /// The JSON text, compact: what AWS is given.
    pub fn to_json(&self) -> String {
        // texts, lists and maps with text keys: there is nothing in it that JSON cannot hold
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The size as IAM counts it for its limits: characters without white space.
    pub fn size(&self) -> usize {
        self.to_json().chars().filter(|c| !c.is_whitespace()).count()
    }
}

impl FromStr for PolicyDocument<Resolved> {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        serde_json::from_str(text).map_err(PolicyError)
    }
}
