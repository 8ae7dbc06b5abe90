//! `dynamodb.table`: a table with its indexes, stream, expiry, backups, encryption and policy.
//!
//! - Operations and IAM actions: see [`Reconcile::OPERATIONS`]; the actions have the operations' names.
//! - Remote id and import id: the table's name.
//! - Replaced when the name, the keys or the local indexes change. Everything else changes in place, one kind of change after
//!   the other as `UpdateTable` wants it, with a wait until the table is active in between. A global index whose keys or
//!   projection change is deleted and made anew: queries of it fail until it is filled.
//! - Waits: table active, up to 30 min (usually seconds); a global index filled, up to 3 h (it grows with the table); encryption
//!   and backups, up to 20 min; gone after a delete, up to 10 min.
//! - AWS allows one change of the expiry within about an hour, so another `ttl_attribute` takes two applies: first none, then
//!   the new one.
//! - Not here: replicas (global tables), vector indexes, contributor insights, Kinesis streams, imports, and
//!   `ConfirmRemoveSelfResourceAccess` (a policy that would lock the caller out is refused by AWS).
//!
//! Source: DynamoDB API reference, `CreateTable`, `UpdateTable`, `UpdateTimeToLive`, `UpdateContinuousBackups`,
//! `PutResourcePolicy`; developer guide, "Time to Live" and "Managing Global Secondary Indexes".

