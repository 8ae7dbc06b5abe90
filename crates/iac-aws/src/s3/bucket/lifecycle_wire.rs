//! Lifecycle rules, to and from the SDK. Reads lag behind puts, so a put waits until it is seen.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_s3::{
    primitives::{DateTime, DateTimeFormat},
    types::{
        AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration,
        LifecycleRule as SdkRule, LifecycleRuleAndOperator, LifecycleRuleFilter, NoncurrentVersionExpiration,
        NoncurrentVersionTransition, Transition as SdkTransition, TransitionStorageClass,
    },
};
use iac_core::model::ResourceError;

use super::{
    aspect::{Aspect, At},
    lifecycle::{
        Day, LifecycleRule, MinimumTransitionSize, NoncurrentExpiration, NoncurrentTransition, Transition,
        TransitionClass,
    },
};
use crate::{
    error::failed,
    s3::{tags, words::built},
};

/// The lifecycle configuration of a bucket.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Lifecycle {
    pub(super) rules: BTreeMap<String, LifecycleRule>,
    pub(super) minimum_size: MinimumTransitionSize,
}

#[async_trait]
impl Aspect for Lifecycle {
    const NOT_CONFIGURED: &'static [&'static str] = &["NoSuchLifecycleConfiguration"];
    const LAGS: bool = true;

    fn absent() -> Self {
        Self::default()
    }

    async fn get(at: &At<'_>) -> Result<Self, ResourceError> {
        let request = at.s3.get_bucket_lifecycle_configuration().bucket(at.name);
        let answer = request
            .send()
            .await
            .map_err(failed("s3:GetBucketLifecycleConfiguration"))?;
        let minimum_size = answer.transition_default_minimum_object_size();
        Ok(Self {
            rules: answer.rules().iter().map(from_sdk).collect(),
            minimum_size: minimum_size.map_or(MinimumTransitionSize::default(), |size| {
                MinimumTransitionSize::from_word(size.as_str())
            }),
        })
    }

    async fn put(&self, at: &At<'_>) -> Result<(), ResourceError> {
        let rules = self
            .rules
            .iter()
            .map(|(id, rule)| to_sdk(id, rule))
            .collect::<Result<_, _>>()?;
        let configuration = BucketLifecycleConfiguration::builder().set_rules(Some(rules));
        let request = at.s3.put_bucket_lifecycle_configuration().bucket(at.name);
        let request = request
            .lifecycle_configuration(configuration.build().map_err(built)?)
            .transition_default_minimum_object_size(self.minimum_size.as_str().into());
        request
            .send()
            .await
            .map_err(failed("s3:PutBucketLifecycleConfiguration"))?;
        Ok(())
    }

    async fn remove(at: &At<'_>) -> Result<(), ResourceError> {
        let request = at.s3.delete_bucket_lifecycle().bucket(at.name);
        request.send().await.map_err(failed("s3:DeleteBucketLifecycle"))?;
        Ok(())
    }
}

fn midnight(day: &Day) -> Result<DateTime, ResourceError> {
    DateTime::from_str(&format!("{day}T00:00:00Z"), DateTimeFormat::DateTime)
        .map_err(|error| ResourceError::invalid(format!("`{day}`: {error}")))
}

fn day(time: &DateTime) -> Option<Day> {
    let text = time.fmt(DateTimeFormat::DateTime).ok()?;
    Some(Day::from(text.split('T').next()?))
}

fn to_sdk(id: &str, rule: &LifecycleRule) -> Result<SdkRule, ResourceError> {
    let expiration = LifecycleExpiration::builder()
        .set_days(rule.expire_after_days)
        .set_date(rule.expire_on.as_ref().map(midnight).transpose()?)
        .set_expired_object_delete_marker(rule.expire_delete_markers.then_some(true))
        .build();
    let noncurrent = rule.expire_noncurrent.map(|expire| {
        NoncurrentVersionExpiration::builder()
            .noncurrent_days(expire.days)
            .set_newer_noncurrent_versions(expire.keep_newest)
            .build()
    });
    let mut sdk = SdkRule::builder()
        .id(id)
        .status(if rule.enabled {
            ExpirationStatus::Enabled
        } else {
            ExpirationStatus::Disabled
        })
        .filter(filter(rule)?)
        .set_expiration((expiration != LifecycleExpiration::builder().build()).then_some(expiration))
        .set_noncurrent_version_expiration(noncurrent)
        .set_abort_incomplete_multipart_upload(rule.abort_uploads_after_days.map(|days| {
            AbortIncompleteMultipartUpload::builder()
                .days_after_initiation(days)
                .build()
        }));
    for to in &rule.transitions {
        let to = SdkTransition::builder()
            .storage_class(to.class.as_str().into())
            .set_days(to.days)
            .set_date(to.on.as_ref().map(midnight).transpose()?);
        sdk = sdk.transitions(to.build());
    }
    for to in &rule.noncurrent_transitions {
        let to = NoncurrentVersionTransition::builder()
            .storage_class(to.class.as_str().into())
            .noncurrent_days(to.days)
            .set_newer_noncurrent_versions(to.keep_newest);
        sdk = sdk.noncurrent_version_transitions(to.build());
    }
    sdk.build().map_err(built)
}

