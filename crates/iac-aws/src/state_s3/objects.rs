//! The objects of a state in its bucket: read, written on a condition, removed, listed.

use aws_sdk_s3::{
    operation::put_object::builders::PutObjectFluentBuilder, primitives::ByteStream, types::ServerSideEncryption,
};
use iac_core::{
    model::{ErrorKind, ResourceError},
    state::{BackendError, Object, Precondition, Version},
};

use super::{
    attempts::{Attempts, ConflictPasses},
    clients,
    store::StateStore,
};
use crate::{Aws, error::failed};

/// Objects below one key of a bucket.
#[derive(Clone, Debug)]
pub(super) struct Objects {
    s3: aws_sdk_s3::Client,
    bucket: String,
    /// The account that owns the bucket.
    owner: String,
    kms_key: Option<String>,
    key: String,
}

impl Objects {
    pub(super) fn new(aws: &Aws, store: &StateStore, key: &str) -> Self {
        let owner = store.expected_bucket_owner.as_deref().unwrap_or(aws.account());
        Self {
            s3: clients::s3(aws),
            bucket: store.bucket.clone(),
            owner: owner.to_owned(),
            kms_key: store.kms_key.clone(),
            key: key.to_owned(),
        }
    }

    /// Where they are, for people.
    pub(super) fn place(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }

    fn object_key(&self, name: &str) -> String {
        format!("{}/{name}", self.key)
    }

    /// Adds what to do to an error of S3.
    fn explained(&self, error: ResourceError) -> ResourceError {
        match error.code.as_str() {
            "NoSuchBucket" => error.hint(format!(
                "make the state bucket `{}` with `bootstrap`, or correct its name",
                self.bucket
            )),
            "PermanentRedirect" | "AuthorizationHeaderMalformed" | "HTTP 301" => error.hint(format!(
                "the state bucket `{}` is in another region: say which with `StateStore::region`",
                self.bucket
            )),
            "AccessDenied" => error.hint(format!(
                "the bucket `{}` is expected to belong to account {}: if it belongs to another, say which with \
                 `StateStore::expected_bucket_owner`",
                self.bucket, self.owner
            )),
            _ => error,
        }
    }

    fn put_request(&self, name: &str, bytes: &[u8], precondition: &Precondition) -> PutObjectFluentBuilder {
        let request = self
            .s3
            .put_object()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .key(self.object_key(name))
            .content_type("application/json")
            .set_server_side_encryption(self.kms_key.as_ref().map(|_| ServerSideEncryption::AwsKms))
            .set_ssekms_key_id(self.kms_key.clone())
            .body(ByteStream::from(bytes.to_vec()));
        match precondition {
            Precondition::Absent => request.if_none_match("*"),
            Precondition::Matches(version) => request.if_match(&version.0),
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
        let again = aws_sdk_s3::config::Builder::new()
            .retry_classifier(ConflictPasses)
            .timeout_config(clients::upload_timeout(bytes.len()))
            .interceptor(attempts.clone());
        let request = self.put_request(name, bytes, precondition).customize();
        let answer = request.config_override(again).send().await.map_err(failed(operation))?;
        answer.e_tag.map(Version).ok_or_else(|| without_etag(operation))
    }

    /// [`Backend::get`](iac_core::state::Backend::get).
    pub(super) async fn get(&self, name: &str) -> Result<Option<Object>, BackendError> {
        let operation = "s3:GetObject";
        let request = self
            .s3
            .get_object()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
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

    /// [`Backend::put`](iac_core::state::Backend::put).
    pub(super) async fn put(
        &self,
        name: &str,
        bytes: &[u8],
        precondition: &Precondition,
    ) -> Result<Version, BackendError> {
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

    /// [`Backend::delete`](iac_core::state::Backend::delete).
    pub(super) async fn delete(&self, name: &str) -> Result<(), BackendError> {
        let request = self
            .s3
            .delete_object()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .key(self.object_key(name));
        match request.send().await.map_err(failed("s3:DeleteObject")) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.explained(error).into()),
        }
    }

    /// [`Backend::list`](iac_core::state::Backend::list).
    pub(super) async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        let own = self.object_key("");
        let mut names = Vec::new();
        let mut token = None;
        loop {
            let request = self
                .s3
                .list_objects_v2()
                .bucket(&self.bucket)
                .expected_bucket_owner(&self.owner)
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
}

fn without_etag(operation: &str) -> ResourceError {
    ResourceError::new(ErrorKind::Other, "the answer has no ETag").during(operation)
}
