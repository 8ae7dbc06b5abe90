//! What belongs to a table but has calls of its own: expiry, backups, resource policy and tags.
//!
//! Source: DynamoDB API reference, `UpdateTimeToLive`, `UpdateContinuousBackups`, `PutResourcePolicy`, `TagResource`.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{
    PointInTimeRecoverySpecification, PointInTimeRecoveryStatus, TableDescription, Tag, TimeToLiveSpecification,
    TimeToLiveStatus,
};
use iac_core::model::{Context, Resolved, ResourceError};

use super::{
    properties::{PointInTimeRecovery, Table},
    sdk::built,
    wait,
};
use crate::{
    Aws,
    error::failed,
    policy::PolicyDocument,
    tags::{TagChanges, without_aws},
};

/// What `DescribeTable` does not tell.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settings {
    pub(super) ttl_attribute: Option<String>,
    pub(super) point_in_time_recovery: Option<PointInTimeRecovery>,
    pub(super) resource_policy: Option<PolicyDocument<Resolved>>,
    pub(super) tags: BTreeMap<String, String>,
}

impl Settings {
    /// Reads all four.
    pub(super) async fn read(aws: &Aws, table: &TableDescription) -> Result<Self, ResourceError> {
        let name = table.table_name().unwrap_or_default();
        let arn = table.table_arn().unwrap_or_default();
        let (ttl_attribute, point_in_time_recovery, resource_policy, tags) = futures::try_join!(
            ttl_attribute(aws, name),
            point_in_time_recovery(aws, name),
            resource_policy(aws, arn),
            tags(aws, arn),
        )?;
        Ok(Self {
            ttl_attribute,
            point_in_time_recovery,
            resource_policy,
            tags,
        })
    }

    /// Those of a table that was read.
    pub(super) fn of(table: &Table<Resolved>) -> Self {
        Self {
            ttl_attribute: table.ttl_attribute.clone(),
            point_in_time_recovery: table.point_in_time_recovery,
            resource_policy: table.resource_policy.clone(),
            tags: table.tags.clone(),
        }
    }

    /// Those of a table that `CreateTable` made: it takes the tags along.
    pub(super) fn at_creation(table: &Table<Resolved>) -> Self {
        Self {
            ttl_attribute: None,
            point_in_time_recovery: None,
            resource_policy: None,
            tags: table.tags.clone(),
        }
    }
}

impl Table<Resolved> {
    /// Brings the settings from what they are `now` to what is desired.
    pub(super) async fn bring_to_desired(
        &self,
        table: &TableDescription,
        now: &Settings,
        cx: &Context<'_, Aws>,
    ) -> Result<(), ResourceError> {
        let (name, arn) = (self.name()?, table.table_arn().unwrap_or_default());
        if now.ttl_attribute != self.ttl_attribute {
            set_expiry(cx, name, now.ttl_attribute.as_deref(), self.ttl_attribute.as_deref()).await?;
        }
        set_tags(cx, arn, &TagChanges::between(&now.tags, &self.tags)).await?;
        if now.point_in_time_recovery != self.point_in_time_recovery {
            set_recovery(cx, name, self.point_in_time_recovery).await?;
        }
        let canonical = |policy: &Option<PolicyDocument<Resolved>>| policy.clone().map(PolicyDocument::canonical);
        if canonical(&now.resource_policy) != canonical(&self.resource_policy) {
            set_policy(cx, arn, self.resource_policy.as_ref()).await?;
        }
        Ok(())
    }
}

// ---- expiry

async fn ttl_attribute(aws: &Aws, name: &str) -> Result<Option<String>, ResourceError> {
    let request = aws.dynamodb.describe_time_to_live().table_name(name);
    let answer = request.send().await.map_err(failed("dynamodb:DescribeTimeToLive"))?;
    let expiry = answer.time_to_live_description.filter(|expiry| {
        // enabling takes up to an hour and needs nothing more
        matches!(
            expiry.time_to_live_status(),
            Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
        )
    });
    Ok(expiry.and_then(|expiry| expiry.attribute_name))
}

/// Refuses a change that AWS takes only in two steps, before anything else is changed.
pub(super) fn check_expiry(now: Option<&str>, wanted: Option<&str>) -> Result<(), ResourceError> {
    match (now, wanted) {
        (Some(now), Some(wanted)) if now != wanted => Err(ResourceError::invalid(format!(
            "items expire by `{now}`, and another attribute (`{wanted}`) can only be set an hour after that is switched off"
        ))
        .hint("take `ttl_attribute` away and apply; an hour later set the new one and apply again")),
        _ => Ok(()),
    }
}

async fn set_expiry(
    cx: &Context<'_, Aws>,
    name: &str,
    now: Option<&str>,
    wanted: Option<&str>,
) -> Result<(), ResourceError> {
    check_expiry(now, wanted)?;
    let specification = TimeToLiveSpecification::builder()
        .enabled(wanted.is_some())
        .attribute_name(wanted.or(now).unwrap_or_default());
    let specification = built(specification.build())?;
    let sent = cx
        .retry("other changes of the table", wait::TABLE, wait::is_busy, || async {
            let request = cx.provider.dynamodb.update_time_to_live().table_name(name);
            let request = request.time_to_live_specification(specification.clone());
            request.send().await.map_err(failed("dynamodb:UpdateTimeToLive"))
        })
        .await;
    match sent {
        Ok(_) => Ok(()),
        Err(error) if error.code == "ValidationException" && error.message.contains("multiple times") => {
            Err(error.hint("AWS takes one change of the expiry within an hour: apply again later"))
        }
        Err(error) => Err(error),
    }
}

// ---- backups

