//! Copies of objects in other buckets: what S3 would refuse.

use iac_core::model::{Resolved, Violation};

use super::properties::Replication;
use crate::arn;

impl Replication<Resolved> {
    /// What S3 would refuse.
    pub(super) fn check(&self) -> Vec<Violation> {
        let mut problems = Vec::new();
        let mut refuse = |when: bool, path: String, message: &str| {
            if when {
                problems.push(Violation {
                    path,
                    message: message.to_owned(),
                });
            }
        };
        if let Err(message) = arn::check(&self.role) {
            refuse(true, "replication.role".to_owned(), &message);
        }
        refuse(
            self.rules.is_empty(),
            "replication.rules".to_owned(),
            "needs at least one rule",
        );
        for (id, rule) in &self.rules {
            let path = || format!("replication.rules.{id}");
            let same = self
                .rules
                .values()
                .filter(|other| other.priority == rule.priority)
                .count();
            refuse(same > 1, path(), "each rule has a priority of its own");
            let markers = rule.delete_markers && !rule.tags.is_empty();
            refuse(markers, path(), "`delete_markers` excludes a filter by tags");
            refuse(
                rule.change_owner && rule.account.is_none(),
                path(),
                "`change_owner` needs `account`",
            );
            let halved = rule.kms_key.is_some() != rule.encrypted_objects;
            refuse(halved, path(), "`kms_key` and `encrypted_objects` need each other");
            refuse(
                rule.time_control && !rule.metrics,
                path(),
                "`time_control` needs `metrics`",
            );
        }
        problems
    }
}
