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
mod properties;
mod sync;

use std::collections::BTreeMap;

use async_trait::async_trait;
use iac_core::model::{Changed, Context, ErrorKind, Live, Reconcile, RemoteId, Resolved, ResourceError, Violation};
use serde_json::{Map, Value};

pub use folder::{Folder, FolderReader, SyncedFile};
pub use properties::{Directory, DirectoryOutputs};

use super::bucket::BucketClient;
use crate::Aws;

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
        let client = BucketClient::here(cx, bucket);
        let Some(files) = sync::live_files(&client, prefix, prior).await? else {
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
        let client = BucketClient::here(cx, self.bucket.as_str());
        let listed = client.steadily(|_| false, || sync::list(&client, &self.prefix)).await?;
        if let Some(key) = self.source.files.keys().find(|key| listed.contains_key(*key)) {
            let message = format!("the object `{}{key}` is there already", self.prefix);
            let error = ResourceError::new(ErrorKind::AlreadyExists, message).during("s3:ListObjectsV2");
            return Err(error.hint(format!("import the directory: `.import(\"{id}\")` on the resource")));
        }
        // nothing is uploaded before it is known to whom it belongs
        cx.created(&id).await?;
        sync::upload(&client, self, &BTreeMap::new()).await?;
        self.delete_stale(&client, &BTreeMap::new()).await?;
        Ok(self.outputs())
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _changed: &Changed,
        cx: &Context<'_, Aws>,
    ) -> Result<DirectoryOutputs, ResourceError> {
        let client = BucketClient::here(cx, self.bucket.as_str());
        sync::upload(&client, self, &live.inputs.source.files).await?;
        self.delete_stale(&client, &live.inputs.source.files).await?;
        Ok(self.outputs())
    }

    async fn delete(last: &Self, _id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let client = BucketClient::here(cx, last.bucket.as_str());
        let emptied = Self {
            source: Folder::default(),
            ..last.clone()
        };
        match emptied.delete_stale(&client, &last.source.files).await {
            Err(error) if error.kind != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
