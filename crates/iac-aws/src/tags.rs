//! Tags of any service: what a live object's tags lack and have too much, and what AWS allows.
//!
//! Source: Tagging AWS resources user guide, "Tag naming limits and requirements".

use std::collections::BTreeMap;

use iac_core::model::{Call, Violation};

/// What turns the live tags into the desired ones. Remove first, then set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TagChanges {
    /// Keys to remove.
    pub(crate) unset: Vec<String>,
    /// Tags to add or to overwrite.
    pub(crate) set: BTreeMap<String, String>,
}

impl TagChanges {
    /// The difference; tags of AWS's own (`aws:*`) are left alone.
    pub(crate) fn between(live: &BTreeMap<String, String>, desired: &BTreeMap<String, String>) -> Self {
        Self {
            unset: live
                .keys()
                .filter(|key| !desired.contains_key(*key) && !key.starts_with("aws:"))
                .cloned()
                .collect(),
            set: desired
                .iter()
                .filter(|(key, value)| live.get(*key) != Some(value))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        }
    }
}

/// The tags that are the user's: all but `aws:*`.
pub(crate) fn without_aws(tags: impl IntoIterator<Item = (String, String)>) -> BTreeMap<String, String> {
    tags.into_iter().filter(|(key, _)| !key.starts_with("aws:")).collect()
}

/// Whether the ownership tags say that the object is the one that this call is about.
pub(crate) fn are_ours(tags: &BTreeMap<String, String>, call: &Call) -> bool {
    are_of_environment(tags, call) && tags.get("iac:address") == Some(&call.address.to_string())
}

/// Whether the ownership tags say that the object is one of the environment that this call is about.
pub(crate) fn are_of_environment(tags: &BTreeMap<String, String>, call: &Call) -> bool {
    let wanted = [("iac:stack", &call.stack), ("iac:environment", &call.environment)];
    wanted.iter().all(|(key, value)| tags.get(*key) == Some(*value))
}

/// Refuses tags that AWS refuses: more than 50, keys of over 128 or values of over 256 characters, keys in `aws:`.
pub(crate) fn violations(tags: &BTreeMap<String, String>) -> Vec<Violation> {
    let violation = |path: String, message: String| Violation { path, message };
    let mut found = Vec::new();
    if tags.len() > 50 {
        let message = format!("at most 50 tags are allowed, and these are {}", tags.len());
        found.push(violation("tags".to_owned(), message));
    }
    for (key, value) in tags {
        let path = format!("tags.{key}");
        if key.is_empty() || key.chars().count() > 128 {
            found.push(violation(
                path.clone(),
                "a tag's key has 1 to 128 characters".to_owned(),
            ));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            found.push(violation(
                path.clone(),
                "keys that start with `aws:` are AWS's own".to_owned(),
            ));
        }
        if value.chars().count() > 256 {
            found.push(violation(path, "a tag's value has at most 256 characters".to_owned()));
        }
    }
    found
}

/// Refuses what [`violations`] refuses, and characters that most services refuse: all but letters, digits, spaces and
/// `+ - = . _ : / @`.
pub(crate) fn strict_violations(tags: &BTreeMap<String, String>) -> Vec<Violation> {
    let allowed = |c: char| c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "+-=._:/@".contains(c);
    let mut found = violations(tags);
    for (key, value) in tags {
        for (what, text) in [("key", key), ("value", value)] {
            if let Some(odd) = text.chars().find(|c| !allowed(*c)) {
                found.push(Violation {
                    path: format!("tags.{key}"),
                    message: format!(
                        "a tag's {what} has letters, digits, spaces and `+ - = . _ : / @`; `{}` is refused",
                        odd.escape_debug()
                    ),
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn only_what_differs_is_touched() {
        let live = tags(&[("keep", "1"), ("change", "1"), ("drop", "1"), ("aws:own", "1")]);
        let changes = TagChanges::between(&live, &tags(&[("keep", "1"), ("change", "2"), ("new", "1")]));
        assert_eq!(changes.unset, ["drop"]);
        assert_eq!(changes.set, tags(&[("change", "2"), ("new", "1")]));
    }

    #[test]
    fn odd_characters_are_refused() {
        assert_eq!(strict_violations(&tags(&[("a b+-=._:/@", "ä 1")])), []);
        let found = strict_violations(&tags(&[("a,b", "c\nd")]));
        let messages: Vec<_> = found.iter().map(|found| found.message.as_str()).collect();
        assert_eq!(messages.len(), 2);
        assert!(
            messages[0].contains("`,`") && messages[1].contains("`\\n`"),
            "{messages:?}"
        );
    }

    #[test]
    fn keys_of_aws_are_refused() {
        assert_eq!(violations(&tags(&[("aws:x", "1")])).len(), 1);
        assert_eq!(without_aws(tags(&[("aws:x", "1"), ("a", "1")])), tags(&[("a", "1")]));
    }
}
