//! Which cookies or query strings are in a cache key.

use std::collections::BTreeSet;

use iac_core::{Schema, model::Violation};
use serde::{Deserialize, Serialize};

use crate::cloudfront::shared::violation;

/// Which names are chosen: `Selection::only(["session"])`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub struct Selection {
    /// How `names` are meant.
    pub choice: Choice,
    /// The names; empty when all or none are chosen.
    #[serde(default)]
    pub names: BTreeSet<String>,
}

string_enum! {
    /// How the names of a [`Selection`] are meant.
    pub enum Choice = None {
        /// No name is chosen.
        None = "none",
        /// The names alone.
        Only = "whitelist",
        /// All but the names.
        AllExcept = "allExcept",
        /// Every name.
        All = "all",
    }
}

impl Selection {
    /// No name.
    pub fn none() -> Self {
        Self::default()
    }

    /// Every name.
    pub fn all() -> Self {
        Self {
            choice: Choice::All,
            names: BTreeSet::new(),
        }
    }

    /// These names.
    pub fn only(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            choice: Choice::Only,
            names: names.into_iter().map(Into::into).collect(),
        }
    }

    /// All but these names.
    pub fn all_except(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            choice: Choice::AllExcept,
            names: names.into_iter().map(Into::into).collect(),
        }
    }

    /// What is wrong with it, if anything.
    pub(super) fn check(&self, path: &str) -> Option<Violation> {
        let named = matches!(self.choice, Choice::Only | Choice::AllExcept);
        match (named, self.names.is_empty()) {
            (true, true) => Some(violation(path, "name at least one, or choose `none` or `all`")),
            (false, false) => Some(violation(path, "names are given with `whitelist` and `allExcept` only")),
            _ => None,
        }
    }
}
