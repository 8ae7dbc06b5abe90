//! `s3.bucket`: a bucket with all that is configured on it.
//!
//! - Operations and IAM actions: see [`Reconcile::OPERATIONS`]. The actions are called like the operations but for these:
//!   `HeadBucket`, `ListObjectVersions` and `ListMultipartUploads` need `s3:ListBucket`, `s3:ListBucketVersions` and
//!   `s3:ListBucketMultipartUploads`; configurations need `s3:Get...` and `s3:Put...` of their own names. Making a bucket
//!   needs the `s3:Put...` of an ownership or a lock that are not the default, and `s3:TagResource` for its tags; without
//!   that one it is made without tags, and `PutBucketTagging` follows. A run that dies just in between leaves a bucket that
//!   nothing marks as ours: import it.
//! - Remote id and import: the bucket's name. A bucket in another region than the session's is followed there.
//! - Replaced when `bucket`, `namespace` or `object_lock` changes. Not read back: `force_destroy`.
//! - Waits: a name that was just deleted is refused for minutes, up to hours (`OperationAborted`); changes of a new bucket
//!   are repeated for two minutes while it is unknown somewhere; lifecycle rules are awaited until reads agree.
//! - All changes of one bucket are made one after the other: S3 refuses two at a time.
//! - Left out: access control lists (of old), MFA delete (root only), inventory, analytics and metrics configurations,
//!   grants on logs, attribute-based access control by tags.
//!
//! Source: S3 API reference, `CreateBucket`, `DeleteBucket` and the operation that each property names.

