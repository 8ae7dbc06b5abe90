//! `s3.bucket`: a bucket with all that is configured on it.
//!
//! - Operations and IAM actions: see [`Reconcile::OPERATIONS`]. The actions are called like the operations but for these:
//!   `HeadBucket`, `ListObjectVersions` and `ListMultipartUploads` need `s3:ListBucket`, `s3:ListBucketVersions` and
//!   `s3:ListBucketMultipartUploads`; configurations need `s3:Get...` and `s3:Put...` of their own names. Making a bucket
//!   needs the `s3:Put...` of an ownership or a lock that are not the default, and `s3:TagResource` for its tags; without
//!   that one it is made without tags, and `PutBucketTagging` follows. A run that dies just in between leaves a bucket that
//!   nothing marks as ours: import it.
//! - Remote id and import: the bucket's name. A bucket in another region than the session's is followed there.
//! - Replaced when `bucket` or `namespace` changes. A lock is put on in place and cannot be taken away. Not read back: `force_destroy`.
//! - Waits: a name that was just deleted is refused for minutes, up to hours (`OperationAborted`); changes of a new bucket
//!   are repeated for two minutes while it is unknown somewhere; lifecycle rules are awaited until reads agree.
//! - All changes of one bucket are made one after the other: S3 refuses two at a time.
//! - Notifications are a type of their own, `s3.bucket_notification`: what is told needs a permission that names the bucket.
//! - Left out: access control lists (of old), MFA delete (root only), inventory, analytics and metrics configurations,
//!   grants on logs, attribute-based access control by tags.
//!
//! Source: S3 API reference, `CreateBucket`, `DeleteBucket` and the operation that each property names.

mod access;
mod cors;
mod create;
mod empty;
mod encryption;
mod endpoints;
mod lifecycle;
mod lifecycle_sdk;
mod logging;
mod properties;
mod read;
mod replication;
mod replication_sdk;
mod setting;
mod tagging;
mod tiering;
mod transfer;
mod validate;
mod versioning;
mod website;

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use iac_core::model::{Changed, Context, ErrorKind, Live, Reconcile, RemoteId, Resolved, ResourceError, Violation};
use serde_json::{Map, Value};

pub use access::{ObjectOwnership, PublicAccessBlock};
pub use cors::{CorsMethod, CorsRule};
pub use encryption::{BlockedEncryption, Encryption, SseAlgorithm};
pub use lifecycle::{
    Day, LifecycleRule, MinimumTransitionSize, NoncurrentExpiration, NoncurrentTransition, Transition, TransitionClass,
};
pub use logging::{LogKeys, Logging};
pub use properties::{Bucket, BucketOutputs, Replication, ReplicationRule};
pub use tiering::IntelligentTiering;
pub use transfer::{Acceleration, RequestPayer};
pub use versioning::{Retention, RetentionMode, Versioning};
pub use website::{Protocol, RedirectAll, RoutingRule, Website};

pub(super) use empty::{decode, delete_keys, delete_versions_of};
pub(super) use setting::{BucketClient, BucketSetting, PROPAGATION, is_propagating};

use super::name::BucketName;
use crate::{Aws, error::failed, tags};

/// How long a bucket that is being emptied may take to go.
const DELETION: Duration = Duration::from_hours(1);

#[async_trait]
impl Reconcile for Bucket<Resolved> {
    type Provider = Aws;
    type Outputs = BucketOutputs;

    const RESUMABLE: bool = true;