mod aspects;
mod billing;
mod create;
mod encryption;
mod index;
mod key;
mod kinds;
mod live;
mod update;
mod validate;
mod wait;

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::error::BuildError;
use bon::Builder;
use iac_core::{
    Outputs, Resource, Schema,
    model::{
        Changed, Context, Declared, ErrorKind, Live, Reconcile, RemoteId, Resolved, ResourceError, Stage, Violation,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use self::aspects::Aspects;
pub use self::{
    billing::{Billing, Capacity, Limits, WarmThroughput},
    encryption::{Encryption, KmsKeyArn},
    index::{GlobalIndex, LocalIndex, Projection},
    key::{Key, KeyType},
    kinds::{StreamView, TableClass},
};
use crate::{
    Arn, Aws,
    error::failed,
    policy::{PolicyDocument, PolicyUse},
    tags,
};

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

#[async_trait]
impl Reconcile for Table<Resolved> {
    type Provider = Aws;
    type Outputs = TableOutputs;

    const RESUMABLE: bool = true;
    const OPERATIONS: &'static [&'static str] = &[
        "dynamodb:CreateTable",
        "dynamodb:DescribeTable",
        "dynamodb:DescribeTimeToLive",
        "dynamodb:DescribeContinuousBackups",
        "dynamodb:ListTagsOfResource",
        "dynamodb:GetResourcePolicy",
        "dynamodb:UpdateTable",
        "dynamodb:UpdateTimeToLive",
        "dynamodb:UpdateContinuousBackups",
        "dynamodb:TagResource",
        "dynamodb:UntagResource",
        "dynamodb:PutResourcePolicy",
        "dynamodb:DeleteResourcePolicy",
        "dynamodb:DeleteTable",
    ];

    fn validate(&self) -> Vec<Violation> {
        let mut found = validate::violations(self);
        found.extend(tags::strict_violations(&self.tags));
        if let Some(policy) = &self.resource_policy {
            found.extend(policy.violations("resource_policy", PolicyUse::Resource));
        }
        found
    }

    fn predict(&self, aws: &Aws) -> Map<String, Value> {
        let Some(name) = &self.name else {
            return Map::new();
        };
        let (partition, region, account) = (aws.partition(), aws.region(), aws.account());
        let arn = format!("arn:{partition}:dynamodb:{region}:{account}:table/{name}");
        Map::from_iter([("name".to_owned(), json!(name)), ("arn".to_owned(), json!(arn))])
    }

    async fn read(
        id: &RemoteId,
        prior: Option<&Self>,
        cx: &Context<'_, Aws>,
    ) -> Result<Option<Live<Self>>, ResourceError> {
        let name = id.as_str();
        let Some(table) = wait::there(cx, name).await? else {
            return Ok(None);
        };
        let aspects = Box::pin(Aspects::read(cx.provider, &table)).await?;
        Ok(Some(Live {
            id: id.clone(),
            inputs: live::inputs(&table, aspects, prior)?,
            outputs: live::outputs(&table)?,
        }))
    }

    async fn create(&self, cx: &Context<'_, Aws>) -> Result<TableOutputs, ResourceError> {
        let name = self.name()?;
        let request = self.creation(cx.provider)?;
        cx.retry(
            "other changes of tables",
            wait::TABLE,
            |error| wait::creatable_soon(error, self),
            || async { request.clone().send().await.map_err(failed("dynamodb:CreateTable")) },
        )
        .await
        .map_err(|error| named_already(error, name))?;
        cx.created(&RemoteId::new(name)).await?;
        let table = wait::active(cx, name, "the table to become active", wait::TABLE, |_| true).await?;
        self.settle(&table, &Aspects::at_creation(self), cx).await?;
        live::outputs(&table)
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _changed: &Changed,
        cx: &Context<'_, Aws>,
    ) -> Result<TableOutputs, ResourceError> {
        let now = Aspects::of(&live.inputs);
        aspects::check_expiry(now.ttl_attribute.as_deref(), self.ttl_attribute.as_deref())?;
        let table = self.reshape(&live.inputs, cx).await?;
        self.settle(&table, &now, cx).await?;
        live::outputs(&table)
    }

    async fn delete(_last: &Self, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let name = id.as_str();
        let sent = cx
            .retry("other changes of the table", wait::GONE, wait::is_busy, || async {
                let request = cx.provider.dynamodb.delete_table().table_name(name);
                request.send().await.map_err(failed("dynamodb:DeleteTable"))
            })
            .await;
        match sent {
            Ok(_) => wait::gone(cx, name).await,
            Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
            Err(error) if error.code == "ValidationException" && error.message.contains("protect") => {
                Err(error.hint("set `deletion_protection` to false and apply that first"))
            }
            Err(error) => Err(error),
        }
    }

    async fn recover(&self, cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
        let name = self.name()?;
        let Some(table) = wait::there(cx, name).await? else {
            return Ok(None);
        };
        let tags = aspects::tags(cx.provider, table.table_arn().unwrap_or_default()).await?;
        Ok(tags::are_ours(&tags, cx).then(|| RemoteId::new(name)))
    }
}

impl Table<Resolved> {
    /// The name, which the engine generates when the user gives none.
    fn name(&self) -> Result<&str, ResourceError> {
        let missing = || ResourceError::invalid("the table has no name");
        self.name.as_ref().map(TableName::as_str).ok_or_else(missing)
    }

    /// The keys of the table and its local indexes: those that never change.
    fn fixed_keys(&self) -> impl Iterator<Item = &Key> {
        let local = self.local_indexes.values().map(|index| &index.sort_key);
        [&self.partition_key].into_iter().chain(&self.sort_key).chain(local)
    }
}

/// Names of tables and of indexes follow one rule.
fn check_name(what: &str, name: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if (3..=255).contains(&name.len()) && name.chars().all(allowed) {
        Ok(())
    } else {
        Err(format!(
            "`{name}` is not a name for {what}, which has 3 to 255 letters, digits, `_`, `-` and `.`"
        ))
    }
}

/// On `CreateTable` a resource in use is a table of that name.
fn named_already(mut error: ResourceError, name: &str) -> ResourceError {
    if error.code != "ResourceInUseException" {
        return error;
    }
    error.kind = ErrorKind::AlreadyExists;
    error.hint(format!("import it with the id `{name}`, or choose another name"))
}

/// A request's part. The SDK asks for fields that we always give.
fn built<T>(part: Result<T, BuildError>) -> Result<T, ResourceError> {
    part.map_err(|error| ResourceError::invalid(error.to_string()))
}
