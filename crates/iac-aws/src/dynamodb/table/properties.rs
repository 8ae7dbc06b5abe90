//! A table as it is declared, and what is known of one that is made.

use std::collections::BTreeMap;

use bon::Builder;
use iac_core::{
    Outputs, Resource, Schema,
    model::{Declared, Resolved, ResourceError, Stage},
};
use serde::{Deserialize, Serialize};

use super::{
    billing::{Billing, TableClass, WarmThroughput},
    encryption::Encryption,
    index::{GlobalIndex, LocalIndex},
    key::Key,
    stream::StreamView,
};
use crate::{Arn, policy::PolicyDocument};

iac_core::text_type! {
    /// The name of a table: 3 to 255 letters, digits, `_`, `-` and `.`.
    pub struct TableName, check = |name| check_name("a table", name);

    /// The ARN of a table's stream. A new one comes with every time the stream is switched on.
    pub struct StreamArn, check = crate::arn::check;
}

/// A table. Its attributes are those of its keys; all others need no declaration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "dynamodb.table", outputs = TableOutputs)]
pub struct Table<S: Stage = Declared> {
    /// The name: 3 to 255 letters, digits, `_`, `-` and `.`; generated when unset.
    #[field(create_only, name = 255)]
    pub name: Option<S::Value<TableName>>,
    /// The partition key: `Key::string("pk")`.
    #[field(create_only)]
    pub partition_key: Key,
    /// The sort key.
    #[field(create_only)]
    pub sort_key: Option<Key>,
    /// How reads and writes are paid for. AWS switches to on demand at most 4 times within 24 hours.
    #[builder(default = Billing::on_demand())]
    #[serde(default)]
    pub billing: Billing,
    /// Global secondary indexes by name: 3 to 255 letters, digits, `_`, `-` and `.`.
    #[serde(default)]
    #[builder(default, with = |indexes: impl IntoIterator<Item = (impl Into<String>, GlobalIndex)>| indexes.into_iter().map(|(k, v)| (k.into(), v)).collect())]
    pub global_indexes: BTreeMap<String, GlobalIndex>,
    /// Local secondary indexes by name, at most 5; they need a sort key of the table.
    #[field(create_only)]
    #[serde(default)]
    #[builder(default, with = |indexes: impl IntoIterator<Item = (impl Into<String>, LocalIndex)>| indexes.into_iter().map(|(k, v)| (k.into(), v)).collect())]
    pub local_indexes: BTreeMap<String, LocalIndex>,
    /// What the table's stream tells of each change; no stream when unset.
    pub stream: Option<StreamView>,
    /// The attribute, a number of seconds since 1970, after which an item expires; items stay when unset.
    pub ttl_attribute: Option<String>,
    /// Backups to any second; none when unset.
    pub point_in_time_recovery: Option<PointInTimeRecovery>,
    /// Encryption with a key in KMS; with a key of AWS's own, free of charge, when unset.
    pub encryption: Option<Encryption<S>>,
    /// What storage and requests cost. AWS changes it at most twice within 30 days.
    #[builder(default = TableClass::Standard)]
    #[serde(default)]
    pub table_class: TableClass,
    /// Whether AWS refuses to delete the table.
    #[builder(default = false)]
    #[serde(default)]
    pub deletion_protection: bool,
    /// Who else may use the table; at most 20 KB.
    pub resource_policy: Option<PolicyDocument<S>>,
    /// What the table serves at once; AWS chooses when unset. It can be raised, never lowered.
    #[field(computed)]
    pub warm_throughput: Option<WarmThroughput>,
    /// Leaves capacities as they are while only AWS or an autoscaling policy changes them. Another capacity in the code is still
    /// set.
    #[field(write_only)]
    #[builder(default = false)]
    #[serde(default)]
    pub ignore_capacity_drift: bool,
    /// Tags.
    #[field(tags)]
    #[serde(default)]
    #[builder(default, with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<S::Value<String>>)>| tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())]
    pub tags: BTreeMap<String, S::Value<String>>,
}

/// Backups to any second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Builder, Schema)]
pub struct PointInTimeRecovery {
    /// How many days back, 1 to 35.
    #[builder(default = 35)]
    pub period_days: i32,
}

/// What is known of a table once it is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct TableOutputs<S: Stage = Resolved> {
    /// The name.
    pub name: S::Value<TableName>,
    /// The ARN. Those of its indexes are `<arn>/index/<name>`.
    pub arn: S::Value<Arn<Table>>,
    /// The id that tells the table from others that had its name.
    pub id: S::Value<String>,
    /// The ARN of the latest stream, which is kept for a day after the stream is switched off; empty when there was none.
    #[field(volatile)]
    pub stream_arn: S::Value<StreamArn>,
    /// The time at which the latest stream began, as text; empty when there was none.
    #[field(volatile)]
    pub stream_label: S::Value<String>,
}

impl Table<Resolved> {
    /// The name, which the engine generates when the user gives none.
    pub(super) fn name(&self) -> Result<&str, ResourceError> {
        let missing = || ResourceError::invalid("the table has no name");
        self.name.as_ref().map(TableName::as_str).ok_or_else(missing)
    }

    /// The keys of the table and its local indexes: those that never change.
    pub(super) fn fixed_keys(&self) -> impl Iterator<Item = &Key> {
        let local = self.local_indexes.values().map(|index| &index.sort_key);
        [&self.partition_key].into_iter().chain(&self.sort_key).chain(local)
    }
}

/// Names of tables and of indexes follow one rule.
pub(super) fn check_name(what: &str, name: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if (3..=255).contains(&name.len()) && name.chars().all(allowed) {
        Ok(())
    } else {
        Err(format!(
            "`{name}` is not a name for {what}, which has 3 to 255 letters, digits, `_`, `-` and `.`"
        ))
    }
}
