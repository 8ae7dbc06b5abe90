//! Refuses to manage a tag that is ignored: it would be declared, and never come about.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Planner;
use crate::plan::{
    document::Mode,
    error::{PlanError, PlanIssue},
    inputs::OWNERSHIP_TAGS,
};

impl Planner<'_> {
    /// Compares what is declared with what is ignored. Called before anything is read.
    pub(super) fn check_ignored_tags(&mut self) -> Result<(), PlanError> {
        if self.options.mode != Mode::Normal {
            return Ok(());
        }
        let mut issues = Vec::new();
        let mut told = BTreeSet::new();
        for node in self.stack.nodes().values() {
            let Some(types) = self.session.registry.get(node.address.type_name()) else {
                continue;
            };
            let ignored = types.ignore_tags();
            let Some(field) = node.info.tags_field().filter(|_| !ignored.is_empty()) else {
                continue;
            };
            let own = node.inputs.get(field).and_then(Value::as_object);
            let own = own.into_iter().flat_map(|tags| tags.keys());
            issues.extend(own.filter(|key| ignored.matches(key)).map(|key| PlanIssue::IgnoredTag {
                address: node.address.clone(),
                key: key.clone(),
                place: node.place.clone(),
            }));
            let defaults = types.default_tags();
            let defaults = defaults.keys().map(|key| (key.as_str(), "a default tag"));
            let marks = OWNERSHIP_TAGS.map(|key| (key, "a tag that says whose the object is"));
            for (key, what) in defaults.chain(marks).filter(|(key, _)| ignored.matches(key)) {
                // the same for every resource
                if told.insert(key.to_owned()) {
                    let key = key.to_owned();
                    issues.push(PlanIssue::IgnoredOwnTag { key, what });
                }
            }
        }
        if issues.is_empty() { Ok(()) } else { Err(issues.into()) }
    }
}
