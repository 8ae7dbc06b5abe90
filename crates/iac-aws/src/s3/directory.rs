//! `s3.directory`: a folder of files as objects, such as a website.
//!
//! - Operations and IAM actions: `ListObjectsV2` needs `s3:ListBucket`, `HeadObject` needs `s3:GetObject`, uploads need
//!   `s3:PutObject`, deletions `s3:DeleteObject`.
//! - Remote id and import: `bucket/prefix`. Replaced when `bucket` or `prefix` changes.
//! - The folder is read when the stack is declared: what the plan shows is what is uploaded, and a file that has changed
//!   since is an error. What differs is uploaded, 16 files at a time: assets first, then the pages that name them; keys that
//!   are gone are deleted last, so that visitors never meet a page whose assets are missing.
//! - Drift is found by one listing of the prefix: the entity tag of a small object is its MD5. Objects whose tag says nothing
//!   (KMS, uploads in parts) are looked at one by one. Headers that somebody else has changed are not seen.
//! - A bucket with versions keeps those of deleted and replaced files.
//! - Not read back: where the folder was, `prune_unknown`.
//!
//! Source: S3 API reference, `PutObject`, `ListObjectsV2`, `DeleteObjects`.

mod folder;
mod sync;

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

pub use folder::{Folder, FolderReader, SyncedFile};

use super::{bucket::At, name::BucketName};
use crate::Aws;

/// A folder of files, kept in a bucket as it is here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "s3.directory", outputs = DirectoryOutputs)]
pub struct Directory<S: Stage = Declared> {
    /// The bucket.
    #[field(create_only)]
    pub bucket: S::Value<BucketName>,
    /// What every key begins with: empty, or ending in `/`.
    #[field(create_only)]
    #[builder(default)]
    #[serde(default)]
    pub prefix: String,
    /// The files: [`Folder::at`].
    pub source: Folder,
    /// Whether keys under the prefix that are not of this folder are deleted, too. Otherwise they are none of its business.
    #[field(write_only)]
    #[builder(default = false)]
    #[serde(default)]
    pub prune_unknown: bool,
}

/// The outputs of [`Directory`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct DirectoryOutputs<S: Stage = Resolved> {
    /// A hash of all contents and headers: a new one asks for an invalidation of what caches have.
    #[field(volatile)]
    pub manifest_hash: S::Value<String>,
    /// How many files there are.
    #[field(volatile)]
    pub count: S::Value<i64>,
}

#[async_trait]
impl Reconcile for Directory<Resolved> {
    type Provider = Aws;
    type Outputs = DirectoryOutputs;

    const RESUMABLE: bool = true;

    const OPERATIONS: &'static [&'static str] = &[
        "s3:AbortMultipartUpload",
        "s3:CompleteMultipartUpload",
        "s3:CreateMultipartUpload",
        "s3:DeleteObject",
        "s3:DeleteObjects",
        "s3:HeadObject",
        "s3:ListObjectsV2",
        "s3:PutObject",
        "s3:UploadPart",
    ];

    fn validate(&self) -> Vec<Violation> {
        let open = !self.prefix.is_empty() && !self.prefix.ends_with('/');
        let odd = self.prefix.starts_with('/') || self.prefix.contains("//");
        let refused = (open || odd).then(|| Violation {
            path: "prefix".to_owned(),
            message: "is empty, or ends in `/`; it does not begin with one and has no two in a row".to_owned(),
        });
        refused.into_iter().collect()
    }

    fn predict(&self, _provider: &Aws) -> Map<String, Value> {
        match serde_json::to_value(self.outputs()) {
            Ok(Value::Object(outputs)) => outputs,
            _ => Map::new(),
        }
    }

    async fn read(
        id: &RemoteId,
        prior: Option<&Self>,
        cx: &Context<'_, Aws>,
    ) -> Result<Option<Live<Self>>, ResourceError> {
        let (bucket, prefix) = id.as_str().split_once('/').unwrap_or((id.as_str(), ""));
        let at = At::here(cx, bucket);
        let Some(files) = sync::live_files(&at, prefix, prior).await? else {
            return Ok(None);
        };
        let inputs = Self {
            bucket: bucket.into(),
            prefix: prefix.to_owned(),
            source: Folder {
                root: prior.map(|prior| prior.source.root.clone()).unwrap_or_default(),
                files,
                problems: Vec::new(),
            },
            prune_unknown: prior.is_some_and(|prior| prior.prune_unknown),
        };
        Ok(Some(Live {
            id: id.clone(),
            outputs: inputs.outputs(),
            inputs,
        }))
    }

    async fn create(&self, cx: &Context<'_, Aws>) -> Result<DirectoryOutputs, ResourceError> {
        let id = RemoteId::new(format!("{}/{}", self.bucket, self.prefix));
        let at = At::here(cx, self.bucket.as_str());
        let listed = at.steadily(|_| false, || sync::list(&at, &self.prefix)).await?;
        if let Some(key) = self.source.files.keys().find(|key| listed.contains_key(*key)) {
            let message = format!("the object `{}{key}` is there already", self.prefix);
            let error = ResourceError::new(ErrorKind::AlreadyExists, message).during("s3:ListObjectsV2");
            return Err(error.hint(format!("import the directory: `.import(\"{id}\")` on the resource")));
        }
        // nothing is uploaded before it is known to whom it belongs
        cx.created(&id).await?;
        sync::upload(&at, self, &BTreeMap::new()).await?;
        self.delete_stale(&at, &BTreeMap::new()).await?;
        Ok(self.outputs())
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _changed: &Changed,
        cx: &Context<'_, Aws>,
    ) -> Result<DirectoryOutputs, ResourceError> {
        let at = At::here(cx, self.bucket.as_str());
        sync::upload(&at, self, &live.inputs.source.files).await?;
        self.delete_stale(&at, &live.inputs.source.files).await?;
        Ok(self.outputs())
    }

    async fn delete(last: &Self, _id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let at = At::here(cx, last.bucket.as_str());
        let emptied = Self {
            source: Folder::default(),
            ..last.clone()
        };
        match emptied.delete_stale(&at, &last.source.files).await {
            Err(error) if error.kind != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Directory<Resolved> {
    fn outputs(&self) -> DirectoryOutputs {
        DirectoryOutputs {
            manifest_hash: self.source.hash(),
            count: self.source.files.len().try_into().unwrap_or(i64::MAX),
        }
    }
}
