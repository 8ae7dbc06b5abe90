//! The tags of a bucket: one set, put as a whole.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_s3::types::{Tag, Tagging};
use iac_core::model::ResourceError;

use super::aspect::{Aspect, At};
use crate::{
    error::failed,
    s3::{tags, words::built},
};

#[async_trait]
impl Aspect for BTreeMap<String, String> {
    fn absent() -> Self {
        Self::new()
    }

    async fn get(at: &At<'_>) -> Result<Self, ResourceError> {
        Ok(tags::from_sdk(&read(at).await?))
    }

    /// Keeps the tags AWS itself has put there, which a put of the whole set would drop.
    async fn put(&self, at: &At<'_>) -> Result<(), ResourceError> {
        let mut set = tags::all(&read(at).await?);
        set.retain(|key, _| key.starts_with("aws:"));
        set.extend(self.clone());
        if set.is_empty() {
            let request = at.s3.delete_bucket_tagging().bucket(at.name);
            request.send().await.map_err(failed("s3:DeleteBucketTagging"))?;
        } else {
            let tagging = Tagging::builder().set_tag_set(Some(tags::to_sdk(&set)?));
            let request = at.s3.put_bucket_tagging().bucket(at.name);
            let request = request.tagging(tagging.build().map_err(built)?);
            request.send().await.map_err(failed("s3:PutBucketTagging"))?;
        }
        Ok(())
    }
}

async fn read(at: &At<'_>) -> Result<Vec<Tag>, ResourceError> {
    let request = at.s3.get_bucket_tagging().bucket(at.name);
    match request.send().await.map_err(failed("s3:GetBucketTagging")) {
        Ok(answer) => Ok(answer.tag_set),
        Err(error) if error.code == "NoSuchTagSet" => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
