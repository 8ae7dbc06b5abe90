//! What viewers of a distribution get to see: its certificate, its pages for errors, and who may view at all; and the log of it.

use std::collections::BTreeSet;

use bon::Builder;
use iac_core::{
    Schema,
    model::{Declared, Stage},
};
use serde::{Deserialize, Serialize};

use crate::{
    DomainName,
    cloudfront::{CertificateArn, shared::either},
};

/// The certificate for a distribution's own names: `ViewerCertificate::acm("arn:...")`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[serde(bound = "")]
#[builder(start_fn = of, derive(Into))]
pub struct ViewerCertificate<S: Stage = Declared> {
    /// The certificate.
    #[builder(start_fn)]
    pub certificate: Certificate<S>,
    /// How the certificate is chosen for a viewer.
    #[serde(default)]
    #[builder(default = SslSupport::SniOnly)]
    pub ssl_support_method: SslSupport,
    /// The oldest TLS and the ciphers that viewers may speak.
    #[serde(default)]
    #[builder(default = MinimumTls::Tls1_2_2021)]
    pub minimum_protocol_version: MinimumTls,
}

/// Where a certificate is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "snake_case")]
pub enum Certificate<S: Stage = Declared> {
    /// In ACM, in us-east-1.
    AcmCertificateArn(S::Value<CertificateArn>),
    /// In IAM, by its id.
    IamCertificateId(S::Value<String>),
}

either!(Certificate {
    "acm_certificate_arn": S::Value<CertificateArn> = "The ARN of a certificate of ACM in us-east-1.",
    "iam_certificate_id": S::Value<String> = "The id of a certificate of IAM.",
});

string_enum! {
    /// How the certificate is chosen for a viewer.
    pub enum SslSupport = SniOnly {
        /// By the name that the viewer says it wants.
        SniOnly = "sni-only",
        /// By an address of the distribution's own, at a price.
        Vip = "vip",
        /// By a fixed address that was arranged with AWS.
        StaticIp = "static-ip",
    }
}

string_enum! {
    /// The oldest TLS and the ciphers that viewers may speak. Source: developer guide, "Supported protocols and ciphers".
    pub enum MinimumTls = Tls1_2_2021 {
        /// TLS 1.2, ciphers of 2021.
        Tls1_2_2021 = "TLSv1.2_2021",
        /// TLS 1.3, ciphers of 2025.
        Tls1_3_2025 = "TLSv1.3_2025",
        /// TLS 1.2, ciphers of 2025.
        Tls1_2_2025 = "TLSv1.2_2025",
        /// TLS 1.2, ciphers of 2019.
        Tls1_2_2019 = "TLSv1.2_2019",
        /// TLS 1.2, ciphers of 2018.
        Tls1_2_2018 = "TLSv1.2_2018",
        /// TLS 1.1, ciphers of 2016.
        Tls1_1_2016 = "TLSv1.1_2016",
        /// TLS 1.0, ciphers of 2016.
        Tls1_2016 = "TLSv1_2016",
        /// TLS 1.0.
        Tls1 = "TLSv1",
        /// SSL 3, with an address of the distribution's own.
        Ssl3 = "SSLv3",
    }
}

impl<S: Stage> ViewerCertificate<S> {
    /// A certificate of ACM in us-east-1.
    pub fn acm(arn: impl Into<S::Value<CertificateArn>>) -> ViewerCertificateBuilder<S> {
        Self::of(Certificate::AcmCertificateArn(arn.into()))
    }

    /// A certificate of IAM, by its id.
    pub fn iam(id: impl Into<S::Value<String>>) -> ViewerCertificateBuilder<S> {
        Self::of(Certificate::IamCertificateId(id.into()))
    }
}

/// What viewers get when the origin answers with an error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub struct ErrorResponse {
    /// A page instead of the origin's answer.
    pub page: Option<ErrorPage>,
    /// How long the error is kept, in seconds. CloudFront's own choice when unset: 10.
    #[field(computed)]
    pub caching_min_ttl_s: Option<u32>,
}

/// A page in the place of an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub struct ErrorPage {
    /// Its path: `/index.html`.
    pub path: String,
    /// The status code that viewers get: 200, or that of an error.
    pub code: u16,
}

impl ErrorResponse {
    /// Gives a page in the place of an error: `ErrorResponse::page("/index.html", 200)`.
    pub fn page(path: impl Into<String>, code: u16) -> Self {
        Self {
            page: Some(ErrorPage {
                path: path.into(),
                code,
            }),
            caching_min_ttl_s: None,
        }
    }

    /// Gives the origin's answer, kept this many seconds.
    pub fn kept(seconds: u32) -> Self {
        Self {
            page: None,
            caching_min_ttl_s: Some(seconds),
        }
    }

    /// Keeps it this many seconds.
    #[must_use]
    pub fn keep(mut self, seconds: u32) -> Self {
        self.caching_min_ttl_s = Some(seconds);
        self
    }
}

/// The countries whose viewers are served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub struct GeoRestriction {
    /// How the countries are meant.
    pub restriction_type: GeoRestrictionType,
    /// Country codes of two capital letters (ISO 3166-1).
    pub locations: BTreeSet<String>,
}

string_enum! {
    /// How the countries of a [`GeoRestriction`] are meant.
    pub enum GeoRestrictionType {
        /// Viewers of these countries alone are served.
        Whitelist = "whitelist",
        /// Viewers of these countries are refused.
        Blacklist = "blacklist",
    }
}

impl GeoRestriction {
    /// Serves viewers of these countries alone.
    pub fn only(countries: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            restriction_type: GeoRestrictionType::Whitelist,
            locations: countries.into_iter().map(Into::into).collect(),
        }
    }

    /// Serves viewers of all countries but these.
    pub fn all_except(countries: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            restriction_type: GeoRestrictionType::Blacklist,
            locations: countries.into_iter().map(Into::into).collect(),
        }
    }
}

/// A log of requests, written to a bucket whose ownership lets ACLs be: `Logging::to("logs.s3.amazonaws.com")`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[serde(bound = "")]
#[builder(start_fn = to, derive(Into), on(S::Value<_>, into))]
pub struct Logging<S: Stage = Declared> {
    /// The domain name of the bucket: `logs.s3.amazonaws.com`.
    #[builder(start_fn)]
    pub bucket: S::Value<DomainName>,
    /// What the names of the log files begin with: `site/`.
    pub prefix: Option<S::Value<String>>,
    /// Whether cookies are logged.
    #[serde(default)]
    #[builder(default = false)]
    pub include_cookies: bool,
}
