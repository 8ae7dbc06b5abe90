//! The lock table.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, PointInTimeRecoverySpecification,
    PointInTimeRecoveryStatus, ScalarAttributeType, TableDescription, TableStatus,
};
use iac_core::model::{ErrorKind, ResourceError};

use super::{
    report::{BootstrapOptions, BootstrapOutcome},
    work::Work,
};
use crate::error::failed;

const LOCK_ID: &str = "LockID";
/// For the table to become active, and for its backups to become available.
const ACTIVE: Duration = Duration::from_mins(20);

impl Work<'_> {
    pub(super) async fn table(
        &mut self,
        table: &str,
        tags: &BTreeMap<String, String>,
        options: BootstrapOptions,
    ) -> Result<(), ResourceError> {
        let outcome = match self.describe(table).await? {
            Some(_) => BootstrapOutcome::AlreadyRight,
            None => self.make_table(table).await?,
        };
        let live = self.active(table, |_| true).await?;
        if !has_lock_key(&live) {
            let message = format!("the table `{table}` is there, but its key is not the text `{LOCK_ID}` alone");
            return Err(ResourceError::new(ErrorKind::AlreadyExists, message)
                .during("dynamodb:DescribeTable")
                .hint("it serves something else: choose another name for the lock table"));
        }
        self.note(format!("the table {table}"), outcome);
        let protection = self.protection(table, &live).await?;
        self.note("its protection from deletion", protection);
        if options.point_in_time_recovery {
            let right = self.recovery(table).await?;
            let new = outcome == BootstrapOutcome::Created;
            self.note("its backups", BootstrapOutcome::of(right, new));
        }
        self.table_tags(live.table_arn().unwrap_or_default(), tags).await
    }

    async fn describe(&self, table: &str) -> Result<Option<TableDescription>, ResourceError> {
        let request = self.aws.dynamodb.describe_table().table_name(table);
        match request.send().await.map_err(failed("dynamodb:DescribeTable")) {
            Ok(answer) => Ok(answer.table),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Waits until the table is active and as `done` wants it.
    async fn active(
        &self,
        table: &str,
        done: impl Fn(&TableDescription) -> bool + Send + Sync,
    ) -> Result<TableDescription, ResourceError> {
        let done = &done;
        let not_yet = |error: &ResourceError| error.kind == ErrorKind::Timeout && error.operation.is_empty();
        self.patiently(ACTIVE, not_yet, || async move {
            let live = self.describe(table).await?;
            live.filter(|live| live.table_status() == Some(&TableStatus::Active) && done(live))
                .ok_or_else(|| {
                    ResourceError::new(
                        ErrorKind::Timeout,
                        format!("the table `{table}` did not become active in time"),
                    )
                })
        })
        .await
    }

    async fn make_table(&self, table: &str) -> Result<BootstrapOutcome, ResourceError> {
        let invalid = |error: aws_sdk_dynamodb::error::BuildError| ResourceError::invalid(error.to_string());
        let attribute = AttributeDefinition::builder()
            .attribute_name(LOCK_ID)
            .attribute_type(ScalarAttributeType::S);
        let key = KeySchemaElement::builder()
            .attribute_name(LOCK_ID)
            .key_type(KeyType::Hash);
        let request = self
            .aws
            .dynamodb
            .create_table()
            .table_name(table)
            .attribute_definitions(attribute.build().map_err(invalid)?)
            .key_schema(key.build().map_err(invalid)?)
            .billing_mode(BillingMode::PayPerRequest)
            .deletion_protection_enabled(true);
        match request.send().await.map_err(failed("dynamodb:CreateTable")) {
            Ok(_) => Ok(BootstrapOutcome::Created),
            // another bootstrap of ours was faster
            Err(error) if error.code == "ResourceInUseException" => Ok(BootstrapOutcome::AlreadyRight),
            Err(error) => Err(error),
        }
    }

    async fn protection(&self, table: &str, live: &TableDescription) -> Result<BootstrapOutcome, ResourceError> {
        if is_protected(live) {
            return Ok(BootstrapOutcome::AlreadyRight);
        }
        let busy = |error: &ResourceError| error.code == "ResourceInUseException";
        self.patiently(ACTIVE, busy, || async {
            let request = self
                .aws
                .dynamodb
                .update_table()
                .table_name(table)
                .deletion_protection_enabled(true);
            request.send().await.map_err(failed("dynamodb:UpdateTable"))
        })
        .await?;
        self.active(table, is_protected).await?;
        Ok(BootstrapOutcome::Repaired)
    }

    /// Switches backups on; whether they were.
    async fn recovery(&self, table: &str) -> Result<bool, ResourceError> {
        let request = self.aws.dynamodb.describe_continuous_backups().table_name(table);
        let live = request
            .send()
            .await
            .map_err(failed("dynamodb:DescribeContinuousBackups"))?;
        let enabled = live
            .continuous_backups_description
            .and_then(|backups| backups.point_in_time_recovery_description)
            .is_some_and(|live| live.point_in_time_recovery_status == Some(PointInTimeRecoveryStatus::Enabled));
        if enabled {
            return Ok(true);
        }
        let wanted = PointInTimeRecoverySpecification::builder()
            .point_in_time_recovery_enabled(true)
            .build();
        let wanted = wanted.map_err(|error| ResourceError::invalid(error.to_string()))?;
        // a new table answers for some minutes that its backups are being enabled
        let soon = |error: &ResourceError| error.code == "ContinuousBackupsUnavailableException";
        self.patiently(ACTIVE, soon, || async {
            let request = self.aws.dynamodb.update_continuous_backups().table_name(table);
            let request = request.point_in_time_recovery_specification(wanted.clone());
            request.send().await.map_err(failed("dynamodb:UpdateContinuousBackups"))
        })
        .await?;
        Ok(false)
    }
}

fn is_protected(table: &TableDescription) -> bool {
    table.deletion_protection_enabled().unwrap_or(false)
}

/// Whether the key is the one that Terraform and we use.
fn has_lock_key(table: &TableDescription) -> bool {
    let mut attributes = table.attribute_definitions().iter();
    let is_text = attributes.any(|it| it.attribute_name() == LOCK_ID && it.attribute_type() == &ScalarAttributeType::S);
    match table.key_schema() {
        [key] => is_text && key.attribute_name() == LOCK_ID && key.key_type() == &KeyType::Hash,
        _ => false,
    }
}