mod access;
mod aspect;
mod cors;
mod create;
mod empty;
mod encryption;
mod endpoints;
mod lifecycle;
mod lifecycle_wire;
mod live;
mod logging;
mod notification;
mod outputs;
mod replication;
mod replication_wire;
mod rules;
mod tagging;
mod tiering;
mod transfer;
mod versioning;
mod website;

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use bon::Builder;
use iac_core::{
    Resource,
    model::{
        Changed, Context, Declared, ErrorKind, Live, Reconcile, RemoteId, Resolved, ResourceError, Stage, Violation,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use access::{ObjectOwnership, PublicAccessBlock};
pub use cors::{CorsMethod, CorsRule};
pub use create::BucketNamespace;
pub use encryption::{BlockedEncryption, Encryption, SseAlgorithm};
pub use lifecycle::{
    Day, LifecycleRule, MinimumTransitionSize, NoncurrentExpiration, NoncurrentTransition, Transition, TransitionClass,
};
pub use logging::{LogKeys, Logging};
pub use notification::{Event, Notification, Target};
pub use outputs::BucketOutputs;
pub use replication::{Replication, ReplicationRule};
pub use tiering::IntelligentTiering;
pub use transfer::{Acceleration, RequestPayer};
pub use versioning::{Retention, RetentionMode, Versioning};
pub use website::{Protocol, RedirectAll, RoutingRule, Website};

pub(super) use aspect::{At, PROPAGATION, is_unsettled};
pub(super) use empty::{decode, delete_keys, delete_versions_of};
use lifecycle_wire::Lifecycle;
use versioning::Lock;

use super::name::{BucketName, StorageClass};
use crate::{Aws, error::failed, tags};

/// A bucket. Private, encrypted with keys of S3 and without versions unless said otherwise, as a new bucket is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "s3.bucket", outputs = BucketOutputs)]
pub struct Bucket<S: Stage = Declared> {
    /// The name, unique among all buckets of the partition; generated when unset.
    #[field(create_only, name = 63)]
    pub bucket: Option<S::Value<BucketName>>,
    /// Whose the name is: everybody's, or this account's in this region alone.
    #[field(create_only)]
    #[builder(default = BucketNamespace::Global)]
    #[serde(default)]
    pub namespace: BucketNamespace,
    /// Whether versions can be locked against deletion; never taken away again. Needs versioning.
    #[field(create_only)]
    #[builder(default = false)]
    #[serde(default)]
    pub object_lock: bool,
    /// How long new versions are locked when their writer does not say. Needs `object_lock`.
    pub default_retention: Option<Retention>,
    /// Who owns objects that other accounts write.
    #[builder(default = ObjectOwnership::BucketOwnerEnforced)]
    #[serde(default)]
    pub ownership: ObjectOwnership,
    /// What keeps the public out.
    #[builder(default = PublicAccessBlock::ALL)]
    #[serde(default)]
    pub public_access_block: PublicAccessBlock,
    /// Whether S3 keeps the versions of an object.
    #[builder(default = Versioning::Suspended)]
    #[serde(default)]
    pub versioning: Versioning,
    /// How objects are encrypted when their writer does not say.
    #[builder(default = Encryption::AES256)]
    #[serde(default)]
    pub encryption: Encryption<S>,
    /// Rules that move and expire objects as they age, by id.
    #[serde(default)]
    #[builder(default, with = |rules: impl IntoIterator<Item = (impl Into<String>, LifecycleRule)>| rules.into_iter().map(|(k, v)| (k.into(), v)).collect())]
    pub lifecycle_rules: BTreeMap<String, LifecycleRule>,
    /// Which small objects those rules leave alone. Needs a rule.
    #[builder(default = MinimumTransitionSize::AllStorageClasses128K)]
    #[serde(default)]
    pub minimum_transition_size: MinimumTransitionSize,
    /// What browsers may do from pages of other origins.
    #[builder(default)]
    #[serde(default)]
    pub cors_rules: Vec<CorsRule<S>>,
    /// What the website endpoint serves.
    pub website: Option<Website<S>>,
    /// Where access logs go.
    pub logging: Option<Logging<S>>,
    /// Who is told when objects change.
    #[builder(default)]
    #[serde(default)]
    pub notification: Notification<S>,
    /// When objects in the class `INTELLIGENT_TIERING` are archived, by id.
    #[serde(default)]
    #[builder(default, with = |tierings: impl IntoIterator<Item = (impl Into<String>, IntelligentTiering)>| tierings.into_iter().map(|(k, v)| (k.into(), v)).collect())]
    pub intelligent_tiering: BTreeMap<String, IntelligentTiering>,
    /// What is copied to other buckets. Needs versioning.
    pub replication: Option<Replication<S>>,
    /// Whether objects may travel through edge locations; the name then has no dots.
    #[builder(default = Acceleration::Suspended)]
    #[serde(default)]
    pub acceleration: Acceleration,
    /// Who pays for requests and transfer.
    #[builder(default = RequestPayer::BucketOwner)]
    #[serde(default)]
    pub request_payer: RequestPayer,
    /// Whether deleting the bucket deletes all objects and versions in it first. Otherwise a bucket that holds any stays.
    #[field(write_only)]
    #[builder(default = false)]
    #[serde(default)]
    pub force_destroy: bool,
    /// Tags.
    #[field(tags)]
    #[serde(default)]
    #[builder(default, with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<S::Value<String>>)>| tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())]
    pub tags: BTreeMap<String, S::Value<String>>,
}

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
        "s3:GetBucketNotificationConfiguration",
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
        "s3:PutBucketNotificationConfiguration",
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
        let Some(at) = At::find(cx, id.as_str()).await? else {
            return Ok(None);
        };
        match live::configured(&at, cx.provider).await {
            Ok(mut inputs) => {
                inputs.force_destroy = prior.is_some_and(|prior| prior.force_destroy);
                let outputs = BucketOutputs::of(&BucketName::from(at.name), &at.region, cx.provider);
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
        let at = At::here(cx, name.as_str());
        self.configure(&at, &made).await?;
        Ok(BucketOutputs::of(name, &at.region, cx.provider))
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _changed: &Changed,
        cx: &Context<'_, Aws>,
    ) -> Result<BucketOutputs, ResourceError> {
        let name = BucketName::from(live.id.as_str());
        let at = At::find(cx, name.as_str()).await?.ok_or_else(|| {
            ResourceError::new(ErrorKind::NotFound, format!("the bucket `{name}` is gone")).during("s3:HeadBucket")
        })?;
        self.configure(&at, &live.inputs).await?;
        Ok(BucketOutputs::of(&name, &at.region, cx.provider))
    }

    async fn delete(last: &Self, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let Some(at) = At::find(cx, id.as_str()).await? else {
            return Ok(());
        };
        cx.until("the bucket to be gone", DELETION, || async {
            let deleted = at.steadily(
                |_| false,
                || async {
                    let request = at.s3.delete_bucket().bucket(at.name);
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
                    empty::empty(&at, last.object_lock).await?;
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
        let found = match At::find(cx, name.as_str()).await {
            Err(error) if error.kind == ErrorKind::Denied => None,
            found => found?,
        };
        let Some(at) = found else { return Ok(None) };
        let live = at.get::<BTreeMap<String, String>>().await?;
        Ok(tags::are_ours(&live, cx).then(|| RemoteId::new(name.as_str())))
    }
}

impl Bucket<Resolved> {
    /// Brings what is live to what is desired, one configuration after the other, in the order in which they need each other.
    async fn configure(&self, at: &At<'_>, live: &Self) -> Result<(), ResourceError> {
        at.bring(&self.tags, &live.tags).await?;
        at.bring(&self.ownership, &live.ownership).await?;
        at.bring(&self.public_access_block, &live.public_access_block).await?;
        // S3 lets no bucket change its versioning while there is replication, and takes no replication without versioning
        if self.replication.is_none() {
            at.bring(&self.replication, &live.replication).await?;
        }
        at.bring(&self.versioning, &live.versioning).await?;
        at.bring(&self.encryption.over(&live.encryption), &live.encryption)
            .await?;
        at.bring(&self.lock(), &live.lock()).await?;
        at.bring(&self.lifecycle(), &live.lifecycle()).await?;
        at.bring(&self.cors_rules, &live.cors_rules).await?;
        at.bring(&self.website, &live.website).await?;
        at.bring(&self.logging, &live.logging).await?;
        at.bring(&self.notification, &live.notification).await?;
        tiering::bring(at, &self.intelligent_tiering, &live.intelligent_tiering).await?;
        if self.replication.is_some() {
            at.bring(&self.replication, &live.replication).await?;
        }
        at.bring(&self.acceleration, &live.acceleration).await?;
        at.bring(&self.request_payer, &live.request_payer).await
    }

    fn lock(&self) -> Lock {
        Lock {
            enabled: self.object_lock,
            retention: self.default_retention,
        }
    }

    fn lifecycle(&self) -> Lifecycle {
        Lifecycle {
            rules: self.lifecycle_rules.clone(),
            minimum_size: self.minimum_transition_size,
        }
    }
}
