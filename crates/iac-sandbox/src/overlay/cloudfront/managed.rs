//! The policies AWS manages: every account has them, nobody can change them.

use super::model::{Entry, Kind};
use crate::xml::Element;

const POLICIES: [(&str, &str, &str); 18] = [
    (
        "cache-policy",
        "658327ea-f89d-4fab-a63d-7e88639e58f6",
        "Managed-CachingOptimized",
    ),
    (
        "cache-policy",
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        "Managed-CachingDisabled",
    ),
    (
        "cache-policy",
        "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
        "Managed-CachingOptimizedForUncompressedObjects",
    ),
    (
        "cache-policy",
        "08627262-05a9-4f76-9ded-b50ca2e3a84f",
        "Managed-Elemental-MediaPackage",
    ),
    (
        "cache-policy",
        "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
        "UseOriginCacheControlHeaders",
    ),
    (
        "cache-policy",
        "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
        "UseOriginCacheControlHeaders-QueryStrings",
    ),
    (
        "origin-request-policy",
        "b689b0a8-53d0-40ab-baf2-68738e2966ac",
        "Managed-AllViewerExceptHostHeader",
    ),
    (
        "origin-request-policy",
        "216adef6-5c7f-47e4-b989-5492eafa07d3",
        "Managed-AllViewer",
    ),
    (
        "origin-request-policy",
        "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
        "Managed-CORS-S3Origin",
    ),
    (
        "origin-request-policy",
        "59781a5b-3903-41f3-afcb-af62929ccde1",
        "Managed-CORS-CustomOrigin",
    ),
    (
        "origin-request-policy",
        "acba4595-bd28-49b8-b9fe-13317c0390fa",
        "Managed-UserAgentRefererHeaders",
    ),
    (
        "origin-request-policy",
        "33f36d7e-f396-46d9-90e0-52428a34d9dc",
        "Managed-AllViewerAndCloudFrontHeaders-2022-06",
    ),
    (
        "origin-request-policy",
        "775133bc-15f2-49f9-abea-afb2e0bf67d2",
        "Managed-Elemental-MediaTailor-PersonalizedManifests",
    ),
    (
        "response-headers-policy",
        "67f7725c-6f97-4210-82d7-5512b31e9d03",
        "Managed-SecurityHeadersPolicy",
    ),
    (
        "response-headers-policy",
        "60669652-455b-4ae9-85a4-c4c02393f86c",
        "Managed-SimpleCORS",
    ),
    (
        "response-headers-policy",
        "5cc3b908-e619-4b99-88e5-2cf7f45965bd",
        "Managed-CORS-With-Preflight",
    ),
    (
        "response-headers-policy",
        "e61eb60c-9c35-4d20-a928-2b84e02af89c",
        "Managed-CORS-and-SecurityHeadersPolicy",
    ),
    (
        "response-headers-policy",
        "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
        "Managed-CORS-with-preflight-and-SecurityHeadersPolicy",
    ),
];

/// Whether AWS manages the policy of that id.
pub(super) fn is(segment: &str, id: &str) -> bool {
    POLICIES.iter().any(|(kind, own, _)| *kind == segment && *own == id)
}

/// All managed policies of a kind.
pub(super) fn all(kind: &Kind) -> impl Iterator<Item = (String, Entry)> {
    POLICIES
        .iter()
        .filter(|(segment, ..)| *segment == kind.segment)
        .filter_map(|(_, id, _)| Some(((*id).to_owned(), entry(kind, id)?)))
}

/// A managed policy: its name, and for cache policies its lifetimes, caching disabled being all zeroes.
pub(super) fn entry(kind: &Kind, id: &str) -> Option<Entry> {
    let (_, _, name) = POLICIES
        .iter()
        .find(|(segment, own, _)| *segment == kind.segment && *own == id)?;
    let mut config = Element::new(&format!("{}Config", kind.name))
        .field("Comment", "Policy managed by AWS")
        .field("Name", *name);
    if kind.segment == "cache-policy" {
        let (min, default, max) = match *name {
            "Managed-CachingDisabled" => ("0", "0", "0"),
            _ => ("1", "86400", "31536000"),
        };
        config = config
            .field("MinTTL", min)
            .field("DefaultTTL", default)
            .field("MaxTTL", max);
    }
    Some(Entry {
        etag: "E23ZP02F085DFQ".to_owned(),
        config: config.document(),
        ..Entry::default()
    })
}
