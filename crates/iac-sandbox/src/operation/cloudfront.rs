//! Names of `CloudFront` operations.

use crate::call::Call;

/// The kinds of resource: path segment, name of one, name of the list.
const KINDS: [(&str, &str, &str); 13] = [
    ("distribution", "Distribution", "Distributions"),
    (
        "streaming-distribution",
        "StreamingDistribution",
        "StreamingDistributions",
    ),
    ("origin-access-control", "OriginAccessControl", "OriginAccessControls"),
    (
        "origin-access-identity",
        "CloudFrontOriginAccessIdentity",
        "CloudFrontOriginAccessIdentities",
    ),
    ("cache-policy", "CachePolicy", "CachePolicies"),
    ("origin-request-policy", "OriginRequestPolicy", "OriginRequestPolicies"),
    (
        "response-headers-policy",
        "ResponseHeadersPolicy",
        "ResponseHeadersPolicies",
    ),
    (
        "continuous-deployment-policy",
        "ContinuousDeploymentPolicy",
        "ContinuousDeploymentPolicies",
    ),
    ("function", "Function", "Functions"),
    ("key-group", "KeyGroup", "KeyGroups"),
    ("key-value-store", "KeyValueStore", "KeyValueStores"),
    ("public-key", "PublicKey", "PublicKeys"),
    ("vpc-origin", "VpcOrigin", "VpcOrigins"),
];

/// The name of a `CloudFront` operation.
pub(super) fn name(call: &Call) -> Option<String> {
    let segments = call.segments();
    let segments: Vec<&str> = segments
        .iter()
        .skip(1)
        .map(String::as_str)
        .filter(|part| *part != "cloudfront")
        .collect();
    let method = call.method.as_str();
    if segments.first() == Some(&"tagging") {
        let operation = call.query.get("Operation").map(String::as_str);
        return Some(
            match (method, operation) {
                ("GET", _) => "ListTagsForResource",
                (_, Some("Untag")) => "UntagResource",
                _ => "TagResource",
            }
            .to_owned(),
        );
    }
    let (_, one, many) = KINDS.iter().find(|(segment, ..)| segments.first() == Some(segment))?;
    Some(match (method, segments.len(), segments.get(2).copied()) {
        ("POST", 1, _) if call.query.contains_key("WithTags") => format!("Create{one}WithTags"),
        ("POST", 1, _) => format!("Create{one}"),
        ("GET", 1, _) => format!("List{many}"),
        ("GET", 2, _) => format!("Get{one}"),
        ("GET", 3, Some("config")) => format!("Get{one}Config"),
        ("GET", 3, Some("describe")) => format!("Describe{one}"),
        ("PUT", 2, _) | ("PUT", 3, Some("config")) => format!("Update{one}"),
        ("DELETE", 2, _) => format!("Delete{one}"),
        ("POST", 3, Some("publish")) => format!("Publish{one}"),
        ("POST", 3, Some("test")) => format!("Test{one}"),
        ("POST", 3, Some("copy")) => format!("Copy{one}"),
        ("POST", 3, Some("invalidation")) => "CreateInvalidation".to_owned(),
        ("GET", 3, Some("invalidation")) => "ListInvalidations".to_owned(),
        ("GET", 4, Some("invalidation")) => "GetInvalidation".to_owned(),
        ("PUT", 3, Some("associate-alias")) => "AssociateAlias".to_owned(),
        _ => return None,
    })
}
