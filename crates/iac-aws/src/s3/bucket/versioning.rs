//! Versions of objects, and the lock that keeps versions from being deleted.

use async_trait::async_trait;
use aws_sdk_s3::types::{
    DefaultRetention, ObjectLockConfiguration, ObjectLockEnabled, ObjectLockRule, VersioningConfiguration,
};
use bon::Builder;
use iac_core::{
    Schema,
    model::{ResourceError, Violation},
};
use serde::{Deserialize, Serialize};

use super::aspect::{Aspect, At};
use crate::error::failed;

string_enum! {
    /// Whether S3 keeps the versions of an object. After it is enabled for the first time, AWS advises to wait 15 minutes
    /// before objects are written. Source: S3 user guide, "Using versioning in S3 buckets".
    #[derive(Default)]
    pub enum Versioning {
        /// Every write makes a version.
        Enabled = "Enabled",
        /// Writes make no further versions. A bucket that never had versions counts as suspended: S3 cannot go back to
        /// it, and writes do the same.
        #[default]
        Suspended = "Suspended",
    }

    /// How firm a lock is.
    pub enum RetentionMode {
        /// Who may `s3:BypassGovernanceRetention` may delete.
        Governance = "GOVERNANCE",
        /// Nobody may delete, not even root.
        Compliance = "COMPLIANCE",
    }
}

/// How long new versions are locked when their writer does not say; `days` or `years`. Source: `PutObjectLockConfiguration`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Builder, Schema)]
pub struct Retention {
    /// How firm the lock is.
    pub mode: RetentionMode,
    /// Days, 1 to 36500.
    pub days: Option<i32>,
    /// Years, 1 to 100.
    pub years: Option<i32>,
}

impl Retention {
    pub(super) fn check(self) -> Option<Violation> {
        let problem = match (self.days, self.years) {
            (Some(1..=36500), None) | (None, Some(1..=100)) => return None,
            (Some(_), Some(_)) | (None, None) => "takes either `days` or `years`",
            (Some(_), None) => "`days` is 1 to 36500",
            (None, Some(_)) => "`years` is 1 to 100",
        };
        Some(Violation {
            path: "default_retention".to_owned(),
            message: problem.to_owned(),
        })
    }
}

#[async_trait]
impl Aspect for Versioning {
    fn absent() -> Self {
        Self::Suspended
    }

    async fn get(at: &At<'_>) -> Result<Self, ResourceError> {
        let request = at.s3.get_bucket_versioning().bucket(at.name);
        let answer = request.send().await.map_err(failed("s3:GetBucketVersioning"))?;
        let status = answer.status();
        Ok(status.map_or(Self::absent(), |status| Self::from_word(status.as_str())))
    }

    async fn put(&self, at: &At<'_>) -> Result<(), ResourceError> {
        let versioning = VersioningConfiguration::builder().status(self.as_str().into());
        let request = at.s3.put_bucket_versioning().bucket(at.name);
        let request = request.versioning_configuration(versioning.build());
        request.send().await.map_err(failed("s3:PutBucketVersioning"))?;
        Ok(())
    }
}

/// The lock of a bucket, as it is read: whether there is one, and its default retention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lock {
    pub(super) enabled: bool,
    pub(super) retention: Option<Retention>,
}

#[async_trait]
impl Aspect for Lock {
    const NOT_CONFIGURED: &'static [&'static str] = &["ObjectLockConfigurationNotFoundError"];

    fn absent() -> Self {
        Self::default()
    }

    async fn get(at: &At<'_>) -> Result<Self, ResourceError> {
        let request = at.s3.get_object_lock_configuration().bucket(at.name);
        let answer = request.send().await.map_err(failed("s3:GetObjectLockConfiguration"))?;
        let Some(lock) = answer.object_lock_configuration() else {
            return Ok(Self::absent());
        };
        let retention = lock.rule().and_then(ObjectLockRule::default_retention);
        let retention = retention.and_then(|found| {
            let mode = RetentionMode::from_word(found.mode()?.as_str());
            Some(Retention {
                mode,
                days: found.days().filter(|days| *days > 0),
                years: found.years().filter(|years| *years > 0),
            })
        });
        Ok(Self {
            enabled: lock.object_lock_enabled() == Some(&ObjectLockEnabled::Enabled),
            retention,
        })
    }

    async fn put(&self, at: &At<'_>) -> Result<(), ResourceError> {
        let rule = self.retention.map(|retention| {
            let default = DefaultRetention::builder()
                .mode(retention.mode.as_str().into())
                .set_days(retention.days)
                .set_years(retention.years);
            ObjectLockRule::builder().default_retention(default.build()).build()
        });
        let lock = ObjectLockConfiguration::builder()
            .object_lock_enabled(ObjectLockEnabled::Enabled)
            .set_rule(rule);
        let request = at.s3.put_object_lock_configuration().bucket(at.name);
        let request = request.object_lock_configuration(lock.build());
        request.send().await.map_err(failed("s3:PutObjectLockConfiguration"))?;
        Ok(())
    }

    async fn remove(_at: &At<'_>) -> Result<(), ResourceError> {
        Err(ResourceError::invalid("the lock of a bucket cannot be taken away"))
    }
}
