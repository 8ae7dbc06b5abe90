//! The state backend on S3 and DynamoDB: objects below one key of a bucket, the lock as one item of a table.
//!
//! It needs these permissions and no other: `s3:ListBucket` on the bucket, `s3:GetObject`, `s3:PutObject` and
//! `s3:DeleteObject` on `<key>/*` in it, `dynamodb:GetItem`, `dynamodb:PutItem` and `dynamodb:DeleteItem` on the table.
//! [`bootstrap`](crate::bootstrap()) makes the bucket and the table.
//!
//! - Every write is conditional on the `ETag` that was read, or on there being no object: S3 refuses it with 412 otherwise. Two
//!   writes at once make S3 answer 409 `ConditionalRequestConflict`; that is sent again, and then either won or refused.
//! - The SDK sends a request again when its answer was lost. The second try then meets what the first one wrote, and is refused.
//!   So a refused write that was sent more than once is a success when what is there is exactly what was written.
//! - Both S3 and consistent reads of DynamoDB show the latest write: there is nothing to wait for.
//!
//! Source: S3 user guide, "How to prevent object overwrites with conditional writes"; DynamoDB developer guide, "Condition
//! expressions".

mod attempts;
mod lock;
#[cfg(feature = "kms")]
mod vault;

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use iac_core::{
    model::{DataKey, ErrorKind, ResourceError},
    state::{Backend, BackendError, Lock, Object, Precondition, Version},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::attempts::{Attempts, ConflictPasses};
use crate::{Aws, error::failed};

/// A bucket and a table that keep states. Any number of stacks and environments may share them, each with a key of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateStore {
    /// The bucket's name.
    pub bucket: String,
    /// The table's name.
    pub table: String,
    /// The KMS key that the secrets in the states are encrypted with: an ARN, an id, or `alias/<name>`. Without one a state
    /// holds hashes of secrets and nothing else: good for seeing that one changed, not for bringing an earlier one back. Needs
    /// the cargo feature `kms`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
}

impl StateStore {
    /// A bucket and a table, without a key for secrets.
    pub fn new(bucket: impl Into<String>, table: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            table: table.into(),
            kms_key: None,
        }
    }

    /// Encrypts the secrets in the states with this KMS key.
    #[must_use]
    pub fn kms_key(mut self, key: impl Into<String>) -> Self {
        self.kms_key = Some(key.into());
        self
    }
}

/// Objects below one key of a bucket, and a lock in a table.
#[derive(Clone, Debug)]
pub struct S3Backend {
    s3: aws_sdk_s3::Client,
    dynamodb: aws_sdk_dynamodb::Client,
    #[cfg(feature = "kms")]
    kms: aws_sdk_kms::Client,
    store: StateStore,
    key: String,
}

impl S3Backend {
    /// The state below `key` (`shop/dev`) of a store in the account and region of `aws`.
    pub fn new(aws: &Aws, store: &StateStore, key: &str) -> Self {
        Self {
            s3: aws.s3.clone(),
            dynamodb: aws.dynamodb.clone(),
            #[cfg(feature = "kms")]
            kms: aws.kms.clone(),
            store: store.clone(),
            key: key.trim_matches('/').to_owned(),
        }
    }

    fn object_key(&self, name: &str) -> String {
        format!("{}/{name}", self.key)
    }

    /// Adds what to do to an error of S3.
    fn explained(&self, error: ResourceError) -> ResourceError {
        match error.code.as_str() {
            "NoSuchBucket" => error.hint(format!(
                "make the state bucket `{}` with `bootstrap`, or correct its name",
                self.store.bucket
            )),
            "PermanentRedirect" | "AuthorizationHeaderMalformed" | "HTTP 301" => error.hint(format!(
                "the state bucket `{}` is in another region than this environment",
                self.store.bucket
            )),
            _ => error,
        }
    }

    async fn write(
        &self,
        name: &str,
        bytes: &[u8],
        precondition: &Precondition,
        attempts: &Attempts,
    ) -> Result<Version, ResourceError> {
        let operation = "s3:PutObject";
        let request = self
            .s3
            .put_object()
            .bucket(&self.store.bucket)
            .key(self.object_key(name))
            .content_type("application/json")
            .body(ByteStream::from(bytes.to_vec()));
        let request = match precondition {
            Precondition::Absent => request.if_none_match("*"),
            Precondition::Matches(version) => request.if_match(&version.0),
        };
        let again = aws_sdk_s3::config::Builder::new()
            .retry_classifier(ConflictPasses)
            .interceptor(attempts.clone());
        let answer = request
            .customize()
            .config_override(again)
            .send()
            .await
            .map_err(failed(operation))?;
        answer.e_tag.map(Version).ok_or_else(|| without_etag(operation))
    }
}

