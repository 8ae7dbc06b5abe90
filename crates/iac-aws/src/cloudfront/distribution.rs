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
//! - Deleting takes five to fifteen minutes: it is disabled, that is deployed, and only then it is deleted.
//! - The caller reference is the token of the create, by which one that was interrupted is found.
//!
//! Source: CloudFront API reference, `DistributionConfig`; developer guide, "Distribution settings reference".

mod behavior;
mod behavior_config;
mod calls;
mod config;
mod origin;
mod origin_config;
mod rules;
mod viewer;
mod viewer_config;

use std::collections::BTreeMap;

use async_trait::async_trait;
use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{
        Changed, Context, Declared, ErrorKind, Live, Reconcile, RemoteId, Resolved, ResourceError, Stage, Violation,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    names::{Comment, WebAclId, plain},
    shared::yes,
};
use crate::{Arn, Aws, DomainName};

pub use behavior::{
    AllowedMethods, Behavior, BehaviorBuilder, CachedMethods, Caching, CookieForwarding, EdgeEvent, EdgeFunction,
    ForwardedValues, PathBehavior, ViewerEvent, ViewerProtocol,
};
pub use origin::{
    CustomOrigin, IpAddresses, Origin, OriginBuilder, OriginGroup, OriginProtocol, OriginSelection, S3Origin, Source,
    TlsVersion, VpcOrigin,
};
pub use viewer::{
    Certificate, ErrorPage, ErrorResponse, GeoRestriction, GeoRestrictionType, Logging, MinimumTls, SslSupport,
    ViewerCertificate,
};

iac_core::text_type! {
    /// The id of a distribution: `EDFDVBD6EXAMPLE`.
    pub struct DistributionId, check = |id| plain("a distribution id", id);
}

/// A content delivery network before one or more origins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(S::Value<_>, into))]
#[resource(type = "cloudfront.distribution", outputs = DistributionOutputs)]
pub struct Distribution<S: Stage = Declared> {
    /// The origins, by ids of your choice.
    #[builder(field)]
    pub origins: BTreeMap<String, Origin<S>>,
    /// Pairs of origins where the second stands in for the first, by ids of your choice.
    #[serde(default)]
    #[builder(field)]
    pub origin_groups: BTreeMap<String, OriginGroup>,
    /// What is done with requests for paths that match a pattern; the first that matches counts.
    #[serde(default)]
    #[builder(field)]
    pub behaviors: Vec<PathBehavior<S>>,
    /// What viewers get when the origin answers with an error, by the origin's status code: 400, 403, 404, 405, 414, 416, 500 to
    /// 504.
    #[serde(default)]
    #[builder(field)]
    pub error_responses: BTreeMap<u16, ErrorResponse>,
    /// What is done with all other requests.
    #[builder(into)]
    pub default_behavior: Behavior<S>,
    /// Whether it serves at all.
    #[serde(default = "yes")]
    #[builder(default = true)]
    pub enabled: bool,
    /// What it is for.
    pub comment: Option<S::Value<Comment>>,
    /// Its own names, beside that of CloudFront. Need a certificate.
    #[field(set)]
    #[serde(default)]
    #[builder(default, with = |names: impl IntoIterator<Item = impl Into<S::Value<DomainName>>>| names.into_iter().map(Into::into).collect())]
    pub aliases: Vec<S::Value<DomainName>>,
    /// The certificate for its own names. CloudFront's own when unset, with TLS 1.0 as the oldest that is spoken.
    #[builder(into)]
    pub viewer_certificate: Option<ViewerCertificate<S>>,
    /// The object that requests for `/` get: `index.html`, without a slash before it.
    pub default_root_object: Option<S::Value<String>>,
    /// The edges that serve, by price.
    #[serde(default)]
    #[builder(default = PriceClass::All)]
    pub price_class: PriceClass,
    /// The versions of HTTP that viewers may speak.
    #[serde(default)]
    #[builder(default = HttpVersion::Http2)]
    pub http_version: HttpVersion,
    /// Whether it has IPv6 addresses.
    #[serde(default = "yes")]
    #[builder(default = true)]
    pub ipv6: bool,
    /// The web ACL that filters requests: the ARN of a global one of `WAFv2`.
    pub web_acl_id: Option<S::Value<WebAclId>>,
    /// The countries whose viewers are served; all when unset.
    pub geo_restriction: Option<GeoRestriction>,
    /// A log of requests, written to a bucket. None when unset.
    #[builder(into)]
    pub logging: Option<Logging<S>>,
    /// The id of a list of anycast addresses.
    pub anycast_ip_list_id: Option<S::Value<String>>,
    /// The policy that sends a part of the requests to a staging distribution. What is there is kept when unset.
    #[field(computed)]
    pub continuous_deployment_policy_id: Option<S::Value<String>>,
    /// Whether it is a staging distribution, which serves what a continuous deployment policy sends it.
    #[field(create_only)]
    #[serde(default)]
    #[builder(default = false)]
    pub staging: bool,
    /// Tags.
    #[field(tags)]
    #[serde(default)]
    #[builder(default, with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<S::Value<String>>)>| tags.into_iter().map(|(key, value)| (key.into(), value.into())).collect())]
    pub tags: BTreeMap<String, S::Value<String>>,
    /// Whether a change waits until it is deployed to all edges. A property of this program, not of AWS.
    #[field(write_only)]
    #[serde(default = "yes")]
    #[builder(default = true)]
    pub wait_for_deployment: bool,
    /// Whether deleting only disables it and leaves it there, which takes seconds. A property of this program, not of AWS.
    #[field(write_only)]
    #[serde(default)]
    #[builder(default = false)]
    pub keep_disabled: bool,
}

