//! The one call that makes a bucket, and what a new bucket is like.

use std::time::Duration;

use aws_sdk_s3::types::CreateBucketConfiguration;
use iac_core::model::{Context, ErrorKind, Resolved, ResourceError};

use super::{Bucket, BucketName, ObjectOwnership, aspect::At, versioning::Versioning};
use crate::{Aws, error::failed, s3::tags};

string_enum! {
    /// Whose the name of a bucket is.
    #[derive(Default)]
    pub enum BucketNamespace {
        /// Everybody's: the first takes it.
        #[default]
        Global = "global",
        /// This account's in this region; the name ends in `-<account>-<region>-an`.
        AccountRegional = "account-regional",
    }
}

impl BucketNamespace {
    /// The namespace a name is of; S3 does not give it back.
    pub(super) fn of_name(name: &str, account: &str, region: &str) -> Self {
        if name.ends_with(&format!("-{account}-{region}-an")) {
            Self::AccountRegional
        } else {
            Self::Global
        }
    }
}

/// How long the name of a bucket that was just deleted may stay taken.
const NAME_TAKEN: Duration = Duration::from_mins(20);

impl Bucket<Resolved> {
    /// The name, which the engine has filled when the user did not.
    pub(super) fn named(&self) -> Result<&BucketName, ResourceError> {
        let missing = || ResourceError::invalid("the bucket has no name");
        self.bucket.as_ref().ok_or_else(missing)
    }

    /// Makes the bucket, with its tags: accounts may refuse what is made without.
    pub(super) async fn make(&self, name: &BucketName, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let region = cx.provider.region();
        // there the call succeeds on a bucket one owns already, and resets its access control list
        if region == "us-east-1" && self.is_taken(name, cx).await? {
            let message = format!("the bucket `{name}` is there already");
            return Err(import_it(
                ResourceError::new(ErrorKind::AlreadyExists, message).during("s3:HeadBucket"),
                name,
            ));
        }
        let tags = tags::to_sdk(&self.tags)?;
        let location = (region != "us-east-1").then(|| region.into());
        let configuration = (location.is_some() || !tags.is_empty()).then(|| {
            CreateBucketConfiguration::builder()
                .set_location_constraint(location)
                .set_tags((!tags.is_empty()).then_some(tags))
                .build()
        });
        let own = self.namespace == BucketNamespace::AccountRegional;
        let owned = self.ownership != ObjectOwnership::default();
        let call = cx
            .provider
            .s3
            .create_bucket()
            .bucket(name.as_str())
            .set_create_bucket_configuration(configuration)
            .set_object_ownership(owned.then(|| self.ownership.as_str().into()))
            .set_object_lock_enabled_for_bucket(self.object_lock.then_some(true))
            .set_bucket_namespace(own.then(|| self.namespace.as_str().into()));
        let freed = |error: &ResourceError| error.code == "OperationAborted";
        cx.retry("the name to be free", NAME_TAKEN, freed, || async {
            call.clone().send().await.map_err(failed("s3:CreateBucket"))
        })
        .await
        .map_err(|error| match error.kind {
            ErrorKind::AlreadyExists => import_it(error, name),
            _ => error,
        })?;
        Ok(())
    }

    async fn is_taken(&self, name: &BucketName, cx: &Context<'_, Aws>) -> Result<bool, ResourceError> {
        match At::find(cx, name.as_str()).await {
            Err(error) if error.kind == ErrorKind::Denied => Ok(true),
            found => Ok(found?.is_some()),
        }
    }

    /// What [`make`](Self::make) has made: what a new bucket is like, with what the call itself sets.
    pub(super) fn fresh(&self) -> Self {
        let versioning = if self.object_lock {
            Versioning::Enabled
        } else {
            Versioning::Suspended
        };
        Self {
            ownership: self.ownership,
            object_lock: self.object_lock,
            versioning,
            tags: self.tags.clone(),
            ..Self::builder().build()
        }
    }
}

fn import_it(error: ResourceError, name: &BucketName) -> ResourceError {
    error
        .hint(format!(
            "if it is yours, import it: `.import(\"{name}\")` on the resource"
        ))
        .hint("otherwise choose another name, or leave `bucket` unset to have one made up")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_bucket_is_what_the_defaults_say() {
        let default = Bucket::<Resolved>::builder().build();
        assert_eq!(default.fresh(), default);
    }

    #[test]
    fn the_namespace_shows_in_the_name() {
        let of = |name| BucketNamespace::of_name(name, "123456789012", "eu-west-1");
        assert_eq!(of("logs-123456789012-eu-west-1-an"), BucketNamespace::AccountRegional);
        assert_eq!(of("logs"), BucketNamespace::Global);
    }
}