#[async_trait]
impl Backend for S3Backend {
    fn place(&self) -> String {
        format!("s3://{}/{}", self.store.bucket, self.key)
    }

    async fn get(&self, name: &str) -> Result<Option<Object>, BackendError> {
        let operation = "s3:GetObject";
        let request = self
            .s3
            .get_object()
            .bucket(&self.store.bucket)
            .key(self.object_key(name));
        let answer = match request.send().await.map_err(failed(operation)) {
            Ok(answer) => answer,
            Err(error) if error.code == "NoSuchKey" => return Ok(None),
            Err(error) => return Err(self.explained(error).into()),
        };
        let version = answer.e_tag.map(Version).ok_or_else(|| without_etag(operation))?;
        let body = answer.body.collect().await.map_err(|error| {
            ResourceError::new(ErrorKind::Unavailable, format!("the answer broke off: {error}")).during(operation)
        })?;
        Ok(Some(Object {
            bytes: body.to_vec(),
            version,
        }))
    }

    async fn put(&self, name: &str, bytes: &[u8], precondition: &Precondition) -> Result<Version, BackendError> {
        let attempts = Attempts::default();
        let error = match self.write(name, bytes, precondition, &attempts).await {
            Ok(version) => return Ok(version),
            Err(error) => error,
        };
        // `If-Match` on an object that is gone is answered with `NoSuchKey`
        if !matches!(
            error.code.as_str(),
            "PreconditionFailed" | "ConditionalRequestConflict" | "NoSuchKey"
        ) {
            return Err(self.explained(error).into());
        }
        match self.get(name).await? {
            Some(there) if attempts.repeated() && there.bytes == bytes => Ok(there.version),
            _ => Err(BackendError::Changed { name: name.to_owned() }),
        }
    }

    async fn delete(&self, name: &str) -> Result<(), BackendError> {
        let request = self
            .s3
            .delete_object()
            .bucket(&self.store.bucket)
            .key(self.object_key(name));
        match request.send().await.map_err(failed("s3:DeleteObject")) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.explained(error).into()),
        }
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        let own = self.object_key("");
        let mut names = Vec::new();
        let mut token = None;
        loop {
            let request = self
                .s3
                .list_objects_v2()
                .bucket(&self.store.bucket)
                .prefix(self.object_key(prefix));
            let page = request.set_continuation_token(token).send().await;
            let page = page
                .map_err(failed("s3:ListObjectsV2"))
                .map_err(|error| self.explained(error))?;
            let keys = page.contents.into_iter().flatten().filter_map(|object| object.key);
            names.extend(keys.filter_map(|key| key.strip_prefix(&own).map(str::to_owned)));
            token = page.next_continuation_token;
            if token.is_none() {
                names.sort();
                return Ok(names);
            }
        }
    }

    async fn lock(&self, lock: &Lock, over: Option<&Lock>) -> Result<(), BackendError> {
        self.take(lock, over).await
    }

    async fn renew(&self, held: &Lock, expires: Timestamp) -> Result<Lock, BackendError> {
        self.prolong(held, expires).await
    }

    async fn unlock(&self, id: &str) -> Result<(), BackendError> {
        self.release(id).await
    }

    async fn holder(&self) -> Result<Option<Lock>, BackendError> {
        Ok(self.item().await?.map(|item| item.lock))
    }

    #[cfg(feature = "kms")]
    async fn key(&self, make: bool) -> Result<Option<DataKey>, BackendError> {
        self.data_key(make).await
    }

    #[cfg(not(feature = "kms"))]
    async fn key(&self, _make: bool) -> Result<Option<DataKey>, BackendError> {
        match &self.store.kms_key {
            None => Ok(None),
            Some(key) => Err(ResourceError::invalid(format!(
                "this program is built without KMS and cannot use `{key}`"
            ))
            .hint("build it with the feature `kms` of `iac-aws`")
            .into()),
        }
    }
}

fn without_etag(operation: &str) -> ResourceError {
    ResourceError::new(ErrorKind::Other, "the answer has no ETag").during(operation)
}
