//! Reading a table, waiting for it, and what of its errors passes by itself.
//!
//! Right after a change `DescribeTable` may still show the table as it was, active. So a wait is for what was changed to show,
//! not for the status alone.

use std::time::Duration;

use aws_sdk_dynamodb::types::{IndexStatus, TableDescription, TableStatus};
use iac_core::model::{Context, ErrorKind, ResourceError};

use crate::{Aws, error::failed};

/// For a table to become active, and for other changes to get out of the way.
pub(super) const TABLE: Duration = Duration::from_mins(30);
/// For an index to be filled: it grows with the table.
pub(super) const INDEX: Duration = Duration::from_hours(3);
/// For encryption and backups.
pub(super) const SETTING: Duration = Duration::from_mins(20);
/// For a table to be gone.
pub(super) const GONE: Duration = Duration::from_mins(10);
/// For what was just written to be read.
pub(super) const VISIBLE: Duration = Duration::from_mins(2);

/// The table; `None` when there is none.
pub(super) async fn describe(aws: &Aws, name: &str) -> Result<Option<TableDescription>, ResourceError> {
    let request = aws.dynamodb.describe_table().table_name(name);
    match request.send().await.map_err(failed("dynamodb:DescribeTable")) {
        Ok(answer) => Ok(answer.table),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The table; `None` when there is none. One that is on its way in or out is waited for: its settings cannot be read until then.
pub(super) async fn there(cx: &Context<'_, Aws>, name: &str) -> Result<Option<TableDescription>, ResourceError> {
    let Some(table) = describe(cx.provider, name).await? else {
        return Ok(None);
    };
    match table.table_status() {
        Some(TableStatus::Deleting) => gone(cx, name).await.map(|()| None),
        Some(TableStatus::Creating) => active(cx, name, "the table to become active", TABLE, |_| true)
            .await
            .map(Some),
        _ => Ok(Some(table)),
    }
}

/// Waits until the table and its indexes are active and the table is as `done` wants it.
pub(super) async fn active(
    cx: &Context<'_, Aws>,
    name: &str,
    awaited: &str,
    limit: Duration,
    done: impl Fn(&TableDescription) -> bool + Sync + Send,
) -> Result<TableDescription, ResourceError> {
    let done = &done;
    cx.until(awaited, limit, || async move {
        // a table that was made a moment ago may not be seen yet
        let Some(table) = describe(cx.provider, name).await? else {
            return Ok(None);
        };
        match table.table_status() {
            Some(TableStatus::Active) => Ok((indexes_are_active(&table) && done(&table)).then_some(table)),
            Some(
                status @ (TableStatus::InaccessibleEncryptionCredentials
                | TableStatus::Archiving
                | TableStatus::Archived
                | TableStatus::Deleting),
            ) => Err(
                ResourceError::new(ErrorKind::Conflict, format!("the table is {}", status.as_str()))
                    .hint("the console of DynamoDB shows why; a KMS key that is disabled is the usual reason"),
            ),
            _ => Ok(None),
        }
    })
    .await
}

/// Waits until the table is gone.
pub(super) async fn gone(cx: &Context<'_, Aws>, name: &str) -> Result<(), ResourceError> {
    cx.until("the table to be gone", GONE, || async move {
        Ok(describe(cx.provider, name).await?.is_none().then_some(()))
    })
    .await
}

fn indexes_are_active(table: &TableDescription) -> bool {
    let mut statuses = table
        .global_secondary_indexes()
        .iter()
        .map(|index| index.index_status());
    statuses.all(|status| status == Some(&IndexStatus::Active))
}

/// Another change of this table, or too many changes of tables of this account, are in the way.
pub(super) fn is_busy(error: &ResourceError) -> bool {
    error.code == "ResourceInUseException" || too_many_changes(error)
}

/// Passes by itself before a table is made: too many changes at once, or a key that KMS does not know of everywhere yet.
pub(super) fn creatable_soon(error: &ResourceError, own_key: bool) -> bool {
    too_many_changes(error) || own_key && is_fresh_key(error)
}

/// What AWS says of a KMS key, or of the right to use it, that is not known everywhere yet.
pub(super) fn is_fresh_key(error: &ResourceError) -> bool {
    error.code == "ValidationException" && error.message.contains("KMS")
}

fn too_many_changes(error: &ResourceError) -> bool {
    error.kind == ErrorKind::Throttled
        || error.code == "LimitExceededException" && error.message.contains("simultaneously")
}
