//! Certificates, error pages, restrictions and logs as CloudFront takes and gives them.
#![expect(
    deprecated,
    reason = "to take the certificate's words of old out of an answer that is sent back"
)]

use aws_sdk_cloudfront::{
    error::BuildError,
    types::{
        self, CustomErrorResponse, LoggingConfig, MinimumProtocolVersion, Restrictions, SslSupportMethod,
        ViewerCertificate as WireCertificate,
    },
};
use iac_core::model::Resolved;

use super::viewer::{
    Certificate, ErrorPage, ErrorResponse, GeoRestriction, GeoRestrictionType, Logging, MinimumTls, SslSupport,
    ViewerCertificate,
};
use crate::{
    DomainName,
    cloudfront::shared::{seconds, small, text, whole},
};

/// The certificate as CloudFront takes it: its own when none is desired.
pub(super) fn certificate_onto(
    desired: Option<&ViewerCertificate<Resolved>>,
    live: Option<WireCertificate>,
) -> WireCertificate {
    let Some(desired) = desired else {
        // its own certificate comes with settings that CloudFront fixes
        let own = live.filter(|live| live.cloud_front_default_certificate == Some(true));
        return own.unwrap_or_else(|| WireCertificate::builder().cloud_front_default_certificate(true).build());
    };
    let mut wire = live.unwrap_or_else(|| WireCertificate::builder().build());
    wire.cloud_front_default_certificate = Some(false);
    (wire.acm_certificate_arn, wire.iam_certificate_id) = match &desired.certificate {
        Certificate::AcmCertificateArn(arn) => (Some(arn.to_string()), None),
        Certificate::IamCertificateId(id) => (None, Some(id.clone())),
    };
    wire.ssl_support_method = Some(SslSupportMethod::from(desired.ssl_support_method.as_str()));
    wire.minimum_protocol_version = Some(MinimumProtocolVersion::from(desired.minimum_protocol_version.as_str()));
    // these say the same in the words of old; CloudFront repeats them, and they must not disagree
    (wire.certificate, wire.certificate_source) = (None, None);
    wire
}

/// The certificate as it is in CloudFront's answer; `None` when it is CloudFront's own.
pub(super) fn certificate_from(wire: Option<&WireCertificate>) -> Option<ViewerCertificate<Resolved>> {
    let wire = wire?;
    let acm = text(wire.acm_certificate_arn.as_deref()).map(Certificate::AcmCertificateArn);
    let iam = text(wire.iam_certificate_id.as_deref()).map(Certificate::IamCertificateId);
    let certificate = acm.or(iam)?;
    let (method, minimum) = (wire.ssl_support_method.as_ref(), wire.minimum_protocol_version.as_ref());
    Some(ViewerCertificate {
        certificate,
        ssl_support_method: method.map_or(SslSupport::SniOnly, |method| SslSupport::from_word(method.as_str())),
        minimum_protocol_version: minimum.map_or(MinimumTls::Tls1, |minimum| MinimumTls::from_word(minimum.as_str())),
    })
}

impl ErrorResponse {
    /// The response as CloudFront takes it, laid over the one it has.
    pub(super) fn onto(&self, code: u16, live: Option<CustomErrorResponse>) -> Result<CustomErrorResponse, BuildError> {
        let mut wire = match live {
            Some(live) => live,
            None => CustomErrorResponse::builder().error_code(whole(code)).build()?,
        };
        // an absent page is said with empty texts
        let page = self.page.as_ref();
        wire.response_page_path = Some(page.map(|page| page.path.clone()).unwrap_or_default());
        wire.response_code = Some(page.map(|page| page.code.to_string()).unwrap_or_default());
        if let Some(ttl) = self.caching_min_ttl_s {
            wire.error_caching_min_ttl = Some(ttl.into());
        }
        Ok(wire)
    }

    /// The code and the response as they are in CloudFront's answer.
    pub(super) fn from_wire(wire: &CustomErrorResponse) -> (u16, Self) {
        let path = text(wire.response_page_path.as_deref());
        let code = wire.response_code.as_deref().and_then(|code| code.parse().ok());
        let response = Self {
            page: path.zip(code).map(|(path, code)| ErrorPage { path, code }),
            caching_min_ttl_s: wire.error_caching_min_ttl.map(seconds),
        };
        (small(wire.error_code), response)
    }
}

/// The restriction as CloudFront takes it: none when none is desired.
pub(super) fn restrictions(desired: Option<&GeoRestriction>) -> Result<Restrictions, BuildError> {
    let none = types::GeoRestrictionType::None;
    let kind = desired.map_or(none, |desired| desired.restriction_type.as_str().into());
    let countries: Vec<String> = desired.iter().flat_map(|desired| &desired.locations).cloned().collect();
    let restriction = types::GeoRestriction::builder()
        .restriction_type(kind)
        .quantity(whole(countries.len()))
        .set_items((!countries.is_empty()).then_some(countries))
        .build()?;
    Ok(Restrictions::builder().geo_restriction(restriction).build())
}

impl GeoRestriction {
    /// The restriction as it is in CloudFront's answer.
    pub(super) fn from_wire(wire: Option<&Restrictions>) -> Option<Self> {
        let restriction = wire
            .and_then(|restrictions| restrictions.geo_restriction.as_ref())
            .filter(|restriction| restriction.restriction_type != types::GeoRestrictionType::None)?;
        Some(Self {
            restriction_type: GeoRestrictionType::from_word(restriction.restriction_type.as_str()),
            locations: restriction.items().iter().cloned().collect(),
        })
    }
}

/// The log as CloudFront takes it: off when none is desired.
pub(super) fn logging_onto(desired: Option<&Logging<Resolved>>, live: Option<LoggingConfig>) -> LoggingConfig {
    let mut wire = live.unwrap_or_else(|| LoggingConfig::builder().build());
    match desired {
        Some(desired) => {
            wire.enabled = true;
            wire.include_cookies = desired.include_cookies;
            desired.bucket.as_str().clone_into(&mut wire.bucket);
            wire.prefix = desired.prefix.clone().unwrap_or_default();
        }
        // cookies may be logged by the other kind of logging, which is set up elsewhere
        None if !wire.enabled => {}
        None => {
            wire.enabled = false;
            wire.include_cookies = false;
            wire.bucket.clear();
            wire.prefix.clear();
        }
    }
    wire
}

impl Logging<Resolved> {
    /// The log as it is in CloudFront's answer; `None` when it is off.
    pub(super) fn from_wire(wire: Option<&LoggingConfig>) -> Option<Self> {
        wire.filter(|wire| wire.enabled).map(|wire| Self {
            bucket: DomainName::from(wire.bucket.as_str()),
            prefix: text(Some(&wire.prefix)),
            include_cookies: wire.include_cookies,
        })
    }
}
