//! The lifecycle rule of the state bucket, beside the rules of others.
//!
//! Every write of a state makes a version, every run leaves the versions and delete markers of its journal. A version is deleted
//! 90 days after another took its place, but for the ten newest of each object: a state of last year can be brought back, and
//! one that is written every hour does not pile up.
//!
//! Source: S3 API reference, `PutBucketLifecycleConfiguration`; S3 user guide, "Lifecycle configuration elements".

use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration, LifecycleRule,
    LifecycleRuleFilter, NoncurrentVersionExpiration,
};
use iac_core::model::ResourceError;

use super::work::Work;
use crate::error::failed;

/// What our rule is called.
const RULE: &str = "iac-old-versions";
/// How many days a version is kept after another took its place.
const DAYS: i32 = 90;
/// How many of the newest versions of an object are kept all the same.
const NEWEST: i32 = 10;
/// How many days an upload in parts may go on.
const UPLOAD_DAYS: i32 = 7;

impl Work<'_> {
    /// Puts our rule beside those that are there; whether it was among them.
    pub(super) async fn lifecycle(&self, bucket: &str) -> Result<bool, ResourceError> {
        let live = self
            .retried(|| async {
                let request = self.aws.s3.get_bucket_lifecycle_configuration().bucket(bucket);
                let request = request.expected_bucket_owner(self.owner);
                request
                    .send()
                    .await
                    .map_err(failed("s3:GetBucketLifecycleConfiguration"))
            })
            .await;
        let (live, minimum_size) = match live {
            Ok(live) => (
                live.rules.unwrap_or_default(),
                live.transition_default_minimum_object_size,
            ),
            Err(error) if error.code == "NoSuchLifecycleConfiguration" => (Vec::new(), None),
            Err(error) => return Err(error),
        };
        if live.iter().any(is_right) {
            return Ok(true);
        }
        let mut rules: Vec<LifecycleRule> = live.into_iter().filter(|rule| rule.id() != Some(RULE)).collect();
        rules.push(rule()?);
        let wanted = BucketLifecycleConfiguration::builder().set_rules(Some(rules));
        let wanted = wanted
            .build()
            .map_err(|error| ResourceError::invalid(error.to_string()))?;
        self.retried(|| async {
            let request = self.aws.s3.put_bucket_lifecycle_configuration().bucket(bucket);
            let request = request
                .expected_bucket_owner(self.owner)
                .lifecycle_configuration(wanted.clone())
                .set_transition_default_minimum_object_size(minimum_size.clone());
            request
                .send()
                .await
                .map_err(failed("s3:PutBucketLifecycleConfiguration"))
        })
        .await?;
        Ok(false)
    }
}

fn rule() -> Result<LifecycleRule, ResourceError> {
    let old = NoncurrentVersionExpiration::builder()
        .noncurrent_days(DAYS)
        .newer_noncurrent_versions(NEWEST);
    let uploads = AbortIncompleteMultipartUpload::builder().days_after_initiation(UPLOAD_DAYS);
    LifecycleRule::builder()
        .id(RULE)
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("").build())
        .noncurrent_version_expiration(old.build())
        .expiration(
            LifecycleExpiration::builder()
                .expired_object_delete_marker(true)
                .build(),
        )
        .abort_incomplete_multipart_upload(uploads.build())
        .build()
        .map_err(|error| ResourceError::invalid(error.to_string()))
}

/// Whether this is our rule, in force. Other numbers of days or versions are left: someone chose them.
fn is_right(rule: &LifecycleRule) -> bool {
    rule.id() == Some(RULE) && rule.status() == &ExpirationStatus::Enabled
}
