//! The calls on distributions: each change is guarded by an `ETag`, and takes minutes to be deployed.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use aws_sdk_cloudfront::types::{DistributionConfig, DistributionConfigWithTags, Origins};
use iac_core::model::{Context, ErrorKind, RemoteId, Resolved, ResourceError, eventual};

use super::{
    aliases, continuous,
    properties::{Distribution, DistributionId, DistributionOutputs},
};
use crate::{
    Arn, Aws, DomainName,
    cloudfront::shared::{missing, stale, until_current},
    error::failed,
    wait::insist,
};

/// How long a change may take to be deployed to all edges.
const DEPLOYMENT: Duration = Duration::from_mins(90);

/// How long a new distribution may be unknown to reads.
pub(super) const KNOWN: Duration = Duration::from_mins(2);

/// How long a new certificate may be unknown.
const PASSING: Duration = Duration::from_mins(1);

/// How long a disabled distribution may be taken for an enabled one, and how long a deleted one may still be seen.
const PROPAGATION: Duration = Duration::from_mins(10);

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
    fn is_deployed(&self) -> bool {
        self.status == "Deployed"
    }

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
    let names = aliases::of(&config);
    let with_tags = DistributionConfigWithTags::builder()
        .distribution_config(config)
        .tags(super::tags::list(tags)?)
        .build();
    let request = cx.provider.cloudfront.create_distribution_with_tags();
    let request = request.distribution_config_with_tags(with_tags);
    let made = accepted(&names, None, cx, || async {
        let made = request.clone().send().await;
        made.map_err(failed("cloudfront:CreateDistributionWithTags"))
    })
    .await?;
    Ok(RemoteId::new(
        made.distribution.ok_or_else(|| missing("the distribution"))?.id,
    ))
}

/// Changes the configuration to what `build` makes of the live one, if it makes something of it; again from a fresh one while
/// another write came between.
pub(super) async fn change(
    id: &RemoteId,
    cx: &Context<'_, Aws>,
    build: impl Fn(&DistributionConfig) -> Result<Option<DistributionConfig>, ResourceError> + Send + Sync,
) -> Result<Current, ResourceError> {
    // boxed, since a whole configuration is held across the calls
    Box::pin(until_current(cx, || async {
        let live = current(id, cx).await?;
        if let Some(wanted) = build(&live.config)? {
            let names = aliases::of(&wanted);
            let request = cx.provider.cloudfront.update_distribution().id(id.as_str());
            let request = request.if_match(&live.etag).distribution_config(wanted);
            accepted(&names, Some(id), cx, || async {
                let updated = request.clone().send().await;
                updated.map_err(failed("cloudfront:UpdateDistribution"))
            })
            .await?;
        }
        Ok(live)
    }))
    .await
}

/// Runs a write of a configuration until it is accepted: once a new certificate is known, and the names are free.
///
/// CloudFront has one code for a certificate that it does not know yet and for one that does not fit; only the first passes.
async fn accepted<T, F>(
    names: &BTreeSet<String>,
    own: Option<&RemoteId>,
    cx: &Context<'_, Aws>,
    write: impl Fn() -> F + Send + Sync,
) -> Result<T, ResourceError>
where
    T: Send,
    F: Future<Output = Result<T, ResourceError>> + Send,
{
    let unknown = |error: &ResourceError| {
        error.code == "InvalidViewerCertificate" && error.message.contains("certificate doesn't exist")
    };
    let known = || cx.retry("the certificate to be known", PASSING, unknown, &write);
    aliases::once_free(names, own, cx, known).await.map_err(hinted)
}

/// Says what to do about a refused configuration. What it refers to being gone is a mistake in it, and not it being gone.
fn hinted(mut error: ResourceError) -> ResourceError {
    if error.kind == ErrorKind::NotFound && !gone(&error) {
        error.kind = ErrorKind::Invalid;
    }
    match error.kind {
        ErrorKind::AlreadyExists => error.hint("import the distribution that was made by this request"),
        _ => error,
    }
}

/// Waits until a new distribution is deployed to all edges. It may be unknown to some reads.
pub(super) async fn first_deployed(id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    cx.until("the distribution to be deployed", DEPLOYMENT, || async {
        let seen = eventual::unless_not_found(current(id, cx).await)?;
        Ok(seen.filter(Current::is_deployed).map(drop))
    })
    .await
}

/// Waits until what was last changed is deployed to all edges.
pub(super) async fn deployed(id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    cx.until("the distribution to be deployed", DEPLOYMENT, || async {
        Ok(current(id, cx).await?.is_deployed().then_some(()))
    })
    .await
}

/// Switches the distribution off as it is; first off its continuous deployment, while which it may not be disabled. The policy
/// is disabled before it is taken off, and that is deployed, so that no request is on its way to the staging distribution.
pub(super) async fn disable(id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    let live = insist(cx, || current(id, cx)).await?;
    let policy = live.config.continuous_deployment_policy_id;
    if let Some(policy) = policy.filter(|policy| !policy.is_empty()) {
        if continuous::disable(&policy, cx).await? {
            deployed(id, cx).await?;
        }
        change(id, cx, |config| {
            let mut config = config.clone();
            config.continuous_deployment_policy_id = Some(String::new());
            Ok(Some(config))
        })
        .await?;
    }
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
    let not_seen_yet = |error: &ResourceError| stale(error) || error.code == "DistributionNotDisabled";
    cx.retry(
        "the distribution to be seen as disabled",
        PROPAGATION,
        not_seen_yet,
        || async {
            let live = current(id, cx).await?;
            cx.provider
                .cloudfront
                .delete_distribution()
                .id(id.as_str())
                .if_match(live.etag)
                .send()
                .await
                .map_err(failed("cloudfront:DeleteDistribution"))
        },
    )
    .await?;
    cx.until("the distribution to be gone", PROPAGATION, || async {
        match current(id, cx).await {
            Ok(_) => Ok(None),
            Err(error) if gone(&error) => Ok(Some(())),
            Err(error) => Err(error),
        }
    })
    .await
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
