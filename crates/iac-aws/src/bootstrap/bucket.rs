//! The state bucket.

use std::time::Duration;

use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, PublicAccessBlockConfiguration,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
    VersioningConfiguration,
};
use iac_core::model::{ErrorKind, ResourceError};

use super::{
    report::{BootstrapOptions, BootstrapOutcome},
    work::Work,
};
use crate::{StateStore, error::failed};

/// For a name whose bucket was deleted a moment ago.
const NAME_FREE: Duration = Duration::from_mins(20);

impl Work<'_> {
    /// The bucket, then each of its settings. S3 wants the changes of one bucket one after the other.
    pub(super) async fn bucket(&mut self, store: &StateStore, options: BootstrapOptions) -> Result<(), ResourceError> {
        let bucket = store.bucket.as_str();
        let itself = self.bucket_itself(bucket).await?;
        self.note(format!("the bucket {bucket}"), itself);
        let new = itself == BootstrapOutcome::Created;
        // a new bucket never is versioned: nothing to ask
        let right = !new && self.is_versioned(bucket).await?;
        if !right {
            self.enable_versioning(bucket).await?;
        }
        self.note("its versioning", BootstrapOutcome::of(right, new));
        let right = self.encryption(bucket, store.kms_key.as_deref()).await?;
        self.note("its encryption", BootstrapOutcome::of(right, new));
        let right = self.public_access(bucket).await?;
        self.note("its block of public access", BootstrapOutcome::of(right, new));
        if !options.plain_http {
            let right = self.policy(bucket).await?;
            self.note(
                "its refusal of connections without TLS",
                BootstrapOutcome::of(right, new),
            );
        }
        let right = self.lifecycle(bucket).await?;
        self.note("its removal of old versions", BootstrapOutcome::of(right, new));
        Ok(())
    }

    async fn bucket_itself(&self, bucket: &str) -> Result<BootstrapOutcome, ResourceError> {
        // asked first, because in us-east-1 making a bucket that is ours already succeeds, and resets its ACL
        let head = self
            .aws
            .s3
            .head_bucket()
            .bucket(bucket)
            .expected_bucket_owner(self.owner);
        match head.send().await.map_err(failed("s3:HeadBucket")) {
            Ok(_) => return Ok(BootstrapOutcome::AlreadyRight),
            Err(error) if error.kind == ErrorKind::NotFound => {}
            Err(error) => return Err(foreign(error, bucket)),
        }
        let region = self.aws.region();
        let place = (region != "us-east-1").then(|| {
            CreateBucketConfiguration::builder()
                .location_constraint(BucketLocationConstraint::from(region))
                .build()
        });
        let create = self
            .aws
            .s3
            .create_bucket()
            .bucket(bucket)
            .set_create_bucket_configuration(place);
        let made = self
            .patiently(
                NAME_FREE,
                |error| error.code == "OperationAborted",
                || async { create.clone().send().await.map(drop).map_err(failed("s3:CreateBucket")) },
            )
            .await;
        match made {
            Ok(()) => Ok(BootstrapOutcome::Created),
            // another bootstrap of ours was faster
            Err(error) if error.code == "BucketAlreadyOwnedByYou" => Ok(BootstrapOutcome::AlreadyRight),
            Err(error) => Err(foreign(error, bucket)),
        }
    }

    async fn is_versioned(&self, bucket: &str) -> Result<bool, ResourceError> {
        let live = self
            .retried(|| async {
                let request = self.aws.s3.get_bucket_versioning().bucket(bucket);
                let request = request.expected_bucket_owner(self.owner);
                request.send().await.map_err(failed("s3:GetBucketVersioning"))
            })
            .await?;
        Ok(live.status == Some(BucketVersioningStatus::Enabled))
    }

    async fn enable_versioning(&self, bucket: &str) -> Result<(), ResourceError> {
        let enabled = VersioningConfiguration::builder()
            .status(BucketVersioningStatus::Enabled)
            .build();
        self.retried(|| async {
            let request = self.aws.s3.put_bucket_versioning().bucket(bucket);
            let request = request
                .expected_bucket_owner(self.owner)
                .versioning_configuration(enabled.clone());
            request.send().await.map(drop).map_err(failed("s3:PutBucketVersioning"))
        })
        .await
    }

    /// Sets the encryption by default; whether it was right. Without a `key` that is AES256, when there is none: a key in KMS
    /// is stricter, and someone chose it.
    async fn encryption(&self, bucket: &str, key: Option<&str>) -> Result<bool, ResourceError> {
        let live = self
            .retried(|| async {
                let request = self.aws.s3.get_bucket_encryption().bucket(bucket);
                let request = request.expected_bucket_owner(self.owner);
                request.send().await.map_err(failed("s3:GetBucketEncryption"))
            })
            .await;
        let right = match live {
            Ok(live) => live.server_side_encryption_configuration.is_some_and(|live| {
                live.rules
                    .iter()
                    .filter_map(|rule| rule.apply_server_side_encryption_by_default.as_ref())
                    .any(|live| key.is_none_or(|key| encrypts_with(live, key)))
            }),
            Err(error) if error.code == "ServerSideEncryptionConfigurationNotFoundError" => false,
            Err(error) => return Err(error),
        };
        if !right {
            let algorithm = match key {
                Some(_) => ServerSideEncryption::AwsKms,
                None => ServerSideEncryption::Aes256,
            };
            let by_default = ServerSideEncryptionByDefault::builder()
                .sse_algorithm(algorithm)
                .set_kms_master_key_id(key.map(str::to_owned));
            let by_default = by_default
                .build()
                .map_err(|error| ResourceError::invalid(error.to_string()))?;
            let rule = ServerSideEncryptionRule::builder()
                .apply_server_side_encryption_by_default(by_default)
                .set_bucket_key_enabled(key.map(|_| true))
                .build();
            let wanted = ServerSideEncryptionConfiguration::builder().rules(rule).build();
            let wanted = wanted.map_err(|error| ResourceError::invalid(error.to_string()))?;
            self.retried(|| async {
                let request = self.aws.s3.put_bucket_encryption().bucket(bucket);
                let request = request.expected_bucket_owner(self.owner);
                let request = request.server_side_encryption_configuration(wanted.clone());
                request.send().await.map_err(failed("s3:PutBucketEncryption"))
            })
            .await?;
        }
        Ok(right)
    }

    /// Blocks all public access; whether it was blocked.
    async fn public_access(&self, bucket: &str) -> Result<bool, ResourceError> {
        let wanted = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        let live = self
            .retried(|| async {
                let request = self.aws.s3.get_public_access_block().bucket(bucket);
                let request = request.expected_bucket_owner(self.owner);
                request.send().await.map_err(failed("s3:GetPublicAccessBlock"))
            })
            .await;
        let right = match live {
            Ok(live) => live.public_access_block_configuration.as_ref() == Some(&wanted),
            Err(error) if error.code == "NoSuchPublicAccessBlockConfiguration" => false,
            Err(error) => return Err(error),
        };
        if !right {
            self.retried(|| async {
                let request = self.aws.s3.put_public_access_block().bucket(bucket);
                let request = request.expected_bucket_owner(self.owner);
                let request = request.public_access_block_configuration(wanted.clone());
                request.send().await.map_err(failed("s3:PutPublicAccessBlock"))
            })
            .await?;
        }
        Ok(right)
    }
}

/// Whether this is encryption with the key, an ARN, an id or an alias. S3 gives a key back as it was put.
fn encrypts_with(live: &ServerSideEncryptionByDefault, key: &str) -> bool {
    let id = live.kms_master_key_id().unwrap_or_default();
    live.sse_algorithm() == &ServerSideEncryption::AwsKms && (id == key || id.ends_with(&format!(":key/{key}")))
}

/// Explains an answer that speaks of a bucket we cannot have.
fn foreign(error: ResourceError, bucket: &str) -> ResourceError {
    match error.code.as_str() {
        "BucketAlreadyExists" => error.hint(format!(
            "the name `{bucket}` belongs to another account: bucket names are shared by all of AWS, so choose another"
        )),
        "PermanentRedirect" | "HTTP 301" => {
            error.hint(format!("the bucket `{bucket}` is in another region than this environment"))
        }
        _ if error.kind == ErrorKind::Denied => error.hint(format!(
            "either the bucket `{bucket}` belongs to another account, and then choose another name, or `s3:ListBucket` on it \
             is not allowed"
        )),
        _ => error,
    }
}
