//! Copies of objects in other buckets, made by S3 as they are written.

use std::collections::BTreeMap;

use bon::Builder;
use iac_core::{
    Schema,
    model::{Declared, Resolved, Stage, Violation},
};
use serde::{Deserialize, Serialize};

use super::{Bucket, StorageClass};
use crate::{Arn, arn};

/// What is copied where. Both buckets keep versions, and the role may read here and write there.
/// Source: `PutBucketReplication`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[serde(bound = "")]
#[builder(on(_, into))]
pub struct Replication<S: Stage = Declared> {
    /// The ARN of the role S3 takes; whoever applies this needs `iam:PassRole` on it.
    pub role: S::Value<String>,
    /// The rules, by id.
    #[builder(with = |rules: impl IntoIterator<Item = (impl Into<String>, ReplicationRule<S>)>| rules.into_iter().map(|(k, v)| (k.into(), v)).collect())]
    pub rules: BTreeMap<String, ReplicationRule<S>>,
}

/// One rule. Without a filter it is about all objects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[serde(bound = "")]
#[builder(on(_, into))]
pub struct ReplicationRule<S: Stage = Declared> {
    /// Whether it is in force.
    #[builder(default = true)]
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Which of two rules for one destination wins: the higher. Unique among the rules.
    #[builder(default = 0)]
    #[serde(default)]
    pub priority: i32,
    /// Only keys that start so; an empty prefix is none.
    #[serde(default, skip_serializing_if = "crate::s3::words::is_blank")]
    pub prefix: Option<String>,
    /// Only objects with all of these tags.
    #[serde(default)]
    #[builder(default, with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>| tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())]
    pub tags: BTreeMap<String, String>,
    /// The bucket that takes the copies.
    pub destination: S::Value<Arn<Bucket>>,
    /// The account of that bucket, when it is another.
    pub account: Option<S::Value<String>>,
    /// Whether that account is to own the copies; needs `account`.
    #[builder(default = false)]
    #[serde(default)]
    pub change_owner: bool,
    /// The class of the copies; that of the object when unset.
    pub storage_class: Option<StorageClass>,
    /// The key in KMS that encrypts the copies there. Needs `encrypted_objects`.
    pub kms_key: Option<S::Value<String>>,
    /// Whether objects encrypted with KMS are copied too. Needs `kms_key`.
    #[builder(default = false)]
    #[serde(default)]
    pub encrypted_objects: bool,
    /// Whether changes of the copies' metadata come back here.
    #[builder(default = false)]
    #[serde(default)]
    pub replica_modifications: bool,
    /// Whether delete markers are copied too. Not together with tags.
    #[builder(default = false)]
    #[serde(default)]
    pub delete_markers: bool,
    /// Whether S3 promises to copy within 15 minutes and measures it, for money.
    #[builder(default = false)]
    #[serde(default)]
    pub time_control: bool,
    /// Whether S3 measures how far behind it is. `time_control` includes it.
    #[builder(default = false)]
    #[serde(default)]
    pub metrics: bool,
}

fn yes() -> bool {
    true
}

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
            let at = || format!("replication.rules.{id}");
            let same = self
                .rules
                .values()
                .filter(|other| other.priority == rule.priority)
                .count();
            refuse(same > 1, at(), "each rule has a priority of its own");
            let markers = rule.delete_markers && !rule.tags.is_empty();
            refuse(markers, at(), "`delete_markers` excludes a filter by tags");
            refuse(
                rule.change_owner && rule.account.is_none(),
                at(),
                "`change_owner` needs `account`",
            );
            let halved = rule.kms_key.is_some() != rule.encrypted_objects;
            refuse(halved, at(), "`kms_key` and `encrypted_objects` need each other");
            refuse(
                rule.time_control && !rule.metrics,
                at(),
                "`time_control` needs `metrics`",
            );
        }
        problems
    }
}
