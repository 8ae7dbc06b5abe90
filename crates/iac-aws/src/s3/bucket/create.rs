//! The one call that makes a bucket, and what a new bucket is like.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_s3::types::CreateBucketConfiguration;
use iac_core::model::{Context, ErrorKind, Resolved, ResourceError};

use super::{access::ObjectOwnership, properties::Bucket, setting::BucketClient, versioning::Versioning};
use crate::{
    Aws,
    error::failed,
    s3::{
        name::{BucketName, BucketNamespace},
        tags,
    },
};

/// How long the name of a bucket that was just deleted may stay taken.
const NAME_TAKEN: Duration = Duration::from_mins(20);

impl Bucket<Resolved> {
    /// Makes the bucket; gives what it is like then.
    ///
    /// Tags go along in the call: organisations refuse buckets that are made without. That needs `s3:TagResource`, which
    /// roles written before 2025 lack, and some S3 endpoints do not know the tags at all: there the bucket is made without,
    /// and its tags are put once its id is recorded.
    pub(super) async fn make(&self, name: &BucketName, cx: &Context<'_, Aws>) -> Result<Self, ResourceError> {
        // in us-east-1 the call succeeds on a bucket one owns already, and resets its access control list
        if cx.provider.region() == "us-east-1" {
            self.refuse_taken(name, cx).await?;
        }
        match self.send(name, &self.tags, cx).await {
            Ok(()) => Ok(self.fresh(self.tags.clone())),
            Err(refused) if !self.tags.is_empty() && refuses_tags(&refused) => {
                // without tags nothing tells later whose a bucket is that is there already
                self.refuse_taken(name, cx).await?;
                match self.send(name, &BTreeMap::new(), cx).await {
                    Ok(()) => {}
                    // the answer to an earlier try was lost: none was there before it
                    Err(error) if error.code == "BucketAlreadyOwnedByYou" && error.repeated => {}
                    Err(error) if error.kind == ErrorKind::Denied => {
                        return Err(
                            error.hint("or allow `s3:TagResource`, with which the bucket is made with its tags")
                        );
                    }
                    Err(error) => return Err(error),
                }
                Ok(self.fresh(BTreeMap::new()))
            }
            Err(error) => Err(error),
        }
    }

    async fn send(
        &self,
        name: &BucketName,
        tags: &BTreeMap<String, String>,
        cx: &Context<'_, Aws>,
    ) -> Result<(), ResourceError> {
        let region = cx.provider.region();
        let tags = tags::to_sdk(tags)?;
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

    async fn refuse_taken(&self, name: &BucketName, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let taken = match BucketClient::find(cx, name.as_str()).await {
            Err(error) if error.kind == ErrorKind::Denied => true,
            found => found?.is_some(),
        };
        if !taken {
            return Ok(());
        }
        let message = format!("the bucket `{name}` is there already");
        let error = ResourceError::new(ErrorKind::AlreadyExists, message).during("s3:HeadBucket");
        Err(import_it(error, name))
    }

    /// What a new bucket is like, with what the call itself sets.
    fn fresh(&self, tags: BTreeMap<String, String>) -> Self {
        let versioning = if self.object_lock {
            Versioning::Enabled
        } else {
            Versioning::Suspended
        };
        Self {
            ownership: self.ownership,
            object_lock: self.object_lock,
            versioning,
            tags,
            ..Self::builder().build()
        }
    }
}

/// Whether a create was refused because of its tags: the action that lacks is another than `s3:CreateBucket`, or the
/// endpoint does not know tags there.
fn refuses_tags(error: &ResourceError) -> bool {
    match error.code.as_str() {
        "AccessDenied" => !error.message.contains("s3:CreateBucket"),
        code => matches!(code, "MalformedXML" | "NotImplemented"),
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
        assert_eq!(default.fresh(BTreeMap::new()), default);
    }
}
