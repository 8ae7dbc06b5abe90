//! `s3.object`: one object, from a file, a text or bytes.
//!
//! - Operations and IAM actions: `HeadObject` needs `s3:GetObject` (and `s3:ListBucket`, without which a missing object is
//!   refused instead of missing), `ListObjectVersions` needs `s3:ListBucketVersions`, uploads in parts need `s3:PutObject`;
//!   deleting versions needs `s3:DeleteObjectVersion`; the others are called like the operation.
//! - Remote id and import: `bucket/key`; `s3://bucket/key` is understood too.
//! - Replaced when `bucket` or `key` changes; any other change but of tags and locks uploads the whole object again.
//! - Contents are compared by SHA-256: S3 checks it on upload and keeps it. Files over 16 MiB go up in parts, and then it is
//!   in the metadata, as `iac-sha256`.
//! - Not read back: `acl`, `force_destroy`, where a file was.
//! - Left out: keys that the writer keeps (SSE-C), other checksums, grants one by one, `Expires`.
//!
//! Source: S3 API reference, `PutObject`, `HeadObject`, `DeleteObject`.

mod content;
mod headers;
mod live;
mod upload;

use std::collections::BTreeMap;

use async_trait::async_trait;
use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{
        Changed, Context, Declared, ErrorKind, Live, Reconcile, RemoteId, Resolved, ResourceError, Stage, Violation,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use content::{Content, LocalFile, Problem, Sha256};
pub use headers::{CannedAcl, FaultTiming, ObjectKey, ObjectRetention};

pub(super) use content::problem;
pub(super) use headers::{Headers, media_type};
pub(super) use live::{head, live_sha256, unquoted};
pub(super) use upload::{Condition, Source, Upload, upload};

use super::{
    bucket::{At, SseAlgorithm, delete_versions_of},
    name::{BucketName, StorageClass},
};
use crate::{Arn, Aws, tags};

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
    /// Metadata of yours, at most 2 KiB: keys in lower case, values in ASCII.
    #[serde(default)]
    #[builder(default, with = |entries: impl IntoIterator<Item = (impl Into<String>, impl Into<S::Value<String>>)>| entries.into_iter().map(|(k, v)| (k.into(), v.into())).collect())]
    pub metadata: BTreeMap<String, S::Value<String>>,
    /// Where it is stored.
    #[builder(default = StorageClass::Standard)]
    #[serde(default)]
    pub storage_class: StorageClass,
    /// How it is encrypted; as the bucket says when unset.
    #[field(computed)]
    pub encryption: Option<SseAlgorithm>,
    /// The key in KMS, when `encryption` is `aws:kms` or `aws:kms:dsse`.
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

#[async_trait]
impl Reconcile for Object<Resolved> {
    type Provider = Aws;
    type Outputs = ObjectOutputs;

    const RESUMABLE: bool = true;

    const OPERATIONS: &'static [&'static str] = &[
        "s3:AbortMultipartUpload",
        "s3:CompleteMultipartUpload",
        "s3:CreateMultipartUpload",
        "s3:DeleteObject",
        "s3:DeleteObjectTagging",
        "s3:GetObjectTagging",
        "s3:HeadObject",
        "s3:ListObjectVersions",
        "s3:PutObject",
        "s3:PutObjectAcl",
        "s3:PutObjectLegalHold",
        "s3:PutObjectRetention",
        "s3:PutObjectTagging",
        "s3:UploadPart",
    ];

    fn validate(&self) -> Vec<Violation> {
        let mut problems = tags::strict_violations(&self.tags);
        let mut refuse = |when: bool, path: &str, message: &str| {
            if when {
                problems.push(Violation {
                    path: path.to_owned(),
                    message: message.to_owned(),
                });
            }
        };
        refuse(
            self.tags.len() > 10,
            "tags",
            "an object has at most 10 tags, those of the stack among them",
        );
        for (key, value) in &self.metadata {
            let sent = key
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b));
            refuse(
                !sent,
                &format!("metadata.{key}"),
                "a key has lower-case letters, digits, `-`, `_` and `.`",
            );
            refuse(!value.is_ascii(), &format!("metadata.{key}"), "a value is ASCII");
        }
        let size: usize = self.metadata.iter().map(|(key, value)| key.len() + value.len()).sum();
        refuse(size > 2048, "metadata", "has at most 2 KiB");
        let kms = matches!(self.encryption, Some(SseAlgorithm::Kms | SseAlgorithm::KmsDsse));
        refuse(
            self.kms_key.is_some() && !kms,
            "kms_key",
            "needs `encryption` `aws:kms` or `aws:kms:dsse`",
        );
        refuse(
            self.content.kinds() != 1,
            "content",
            "is one of `file`, `text` and `base64`",
        );
        problems.extend(self.content.decoded().err().map(|message| Violation {
            path: "content.base64".to_owned(),
            message,
        }));
        problems
    }

    fn predict(&self, provider: &Aws) -> Map<String, Value> {
        let mut outputs = Map::new();
        outputs.insert("key".to_owned(), self.key.as_str().into());
        outputs.insert("arn".to_owned(), self.arn(provider).as_str().into());
        if let Some(sha256) = self.content.sha256() {
            outputs.insert("sha256".to_owned(), sha256.into());
        }
        outputs
    }

    async fn read(
        id: &RemoteId,
        prior: Option<&Self>,
        cx: &Context<'_, Aws>,
    ) -> Result<Option<Live<Self>>, ResourceError> {
        let text = id.as_str().trim_start_matches("s3://");
        let (bucket, key) = text
            .split_once('/')
            .ok_or_else(|| ResourceError::invalid(format!("`{id}` is not `bucket/key`")))?;
        live::read(id, &bucket.into(), &key.into(), prior, cx).await
    }

    async fn create(&self, cx: &Context<'_, Aws>) -> Result<ObjectOutputs, ResourceError> {
        let id = RemoteId::new(format!("{}/{}", self.bucket, self.key));
        match self.upload(Condition::Absent, cx).await {
            Ok(outputs) => {
                cx.created(&id).await?;
                Ok(outputs)
            }
            // the answer to a first attempt may have been lost, and the second then finds what the first has made
            Err(error) if error.kind == ErrorKind::AlreadyExists && self.recover(cx).await?.is_some() => {
                cx.created(&id).await?;
                let live = Self::read(&id, Some(self), cx).await?.ok_or(error)?;
                self.update(&live, &Changed::default(), cx).await
            }
            Err(error) if error.kind == ErrorKind::AlreadyExists => Err(error.hint(format!(
                "import it: `.import(\"{id}\")` on the resource, or choose another key"
            ))),
            Err(error) => Err(error),
        }
    }

    async fn update(
        &self,
        live: &Live<Self>,
        changed: &Changed,
        cx: &Context<'_, Aws>,
    ) -> Result<ObjectOutputs, ResourceError> {
        let there = &live.inputs;
        if self.content.sha256() != there.content.sha256() || self.differs(there) {
            return self.upload(Condition::Any, cx).await;
        }
        let at = At::here(cx, self.bucket.as_str());
        if self.tags != there.tags {
            headers::put_tags(&at, &self.key, &self.tags).await?;
        }
        if changed.contains("acl") {
            headers::put_acl(&at, &self.key, self.acl.unwrap_or(CannedAcl::Private)).await?;
        }
        if self.legal_hold != there.legal_hold {
            headers::put_hold(&at, &self.key, self.legal_hold).await?;
        }
        if let Some(retention) = self.retention.as_ref().filter(|_| self.retention != there.retention) {
            headers::put_retention(&at, &self.key, retention, self.force_destroy).await?;
        }
        Ok(live.outputs.clone())
    }

    async fn delete(last: &Self, _id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let at = At::here(cx, last.bucket.as_str());
        match delete_versions_of(&at, last.key.as_str(), last.force_destroy).await {
            Err(error) if error.kind != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    async fn recover(&self, cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
        let id = RemoteId::new(format!("{}/{}", self.bucket, self.key));
        let live = Self::read(&id, Some(self), cx).await?;
        Ok(live.filter(|live| tags::are_ours(&live.inputs.tags, cx)).map(|_| id))
    }
}

impl Object<Resolved> {
    fn arn(&self, aws: &Aws) -> Arn<Object> {
        Arn::new(format!("arn:{}:s3:::{}/{}", aws.partition(), self.bucket, self.key))
    }

    /// Whether what can only be set by an upload differs.
    fn differs(&self, live: &Self) -> bool {
        let set = |desired: &Option<String>, live: &Option<String>| desired.is_some() && desired != live;
        self.cache_control != live.cache_control
            || self.content_disposition != live.content_disposition
            || self.content_encoding != live.content_encoding
            || self.content_language != live.content_language
            || self.metadata != live.metadata
            || self.storage_class != live.storage_class
            || self.website_redirect != live.website_redirect
            || set(&self.content_type, &live.content_type)
            || set(&self.kms_key, &live.kms_key)
            || (self.encryption.is_some() && self.encryption != live.encryption)
            || (self.bucket_key.is_some() && self.bucket_key != live.bucket_key)
    }

    async fn upload(&self, condition: Condition, cx: &Context<'_, Aws>) -> Result<ObjectOutputs, ResourceError> {
        let at = At::here(cx, self.bucket.as_str());
        let sha256 = self.content.sha256().unwrap_or_default();
        let uploaded = upload(
            &at,
            &Upload {
                key: self.key.as_str(),
                source: self.content.source()?,
                sha256: &sha256,
                headers: self.headers()?,
                condition,
            },
        )
        .await?;
        Ok(ObjectOutputs {
            key: self.key.clone(),
            arn: self.arn(cx.provider),
            sha256,
            etag: uploaded.etag,
            version_id: uploaded.version_id,
        })
    }
}
