//! The calls on distributions: each change is guarded by an `ETag`, and takes minutes to be deployed.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use aws_sdk_cloudfront::types::{DistributionConfig, DistributionConfigWithTags, Origins, Tag, TagKeys, Tags};
use iac_core::model::{Context, RemoteId, Resolved, ResourceError};

use super::{Distribution, DistributionId, DistributionOutputs, hinted};
use crate::{
    Arn, Aws, DomainName,
    cloudfront::shared::{incomplete, missing, once_more_if_stale, stale},
    error::failed,
    tags::{TagChanges, without_aws},
};

/// How long a change may take to be deployed to all edges.
const DEPLOYMENT: Duration = Duration::from_mins(90);

/// How long a new distribution may be unknown to reads.
pub(super) const KNOWN: Duration = Duration::from_mins(2);

/// How long a new certificate may be unknown, and how long a change may be refused right after another.
const PASSING: Duration = Duration::from_mins(1);

/// How long a disabled distribution may be taken for an enabled one, and how long a deleted one may still be seen.
const SETTLE: Duration = Duration::from_mins(10);

/// A live distribution.
#[derive(Debug)]
pub(super) struct Current {
    id: String,
    pub(super) arn: String,
    domain_name: String,
    status: String,
    pub(super) config: DistributionConfig,
    etag: String,
}

impl Current {
    /// What the distribution gives.
    pub(super) fn outputs(&self, aws: &Aws) -> DistributionOutputs {
        DistributionOutputs {
            id: DistributionId::from(self.id.as_str()),
            arn: Arn::new(self.arn.as_str()),
            domain_name: DomainName::from(self.domain_name.as_str()),
            hosted_zone_id: hosted_zone_id(aws.partition()).to_owned(),
        }
    }
}

/// The zone of all distributions' names. Source: Route 53 API reference, `AliasTarget`.
pub(super) fn hosted_zone_id(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "Z3RFFRIM2A3IF5",
        _ => "Z2FDTNDATAQYW2",
    }
}

/// Whether it says that the distribution is gone. Things it refers to have codes of their own.
pub(super) fn gone(error: &ResourceError) -> bool {
    error.code == "NoSuchDistribution"
}

/// Reads a distribution.
pub(super) async fn current(id: &RemoteId, cx: &Context<'_, Aws>) -> Result<Current, ResourceError> {
    let answer = cx
        .provider
        .cloudfront
        .get_distribution()
        .id(id.as_str())
        .send()
        .await
        .map_err(failed("cloudfront:GetDistribution"))?;
    let live = answer.distribution.ok_or_else(|| missing("the distribution"))?;
    Ok(Current {
        id: live.id,
        arn: live.arn,
        domain_name: live.domain_name,
        status: live.status,
        config: live
            .distribution_config
            .ok_or_else(|| missing("the distribution's configuration"))?,
        etag: answer.e_tag.ok_or_else(|| missing("an ETag"))?,
    })
}

/// Makes a distribution. A repeat with the same caller reference is refused, never a second distribution.
pub(super) async fn create(
    config: DistributionConfig,
    tags: &BTreeMap<String, String>,
    cx: &Context<'_, Aws>,
) -> Result<RemoteId, ResourceError> {
    let with_tags = DistributionConfigWithTags::builder()
        .distribution_config(config)
        .tags(tag_list(tags)?)
        .build();
    let new_certificate = |error: &ResourceError| error.code == "InvalidViewerCertificate";
    let made = cx
        .retry("the certificate to be known", PASSING, new_certificate, || async {
            cx.provider
                .cloudfront
                .create_distribution_with_tags()
                .distribution_config_with_tags(with_tags.clone())
                .send()
                .await
                .map_err(failed("cloudfront:CreateDistributionWithTags"))
        })
        .await
        .map_err(hinted)?;
    Ok(RemoteId::new(
        made.distribution.ok_or_else(|| missing("the distribution"))?.id,
    ))
}

/// Changes the configuration to what `build` makes of the live one, if it makes something of it; once more from a fresh one when
/// another write came between.
pub(super) async fn change(
    id: &RemoteId,
    cx: &Context<'_, Aws>,
    build: impl Fn(&DistributionConfig) -> Result<Option<DistributionConfig>, ResourceError> + Send + Sync,
) -> Result<Current, ResourceError> {
    let passing = |error: &ResourceError| matches!(error.code.as_str(), "IllegalUpdate" | "InvalidViewerCertificate");
    // boxed, since a whole configuration is held across the calls
    Box::pin(once_more_if_stale(|| async {
        let live = current(id, cx).await?;
        if let Some(wanted) = build(&live.config)? {
            cx.retry("the change to be accepted", PASSING, passing, || async {
                cx.provider
                    .cloudfront
                    .update_distribution()
                    .id(id.as_str())
                    .if_match(&live.etag)
                    .distribution_config(wanted.clone())
                    .send()
                    .await
                    .map_err(failed("cloudfront:UpdateDistribution"))
            })
            .await
            .map_err(hinted)?;
        }
        Ok(live)
    }))
    .await
}

