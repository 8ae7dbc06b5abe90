//! The tags of a bucket: one set, put as a whole.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_s3::types::{Tag, Tagging};
use iac_core::model::ResourceError;

use super::setting::{BucketClient, BucketSetting};
use crate::{
    error::failed,
    s3::{sdk::built, tags},
};

#[async_trait]
impl BucketSetting for BTreeMap<String, String> {
    fn absent() -> Self {
        Self::new()
    }

    async fn get(client: &BucketClient<'_>) -> Result<Self, ResourceError> {
        Ok(tags::from_sdk(&read(client).await?))
    }

    /// Keeps the tags AWS itself has put there, which a put of the whole set would drop.
    async fn put(&self, client: &BucketClient<'_>) -> Result<(), ResourceError> {
        let mut set = tags::all(&read(client).await?);
        set.retain(|key, _| key.starts_with("aws:"));
        set.extend(self.clone());
        if set.is_empty() {
            let request = client.s3.delete_bucket_tagging().bucket(client.name);
            request.send().await.map_err(failed("s3:DeleteBucketTagging"))?;
        } else {
            let tagging = Tagging::builder().set_tag_set(Some(tags::to_sdk(&set)?));
            let request = client.s3.put_bucket_tagging().bucket(client.name);
            let request = request.tagging(tagging.build().map_err(built)?);
            request.send().await.map_err(failed("s3:PutBucketTagging"))?;
        }
        Ok(())
    }

    /// A bucket whose tags decide on access takes them by another API. Source: S3 user guide, "Enabling ABAC in general purpose
    /// buckets".
    fn advice(error: &ResourceError) -> Option<&'static str> {
        let message = error.message.to_ascii_lowercase();
        let by_tags = ["abac", "attribute-based", "attribute based", "tagresource"];
        let is_abac = error.code == "MethodNotAllowed" || by_tags.iter().any(|word| message.contains(word));
        is_abac.then_some(
            "when attribute-based access control (ABAC) is on for a bucket, its tags change by `aws s3control tag-resource` and \
             `untag-resource` alone; change them there as they are declared, or switch ABAC off with `aws s3api \
             put-bucket-abac`",
        )
    }
}

async fn read(client: &BucketClient<'_>) -> Result<Vec<Tag>, ResourceError> {
    let request = client.s3.get_bucket_tagging().bucket(client.name);
    match request.send().await.map_err(failed("s3:GetBucketTagging")) {
        Ok(answer) => Ok(answer.tag_set),
        Err(error) if error.code == "NoSuchTagSet" => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
