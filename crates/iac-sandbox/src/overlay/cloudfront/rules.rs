//! What AWS refuses of a configuration.

use super::managed;
use super::model::{ACCESS_CONTROL, DISTRIBUTION, Entries, Kind};
use crate::reply::Failure;
use crate::xml::{self, Element};

/// Checks a configuration before it is kept; `id` is the resource's own when it exists already.
pub(super) fn check(entries: &Entries, kind: &Kind, id: Option<&str>, config: &Element) -> Result<(), Failure> {
    quantities(config)?;
    if kind.segment == DISTRIBUTION {
        return distribution(entries, id, config);
    }
    let name = config.value(&["Name"]).unwrap_or_default();
    let taken = others(entries, kind.segment, id).any(|(_, other)| other.value(&["Name"]) == Some(name));
    if taken {
        let code = format!("{}AlreadyExists", kind.name);
        let message = format!("A resource with the name {name} already exists.");
        return Err(Failure::new(409, &code, message));
    }
    Ok(())
}

fn others<'a>(entries: &'a Entries, segment: &str, id: Option<&'a str>) -> impl Iterator<Item = (&'a String, Element)> {
    let all = entries.get(segment).into_iter().flatten();
    all.filter(move |(other, _)| Some(other.as_str()) != id)
        .filter_map(|(id, entry)| Some((id, xml::parse(entry.config.as_bytes())?)))
}

/// Every list states how many items it has.
fn quantities(element: &Element) -> Result<(), Failure> {
    if let Some(quantity) = element.value(&["Quantity"]) {
        let count = element.child("Items").map_or(0, |items| items.children.len());
        if quantity.parse() != Ok(count) {
            let message = format!("The Quantity of {} does not match its items.", element.name);
            return Err(Failure::new(400, "InconsistentQuantities", message));
        }
    }
    element.children.iter().try_for_each(quantities)
}

fn items<'a>(config: &'a Element, list: &str) -> impl Iterator<Item = &'a Element> {
    let items = config.child(list).and_then(|list| list.child("Items"));
    items.into_iter().flat_map(|items| items.children.iter())
}

/// The default behavior and the others.
fn behaviors(config: &Element) -> impl Iterator<Item = &Element> {
    config
        .child("DefaultCacheBehavior")
        .into_iter()
        .chain(items(config, "CacheBehaviors"))
}

fn distribution(entries: &Entries, id: Option<&str>, config: &Element) -> Result<(), Failure> {
    let reference = config.value(&["CallerReference"]).unwrap_or_default();
    let aliases: Vec<&str> = items(config, "Aliases").map(|alias| alias.text.as_str()).collect();
    for (other_id, other) in others(entries, DISTRIBUTION, id) {
        if other.value(&["CallerReference"]) == Some(reference) {
            let message = format!(
                "The caller reference that you are using to create a distribution is associated with another distribution. Already exists: {other_id}"
            );
            return Err(Failure::new(409, "DistributionAlreadyExists", message));
        }
        if items(&other, "Aliases").any(|alias| aliases.contains(&alias.text.as_str())) {
            let message = "One or more of the CNAMEs you provided are already associated with a different resource.";
            return Err(Failure::new(409, "CNAMEAlreadyExists", message));
        }
    }
    let certificate = config.child("ViewerCertificate");
    let has_certificate = certificate.is_some_and(|certificate| {
        certificate.child("ACMCertificateArn").is_some() || certificate.child("IAMCertificateId").is_some()
    });
    if !aliases.is_empty() && !has_certificate {
        let message = "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted certificate that validates your authorization to use the domain name.";
        return Err(Failure::new(400, "InvalidViewerCertificate", message));
    }
    let origins: Vec<&Element> = items(config, "Origins").collect();
    let origin_ids: Vec<&str> = origins
        .iter()
        .chain(items(config, "OriginGroups").collect::<Vec<_>>().iter())
        .filter_map(|origin| origin.value(&["Id"]))
        .collect();
    for origin in &origins {
        let access = origin.value(&["OriginAccessControlId"]).unwrap_or("");
        if !access.is_empty() && !exists(entries, ACCESS_CONTROL, access) {
            let message = format!("The origin access control {access} does not exist.");
            return Err(Failure::new(400, "InvalidOriginAccessControl", message));
        }
    }
    for behavior in behaviors(config) {
        let target = behavior.value(&["TargetOriginId"]).unwrap_or_default();
        if !origin_ids.contains(&target) {
            let message = "One or more of your origins or origin groups do not exist.";
            return Err(Failure::new(404, "NoSuchOrigin", message));
        }
        policies(entries, behavior)?;
    }
    Ok(())
}

fn exists(entries: &Entries, segment: &str, id: &str) -> bool {
    entries.get(segment).is_some_and(|all| all.contains_key(id))
}

/// A behavior names policies that exist, and no lifetimes beside a cache policy.
fn policies(entries: &Entries, behavior: &Element) -> Result<(), Failure> {
    const POLICIES: [(&str, &str, &str); 3] = [
        ("CachePolicyId", "cache-policy", "NoSuchCachePolicy"),
        (
            "OriginRequestPolicyId",
            "origin-request-policy",
            "NoSuchOriginRequestPolicy",
        ),
        (
            "ResponseHeadersPolicyId",
            "response-headers-policy",
            "NoSuchResponseHeadersPolicy",
        ),
    ];
    for (field, segment, code) in POLICIES {
        let id = behavior.value(&[field]).unwrap_or_default();
        if !id.is_empty() && !managed::is(segment, id) && !exists(entries, segment, id) {
            let message = format!("The policy {id} does not exist.");
            return Err(Failure::new(404, code, message));
        }
    }
    let with_policy = behavior.value(&["CachePolicyId"]).is_some_and(|id| !id.is_empty());
    let legacy = ["ForwardedValues", "MinTTL", "DefaultTTL", "MaxTTL"]
        .iter()
        .any(|name| behavior.child(name).is_some());
    if with_policy && legacy {
        let message =
            "The parameter ForwardedValues cannot be used when a cache policy is associated to the cache behavior.";
        return Err(Failure::new(400, "InvalidArgument", message));
    }
    if !with_policy && behavior.child("ForwardedValues").is_none() {
        let message = "The parameter ForwardedValues is required.";
        return Err(Failure::new(400, "InvalidArgument", message));
    }
    Ok(())
}

/// Whether a distribution names this access control or policy.
pub(super) fn is_used(entries: &Entries, id: &str) -> bool {
    others(entries, DISTRIBUTION, None).any(|(_, config)| {
        let origin = |origin: &Element| origin.value(&["OriginAccessControlId"]) == Some(id);
        let behavior = |behavior: &Element| {
            ["CachePolicyId", "OriginRequestPolicyId", "ResponseHeadersPolicyId"]
                .iter()
                .any(|field| behavior.value(&[field]) == Some(id))
        };
        items(&config, "Origins").any(origin)
            || behaviors(&config).any(behavior)
            || config.value(&["ContinuousDeploymentPolicyId"]) == Some(id)
    })
}
