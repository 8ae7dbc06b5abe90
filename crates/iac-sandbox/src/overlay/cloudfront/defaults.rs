//! What AWS adds to a configuration that leaves it out, and so gives back.

use crate::reply::Failure;
use crate::xml::Element;

fn fill(element: &mut Element, default: Element) {
    if element.child(&default.name).is_none() {
        element.children.push(default);
    }
}

fn fill_text(element: &mut Element, defaults: &[(&str, &str)]) {
    for (name, value) in defaults {
        fill(element, Element::text(name, *value));
    }
}

fn empty_list(name: &str) -> Element {
    Element::new(name).field("Quantity", "0")
}

fn switched_off(name: &str) -> Element {
    Element::new(name).field("Enabled", "false").field("Quantity", "0")
}

fn items_mut<'a>(config: &'a mut Element, list: &str) -> impl Iterator<Item = &'a mut Element> {
    let items = config.child_mut(list).and_then(|list| list.child_mut("Items"));
    items.into_iter().flat_map(|items| items.children.iter_mut())
}

/// Completes the configuration of a distribution.
pub(super) fn distribution(config: &mut Element) {
    for list in ["Aliases", "OriginGroups", "CacheBehaviors", "CustomErrorResponses"] {
        fill(config, empty_list(list));
    }
    fill_text(
        config,
        &[
            ("DefaultRootObject", ""),
            ("Comment", ""),
            ("PriceClass", "PriceClass_All"),
            ("WebACLId", ""),
            ("HttpVersion", "http2"),
            ("IsIPV6Enabled", "false"),
            ("ContinuousDeploymentPolicyId", ""),
            ("Staging", "false"),
        ],
    );
    fill(
        config,
        Element::new("Logging")
            .field("Enabled", "false")
            .field("IncludeCookies", "false")
            .field("Bucket", "")
            .field("Prefix", ""),
    );
    fill(
        config,
        Element::new("Restrictions").with(
            Element::new("GeoRestriction")
                .field("RestrictionType", "none")
                .field("Quantity", "0"),
        ),
    );
    fill(
        config,
        Element::new("ViewerCertificate").field("CloudFrontDefaultCertificate", "true"),
    );
    if let Some(certificate) = config.child_mut("ViewerCertificate") {
        viewer_certificate(certificate);
    }
    for origin in items_mut(config, "Origins") {
        fill_text(
            origin,
            &[
                ("OriginPath", ""),
                ("ConnectionAttempts", "3"),
                ("ConnectionTimeout", "10"),
                ("OriginAccessControlId", ""),
            ],
        );
        fill(origin, empty_list("CustomHeaders"));
        fill(origin, Element::new("OriginShield").field("Enabled", "false"));
    }
    if let Some(default) = config.child_mut("DefaultCacheBehavior") {
        behavior(default);
    }
    items_mut(config, "CacheBehaviors").for_each(behavior);
}

/// The default certificate forces the lowest protocol; others are also given back under their legacy names.
fn viewer_certificate(certificate: &mut Element) {
    let source = |kind: &str, id: &str| {
        [
            Element::text("Certificate", id),
            Element::text("CertificateSource", kind),
        ]
    };
    let value = |name: &str| certificate.value(&[name]).map(str::to_owned);
    let legacy = if let Some(arn) = value("ACMCertificateArn") {
        source("acm", &arn).to_vec()
    } else if let Some(id) = value("IAMCertificateId") {
        source("iam", &id).to_vec()
    } else {
        certificate.set(Element::text("CloudFrontDefaultCertificate", "true"));
        certificate.set(Element::text("SSLSupportMethod", "vip"));
        certificate.set(Element::text("MinimumProtocolVersion", "TLSv1"));
        vec![Element::text("CertificateSource", "cloudfront")]
    };
    fill_text(certificate, &[("CloudFrontDefaultCertificate", "false")]);
    for element in legacy {
        certificate.set(element);
    }
}

fn behavior(behavior: &mut Element) {
    for list in ["TrustedSigners", "TrustedKeyGroups"] {
        fill(behavior, switched_off(list));
    }
    for list in ["LambdaFunctionAssociations", "FunctionAssociations"] {
        fill(behavior, empty_list(list));
    }
    fill_text(
        behavior,
        &[
            ("SmoothStreaming", "false"),
            ("Compress", "false"),
            ("FieldLevelEncryptionId", ""),
        ],
    );
    let two = |name: &str| {
        Element::new(name)
            .field("Quantity", "2")
            .with(Element::new("Items").field("Method", "HEAD").field("Method", "GET"))
    };
    fill(behavior, two("AllowedMethods"));
    if let Some(allowed) = behavior.child_mut("AllowedMethods") {
        fill(allowed, two("CachedMethods"));
    }
    if behavior.child("ForwardedValues").is_some() {
        fill_text(
            behavior,
            &[("MinTTL", "0"), ("DefaultTTL", "86400"), ("MaxTTL", "31536000")],
        );
    }
}

/// Completes an origin access control.
pub(super) fn access_control(config: &mut Element) {
    fill_text(config, &[("Description", "")]);
}

/// Completes the lifetimes of a cache policy, which rise with the lowest, and checks their order.
pub(super) fn cache_policy(config: &mut Element) -> Result<(), Failure> {
    let seconds =
        |config: &Element, name: &str| -> Option<u64> { config.value(&[name]).and_then(|text| text.parse().ok()) };
    let min = seconds(config, "MinTTL").unwrap_or(0);
    let default = seconds(config, "DefaultTTL").unwrap_or_else(|| min.max(86_400));
    let max = seconds(config, "MaxTTL").unwrap_or_else(|| default.max(31_536_000));
    if min > default || default > max {
        let message = "The parameter DefaultTTL must be between MinTTL and MaxTTL.";
        return Err(Failure::new(400, "InvalidArgument", message));
    }
    fill_text(
        config,
        &[
            ("Comment", ""),
            ("MinTTL", "0"),
            ("DefaultTTL", &default.to_string()),
            ("MaxTTL", &max.to_string()),
        ],
    );
    Ok(())
}
