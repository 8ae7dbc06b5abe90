//! Who owns the objects of a bucket, and what keeps them from the public.

use async_trait::async_trait;
use aws_sdk_s3::types::{OwnershipControls, OwnershipControlsRule, PublicAccessBlockConfiguration};
use bon::Builder;
use iac_core::{Schema, model::ResourceError};
use serde::{Deserialize, Serialize};

use super::aspect::{Aspect, At};
use crate::{error::failed, s3::words::built};

string_enum! {
    /// Who owns objects that other accounts write. Source: S3 user guide, "Controlling ownership of objects".
    #[derive(Default)]
    pub enum ObjectOwnership {
        /// The bucket's owner owns all; access control lists have no effect.
        #[default]
        BucketOwnerEnforced = "BucketOwnerEnforced",
        /// The bucket's owner owns what is written with the list `bucket-owner-full-control`.
        BucketOwnerPreferred = "BucketOwnerPreferred",
        /// The writer owns it.
        ObjectWriter = "ObjectWriter",
    }
}

/// What keeps the public out. All on by default, as in a new bucket; a public bucket policy is refused while
/// `block_public_policy` is on. Source: `PutPublicAccessBlock`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Builder, Schema)]
pub struct PublicAccessBlock {
    /// Refuses access control lists that let the public in.
    #[builder(default = true)]
    pub block_public_acls: bool,
    /// Gives no effect to access control lists that let the public in.
    #[builder(default = true)]
    pub ignore_public_acls: bool,
    /// Refuses bucket policies that let the public in.
    #[builder(default = true)]
    pub block_public_policy: bool,
    /// Lets only AWS services and this account use a bucket whose policy lets the public in.
    #[builder(default = true)]
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// All four on: the default.
    pub const ALL: Self = Self::each(true);
    /// All four off: for a bucket that the public may read.
    pub const NONE: Self = Self::each(false);

    const fn each(on: bool) -> Self {
        Self {
            block_public_acls: on,
            ignore_public_acls: on,
            block_public_policy: on,
            restrict_public_buckets: on,
        }
    }
}

impl Default for PublicAccessBlock {
    fn default() -> Self {
        Self::ALL
    }
}

#[async_trait]
impl Aspect for ObjectOwnership {
    const NOT_CONFIGURED: &'static [&'static str] = &["OwnershipControlsNotFoundError"];

    fn absent() -> Self {
        Self::ObjectWriter
    }

    async fn get(at: &At<'_>) -> Result<Self, ResourceError> {
        let request = at.s3.get_bucket_ownership_controls().bucket(at.name);
        let answer = request.send().await.map_err(failed("s3:GetBucketOwnershipControls"))?;
        let rules = answer
            .ownership_controls()
            .map(OwnershipControls::rules)
            .unwrap_or_default();
        Ok(match rules {
            [rule, ..] => Self::from_word(rule.object_ownership().as_str()),
            [] => Self::absent(),
        })
    }

    async fn put(&self, at: &At<'_>) -> Result<(), ResourceError> {
        let rule = OwnershipControlsRule::builder().object_ownership(self.as_str().into());
        let controls = OwnershipControls::builder().rules(rule.build().map_err(built)?);
        let request = at.s3.put_bucket_ownership_controls().bucket(at.name);
        let request = request.ownership_controls(controls.build().map_err(built)?);
        request.send().await.map_err(failed("s3:PutBucketOwnershipControls"))?;
        Ok(())
    }

    async fn remove(at: &At<'_>) -> Result<(), ResourceError> {
        let request = at.s3.delete_bucket_ownership_controls().bucket(at.name);
        request
            .send()
            .await
            .map_err(failed("s3:DeleteBucketOwnershipControls"))?;
        Ok(())
    }
}

#[async_trait]
impl Aspect for PublicAccessBlock {
    const NOT_CONFIGURED: &'static [&'static str] = &["NoSuchPublicAccessBlockConfiguration"];

    fn absent() -> Self {
        Self::NONE
    }

    async fn get(at: &At<'_>) -> Result<Self, ResourceError> {
        let request = at.s3.get_public_access_block().bucket(at.name);
        let answer = request.send().await.map_err(failed("s3:GetPublicAccessBlock"))?;
        Ok(answer
            .public_access_block_configuration()
            .map_or(Self::NONE, |block| Self {
                block_public_acls: block.block_public_acls() == Some(true),
                ignore_public_acls: block.ignore_public_acls() == Some(true),
                block_public_policy: block.block_public_policy() == Some(true),
                restrict_public_buckets: block.restrict_public_buckets() == Some(true),
            }))
    }

    async fn put(&self, at: &At<'_>) -> Result<(), ResourceError> {
        let block = PublicAccessBlockConfiguration::builder()
            .block_public_acls(self.block_public_acls)
            .ignore_public_acls(self.ignore_public_acls)
            .block_public_policy(self.block_public_policy)
            .restrict_public_buckets(self.restrict_public_buckets);
        let request = at.s3.put_public_access_block().bucket(at.name);
        let request = request.public_access_block_configuration(block.build());
        request.send().await.map_err(failed("s3:PutPublicAccessBlock"))?;
        Ok(())
    }

    async fn remove(at: &At<'_>) -> Result<(), ResourceError> {
        let request = at.s3.delete_public_access_block().bucket(at.name);
        request.send().await.map_err(failed("s3:DeletePublicAccessBlock"))?;
        Ok(())
    }
}
