//! Archives for objects in the class `INTELLIGENT_TIERING` that nobody reads.

use std::collections::BTreeMap;

use aws_sdk_s3::types::{
    IntelligentTieringAccessTier, IntelligentTieringAndOperator, IntelligentTieringConfiguration,
    IntelligentTieringFilter, IntelligentTieringStatus, Tiering,
};
use bon::Builder;
use iac_core::{
    Schema,
    model::{ResourceError, Violation},
};
use serde::{Deserialize, Serialize};

use super::setting::BucketClient;
use crate::{
    error::failed,
    s3::{sdk::built, tags},
};

/// When objects that are not read are archived; the id is its key in the bucket. Without a filter it is about all.
///
/// Source: `PutBucketIntelligentTieringConfiguration`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[builder(on(_, into))]
pub struct IntelligentTiering {
    /// Whether it is in force.
    #[builder(default = true)]
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Only keys that start so; an empty prefix is none.
    #[serde(default, skip_serializing_if = "crate::s3::sdk::is_blank")]
    pub prefix: Option<String>,
    /// Only objects with all of these tags.
    #[serde(default)]
    #[builder(default, with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>| tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())]
    pub tags: BTreeMap<String, String>,
    /// Days without a read until an object is archived, 90 to 730.
    pub archive_after_days: Option<i32>,
    /// Days without a read until an object is archived deeply, 180 to 730.
    pub deep_archive_after_days: Option<i32>,
}

fn yes() -> bool {
    true
}

impl IntelligentTiering {
    pub(super) fn check(&self, id: &str) -> Option<Violation> {
        let within = |days: Option<i32>, least| days.is_none_or(|days| (least..=730).contains(&days));
        let problem = if self.archive_after_days.is_none() && self.deep_archive_after_days.is_none() {
            "needs `archive_after_days` or `deep_archive_after_days`"
        } else if !within(self.archive_after_days, 90) {
            "`archive_after_days` is 90 to 730"
        } else if !within(self.deep_archive_after_days, 180) {
            "`deep_archive_after_days` is 180 to 730"
        } else {
            return None;
        };
        Some(Violation {
            path: format!("intelligent_tiering.{id}"),
            message: problem.to_owned(),
        })
    }
}

/// Reads all, by id.
pub(super) async fn read(client: &BucketClient<'_>) -> Result<BTreeMap<String, IntelligentTiering>, ResourceError> {
    let mut found = BTreeMap::new();
    let mut from = None;
    loop {
        let request = client
            .s3
            .list_bucket_intelligent_tiering_configurations()
            .bucket(client.name);
        let page = request.set_continuation_token(from).send().await;
        let page = page.map_err(failed("s3:ListBucketIntelligentTieringConfigurations"))?;
        found.extend(page.intelligent_tiering_configuration_list().iter().map(from_sdk));
        from = page.next_continuation_token().map(str::to_owned);
        if from.is_none() || page.is_truncated() != Some(true) {
            return Ok(found);
        }
    }
}

/// Brings them to what is desired, one after the other.
pub(super) async fn bring(
    client: &BucketClient<'_>,
    desired: &BTreeMap<String, IntelligentTiering>,
    live: &BTreeMap<String, IntelligentTiering>,
) -> Result<(), ResourceError> {
    for id in live.keys().filter(|id| !desired.contains_key(*id)) {
        client.steadily(|_| false, || remove(client, id)).await?;
    }
    for (id, tiering) in desired.iter().filter(|(id, tiering)| live.get(*id) != Some(*tiering)) {
        client.steadily(|_| false, || put(client, id, tiering)).await?;
    }
    Ok(())
}

async fn remove(client: &BucketClient<'_>, id: &str) -> Result<(), ResourceError> {
    let request = client
        .s3
        .delete_bucket_intelligent_tiering_configuration()
        .bucket(client.name)
        .id(id);
    match request
        .send()
        .await
        .map_err(failed("s3:DeleteBucketIntelligentTieringConfiguration"))
    {
        Err(error) if error.code != "NoSuchConfiguration" => Err(error),
        _ => Ok(()),
    }
}

