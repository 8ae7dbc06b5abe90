//! Where a distribution fetches from: buckets, servers, load balancers inside a VPC.

use std::collections::{BTreeMap, BTreeSet};

use bon::Builder;
use iac_core::{
    Schema,
    model::{Declared, Secret, Stage},
};
use serde::{Deserialize, Serialize};

use crate::{
    DomainName,
    cloudfront::{OriginAccessControlId, shared::either},
};

/// A server that a distribution fetches from: [`Origin::s3`], [`Origin::custom`], [`Origin::vpc`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[serde(bound = "")]
#[builder(start_fn = of, derive(Into), on(S::Value<_>, into))]
pub struct Origin<S: Stage = Declared> {
    /// The host: for a bucket its regional domain name, so that there are no redirects while the bucket is new.
    #[builder(start_fn)]
    pub domain_name: S::Value<DomainName>,
    /// What kind of server it is.
    #[builder(start_fn, into)]
    pub source: Source<S>,
    /// Headers that are added to each request to the origin, by name. The values are secrets, so that one can prove to the origin
    /// where a request came from.
    #[serde(default)]
    #[builder(field)]
    pub custom_headers: BTreeMap<String, S::Value<Secret<String>>>,
    /// A path put before that of each request: starts with `/`, does not end with one.
    pub path: Option<S::Value<String>>,
    /// Signs the requests to the origin, so that it can refuse everyone else.
    pub origin_access_control_id: Option<S::Value<OriginAccessControlId>>,
    /// How often a connection is tried, 1 to 3.
    #[serde(default = "three")]
    #[builder(default = 3)]
    pub connection_attempts: u16,
    /// How long a connection may take, in seconds, 1 to 10.
    #[serde(default = "ten")]
    #[builder(default = 10)]
    pub connection_timeout_s: u16,
    /// How long the whole answer may take, in seconds; no limit when unset. At least the read timeout.
    pub response_completion_timeout_s: Option<u32>,
    /// The region of Origin Shield, a cache before the origin, such as `eu-central-1`. Off when unset.
    #[builder(into)]
    pub shield_region: Option<String>,
}

/// The kind of server an origin is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "snake_case")]
pub enum Source<S: Stage = Declared> {
    /// A bucket.
    S3(S3Origin<S>),
    /// Any HTTP server, a bucket's website among them.
    Custom(CustomOrigin),
    /// A server in a private subnet.
    Vpc(VpcOrigin<S>),
}

either!(Source {
    "s3": S3Origin<S> = "A bucket.",
    "custom": CustomOrigin = "Any HTTP server, a bucket's website among them.",
    "vpc": VpcOrigin<S> = "A server in a private subnet.",
});

/// What is particular to a bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[serde(bound = "")]
#[builder(derive(Into), on(S::Value<_>, into))]
pub struct S3Origin<S: Stage = Declared> {
    /// The identity of old that signs requests: `origin-access-identity/cloudfront/E127EXAMPLE51Z`. New ones use an origin access
    /// control.
    pub origin_access_identity: Option<S::Value<String>>,
    /// How long an answer may take to start or go on, in seconds.
    #[field(computed)]
    pub read_timeout_s: Option<u16>,
}

/// What is particular to any HTTP server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[builder(derive(Into))]
pub struct CustomOrigin {
    /// How the origin is spoken to.
    #[serde(default)]
    #[builder(default = OriginProtocol::HttpsOnly)]
    pub protocol_policy: OriginProtocol,
    /// The port for HTTP: 80, 443 or 1024 to 65535.
    #[serde(default = "http")]
    #[builder(default = 80)]
    pub http_port: u16,
    /// The port for HTTPS: 80, 443 or 1024 to 65535.
    #[serde(default = "https")]
    #[builder(default = 443)]
    pub https_port: u16,
    /// The versions of TLS that may be spoken with the origin.
    #[serde(default = "modern")]
    #[builder(default = modern(), with = |protocols: impl IntoIterator<Item = TlsVersion>| protocols.into_iter().collect())]
    pub ssl_protocols: BTreeSet<TlsVersion>,
    /// How long an answer may take to start or go on, in seconds: 1 to 120, more when the quota is raised.
    #[serde(default = "thirty")]
    #[builder(default = 30)]
    pub read_timeout_s: u16,
    /// How long an idle connection is kept, in seconds: 1 to 120.
    #[serde(default = "five")]
    #[builder(default = 5)]
    pub keepalive_timeout_s: u16,
    /// The addresses of the origin that are used. CloudFront's own choice when unset: IPv4.
    #[field(computed)]
    pub ip_address_type: Option<IpAddresses>,
    /// The ARN of the certificate that CloudFront shows to the origin.
    #[builder(into)]
    pub client_certificate_arn: Option<String>,
}

/// What is particular to a server in a private subnet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[serde(bound = "")]
#[builder(start_fn = of, derive(Into), on(S::Value<_>, into))]
pub struct VpcOrigin<S: Stage = Declared> {
    /// The id of the VPC origin: `vo_0a1b2c3d`.
    #[builder(start_fn)]
    pub vpc_origin_id: S::Value<String>,
    /// The account that owns it, when it is another.
    #[field(computed)]
    pub owner_account_id: Option<S::Value<String>>,
    /// How long an answer may take to start or go on, in seconds: 1 to 120, more when the quota is raised.
    #[serde(default = "thirty")]
    #[builder(default = 30)]
    pub read_timeout_s: u16,
    /// How long an idle connection is kept, in seconds: 1 to 120.
    #[serde(default = "five")]
    #[builder(default = 5)]
    pub keepalive_timeout_s: u16,
}

