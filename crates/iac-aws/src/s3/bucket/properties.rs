//! A bucket as it is declared, and what it gives to others.

use std::collections::BTreeMap;

use bon::Builder;
use iac_core::{
    Outputs, Resource, Schema,
    model::{Declared, Resolved, ResourceError, Stage},
};
use serde::{Deserialize, Serialize};

use super::{
    access::{ObjectOwnership, PublicAccessBlock},
    cors::CorsRule,
    encryption::Encryption,
    endpoints,
    lifecycle::{LifecycleRule, MinimumTransitionSize},
    lifecycle_sdk::Lifecycle,
    logging::Logging,
    tiering::IntelligentTiering,
    transfer::{Acceleration, RequestPayer},
    versioning::{Lock, Retention, Versioning},
    website::Website,
};
use crate::{
    Arn, Aws, DomainName, HostedZoneId,
    s3::name::{BucketName, BucketNamespace, StorageClass},
};

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
    /// Whether versions can be locked against deletion. It can be put on a bucket that is there, and is never taken away
    /// again. Needs versioning.
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

/// The outputs of [`Bucket`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct BucketOutputs<S: Stage = Resolved> {
    /// The name, which is the id.
    pub name: S::Value<BucketName>,
    /// The ARN: `arn:aws:s3:::name`.
    pub arn: S::Value<Arn<Bucket>>,
    /// The region.
    pub region: S::Value<String>,
    /// `name.s3.amazonaws.com`.
    pub domain_name: S::Value<DomainName>,
    /// `name.s3.region.amazonaws.com`: the one for `CloudFront`, which is redirected from the other for hours.
    pub regional_domain_name: S::Value<DomainName>,
    /// Where the website is, over plain HTTP, when `website` is set.
    pub website_endpoint: S::Value<DomainName>,
    /// The hosted zone of that endpoint, for alias records; empty in regions too new to be known here.
    pub hosted_zone_id: S::Value<HostedZoneId>,
}

impl BucketOutputs {
    pub(super) fn of(name: &BucketName, region: &str, aws: &Aws) -> Self {
        Self {
            name: name.clone(),
            arn: Arn::new(format!("arn:{}:s3:::{name}", aws.partition())),
            region: region.to_owned(),
            domain_name: endpoints::domain(name, region),
            regional_domain_name: endpoints::regional_domain(name, region),
            website_endpoint: endpoints::website(name, region),
            hosted_zone_id: endpoints::hosted_zone(region),
        }
    }
}

/// What is copied where. Both buckets keep versions, and the role may read here and write there.
/// Source: `PutBucketReplication`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[serde(bound = "")]
#[builder(on(_, into))]
pub struct Replication<S: Stage = Declared> {
    /// The ARN of the role S3 takes; whoever applies this needs `iam:PassRole` on it.
    pub role: S::Value<String>,
    /// The rules, by id.
    #[builder(with = |rules: impl IntoIterator<Item = (impl Into<String>, ReplicationRule<S>)>| rules.into_iter().map(|(k, v)| (k.into(), v)).collect())]
    pub rules: BTreeMap<String, ReplicationRule<S>>,
}

/// One rule. Without a filter it is about all objects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[serde(bound = "")]
#[builder(on(_, into))]
pub struct ReplicationRule<S: Stage = Declared> {
    /// Whether it is in force.
    #[builder(default = true)]
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Which of two rules for one destination wins: the higher. Unique among the rules.
    #[builder(default = 0)]
    #[serde(default)]
    pub priority: i32,
    /// Only keys that start so; an empty prefix is none.
    #[serde(default, skip_serializing_if = "crate::s3::sdk::is_blank")]
    pub prefix: Option<String>,
    /// Only objects with all of these tags.
    #[serde(default)]
    #[builder(default, with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>| tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())]
    pub tags: BTreeMap<String, String>,
    /// The bucket that takes the copies.
    pub destination: S::Value<Arn<Bucket>>,
    /// The account of that bucket, when it is another.
    pub account: Option<S::Value<String>>,
    /// Whether that account is to own the copies; needs `account`.
    #[builder(default = false)]
    #[serde(default)]
    pub change_owner: bool,
    /// The class of the copies; that of the object when unset.
    pub storage_class: Option<StorageClass>,
    /// The key in KMS that encrypts the copies there. Needs `encrypted_objects`.
    pub kms_key: Option<S::Value<String>>,
    /// Whether objects encrypted with KMS are copied too. Needs `kms_key`.
    #[builder(default = false)]
    #[serde(default)]
    pub encrypted_objects: bool,
    /// Whether changes of the copies' metadata come back here.
    #[builder(default = false)]
    #[serde(default)]
    pub replica_modifications: bool,
    /// Whether delete markers are copied too. Not together with tags.
    #[builder(default = false)]
    #[serde(default)]
    pub delete_markers: bool,
    /// Whether S3 promises to copy within 15 minutes and measures it, for money.
    #[builder(default = false)]
    #[serde(default)]
    pub time_control: bool,
    /// Whether S3 measures how far behind it is. `time_control` includes it.
    #[builder(default = false)]
    #[serde(default)]
    pub metrics: bool,
}

fn yes() -> bool {
    true
}

impl Bucket<Resolved> {
    /// The name, which the engine has filled when the user did not.
    pub(super) fn named(&self) -> Result<&BucketName, ResourceError> {
        let missing = || ResourceError::invalid("the bucket has no name");
        self.bucket.as_ref().ok_or_else(missing)
    }

    pub(super) fn lock(&self) -> Lock {
        Lock {
            enabled: self.object_lock,
            retention: self.default_retention,
        }
    }

    pub(super) fn lifecycle(&self) -> Lifecycle {
        Lifecycle {
            rules: self.lifecycle_rules.clone(),
            minimum_size: self.minimum_transition_size,
        }
    }
}
