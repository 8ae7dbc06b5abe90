//! What belongs to a table beside its description: time to live, backups, tags, the resource policy.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::model::{Outcome, Table, field, invalid, items, seconds};
use crate::reply::Failure;

/// The tags in a request.
pub(super) fn tags_of(input: &Value) -> BTreeMap<String, String> {
    let text = |tag: &Value, name: &str| field(tag, name).as_str().unwrap_or_default().to_owned();
    items(input, "Tags")
        .iter()
        .map(|tag| (text(tag, "Key"), text(tag, "Value")))
        .collect()
}

/// Describes time to live.
pub(super) fn ttl(table: &Table) -> Value {
    let description = match &table.ttl {
        Some(attribute) => json!({ "TimeToLiveStatus": "ENABLED", "AttributeName": attribute }),
        None => json!({ "TimeToLiveStatus": "DISABLED" }),
    };
    json!({ "TimeToLiveDescription": description })
}

/// Switches time to live; switching to what it is already is an error.
pub(super) fn update_ttl(table: &mut Table, input: &Value) -> Outcome {
    let specification = field(input, "TimeToLiveSpecification");
    let attribute = field(specification, "AttributeName").as_str();
    let attribute = attribute.unwrap_or_default();
    let enable = field(specification, "Enabled").as_bool() == Some(true);
    match (&table.ttl, enable) {
        (Some(_), true) => return Err(invalid("TimeToLive is already enabled")),
        (None, false) => return Err(invalid("TimeToLive is already disabled")),
        (Some(current), false) if current != attribute => {
            return Err(invalid(format!(
                "TimeToLive is active on a different AttributeName: current AttributeName is {current}"
            )));
        }
        _ => {}
    }
    table.ttl = enable.then(|| attribute.to_owned());
    Ok(json!({ "TimeToLiveSpecification": specification }))
}

/// Describes backups: continuous ones are always on, recovery to a point in time is a choice.
pub(super) fn backups(table: &Table) -> Value {
    let recovery = match table.recovery_days {
        Some(days) => json!({
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": days,
            "EarliestRestorableDateTime": seconds(),
            "LatestRestorableDateTime": seconds(),
        }),
        None => json!({ "PointInTimeRecoveryStatus": "DISABLED" }),
    };
    json!({ "ContinuousBackupsDescription": {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": recovery,
    } })
}

/// Switches recovery to a point in time; the period is 35 days unless given.
pub(super) fn update_backups(table: &mut Table, input: &Value) -> Value {
    let specification = field(input, "PointInTimeRecoverySpecification");
    let enable = field(specification, "PointInTimeRecoveryEnabled").as_bool() == Some(true);
    let days = field(specification, "RecoveryPeriodInDays").as_u64();
    table.recovery_days = enable.then(|| days.unwrap_or(35));
    backups(table)
}

/// Operations that name a table by its ARN.
pub(super) fn of_resource(table: &mut Table, operation: &str, input: &Value) -> Outcome {
    let absent = || {
        let message = "Resource-based policy not found for the provided ResourceArn";
        Failure::new(400, "PolicyNotFoundException", message)
    };
    Ok(match operation {
        "TagResource" => {
            table.tags.extend(tags_of(input));
            json!({})
        }
        "UntagResource" => {
            let keys = items(input, "TagKeys");
            table.tags.retain(|key, _| !keys.iter().any(|gone| gone == key));
            json!({})
        }
        "ListTagsOfResource" => {
            let tags: Vec<Value> = table
                .tags
                .iter()
                .map(|(key, value)| json!({ "Key": key, "Value": value }))
                .collect();
            json!({ "Tags": tags })
        }
        "PutResourcePolicy" => {
            let policy = field(input, "Policy").as_str().unwrap_or_default();
            if serde_json::from_str::<Value>(policy).is_err() {
                return Err(invalid("The resource-based policy is not valid JSON"));
            }
            let revision = table.policy.as_ref().map_or(1, |(_, revision)| revision + 1);
            table.policy = Some((policy.to_owned(), revision));
            json!({ "RevisionId": revision.to_string() })
        }
        "GetResourcePolicy" => {
            let (policy, revision) = table.policy.as_ref().ok_or_else(absent)?;
            json!({ "Policy": policy, "RevisionId": revision.to_string() })
        }
        _ => {
            let (_, revision) = table.policy.take().ok_or_else(absent)?;
            json!({ "RevisionId": revision.to_string() })
        }
    })
}
