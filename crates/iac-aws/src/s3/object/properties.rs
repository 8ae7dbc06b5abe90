//! An object as it is declared, and what is known of one that is made.

use std::collections::BTreeMap;

use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{Declared, Resolved, Stage},
};
use serde::{Deserialize, Serialize};

use super::{
    content::Content,
    key::{CannedAcl, ObjectKey, ObjectRetention},
};
use crate::{
    Arn, Aws,
    s3::{
        bucket::SseAlgorithm,
        name::{BucketName, StorageClass},
    },
};

/// One object. It is private, and encrypted as the bucket says, unless said otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "s3.object", outputs = ObjectOutputs)]
pub struct Object<S: Stage = Declared> {
    /// The bucket.
    #[field(create_only)]
    pub bucket: S::Value<BucketName>,
    /// The key.
    #[field(create_only)]
    pub key: S::Value<ObjectKey>,
    /// What is in it.
    pub content: Content<S>,
    /// The media type: `text/html; charset=utf-8`; told from the end of the key when unset.
    #[field(computed)]
    pub content_type: Option<S::Value<String>>,
    /// How long it may be kept by caches: `public, max-age=3600`.
    pub cache_control: Option<S::Value<String>>,
    /// How a browser presents it: `attachment; filename="a.pdf"`.
    pub content_disposition: Option<S::Value<String>>,
    /// How the content is packed: `gzip`.
    pub content_encoding: Option<S::Value<String>>,
    /// The language: `en`.
    pub content_language: Option<S::Value<String>>,
    /// Metadata of yours, at most 1974 bytes: keys in lower case, values in ASCII.
    #[serde(default)]
    #[builder(default, with = |entries: impl IntoIterator<Item = (impl Into<String>, impl Into<S::Value<String>>)>| entries.into_iter().map(|(k, v)| (k.into(), v.into())).collect())]
    pub metadata: BTreeMap<String, S::Value<String>>,
    /// Where an upload stores it; `STANDARD` when unset. Lifecycle rules may move it on from there.
    #[field(computed)]
    pub storage_class: Option<StorageClass>,
    /// How it is encrypted; as the bucket says when unset.
    #[field(computed)]
    pub encryption: Option<SseAlgorithm>,
    /// The key in KMS, when `encryption` is `aws:kms` or `aws:kms:dsse`: an ARN, an id or `alias/<name>`. Best an ARN: that an
    /// alias stands for another key now is not seen.
    #[field(computed)]
    pub kms_key: Option<S::Value<String>>,
    /// Whether the bucket's key is used with KMS.
    #[field(computed)]
    pub bucket_key: Option<bool>,
    /// Where the website endpoint redirects to instead: a key that begins with `/`, or a URL.
    pub website_redirect: Option<S::Value<String>>,
    /// An access control list; refused by buckets whose owner owns everything.
    #[field(write_only)]
    pub acl: Option<CannedAcl>,
    /// Whether it is locked until this is lifted. The bucket has a lock.
    #[builder(default = false)]
    #[serde(default)]
    pub legal_hold: bool,
    /// How long it is locked; as the bucket says when unset.
    #[field(computed)]
    pub retention: Option<ObjectRetention>,
    /// Whether deleting it lifts locks that may be lifted.
    #[field(write_only)]
    #[builder(default = false)]
    #[serde(default)]
    pub force_destroy: bool,
    /// Tags, at most 10 with those of the stack.
    #[field(tags)]
    #[serde(default)]
    #[builder(default, with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<S::Value<String>>)>| tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())]
    pub tags: BTreeMap<String, S::Value<String>>,
}

/// The outputs of [`Object`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct ObjectOutputs<S: Stage = Resolved> {
    /// The key, once the object is there.
    pub key: S::Value<ObjectKey>,
    /// The ARN: `arn:aws:s3:::bucket/key`.
    pub arn: S::Value<Arn<Object>>,
    /// The SHA-256 of the content, hexadecimal; empty when somebody else put the object without one.
    #[field(volatile)]
    pub sha256: S::Value<String>,
    /// The entity tag, without quotes.
    #[field(volatile)]
    pub etag: S::Value<String>,
    /// The version; empty where the bucket keeps none.
    #[field(volatile)]
    pub version_id: S::Value<String>,
}

impl Object<Resolved> {
    pub(super) fn arn(&self, aws: &Aws) -> Arn<Object> {
        Arn::new(format!("arn:{}:s3:::{}/{}", aws.partition(), self.bucket, self.key))
    }
}
