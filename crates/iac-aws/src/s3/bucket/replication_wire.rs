//! Replication rules, to and from the SDK.

use async_trait::async_trait;
use aws_sdk_s3::types::{
    AccessControlTranslation, DeleteMarkerReplication, DeleteMarkerReplicationStatus, Destination,
    EncryptionConfiguration, Metrics, MetricsStatus, OwnerOverride, ReplicaModifications, ReplicaModificationsStatus,
    ReplicationConfiguration, ReplicationRule as SdkRule, ReplicationRuleAndOperator, ReplicationRuleFilter,
    ReplicationRuleStatus, ReplicationTime, ReplicationTimeStatus, ReplicationTimeValue, SourceSelectionCriteria,
    SseKmsEncryptedObjects, SseKmsEncryptedObjectsStatus,
};
use iac_core::model::{Resolved, ResourceError};

use super::{
    StorageClass,
    aspect::{Aspect, At},
    replication::{Replication, ReplicationRule},
};
use crate::{
    error::failed,
    s3::{tags, words::built},
};

/// The one time S3 promises.
const MINUTES: i32 = 15;

#[async_trait]
impl Aspect for Option<Replication<Resolved>> {
    const NOT_CONFIGURED: &'static [&'static str] = &["ReplicationConfigurationNotFoundError"];

    fn absent() -> Self {
        None
    }

    async fn get(at: &At<'_>) -> Result<Self, ResourceError> {
        let request = at.s3.get_bucket_replication().bucket(at.name);
        let answer = request.send().await.map_err(failed("s3:GetBucketReplication"))?;
        let Some(sdk) = answer.replication_configuration() else {
            return Ok(None);
        };
        Ok(Some(Replication {
            role: sdk.role().to_owned(),
            rules: sdk
                .rules()
                .iter()
                .map(|rule| (rule.id().unwrap_or_default().to_owned(), from_sdk(rule)))
                .collect(),
        }))
    }

    async fn put(&self, at: &At<'_>) -> Result<(), ResourceError> {
        let Some(replication) = self else {
            return Self::remove(at).await;
        };
        let rules = replication.rules.iter().map(|(id, rule)| to_sdk(id, rule));
        let configuration = ReplicationConfiguration::builder()
            .role(&replication.role)
            .set_rules(Some(rules.collect::<Result<_, _>>()?));
        let request = at.s3.put_bucket_replication().bucket(at.name);
        let request = request.replication_configuration(configuration.build().map_err(built)?);
        request.send().await.map_err(failed("s3:PutBucketReplication"))?;
        Ok(())
    }

    async fn remove(at: &At<'_>) -> Result<(), ResourceError> {
        let request = at.s3.delete_bucket_replication().bucket(at.name);
        request.send().await.map_err(failed("s3:DeleteBucketReplication"))?;
        Ok(())
    }

    /// Versioning of either bucket may have been enabled, and the role made, a moment ago.
    fn passes(error: &ResourceError) -> bool {
        let message = error.message.to_ascii_lowercase();
        error.code == "InvalidRequest" && message.contains("versioning")
    }

    fn advice(error: &ResourceError) -> Option<&'static str> {
        Self::passes(error).then_some("enable versioning on both buckets")
    }
}

fn to_sdk(id: &str, rule: &ReplicationRule<Resolved>) -> Result<SdkRule, ResourceError> {
    let status = if rule.enabled {
        ReplicationRuleStatus::Enabled
    } else {
        ReplicationRuleStatus::Disabled
    };
    let markers = if rule.delete_markers {
        DeleteMarkerReplicationStatus::Enabled
    } else {
        DeleteMarkerReplicationStatus::Disabled
    };
    SdkRule::builder()
        .id(id)
        .priority(rule.priority)
        .status(status)
        .filter(filter(rule)?)
        .set_source_selection_criteria(criteria(rule)?)
        .destination(destination(rule)?)
        .delete_marker_replication(DeleteMarkerReplication::builder().status(markers).build())
        .build()
        .map_err(built)
}

fn filter(rule: &ReplicationRule<Resolved>) -> Result<ReplicationRuleFilter, ResourceError> {
    let mut tags = tags::to_sdk(&rule.tags)?;
    let filter = ReplicationRuleFilter::builder();
    Ok(match (&rule.prefix, tags.len()) {
        (None, 0) => filter.prefix(""),
        (Some(_), 0) | (None, 1) => filter.set_prefix(rule.prefix.clone()).set_tag(tags.pop()),
        _ => {
            let and = ReplicationRuleAndOperator::builder().set_prefix(rule.prefix.clone());
            filter.and(and.set_tags(Some(tags)).build())
        }
    }
    .build())
}