string_enum! {
    /// The edges that serve, by price.
    pub enum PriceClass = All {
        /// All.
        All = "PriceClass_All",
        /// All but the dearest: without South America, Australia and New Zealand.
        Class200 = "PriceClass_200",
        /// The cheapest: North America, Europe and Israel.
        Class100 = "PriceClass_100",
    }
}

string_enum! {
    /// The versions of HTTP that viewers may speak.
    pub enum HttpVersion = Http2 {
        /// 1.1 alone.
        Http1_1 = "http1.1",
        /// 2 and before.
        Http2 = "http2",
        /// 2, 3 and before.
        Http2And3 = "http2and3",
        /// 3, 1.1 and before.
        Http3 = "http3",
    }
}

/// What a distribution gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct DistributionOutputs<S: Stage = Resolved> {
    /// The id.
    pub id: S::Value<DistributionId>,
    /// The ARN, which a bucket's policy names as `AWS:SourceArn`.
    pub arn: S::Value<Arn<Distribution>>,
    /// The name under `cloudfront.net`.
    pub domain_name: S::Value<DomainName>,
    /// The zone that an alias record in Route 53 names beside the domain name: the same for all distributions.
    pub hosted_zone_id: S::Value<String>,
}

impl<S: Stage, State: distribution_builder::State> DistributionBuilder<S, State> {
    /// Adds an origin under an id of your choice.
    pub fn origin(mut self, id: impl Into<String>, origin: impl Into<Origin<S>>) -> Self {
        self.origins.insert(id.into(), origin.into());
        self
    }

    /// Adds a pair of origins under an id of your choice.
    pub fn origin_group(mut self, id: impl Into<String>, group: OriginGroup) -> Self {
        self.origin_groups.insert(id.into(), group);
        self
    }

    /// Adds what is done with requests for paths that match a pattern, after those added before.
    pub fn behavior(mut self, path_pattern: impl Into<String>, behavior: impl Into<Behavior<S>>) -> Self {
        self.behaviors.push(PathBehavior {
            path_pattern: path_pattern.into(),
            behavior: behavior.into(),
        });
        self
    }

    /// Says what viewers get when the origin answers with a status code.
    pub fn error_response(mut self, code: u16, response: ErrorResponse) -> Self {
        self.error_responses.insert(code, response);
        self
    }
}

#[async_trait]
impl Reconcile for Distribution<Resolved> {
    type Provider = Aws;
    type Outputs = DistributionOutputs;

    const RESUMABLE: bool = true;
    const OPERATIONS: &'static [&'static str] = &[
        "cloudfront:CreateDistributionWithTags",
        "cloudfront:GetDistribution",
        "cloudfront:UpdateDistribution",
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
        let live = match calls::current(id, cx).await {
            Err(error) if calls::gone(&error) => return Ok(None),
            live => live?,
        };
        let tags = calls::tags(&live.arn, cx).await?;
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
            calls::deployed(&id, cx).await?;
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
        calls::retag(outputs.arn.as_str(), &live.inputs.tags, &self.tags, cx).await?;
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

/// Says what to do about a refused configuration. What it refers to being gone is a mistake in it, and not it being gone.
fn hinted(mut error: ResourceError) -> ResourceError {
    if error.kind == ErrorKind::NotFound && !calls::gone(&error) {
        error.kind = ErrorKind::Invalid;
    }
    match (error.kind, error.code.as_str()) {
        (_, "CNAMEAlreadyExists") => {
            error.hint("a name can be on one distribution alone: take it from the other one, or import that one")
        }
        (ErrorKind::AlreadyExists, _) => error.hint("import the distribution that was made by this request"),
        _ => error,
    }
}