/// Waits until what was last changed is deployed to all edges.
pub(super) async fn deployed(id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    cx.until("the distribution to be deployed", DEPLOYMENT, || async {
        Ok((current(id, cx).await?.status == "Deployed").then_some(()))
    })
    .await
}

/// Switches the distribution off as it is; first off its continuous deployment, while which it may not be disabled.
pub(super) async fn disable(id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    change(id, cx, |config| {
        let attached = config
            .continuous_deployment_policy_id
            .as_deref()
            .is_some_and(|policy| !policy.is_empty());
        Ok(attached.then(|| {
            let mut config = config.clone();
            config.continuous_deployment_policy_id = Some(String::new());
            config
        }))
    })
    .await?;
    change(id, cx, |config| {
        Ok(config.enabled.then(|| {
            let mut config = config.clone();
            config.enabled = false;
            config
        }))
    })
    .await?;
    Ok(())
}

/// Deletes a distribution that is disabled, once that is deployed, and waits until it is gone.
pub(super) async fn delete(id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    deployed(id, cx).await?;
    let settling = |error: &ResourceError| stale(error) || error.code == "DistributionNotDisabled";
    cx.retry("the distribution to be seen as disabled", SETTLE, settling, || async {
        let live = current(id, cx).await?;
        cx.provider
            .cloudfront
            .delete_distribution()
            .id(id.as_str())
            .if_match(live.etag)
            .send()
            .await
            .map_err(failed("cloudfront:DeleteDistribution"))
    })
    .await?;
    cx.until("the distribution to be gone", SETTLE, || async {
        match current(id, cx).await {
            Ok(_) => Ok(None),
            Err(error) if gone(&error) => Ok(Some(())),
            Err(error) => Err(error),
        }
    })
    .await
}

/// The tags, but AWS's own.
pub(super) async fn tags(arn: &str, cx: &Context<'_, Aws>) -> Result<BTreeMap<String, String>, ResourceError> {
    let answer = cx
        .provider
        .cloudfront
        .list_tags_for_resource()
        .resource(arn)
        .send()
        .await
        .map_err(failed("cloudfront:ListTagsForResource"))?;
    let tags = answer
        .tags
        .map(|tags| tags.items.unwrap_or_default())
        .unwrap_or_default();
    Ok(without_aws(
        tags.into_iter().map(|tag| (tag.key, tag.value.unwrap_or_default())),
    ))
}

/// Changes the tags where they differ.
pub(super) async fn retag(
    arn: &str,
    live: &BTreeMap<String, String>,
    desired: &BTreeMap<String, String>,
    cx: &Context<'_, Aws>,
) -> Result<(), ResourceError> {
    let changes = TagChanges::between(live, desired);
    if !changes.unset.is_empty() {
        cx.provider
            .cloudfront
            .untag_resource()
            .resource(arn)
            .tag_keys(TagKeys::builder().set_items(Some(changes.unset)).build())
            .send()
            .await
            .map_err(failed("cloudfront:UntagResource"))?;
    }
    if !changes.set.is_empty() {
        cx.provider
            .cloudfront
            .tag_resource()
            .resource(arn)
            .tags(tag_list(&changes.set)?)
            .send()
            .await
            .map_err(failed("cloudfront:TagResource"))?;
    }
    Ok(())
}

fn tag_list(tags: &BTreeMap<String, String>) -> Result<Tags, ResourceError> {
    let tags: Result<Vec<_>, _> = tags
        .iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect();
    Ok(Tags::builder().set_items(Some(tags.map_err(incomplete)?)).build())
}

/// Finds the distribution that was made with a caller reference. Lists do not tell it, so those whose
/// origins look alike are read.
pub(super) async fn find(
    desired: &Distribution<Resolved>,
    reference: &str,
    cx: &Context<'_, Aws>,
) -> Result<Option<RemoteId>, ResourceError> {
    let origins: BTreeSet<&str> = desired.origins.keys().map(String::as_str).collect();
    let mut marker = None;
    loop {
        let page = cx
            .provider
            .cloudfront
            .list_distributions()
            .set_marker(marker)
            .send()
            .await
            .map_err(failed("cloudfront:ListDistributions"))?;
        let Some(list) = page.distribution_list else {
            return Ok(None);
        };
        let alike = list.items().iter().filter(|summary| {
            let theirs = summary.origins.iter().flat_map(Origins::items);
            theirs.map(|origin| origin.id.as_str()).collect::<BTreeSet<_>>() == origins
        });
        for alike in alike {
            let id = RemoteId::new(&alike.id);
            match current(&id, cx).await {
                Ok(live) if live.config.caller_reference == reference => return Ok(Some(id)),
                Ok(_) => {}
                Err(error) if gone(&error) => {}
                Err(error) => return Err(error),
            }
        }
        marker = list.next_marker.filter(|_| list.is_truncated);
        if marker.is_none() {
            return Ok(None);
        }
    }
}
