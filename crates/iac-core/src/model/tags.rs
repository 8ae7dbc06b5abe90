//! Tags that are others' to set: which they are, and how they are kept out of what is compared.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The tags that others put on objects: EKS, Karpenter, an organisation's tagger. Empty by default.
///
/// Such a tag is never shown, never stored in the state and never removed. An update that writes an object's tags as a whole
/// writes those that are there along with the declared ones. A tag that is declared, a default or one of the engine's own
/// (`iac:…`) must not match: the plan refuses it. A new object, and one that replaces another, begins without such tags.
///
/// ```
/// use iac_core::model::IgnoreTags;
///
/// let ignored = IgnoreTags::new(["awsApplication"], ["kubernetes.io/"]);
/// assert!(ignored.matches("kubernetes.io/cluster/web"));
/// assert!(!ignored.matches("awsApplications"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IgnoreTags {
    /// Whole keys, compared byte by byte.
    pub keys: BTreeSet<String>,
    /// What keys begin with, compared byte by byte.
    pub prefixes: BTreeSet<String>,
}

impl IgnoreTags {
    /// These keys, and all that begin with one of these prefixes.
    pub fn new<K: Into<String>, P: Into<String>>(
        keys: impl IntoIterator<Item = K>,
        prefixes: impl IntoIterator<Item = P>,
    ) -> Self {
        Self {
            keys: keys.into_iter().map(Into::into).collect(),
            prefixes: prefixes.into_iter().map(Into::into).collect(),
        }
    }

    /// Whether no tag is ignored.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.prefixes.is_empty()
    }

    /// Whether a tag with this key is ignored.
    pub fn matches(&self, key: &str) -> bool {
        self.keys.contains(key) || self.prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()))
    }

    /// Takes the ignored tags out of the property `field` of `inputs`, and gives them.
    pub fn take_from(&self, field: Option<&str>, inputs: &mut Value) -> Map<String, Value> {
        let mut taken = Map::new();
        let tags = field
            .and_then(|field| inputs.get_mut(field))
            .and_then(Value::as_object_mut);
        if let Some(tags) = tags.filter(|_| !self.is_empty()) {
            let (ignored, kept) = std::mem::take(tags).into_iter().partition(|(key, _)| self.matches(key));
            (taken, *tags) = (ignored, kept);
        }
        taken
    }
}
