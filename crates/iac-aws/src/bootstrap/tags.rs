//! The default tags of the environment, on the bucket and the table. Tags of others stay.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::Tag as TableTag;
use aws_sdk_s3::types::{Tag, Tagging};
use iac_core::model::ResourceError;

use super::{report::BootstrapOutcome, work::Work};
use crate::error::failed;

type Tags = BTreeMap<String, String>;

impl Work<'_> {
    pub(super) async fn bucket_tags(&mut self, bucket: &str, tags: &Tags) -> Result<(), ResourceError> {
        if tags.is_empty() {
            return Ok(());
        }
        let live = self
            .retried(|| async {
                let request = self.aws.s3.get_bucket_tagging().bucket(bucket);
                let request = request.expected_bucket_owner(self.owner);
                request.send().await.map_err(failed("s3:GetBucketTagging"))
            })
            .await;
        let live: Tags = match live {
            Ok(live) => live.tag_set.into_iter().map(|tag| (tag.key, tag.value)).collect(),
            Err(error) if error.code == "NoSuchTagSet" => Tags::new(),
            Err(error) => return Err(error),
        };
        let right = missing(&live, tags).is_empty();
        if !right {
            // the call replaces the whole set
            let mut all = live.clone();
            all.extend(tags.clone());
            let set: Result<Vec<_>, _> = all
                .iter()
                .map(|(key, value)| Tag::builder().key(key).value(value).build())
                .collect();
            let set = set.and_then(|set| Tagging::builder().set_tag_set(Some(set)).build());
            let set = set.map_err(|error| ResourceError::invalid(error.to_string()))?;
            self.retried(|| async {
                let request = self.aws.s3.put_bucket_tagging().bucket(bucket).tagging(set.clone());
                let request = request.expected_bucket_owner(self.owner);
                request.send().await.map_err(failed("s3:PutBucketTagging"))
            })
            .await?;
        }
        self.note("its tags", BootstrapOutcome::of(right, live.is_empty()));
        Ok(())
    }

    /// The tags of the table with this ARN.
    pub(super) async fn table_tags(&mut self, arn: &str, tags: &Tags) -> Result<(), ResourceError> {
        if tags.is_empty() {
            return Ok(());
        }
        let (mut live, mut token) = (Tags::new(), None);
        loop {
            let request = self
                .aws
                .dynamodb
                .list_tags_of_resource()
                .resource_arn(arn)
                .set_next_token(token);
            let page = request.send().await.map_err(failed("dynamodb:ListTagsOfResource"))?;
            live.extend(page.tags.into_iter().flatten().map(|tag| (tag.key, tag.value)));
            token = page.next_token;
            if token.is_none() {
                break;
            }
        }
        let missing = missing(&live, tags);
        if !missing.is_empty() {
            let set: Result<Vec<_>, _> = missing
                .iter()
                .map(|(key, value)| TableTag::builder().key(key).value(value).build())
                .collect();
            let set = set.map_err(|error| ResourceError::invalid(error.to_string()))?;
            let request = self.aws.dynamodb.tag_resource().resource_arn(arn).set_tags(Some(set));
            request.send().await.map_err(failed("dynamodb:TagResource"))?;
        }
        self.note("its tags", BootstrapOutcome::of(missing.is_empty(), live.is_empty()));
        Ok(())
    }
}

/// The tags that are not there, or have another value.
fn missing(live: &Tags, wanted: &Tags) -> Tags {
    let differs = |(key, value): &(&String, &String)| live.get(*key) != Some(*value);
    wanted
        .iter()
        .filter(differs)
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
