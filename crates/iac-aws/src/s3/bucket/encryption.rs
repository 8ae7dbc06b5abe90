//! How objects are encrypted when their writer does not say.

use std::collections::BTreeSet;

use async_trait::async_trait;
use aws_sdk_s3::types::{
    BlockedEncryptionTypes, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use bon::Builder;
use iac_core::{
    Schema,
    model::{Declared, Resolved, ResourceError, Stage, Violation},
};
use serde::{Deserialize, Serialize};

use super::aspect::{Aspect, At};
use crate::{error::failed, s3::words::built};

string_enum! {
    /// How S3 encrypts. Source: S3 user guide, "Protecting data with server-side encryption".
    #[derive(Default)]
    pub enum SseAlgorithm {
        /// Keys that S3 keeps.
        #[default]
        Aes256 = "AES256",
        /// A key in KMS.
        Kms = "aws:kms",
        /// A key in KMS, in two layers.
        KmsDsse = "aws:kms:dsse",
        /// `FSx`, for access points on its volumes.
        Fsx = "aws:fsx",
        /// AWS Backup.
        Backup = "aws:backup",
    }

    /// Encryption that writers may not ask for.
    pub enum BlockedEncryption {
        /// Nothing is refused.
        Nothing = "NONE",
        /// Keys that the writer keeps.
        SseC = "SSE-C",
    }
}

/// The default encryption of a bucket: keys of S3 unless said otherwise. Source: `PutBucketEncryption`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[serde(bound = "")]
#[builder(on(_, into))]
pub struct Encryption<S: Stage = Declared> {
    /// How.
    #[builder(default = SseAlgorithm::Aes256)]
    pub algorithm: SseAlgorithm,
    /// The key in KMS, best as an ARN; the key AWS keeps for S3 when unset. S3 does not check that the key is there.
    pub kms_key: Option<S::Value<String>>,
    /// Whether S3 asks KMS for one key per bucket instead of one per object, which costs less.
    #[builder(default = false)]
    #[serde(default)]
    pub bucket_key: bool,
    /// What writers may not ask for. AWS has refused `SSE-C` in new buckets since April 2026.
    #[field(computed)]
    #[builder(with = |blocked: impl IntoIterator<Item = BlockedEncryption>| blocked.into_iter().collect())]
    pub blocked: Option<BTreeSet<BlockedEncryption>>,
}

impl<S: Stage> Encryption<S> {
    /// Keys that S3 keeps: the default.
    pub const AES256: Self = Self {
        algorithm: SseAlgorithm::Aes256,
        kms_key: None,
        bucket_key: false,
        blocked: None,
    };
}

impl<S: Stage> Default for Encryption<S> {
    fn default() -> Self {
        Self::AES256
    }
}

impl Encryption<Resolved> {
    /// With what is live where this does not say.
    pub(super) fn over(&self, live: &Self) -> Self {
        Self {
            blocked: self.blocked.clone().or_else(|| live.blocked.clone()),
            ..self.clone()
        }
    }

    pub(super) fn check(&self) -> Option<Violation> {
        let of_kms = matches!(self.algorithm, SseAlgorithm::Kms | SseAlgorithm::KmsDsse);
        (self.kms_key.is_some() && !of_kms).then(|| Violation {
            path: "encryption.kms_key".to_owned(),
            message: "a KMS key needs the algorithm `aws:kms` or `aws:kms:dsse`".to_owned(),
        })
    }
}

#[async_trait]
impl Aspect for Encryption<Resolved> {
    /// Only stores other than AWS, and answers of old, say so; AWS always encrypts.
    const NOT_CONFIGURED: &'static [&'static str] = &["ServerSideEncryptionConfigurationNotFoundError"];

    fn absent() -> Self {
        Self::AES256
    }

    async fn get(at: &At<'_>) -> Result<Self, ResourceError> {
        let request = at.s3.get_bucket_encryption().bucket(at.name);
        let answer = request.send().await.map_err(failed("s3:GetBucketEncryption"))?;
        let rules = answer
            .server_side_encryption_configuration()
            .map(ServerSideEncryptionConfiguration::rules)
            .unwrap_or_default();
        Ok(rules.first().map_or(Self::AES256, from_rule))
    }

    async fn put(&self, at: &At<'_>) -> Result<(), ResourceError> {
        let default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(self.algorithm.as_str().into())
            .set_kms_master_key_id(self.kms_key.clone());
        let blocked = self.blocked.as_ref().map(|blocked| {
            let words = blocked.iter().map(|word| word.as_str().into()).collect();
            BlockedEncryptionTypes::builder()
                .set_encryption_type(Some(words))
                .build()
        });
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(default.build().map_err(built)?)
            .bucket_key_enabled(self.bucket_key)
            .set_blocked_encryption_types(blocked);
        let configuration = ServerSideEncryptionConfiguration::builder().rules(rule.build());
        let request = at.s3.put_bucket_encryption().bucket(at.name);
        let request = request.server_side_encryption_configuration(configuration.build().map_err(built)?);
        request.send().await.map_err(failed("s3:PutBucketEncryption"))?;
        Ok(())
    }

    async fn remove(at: &At<'_>) -> Result<(), ResourceError> {
        let request = at.s3.delete_bucket_encryption().bucket(at.name);
        request.send().await.map_err(failed("s3:DeleteBucketEncryption"))?;
        Ok(())
    }
}

fn from_rule(rule: &ServerSideEncryptionRule) -> Encryption<Resolved> {
    let default = rule.apply_server_side_encryption_by_default();
    let blocked = rule.blocked_encryption_types().map(|blocked| {
        let words = blocked.encryption_type().iter();
        words.map(|word| BlockedEncryption::from_word(word.as_str())).collect()
    });
    Encryption {
        algorithm: default.map_or(SseAlgorithm::Aes256, |default| {
            SseAlgorithm::from_word(default.sse_algorithm().as_str())
        }),
        kms_key: default.and_then(|default| default.kms_master_key_id().map(str::to_owned)),
        bucket_key: rule.bucket_key_enabled() == Some(true),
        blocked,
    }
}