async fn put(client: &BucketClient<'_>, id: &str, tiering: &IntelligentTiering) -> Result<(), ResourceError> {
    let request = client
        .s3
        .put_bucket_intelligent_tiering_configuration()
        .bucket(client.name)
        .id(id);
    let request = request.intelligent_tiering_configuration(to_sdk(id, tiering)?);
    request
        .send()
        .await
        .map_err(failed("s3:PutBucketIntelligentTieringConfiguration"))?;
    Ok(())
}

fn to_sdk(id: &str, tiering: &IntelligentTiering) -> Result<IntelligentTieringConfiguration, ResourceError> {
    let mut tags = tags::to_sdk(&tiering.tags)?;
    let filter = IntelligentTieringFilter::builder();
    let filter = match (&tiering.prefix, tags.len()) {
        (None, 0) => None,
        (Some(_), 0) | (None, 1) => Some(filter.set_prefix(tiering.prefix.clone()).set_tag(tags.pop())),
        _ => {
            let and = IntelligentTieringAndOperator::builder().set_prefix(tiering.prefix.clone());
            Some(filter.and(and.set_tags(Some(tags)).build()))
        }
    };
    let status = if tiering.enabled {
        IntelligentTieringStatus::Enabled
    } else {
        IntelligentTieringStatus::Disabled
    };
    let tiers = [
        (IntelligentTieringAccessTier::ArchiveAccess, tiering.archive_after_days),
        (
            IntelligentTieringAccessTier::DeepArchiveAccess,
            tiering.deep_archive_after_days,
        ),
    ];
    let tiers = tiers
        .into_iter()
        .filter_map(|(tier, days)| Some(Tiering::builder().access_tier(tier).days(days?).build().map_err(built)))
        .collect::<Result<_, _>>()?;
    IntelligentTieringConfiguration::builder()
        .id(id)
        .status(status)
        .set_filter(filter.map(aws_sdk_s3::types::builders::IntelligentTieringFilterBuilder::build))
        .set_tierings(Some(tiers))
        .build()
        .map_err(built)
}

fn from_sdk(sdk: &IntelligentTieringConfiguration) -> (String, IntelligentTiering) {
    let filter = sdk.filter();
    let and = filter.and_then(IntelligentTieringFilter::and);
    let prefix = filter
        .and_then(IntelligentTieringFilter::prefix)
        .or_else(|| and.and_then(IntelligentTieringAndOperator::prefix));
    let tag = filter.and_then(IntelligentTieringFilter::tag).into_iter();
    let tags = tag.chain(and.map(IntelligentTieringAndOperator::tags).unwrap_or_default());
    let days = |tier: &IntelligentTieringAccessTier| {
        let mut tiers = sdk.tierings().iter();
        tiers.find(|found| found.access_tier() == tier).map(Tiering::days)
    };
    let tiering = IntelligentTiering {
        enabled: *sdk.status() == IntelligentTieringStatus::Enabled,
        prefix: prefix.filter(|prefix| !prefix.is_empty()).map(str::to_owned),
        tags: tags.map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect(),
        archive_after_days: days(&IntelligentTieringAccessTier::ArchiveAccess),
        deep_archive_after_days: days(&IntelligentTieringAccessTier::DeepArchiveAccess),
    };
    (sdk.id().to_owned(), tiering)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_as_it_went() {
        let plain = IntelligentTiering::builder().archive_after_days(90).build();
        let filtered = IntelligentTiering::builder()
            .enabled(false)
            .prefix("a/")
            .tags([("k", "v"), ("l", "w")])
            .deep_archive_after_days(180)
            .build();
        for tiering in [plain, filtered] {
            assert_eq!(from_sdk(&to_sdk("id", &tiering).unwrap()), ("id".to_owned(), tiering));
        }
    }
}