    const OPERATIONS: &'static [&'static str] = &[
        "s3:AbortMultipartUpload",
        "s3:CreateBucket",
        "s3:DeleteBucket",
        "s3:DeleteBucketCors",
        "s3:DeleteBucketEncryption",
        "s3:DeleteBucketIntelligentTieringConfiguration",
        "s3:DeleteBucketLifecycle",
        "s3:DeleteBucketOwnershipControls",
        "s3:DeleteBucketReplication",
        "s3:DeleteBucketTagging",
        "s3:DeleteBucketWebsite",
        "s3:DeleteObject",
        "s3:DeleteObjects",
        "s3:DeletePublicAccessBlock",
        "s3:GetBucketAccelerateConfiguration",
        "s3:GetBucketCors",
        "s3:GetBucketEncryption",
        "s3:GetBucketLifecycleConfiguration",
        "s3:GetBucketLogging",
        "s3:GetBucketOwnershipControls",
        "s3:GetBucketReplication",
        "s3:GetBucketRequestPayment",
        "s3:GetBucketTagging",
        "s3:GetBucketVersioning",
        "s3:GetBucketWebsite",
        "s3:GetObjectLockConfiguration",
        "s3:GetPublicAccessBlock",
        "s3:HeadBucket",
        "s3:ListBucketIntelligentTieringConfigurations",
        "s3:ListMultipartUploads",
        "s3:ListObjectVersions",
        "s3:PutBucketAccelerateConfiguration",
        "s3:PutBucketCors",
        "s3:PutBucketEncryption",
        "s3:PutBucketIntelligentTieringConfiguration",
        "s3:PutBucketLifecycleConfiguration",
        "s3:PutBucketLogging",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketReplication",
        "s3:PutBucketRequestPayment",
        "s3:PutBucketTagging",
        "s3:PutBucketVersioning",
        "s3:PutBucketWebsite",
        "s3:PutObjectLegalHold",
        "s3:PutObjectLockConfiguration",
        "s3:PutPublicAccessBlock",
    ];

    fn validate(&self) -> Vec<Violation> {
        self.violations()
    }

    fn predict(&self, provider: &Aws) -> Map<String, Value> {
        let outputs = self
            .bucket
            .as_ref()
            .map(|name| BucketOutputs::of(name, provider.region(), provider));
        match outputs.and_then(|outputs| serde_json::to_value(outputs).ok()) {
            Some(Value::Object(outputs)) => outputs,
            _ => Map::new(),
        }
    }

    async fn read(
        id: &RemoteId,
        prior: Option<&Self>,
        cx: &Context<'_, Aws>,
    ) -> Result<Option<Live<Self>>, ResourceError> {
        let Some(client) = BucketClient::find(cx, id.as_str()).await? else {
            return Ok(None);
        };
        match read::configured(&client, cx.provider).await {
            Ok(mut inputs) => {
                inputs.force_destroy = prior.is_some_and(|prior| prior.force_destroy);
                let outputs = BucketOutputs::of(&BucketName::from(client.name), &client.region, cx.provider);
                Ok(Some(Live {
                    id: id.clone(),
                    inputs,
                    outputs,
                }))
            }
            // HEAD may still see a bucket that is gone
            Err(error) if error.code == "NoSuchBucket" => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn create(&self, cx: &Context<'_, Aws>) -> Result<BucketOutputs, ResourceError> {
        let name = self.named()?;
        let made = self.make(name, cx).await?;
        cx.created(&RemoteId::new(name.as_str())).await?;
        let client = BucketClient::here(cx, name.as_str());
        self.configure(&client, &made).await?;
        Ok(BucketOutputs::of(name, &client.region, cx.provider))
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _changed: &Changed,
        cx: &Context<'_, Aws>,
    ) -> Result<BucketOutputs, ResourceError> {
        // told before anything is changed
        self.lock().reachable_from(live.inputs.lock())?;
        let name = BucketName::from(live.id.as_str());
        let client = BucketClient::find(cx, name.as_str()).await?.ok_or_else(|| {
            ResourceError::new(ErrorKind::NotFound, format!("the bucket `{name}` is gone")).during("s3:HeadBucket")
        })?;
        self.configure(&client, &live.inputs).await?;
        Ok(BucketOutputs::of(&name, &client.region, cx.provider))
    }

    async fn delete(last: &Self, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        // a read that does not know of the bucket is no reason to leave it behind: the delete itself tells that it is gone
        let found = BucketClient::find(cx, id.as_str()).await?;
        let client = found.unwrap_or_else(|| BucketClient::here(cx, id.as_str()));
        cx.until("the bucket to be gone", DELETION, || async {
            let deleted = client.steadily(
                |_| false,
                || async {
                    let request = client.s3.delete_bucket().bucket(client.name);
                    match request.send().await.map_err(failed("s3:DeleteBucket")) {
                        Err(error) if error.code == "NoSuchBucket" => Ok(()),
                        Err(error) => Err(error),
                        Ok(_) => Ok(()),
                    }
                },
            );
            match deleted.await {
                // writers may fill it again while it is being emptied, hence the loop
                Err(error) if error.code == "BucketNotEmpty" && last.force_destroy => {
                    empty::empty(&client, last.object_lock).await?;
                    Ok(None)
                }
                Err(error) if error.code == "BucketNotEmpty" => {
                    Err(error.hint("apply `force_destroy(true)` first to delete it with everything in it"))
                }
                deleted => deleted.map(Some),
            }
        })
        .await
    }

    async fn recover(&self, cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
        let name = self.named()?;
        // a bucket of somebody else is not ours, and looking at it is refused
        let found = match BucketClient::find(cx, name.as_str()).await {
            Err(error) if error.kind == ErrorKind::Denied => None,
            found => found?,
        };
        let Some(client) = found else { return Ok(None) };
        let live = client.get::<BTreeMap<String, String>>().await?;
        Ok(tags::are_ours(&live, cx).then(|| RemoteId::new(name.as_str())))
    }
}

impl Bucket<Resolved> {
    /// Brings what is live to what is desired, one configuration after the other, in the order in which they need each other.
    async fn configure(&self, client: &BucketClient<'_>, live: &Self) -> Result<(), ResourceError> {
        client.bring(&self.tags, &live.tags).await?;
        client.bring(&self.ownership, &live.ownership).await?;
        client
            .bring(&self.public_access_block, &live.public_access_block)
            .await?;
        // S3 lets no bucket change its versioning while there is replication, and takes no replication without versioning
        if self.replication.is_none() {
            client.bring(&self.replication, &live.replication).await?;
        }
        client.bring(&self.versioning, &live.versioning).await?;
        client
            .bring(&self.encryption.over(&live.encryption), &live.encryption)
            .await?;
        client.bring(&self.lock(), &live.lock()).await?;
        client.bring(&self.lifecycle(), &live.lifecycle()).await?;
        client.bring(&self.cors_rules, &live.cors_rules).await?;
        client.bring(&self.website, &live.website).await?;
        client.bring(&self.logging, &live.logging).await?;
        tiering::bring(client, &self.intelligent_tiering, &live.intelligent_tiering).await?;
        if self.replication.is_some() {
            client.bring(&self.replication, &live.replication).await?;
        }
        client.bring(&self.acceleration, &live.acceleration).await?;
        client.bring(&self.request_payer, &live.request_payer).await
    }
}
