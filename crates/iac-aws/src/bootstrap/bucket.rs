//! The state bucket.

use std::time::Duration;

use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, PublicAccessBlockConfiguration,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
    VersioningConfiguration,
};
use iac_core::model::{ErrorKind, Resolved, ResourceError};

use super::{BootstrapOptions, BootstrapOutcome, Work};
use crate::{
    error::failed,
    policy::{PolicyDocument, Principal, Statement},
};

/// For a new bucket to be known everywhere, and for other changes of it to get out of the way.
const VISIBLE: Duration = Duration::from_mins(2);
/// For a name whose bucket was deleted a moment ago.
const NAME_FREE: Duration = Duration::from_mins(20);

fn passes(error: &ResourceError) -> bool {
    matches!(error.code.as_str(), "NoSuchBucket" | "OperationAborted")
}

/// What became of a setting that was `right` or was set, in a bucket that is `new` or was there.
fn outcome(right: bool, new: bool) -> BootstrapOutcome {
    match (right, new) {
        (true, _) => BootstrapOutcome::AlreadyRight,
        (false, true) => BootstrapOutcome::Created,
        (false, false) => BootstrapOutcome::Repaired,
    }
}

impl Work<'_> {
    /// The bucket, then each of its settings. S3 wants the changes of one bucket one after the other.
    pub(super) async fn bucket(&mut self, bucket: &str, options: BootstrapOptions) -> Result<(), ResourceError> {
        let itself = self.bucket_itself(bucket).await?;
        self.note(format!("the bucket {bucket}"), itself);
        let new = itself == BootstrapOutcome::Created;
        // a new bucket never is versioned: nothing to ask
        let right = !new && self.is_versioned(bucket).await?;
        if !right {
            self.enable_versioning(bucket).await?;
        }
        self.note("its versioning", outcome(right, new));
        let right = self.encryption(bucket).await?;
        self.note("its encryption", outcome(right, new));
        let right = self.public_access(bucket).await?;
        self.note("its block of public access", outcome(right, new));
        if !options.plain_http {
            let right = self.policy(bucket).await?;
            self.note("its refusal of connections without TLS", outcome(right, new));
        }
        Ok(())
    }

    async fn bucket_itself(&self, bucket: &str) -> Result<BootstrapOutcome, ResourceError> {
        // asked first, because in us-east-1 making a bucket that is ours already succeeds, and resets its ACL
        let head = self
            .aws
            .s3
            .head_bucket()
            .bucket(bucket)
            .expected_bucket_owner(self.aws.account());
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
            .patiently(VISIBLE, passes, || async {
                let request = self.aws.s3.get_bucket_versioning().bucket(bucket);
                let request = request.expected_bucket_owner(self.aws.account());
                request.send().await.map_err(failed("s3:GetBucketVersioning"))
            })
            .await?;
        Ok(live.status == Some(BucketVersioningStatus::Enabled))
    }

    async fn enable_versioning(&self, bucket: &str) -> Result<(), ResourceError> {
        let enabled = VersioningConfiguration::builder()
            .status(BucketVersioningStatus::Enabled)
            .build();
        self.patiently(VISIBLE, passes, || async {
            let request = self.aws.s3.put_bucket_versioning().bucket(bucket);
            let request = request
                .expected_bucket_owner(self.aws.account())
                .versioning_configuration(enabled.clone());
            request.send().await.map(drop).map_err(failed("s3:PutBucketVersioning"))
        })
        .await
    }

    /// Sets AES256 when there is no encryption by default; whether there was. A key in KMS is stricter, and someone chose it.
    async fn encryption(&self, bucket: &str) -> Result<bool, ResourceError> {
        let live = self
            .patiently(VISIBLE, passes, || async {
                let request = self.aws.s3.get_bucket_encryption().bucket(bucket);
                let request = request.expected_bucket_owner(self.aws.account());
                request.send().await.map_err(failed("s3:GetBucketEncryption"))
            })
            .await;
        let right = match live {
            Ok(live) => live.server_side_encryption_configuration.is_some_and(|live| {
                live.rules
                    .iter()
                    .any(|rule| rule.apply_server_side_encryption_by_default.is_some())
            }),
            Err(error) if error.code == "ServerSideEncryptionConfigurationNotFoundError" => false,
            Err(error) => return Err(error),
        };
        if !right {
            let by_default = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::Aes256);
            let by_default = by_default
                .build()
                .map_err(|error| ResourceError::invalid(error.to_string()))?;
            let rule = ServerSideEncryptionRule::builder()
                .apply_server_side_encryption_by_default(by_default)
                .build();
            let wanted = ServerSideEncryptionConfiguration::builder().rules(rule).build();
            let wanted = wanted.map_err(|error| ResourceError::invalid(error.to_string()))?;
            self.patiently(VISIBLE, passes, || async {
                let request = self.aws.s3.put_bucket_encryption().bucket(bucket);
                let request = request.expected_bucket_owner(self.aws.account());
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
            .patiently(VISIBLE, passes, || async {
                let request = self.aws.s3.get_public_access_block().bucket(bucket);
                let request = request.expected_bucket_owner(self.aws.account());
                request.send().await.map_err(failed("s3:GetPublicAccessBlock"))
            })
            .await;
        let right = match live {
            Ok(live) => live.public_access_block_configuration.as_ref() == Some(&wanted),
            Err(error) if error.code == "NoSuchPublicAccessBlockConfiguration" => false,
            Err(error) => return Err(error),
        };
        if !right {
            self.patiently(VISIBLE, passes, || async {
                let request = self.aws.s3.put_public_access_block().bucket(bucket);
                let request = request.expected_bucket_owner(self.aws.account());
                let request = request.public_access_block_configuration(wanted.clone());
                request.send().await.map_err(failed("s3:PutPublicAccessBlock"))
            })
            .await?;
        }
        Ok(right)
    }

    /// Adds the statement that refuses connections without TLS to those that are there; whether it was among them.
    async fn policy(&self, bucket: &str) -> Result<bool, ResourceError> {
        let operation = "s3:GetBucketPolicy";
        let live = self
            .patiently(VISIBLE, passes, || async {
                let request = self.aws.s3.get_bucket_policy().bucket(bucket);
                let request = request.expected_bucket_owner(self.aws.account());
                request.send().await.map_err(failed(operation))
            })
            .await;
        let mut document: PolicyDocument = match live {
            Ok(live) => PolicyDocument::from_json(live.policy.as_deref().unwrap_or_default())
                .map_err(|error| ResourceError::invalid(error.to_string()).during(operation))?,
            Err(error) if error.code == "NoSuchBucketPolicy" => PolicyDocument::new(),
            Err(error) => return Err(error),
        };
        let refusal = only_over_tls(self.aws.partition(), bucket);
        let right = refuses(&document, &refusal)?;
        if !right {
            document = document.statement(refusal);
            let text = resolved(&document)?.to_json();
            self.patiently(VISIBLE, passes, || async {
                let request = self.aws.s3.put_bucket_policy().bucket(bucket);
                let request = request.expected_bucket_owner(self.aws.account()).policy(&text);
                request.send().await.map_err(failed("s3:PutBucketPolicy"))
            })
            .await?;
        }
        Ok(right)
    }
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

fn only_over_tls(partition: &str, bucket: &str) -> Statement {
    let arn = format!("arn:{partition}:s3:::{bucket}");
    Statement::deny()
        .sid("OnlyOverTls")
        .principal(Principal::Anyone)
        .actions(["s3:*"])
        .resources([format!("{arn}/*"), arn])
        .condition("Bool", "aws:SecureTransport", ["false"])
}

/// Whether the document has that statement, under any name.
fn refuses(document: &PolicyDocument, refusal: &Statement) -> Result<bool, ResourceError> {
    let nameless = |mut document: PolicyDocument<Resolved>| {
        for statement in &mut document.statements {
            statement.sid = None;
        }
        document.canonical().statements
    };
    let wanted = nameless(resolved(&PolicyDocument::new().statement(refusal.clone()))?);
    let there = nameless(resolved(document)?);
    Ok(wanted.iter().all(|statement| there.contains(statement)))
}

fn resolved(document: &PolicyDocument) -> Result<PolicyDocument<Resolved>, ResourceError> {
    document
        .resolved()
        .map_err(|error| ResourceError::invalid(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statement_is_known_under_any_name_and_spelling() {
        let refusal = only_over_tls("aws", "state");
        let text = r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "s3:GetObject", "Resource": "*"},
            {"Sid": "tls", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*",
             "Resource": ["arn:aws:s3:::state", "arn:aws:s3:::state/*"], "Condition": {"Bool": {"aws:SecureTransport": false}}}
        ]}"#;
        let document = PolicyDocument::from_json(text).unwrap();
        assert!(refuses(&document, &refusal).unwrap());
        assert!(!refuses(&document, &only_over_tls("aws", "other")).unwrap());
        assert!(!refuses(&PolicyDocument::new(), &refusal).unwrap());
    }
}
