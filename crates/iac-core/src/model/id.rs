//! Which object it is, and where: the identity of what a resource stands for in the cloud.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The id of an object in the cloud: `vpc-0abc`, a bucket's name, an ARN.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RemoteId(String);

impl RemoteId {
    /// Wraps an id.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RemoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The account and region a provider works in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRegion {
    /// The account's id.
    pub account: String,
    /// The region's name.
    pub region: String,
}
