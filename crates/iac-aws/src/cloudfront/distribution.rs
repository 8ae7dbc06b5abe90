//! `cloudfront.distribution`: a content delivery network before one or more origins.
//!
//! - Operations and IAM actions: see [`Reconcile::OPERATIONS`]; the actions have the operations' names.
//! - Remote id, also for import: the id, `EDFDVBD6EXAMPLE`.
//! - A change of `staging` replaces it; all else changes in place. A name in `aliases` can be on one distribution alone, so a
//!   replacement cannot be made before the old one is deleted.
//! - A change is written over the whole configuration, built from the live one, so that what is not configured here survives:
//!   tenants and connection mode, certificates of viewers, connection functions, cache tags.
//! - Waits: deployment to all edges after each change, typically two to six minutes, at most 90. The id, the ARN and the domain
//!   name hold before that; `wait_for_deployment = false` does not wait.
//! - A name that another distribution of the environment still has is waited for, 20 minutes at most: so it can be moved from
//!   one to the other in one apply. One that another owner has is refused at once.
//! - Deleting takes five to fifteen minutes: it is disabled, that is deployed, and only then it is deleted. A continuous
//!   deployment policy is disabled and taken off before.
//! - The caller reference is the token of the create, by which one that was interrupted is found.
//!
//! Source: CloudFront API reference, `DistributionConfig`; developer guide, "Distribution settings reference".

mod aliases;
mod behavior;
mod behavior_config;
mod calls;
mod config;
mod continuous;
mod origin;
mod origin_config;
mod properties;
mod rules;
mod tags;
mod viewer;
mod viewer_config;

use async_trait::async_trait;
use iac_core::model::{Changed, Context, Live, Reconcile, RemoteId, Resolved, ResourceError, Violation, eventual};
use serde_json::{Map, Value};

use crate::Aws;

pub use behavior::{
    AllowedMethods, Behavior, BehaviorBuilder, CachedMethods, Caching, CookieForwarding, EdgeEvent, EdgeFunction,
    ForwardedValues, PathBehavior, ViewerEvent, ViewerProtocol,
};
pub use origin::{
    CustomOrigin, IpAddresses, Origin, OriginBuilder, OriginGroup, OriginProtocol, OriginSelection, S3Origin, Source,
    TlsVersion, VpcOrigin,
};
pub use properties::{Distribution, DistributionId, DistributionOutputs, HttpVersion, PriceClass};
pub use viewer::{
    Certificate, ErrorPage, ErrorResponse, GeoRestriction, GeoRestrictionType, Logging, MinimumTls, SslSupport,
    ViewerCertificate,
};

#[async_trait]
impl Reconcile for Distribution<Resolved> {
    type Provider = Aws;
    type Outputs = DistributionOutputs;

    const RESUMABLE: bool = true;
    const OPERATIONS: &'static [&'static str] = &[
        "cloudfront:CreateDistributionWithTags",
        "cloudfront:GetDistribution",
        "cloudfront:UpdateDistribution",
        "cloudfront:GetContinuousDeploymentPolicy",
        "cloudfront:UpdateContinuousDeploymentPolicy",
        "cloudfront:DeleteDistribution",
        "cloudfront:ListDistributions",
        "cloudfront:ListTagsForResource",
        "cloudfront:TagResource",
        "cloudfront:UntagResource",
    ];

    fn validate(&self) -> Vec<Violation> {
        rules::violations(self)
    }

    fn predict(&self, aws: &Aws) -> Map<String, Value> {
        let zone = calls::hosted_zone_id(aws.partition());
        Map::from_iter([("hosted_zone_id".to_owned(), zone.into())])
    }

    async fn read(
        id: &RemoteId,
        prior: Option<&Self>,
        cx: &Context<'_, Aws>,
    ) -> Result<Option<Live<Self>>, ResourceError> {
        let Some(live) = eventual::unless_not_found(calls::current(id, cx).await)? else {
            return Ok(None);
        };
        let tags = tags::of(&live.arn, cx).await?;
        let inputs = Self {
            tags,
            wait_for_deployment: prior.is_none_or(|prior| prior.wait_for_deployment),
            keep_disabled: prior.is_some_and(|prior| prior.keep_disabled),
            ..Self::from_config(&live.config)?
        };
        Ok(Some(Live {
            id: id.clone(),
            inputs,
            outputs: live.outputs(cx.provider),
        }))
    }

    async fn create(&self, cx: &Context<'_, Aws>) -> Result<Self::Outputs, ResourceError> {
        let reference = cx.token("CreateDistribution");
        let id = match calls::create(self.onto(&reference, None)?, &self.tags, cx).await {
            // the same request had arrived before, but its answer had not
            Err(error) if error.code == "DistributionAlreadyExists" => self.recover(cx).await?.ok_or(error)?,
            id => id?,
        };
        cx.created(&id).await?;
        let live = cx
            .retry("the distribution to be known", calls::KNOWN, calls::gone, || {
                calls::current(&id, cx)
            })
            .await?;
        if self.wait_for_deployment {
            calls::first_deployed(&id, cx).await?;
        }
        Ok(live.outputs(cx.provider))
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _changed: &Changed,
        cx: &Context<'_, Aws>,
    ) -> Result<Self::Outputs, ResourceError> {
        let build = |config: &_| {
            let wanted = self.onto("", Some(config))?;
            // compared as they are read, so that a deployment is not set off by the order of a set
            Ok((Self::from_config(&wanted)? != Self::from_config(config)?).then_some(wanted))
        };
        let outputs = calls::change(&live.id, cx, build).await?.outputs(cx.provider);
        tags::retag(outputs.arn.as_str(), &live.inputs.tags, &self.tags, cx).await?;
        if self.wait_for_deployment {
            calls::deployed(&live.id, cx).await?;
        }
        Ok(outputs)
    }

    async fn delete(last: &Self, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        match calls::disable(id, cx).await {
            Ok(()) if last.keep_disabled => return Ok(()),
            Ok(()) => {}
            Err(error) if calls::gone(&error) => return Ok(()),
            Err(error) => return Err(error),
        }
        match calls::delete(id, cx).await {
            Err(error) if calls::gone(&error) => Ok(()),
            Err(error) if error.code == "ResourceInUse" => Err(error.hint(
                "take away what uses it first: tenants, a continuous deployment policy, or an association of another service",
            )),
            outcome => outcome,
        }
    }

    async fn recover(&self, cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
        calls::find(self, &cx.token("CreateDistribution"), cx).await
    }
}