/// S3 wants one condition by itself, and two or more inside `And`.
fn filter(rule: &LifecycleRule) -> Result<LifecycleRuleFilter, ResourceError> {
    let mut tags = tags::to_sdk(&rule.tags)?;
    let (more, less) = (rule.size_greater_than, rule.size_less_than);
    let others = [rule.prefix.is_some(), more.is_some(), less.is_some()];
    let conditions = tags.len() + others.into_iter().filter(|given| *given).count();
    let filter = LifecycleRuleFilter::builder();
    Ok(if conditions > 1 {
        let and = LifecycleRuleAndOperator::builder()
            .set_prefix(rule.prefix.clone())
            .set_tags((!tags.is_empty()).then_some(tags))
            .set_object_size_greater_than(more)
            .set_object_size_less_than(less);
        filter.and(and.build())
    } else if conditions == 0 {
        filter.prefix("")
    } else {
        filter
            .set_prefix(rule.prefix.clone())
            .set_tag(tags.pop())
            .set_object_size_greater_than(more)
            .set_object_size_less_than(less)
    }
    .build())
}

fn from_sdk(sdk: &SdkRule) -> (String, LifecycleRule) {
    let filter = sdk.filter();
    let and = filter.and_then(LifecycleRuleFilter::and);
    #[expect(deprecated, reason = "rules from before filters still have their prefix here")]
    let legacy = sdk.prefix();
    let prefix = [
        filter.and_then(LifecycleRuleFilter::prefix),
        and.and_then(LifecycleRuleAndOperator::prefix),
        legacy,
    ];
    let tags = filter
        .and_then(LifecycleRuleFilter::tag)
        .into_iter()
        .chain(and.map(LifecycleRuleAndOperator::tags).unwrap_or_default());
    let size = |one: Option<i64>, inside: Option<i64>| one.or(inside).filter(|bytes| *bytes > 0);
    let expiration = sdk.expiration();
    let days = |days: Option<i32>| days.filter(|days| *days > 0);
    let rule = LifecycleRule {
        enabled: *sdk.status() == ExpirationStatus::Enabled,
        prefix: prefix
            .into_iter()
            .flatten()
            .find(|prefix| !prefix.is_empty())
            .map(str::to_owned),
        tags: tags.map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect(),
        size_greater_than: size(
            filter.and_then(LifecycleRuleFilter::object_size_greater_than),
            and.and_then(LifecycleRuleAndOperator::object_size_greater_than),
        ),
        size_less_than: size(
            filter.and_then(LifecycleRuleFilter::object_size_less_than),
            and.and_then(LifecycleRuleAndOperator::object_size_less_than),
        ),
        expire_after_days: days(expiration.and_then(LifecycleExpiration::days)),
        expire_on: expiration.and_then(LifecycleExpiration::date).and_then(day),
        expire_delete_markers: expiration.and_then(LifecycleExpiration::expired_object_delete_marker) == Some(true),
        expire_noncurrent: sdk.noncurrent_version_expiration().and_then(|expire| {
            Some(NoncurrentExpiration {
                days: expire.noncurrent_days()?,
                keep_newest: days(expire.newer_noncurrent_versions()),
            })
        }),
        transitions: sdk.transitions().iter().map(transition).collect(),
        noncurrent_transitions: sdk
            .noncurrent_version_transitions()
            .iter()
            .map(noncurrent_transition)
            .collect(),
        abort_uploads_after_days: sdk
            .abort_incomplete_multipart_upload()
            .and_then(AbortIncompleteMultipartUpload::days_after_initiation),
    };
    (sdk.id().unwrap_or_default().to_owned(), rule)
}

fn transition(sdk: &SdkTransition) -> Transition {
    let on = sdk.date().and_then(day);
    Transition {
        class: class(sdk.storage_class()),
        days: if on.is_some() {
            None
        } else {
            Some(sdk.days().unwrap_or_default())
        },
        on,
    }
}

fn noncurrent_transition(sdk: &NoncurrentVersionTransition) -> NoncurrentTransition {
    NoncurrentTransition {
        class: class(sdk.storage_class()),
        days: sdk.noncurrent_days().unwrap_or_default(),
        keep_newest: sdk.newer_noncurrent_versions().filter(|versions| *versions > 0),
    }
}

fn class(sdk: Option<&TransitionStorageClass>) -> TransitionClass {
    TransitionClass::from_word(sdk.map(TransitionStorageClass::as_str).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_come_back_as_they_went() {
        let rule = LifecycleRule::builder()
            .prefix("logs/")
            .tags([("kind", "log")])
            .size_greater_than(1024)
            .transitions([Transition::builder()
                .class(TransitionClass::Glacier)
                .on("2027-01-31")
                .build()])
            .expire_noncurrent(NoncurrentExpiration::builder().days(30).keep_newest(3).build())
            .build();
        assert_eq!(from_sdk(&to_sdk("old", &rule).unwrap()), ("old".to_owned(), rule));
        let all = LifecycleRule::builder().abort_uploads_after_days(7).build();
        let sdk = to_sdk("all", &all).unwrap();
        assert_eq!(sdk.filter().and_then(LifecycleRuleFilter::prefix), Some(""));
        assert_eq!(from_sdk(&sdk).1, all);
    }

    #[test]
    fn one_condition_is_not_inside_and() {
        let tagged = LifecycleRule::builder().tags([("a", "b")]).expire_after_days(1).build();
        let filter = filter(&tagged).unwrap();
        assert!(filter.and().is_none() && filter.tag().is_some());
    }
}
