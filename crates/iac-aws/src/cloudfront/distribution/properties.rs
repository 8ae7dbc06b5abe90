//! What a distribution is made of, and what it gives.

use std::collections::BTreeMap;

use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{Declared, Resolved, Stage},
};
use serde::{Deserialize, Serialize};

use super::{
    behavior::{Behavior, PathBehavior},
    origin::{Origin, OriginGroup},
    viewer::{ErrorResponse, GeoRestriction, Logging, ViewerCertificate},
};
use crate::{
    Arn, DomainName,
    cloudfront::{
        names::{Comment, WebAclId, plain},
        shared::yes,
    },
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
