//! `s3.object`: one object, from a file, a text or bytes.
//!
//! - Operations and IAM actions: `HeadObject` needs `s3:GetObject` (and `s3:ListBucket`, without which a missing object is
//!   refused instead of missing), `ListObjectVersions` needs `s3:ListBucketVersions`, uploads in parts need `s3:PutObject`;
//!   deleting versions needs `s3:DeleteObjectVersion`; the others are called like the operation.
//! - Remote id and import: `bucket/key`; `s3://bucket/key` is understood too.
//! - Replaced when `bucket` or `key` changes; any other change but of tags and locks uploads the whole object again.
//! - Contents are compared by SHA-256: S3 checks it on upload, and it is kept in the metadata, as `iac-sha256`. Files over
//!   16 MiB go up in parts.
//! - An object that others have put and KMS encrypts is compared by the checksum that S3 keeps, which needs `kms:Decrypt`.
//! - Not read back: `acl`, `force_destroy`, where a file was.
//! - Left out: keys that the writer keeps (SSE-C), other checksums, grants one by one, `Expires`.
//!
//! Source: S3 API reference, `PutObject`, `HeadObject`, `DeleteObject`.

mod change;
mod content;
mod head;
mod headers;
mod key;
mod properties;
mod read;
mod upload;

use async_trait::async_trait;
use iac_core::model::{Changed, Context, ErrorKind, Live, Reconcile, RemoteId, Resolved, ResourceError, Violation};
use serde_json::{Map, Value};

pub use content::{Content, LocalFile, Problem, Sha256};
pub use key::{CannedAcl, FaultTiming, ObjectKey, ObjectRetention};
pub use properties::{Object, ObjectOutputs};

pub(super) use content::{Source, problem};
pub(super) use head::{head_of, unquoted};
pub(super) use headers::{Headers, media_type};
pub(super) use upload::{Condition, Upload, upload};

use super::bucket::{BucketClient, SseAlgorithm, delete_versions_of};
use crate::{Aws, tags};

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
        // S3 takes 2 KiB, and the hash is kept there, too
        refuse(size > 1974, "metadata", "has at most 1974 bytes");
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
        read::read(id, &bucket.into(), &key.into(), prior, cx).await
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
        let client = BucketClient::here(cx, self.bucket.as_str());
        if self.tags != there.tags {
            change::put_tags(&client, &self.key, &self.tags).await?;
        }
        if changed.contains("acl") {
            change::put_acl(&client, &self.key, self.acl.unwrap_or(CannedAcl::Private)).await?;
        }
        if self.legal_hold != there.legal_hold {
            change::put_hold(&client, &self.key, self.legal_hold).await?;
        }
        if let Some(retention) = self.retention.as_ref().filter(|_| self.retention != there.retention) {
            change::put_retention(&client, &self.key, retention, self.force_destroy).await?;
        }
        Ok(live.outputs.clone())
    }

    async fn delete(last: &Self, _id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let client = BucketClient::here(cx, last.bucket.as_str());
        match delete_versions_of(&client, last.key.as_str(), last.force_destroy).await {
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
    /// Whether what can only be set by an upload differs.
    fn differs(&self, live: &Self) -> bool {
        let set = |desired: &Option<String>, live: &Option<String>| desired.is_some() && desired != live;
        self.cache_control != live.cache_control
            || self.content_disposition != live.content_disposition
            || self.content_encoding != live.content_encoding
            || self.content_language != live.content_language
            || self.metadata != live.metadata
            || self.website_redirect != live.website_redirect
            || set(&self.content_type, &live.content_type)
            || set(&self.kms_key, &live.kms_key)
            || (self.storage_class.is_some() && self.storage_class != live.storage_class)
            || (self.encryption.is_some() && self.encryption != live.encryption)
            || (self.bucket_key.is_some() && self.bucket_key != live.bucket_key)
    }

    async fn upload(&self, condition: Condition, cx: &Context<'_, Aws>) -> Result<ObjectOutputs, ResourceError> {
        let client = BucketClient::here(cx, self.bucket.as_str());
        let sha256 = self.content.sha256().unwrap_or_default();
        let uploaded = upload(
            &client,
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