async fn point_in_time_recovery(aws: &Aws, name: &str) -> Result<Option<PointInTimeRecovery>, ResourceError> {
    let request = aws.dynamodb.describe_continuous_backups().table_name(name);
    let answer = request
        .send()
        .await
        .map_err(failed("dynamodb:DescribeContinuousBackups"))?;
    let recovery = answer
        .continuous_backups_description
        .and_then(|backups| backups.point_in_time_recovery_description)
        .filter(|recovery| recovery.point_in_time_recovery_status() == Some(&PointInTimeRecoveryStatus::Enabled));
    Ok(recovery.map(|recovery| PointInTimeRecovery {
        period_days: recovery.recovery_period_in_days().unwrap_or(35),
    }))
}

async fn set_recovery(
    cx: &Context<'_, Aws>,
    name: &str,
    wanted: Option<PointInTimeRecovery>,
) -> Result<(), ResourceError> {
    let specification = PointInTimeRecoverySpecification::builder()
        .point_in_time_recovery_enabled(wanted.is_some())
        .set_recovery_period_in_days(wanted.map(|recovery| recovery.period_days));
    let specification = built(specification.build())?;
    // a new table answers for some minutes that its backups are being enabled
    let soon = |error: &ResourceError| error.code == "ContinuousBackupsUnavailableException" || wait::is_busy(error);
    cx.retry("backups to become available", wait::SETTING, soon, || async {
        let request = cx.provider.dynamodb.update_continuous_backups().table_name(name);
        let request = request.point_in_time_recovery_specification(specification.clone());
        request.send().await.map_err(failed("dynamodb:UpdateContinuousBackups"))
    })
    .await?;
    cx.until("the table's backups to change", wait::SETTING, || async move {
        let shown = point_in_time_recovery(cx.provider, name).await?;
        Ok((shown == wanted).then_some(()))
    })
    .await
}

// ---- resource policy

async fn resource_policy(aws: &Aws, arn: &str) -> Result<Option<PolicyDocument<Resolved>>, ResourceError> {
    let operation = "dynamodb:GetResourcePolicy";
    let request = aws.dynamodb.get_resource_policy().resource_arn(arn);
    let text = match request.send().await.map_err(failed(operation)) {
        Ok(answer) => answer.policy.filter(|text| !text.is_empty()),
        Err(error) if error.code == "PolicyNotFoundException" => None,
        Err(error) => return Err(error),
    };
    let parse = |text: String| text.parse();
    text.map(parse)
        .transpose()
        .map_err(|error: crate::policy::PolicyError| ResourceError::invalid(error.to_string()).during(operation))
}

async fn set_policy(
    cx: &Context<'_, Aws>,
    arn: &str,
    wanted: Option<&PolicyDocument<Resolved>>,
) -> Result<(), ResourceError> {
    let client = &cx.provider.dynamodb;
    let changed = cx
        .retry("other changes of the table", wait::TABLE, wait::is_busy, || async {
            match wanted {
                Some(policy) => {
                    let request = client.put_resource_policy().resource_arn(arn).policy(policy.to_json());
                    let put = request.send().await.map(drop);
                    put.map_err(failed("dynamodb:PutResourcePolicy"))
                }
                None => client
                    .delete_resource_policy()
                    .resource_arn(arn)
                    .send()
                    .await
                    .map(drop)
                    .map_err(failed("dynamodb:DeleteResourcePolicy")),
            }
        })
        .await;
    match changed {
        // an earlier try removed it, which reads did not show yet
        Err(error) if wanted.is_none() && error.code == "PolicyNotFoundException" => {}
        changed => changed?,
    }
    let wanted = wanted.cloned().map(PolicyDocument::canonical);
    cx.until("the table's policy to change", wait::VISIBLE, || async {
        let shown = resource_policy(cx.provider, arn).await?.map(PolicyDocument::canonical);
        Ok((shown == wanted).then_some(()))
    })
    .await
}

// ---- tags

/// The tags of a table, without those of AWS's own.
pub(super) async fn tags(aws: &Aws, arn: &str) -> Result<BTreeMap<String, String>, ResourceError> {
    let mut tags = BTreeMap::new();
    let mut token = None;
    loop {
        let request = aws
            .dynamodb
            .list_tags_of_resource()
            .resource_arn(arn)
            .set_next_token(token);
        let page = request.send().await.map_err(failed("dynamodb:ListTagsOfResource"))?;
        tags.extend(page.tags.into_iter().flatten().map(|tag| (tag.key, tag.value)));
        token = page.next_token;
        if token.is_none() {
            return Ok(without_aws(tags));
        }
    }
}

/// A tag for a request.
pub(super) fn tag((key, value): (&String, &String)) -> Result<Tag, ResourceError> {
    built(Tag::builder().key(key).value(value).build())
}

async fn set_tags(cx: &Context<'_, Aws>, arn: &str, changes: &TagChanges) -> Result<(), ResourceError> {
    let client = &cx.provider.dynamodb;
    if !changes.unset.is_empty() {
        cx.retry("other changes of the table", wait::TABLE, wait::is_busy, || async {
            let request = client.untag_resource().resource_arn(arn);
            let request = request.set_tag_keys(Some(changes.unset.clone()));
            request.send().await.map_err(failed("dynamodb:UntagResource"))
        })
        .await?;
    }
    if !changes.set.is_empty() {
        let set: Vec<Tag> = changes.set.iter().map(tag).collect::<Result<_, _>>()?;
        cx.retry("other changes of the table", wait::TABLE, wait::is_busy, || async {
            let request = client.tag_resource().resource_arn(arn).set_tags(Some(set.clone()));
            request.send().await.map_err(failed("dynamodb:TagResource"))
        })
        .await?;
    }
    Ok(())
}
