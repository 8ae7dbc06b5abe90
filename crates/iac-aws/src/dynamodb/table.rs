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

mod billing;
mod create;
mod encryption;
mod index;
mod key;
mod live;
mod properties;
mod sdk;
mod settings;
mod stream;
mod update;
mod validate;
mod wait;

use async_trait::async_trait;
use iac_core::model::{Changed, Context, ErrorKind, Live, Reconcile, RemoteId, Resolved, ResourceError, Violation};
use serde_json::{Map, Value, json};

use self::settings::Settings;
pub use self::{
    billing::{Billing, Capacity, Limits, TableClass, WarmThroughput},
    encryption::{Encryption, KmsKeyArn},
    index::{GlobalIndex, LocalIndex, Projection},
    key::{Key, KeyType},
    properties::{PointInTimeRecovery, StreamArn, Table, TableName, TableOutputs},
    stream::StreamView,
};
use crate::{Aws, error::failed, policy::PolicyUse, tags, wait::known};

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
        let settings = Box::pin(Settings::read(cx.provider, &table)).await?;
        Ok(Some(Live {
            id: id.clone(),
            inputs: live::inputs(&table, settings, prior)?,
            outputs: live::outputs(&table)?,
        }))
    }

    async fn create(&self, cx: &Context<'_, Aws>) -> Result<TableOutputs, ResourceError> {
        let name = self.name()?;
        let request = self.creation(cx.provider)?;
        let own_key = self
            .encryption
            .as_ref()
            .is_some_and(|encryption| encryption.kms_key.is_some());
        cx.retry(
            "other changes of tables",
            wait::TABLE,
            |error| wait::creatable_soon(error, own_key),
            || async { request.clone().send().await.map_err(failed("dynamodb:CreateTable")) },
        )
        .await
        .map_err(|error| named_already(error, name))?;
        cx.created(&RemoteId::new(name)).await?;
        // a read right after the create may not know of it, and a table that is gone is not waited for as long as one that fills
        known(cx, "the table to be known", || wait::describe(cx.provider, name)).await?;
        let table = wait::active(cx, name, "the table to become active", wait::TABLE, |_| true).await?;
        self.bring_to_desired(&table, &Settings::at_creation(self), cx).await?;
        live::outputs(&table)
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _changed: &Changed,
        cx: &Context<'_, Aws>,
    ) -> Result<TableOutputs, ResourceError> {
        let now = Settings::of(&live.inputs);
        settings::check_expiry(now.ttl_attribute.as_deref(), self.ttl_attribute.as_deref())?;
        let table = self.reshape(&live.inputs, cx).await?;
        self.bring_to_desired(&table, &now, cx).await?;
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
        let tags = settings::tags(cx.provider, table.table_arn().unwrap_or_default()).await?;
        Ok(tags::are_ours(&tags, cx).then(|| RemoteId::new(name)))
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