fn criteria(rule: &ReplicationRule<Resolved>) -> Result<Option<SourceSelectionCriteria>, ResourceError> {
    if !rule.encrypted_objects && !rule.replica_modifications {
        return Ok(None);
    }
    let mut criteria = SourceSelectionCriteria::builder();
    if rule.encrypted_objects {
        let objects = SseKmsEncryptedObjects::builder().status(SseKmsEncryptedObjectsStatus::Enabled);
        criteria = criteria.sse_kms_encrypted_objects(objects.build().map_err(built)?);
    }
    if rule.replica_modifications {
        let changes = ReplicaModifications::builder().status(ReplicaModificationsStatus::Enabled);
        criteria = criteria.replica_modifications(changes.build().map_err(built)?);
    }
    Ok(Some(criteria.build()))
}

fn destination(rule: &ReplicationRule<Resolved>) -> Result<Destination, ResourceError> {
    let limit = || ReplicationTimeValue::builder().minutes(MINUTES).build();
    let mut destination = Destination::builder()
        .bucket(rule.destination.as_str())
        .set_account(rule.account.clone())
        .set_storage_class(rule.storage_class.map(|class| class.as_str().into()));
    if rule.change_owner {
        let owner = AccessControlTranslation::builder().owner(OwnerOverride::Destination);
        destination = destination.access_control_translation(owner.build().map_err(built)?);
    }
    if let Some(key) = &rule.kms_key {
        let encryption = EncryptionConfiguration::builder().replica_kms_key_id(key);
        destination = destination.encryption_configuration(encryption.build());
    }
    if rule.time_control {
        let time = ReplicationTime::builder()
            .status(ReplicationTimeStatus::Enabled)
            .time(limit());
        destination = destination.replication_time(time.build().map_err(built)?);
    }
    if rule.metrics {
        let metrics = Metrics::builder()
            .status(MetricsStatus::Enabled)
            .set_event_threshold(rule.time_control.then(limit));
        destination = destination.metrics(metrics.build().map_err(built)?);
    }
    destination.build().map_err(built)
}

fn from_sdk(sdk: &SdkRule) -> ReplicationRule<Resolved> {
    let filter = sdk.filter();
    let and = filter.and_then(ReplicationRuleFilter::and);
    #[expect(deprecated, reason = "rules from before filters still have their prefix here")]
    let legacy = sdk.prefix();
    let prefix = [
        filter.and_then(ReplicationRuleFilter::prefix),
        and.and_then(ReplicationRuleAndOperator::prefix),
        legacy,
    ];
    let tag = filter.and_then(ReplicationRuleFilter::tag).into_iter();
    let tags = tag.chain(and.map(ReplicationRuleAndOperator::tags).unwrap_or_default());
    let criteria = sdk.source_selection_criteria();
    let encrypted = criteria.and_then(SourceSelectionCriteria::sse_kms_encrypted_objects);
    let changes = criteria.and_then(SourceSelectionCriteria::replica_modifications);
    let markers = sdk
        .delete_marker_replication()
        .and_then(DeleteMarkerReplication::status);
    let to = sdk.destination();
    let class = to.and_then(Destination::storage_class);
    let key = to.and_then(Destination::encryption_configuration);
    let time = to.and_then(Destination::replication_time);
    let metrics = to.and_then(Destination::metrics);
    ReplicationRule {
        enabled: *sdk.status() == ReplicationRuleStatus::Enabled,
        priority: sdk.priority().unwrap_or_default(),
        prefix: prefix
            .into_iter()
            .flatten()
            .find(|prefix| !prefix.is_empty())
            .map(str::to_owned),
        tags: tags.map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect(),
        destination: to.map(Destination::bucket).unwrap_or_default().into(),
        account: to.and_then(Destination::account).map(str::to_owned),
        change_owner: to.and_then(Destination::access_control_translation).is_some(),
        storage_class: class.map(|class| StorageClass::from_word(class.as_str())),
        kms_key: key
            .and_then(EncryptionConfiguration::replica_kms_key_id)
            .map(str::to_owned),
        encrypted_objects: encrypted.is_some_and(|o| *o.status() == SseKmsEncryptedObjectsStatus::Enabled),
        replica_modifications: changes.is_some_and(|c| *c.status() == ReplicaModificationsStatus::Enabled),
        delete_markers: markers == Some(&DeleteMarkerReplicationStatus::Enabled),
        time_control: time.is_some_and(|time| *time.status() == ReplicationTimeStatus::Enabled),
        metrics: metrics.is_some_and(|metrics| *metrics.status() == MetricsStatus::Enabled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_as_it_went() {
        let rule = ReplicationRule::<Resolved>::builder()
            .priority(1)
            .prefix("a/")
            .tags([("k", "v")])
            .destination("arn:aws:s3:::copy")
            .account("123456789012")
            .change_owner(true)
            .storage_class(StorageClass::StandardIa)
            .kms_key("arn:aws:kms:eu-west-1:123456789012:key/1")
            .encrypted_objects(true)
            .time_control(true)
            .metrics(true)
            .build();
        assert_eq!(from_sdk(&to_sdk("r", &rule).unwrap()), rule);
    }
}