string_enum! {
    /// How a custom origin is spoken to.
    pub enum OriginProtocol = HttpsOnly {
        /// HTTPS alone.
        HttpsOnly = "https-only",
        /// HTTP alone: what the website of a bucket speaks.
        HttpOnly = "http-only",
        /// As the viewer speaks to CloudFront.
        MatchViewer = "match-viewer",
    }
}

string_enum! {
    /// A version of TLS or SSL.
    pub enum TlsVersion {
        /// SSL 3.
        Ssl3 = "SSLv3",
        /// TLS 1.0.
        Tls1 = "TLSv1",
        /// TLS 1.1.
        Tls1_1 = "TLSv1.1",
        /// TLS 1.2.
        Tls1_2 = "TLSv1.2",
    }
}

string_enum! {
    /// The addresses of an origin that are used.
    pub enum IpAddresses {
        /// IPv4 alone.
        Ipv4 = "ipv4",
        /// IPv6 alone.
        Ipv6 = "ipv6",
        /// Both.
        Dualstack = "dualstack",
    }
}

/// Two origins, the second of which is asked when the first fails. A behavior's target like an origin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct OriginGroup {
    /// The origin that is asked first.
    pub primary: String,
    /// The origin that is asked when the first fails.
    pub secondary: String,
    /// The status codes that count as failure.
    pub failover_status_codes: BTreeSet<u16>,
    /// How the origin is chosen.
    #[serde(default)]
    pub selection: OriginSelection,
}

string_enum! {
    /// How the origin of a group is chosen.
    pub enum OriginSelection = Failover {
        /// The second when the first fails.
        Failover = "default",
        /// The one with the better picture, for `MediaPackage` v2.
        MediaQuality = "media-quality-based",
    }
}

impl OriginGroup {
    /// Asks `secondary` when `primary` fails with one of the status codes.
    pub fn failover(
        primary: impl Into<String>,
        secondary: impl Into<String>,
        status_codes: impl IntoIterator<Item = u16>,
    ) -> Self {
        Self {
            primary: primary.into(),
            secondary: secondary.into(),
            failover_status_codes: status_codes.into_iter().collect(),
            selection: OriginSelection::Failover,
        }
    }

    /// Chooses by the quality of the picture.
    #[must_use]
    pub fn by_media_quality(mut self) -> Self {
        self.selection = OriginSelection::MediaQuality;
        self
    }
}

impl<S: Stage> Origin<S> {
    /// A bucket, by its regional domain name.
    pub fn s3(domain_name: impl Into<S::Value<DomainName>>) -> OriginBuilder<S> {
        Self::of(domain_name, S3Origin::builder())
    }

    /// Any HTTP server: `Origin::custom("api.example.com", CustomOrigin::builder())`.
    pub fn custom(domain_name: impl Into<S::Value<DomainName>>, custom: impl Into<CustomOrigin>) -> OriginBuilder<S> {
        Self::of(domain_name, custom.into())
    }

    /// The website of a bucket, which speaks HTTP alone and takes no access control.
    pub fn website(domain_name: impl Into<S::Value<DomainName>>) -> OriginBuilder<S> {
        Self::custom(
            domain_name,
            CustomOrigin::builder().protocol_policy(OriginProtocol::HttpOnly),
        )
    }

    /// A server in a private subnet, by its domain name and the id of its VPC origin.
    pub fn vpc(domain_name: impl Into<S::Value<DomainName>>, vpc: impl Into<VpcOrigin<S>>) -> OriginBuilder<S> {
        Self::of(domain_name, vpc.into())
    }
}

impl<S: Stage, State: origin_builder::State> OriginBuilder<S, State> {
    /// Adds a header to each request to the origin.
    pub fn custom_header(mut self, name: impl Into<String>, value: impl Into<S::Value<Secret<String>>>) -> Self {
        self.custom_headers.insert(name.into(), value.into());
        self
    }
}

impl<S: Stage> From<S3Origin<S>> for Source<S> {
    fn from(s3: S3Origin<S>) -> Self {
        Self::S3(s3)
    }
}

impl<S: Stage, State: s3_origin_builder::IsComplete> From<S3OriginBuilder<S, State>> for Source<S> {
    fn from(s3: S3OriginBuilder<S, State>) -> Self {
        Self::S3(s3.build())
    }
}

impl<S: Stage> From<CustomOrigin> for Source<S> {
    fn from(custom: CustomOrigin) -> Self {
        Self::Custom(custom)
    }
}

impl<S: Stage> From<VpcOrigin<S>> for Source<S> {
    fn from(vpc: VpcOrigin<S>) -> Self {
        Self::Vpc(vpc)
    }
}

/// TLS 1.2 alone.
pub(super) fn modern() -> BTreeSet<TlsVersion> {
    [TlsVersion::Tls1_2].into()
}

fn three() -> u16 {
    3
}

fn five() -> u16 {
    5
}

fn ten() -> u16 {
    10
}

fn thirty() -> u16 {
    30
}

fn http() -> u16 {
    80
}

fn https() -> u16 {
    443
}
