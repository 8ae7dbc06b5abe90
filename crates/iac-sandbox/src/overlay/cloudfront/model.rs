//! The resources kept here: each a configuration with an id and a version.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The namespace of every document.
pub(super) const NAMESPACE: &str = " xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"";

/// A resource: a configuration with an id and a version.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) etag: String,
    /// The configuration as a document.
    pub(super) config: String,
    pub(super) modified_ms: i64,
    /// The domain name of a distribution.
    #[serde(default)]
    pub(super) domain: String,
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
    /// Invalidations of a distribution: id, batch as a document, time.
    #[serde(default)]
    pub(super) invalidations: Vec<(String, String, i64)>,
}

/// A kind of resource kept here.
pub(super) struct Kind {
    /// Its segment in paths.
    pub(super) segment: &'static str,
    /// The element of a resource; its configuration's has `Config` at the end.
    pub(super) name: &'static str,
    /// The middle of the error codes, as in `NoSuchCachePolicy`.
    pub(super) list: &'static str,
}

pub(super) const DISTRIBUTION: &str = "distribution";
pub(super) const ACCESS_CONTROL: &str = "origin-access-control";

pub(super) const KINDS: [Kind; 6] = [
    Kind {
        segment: DISTRIBUTION,
        name: "Distribution",
        list: "DistributionList",
    },
    Kind {
        segment: ACCESS_CONTROL,
        name: "OriginAccessControl",
        list: "OriginAccessControlList",
    },
    Kind {
        segment: "cache-policy",
        name: "CachePolicy",
        list: "CachePolicyList",
    },
    Kind {
        segment: "origin-request-policy",
        name: "OriginRequestPolicy",
        list: "OriginRequestPolicyList",
    },
    Kind {
        segment: "response-headers-policy",
        name: "ResponseHeadersPolicy",
        list: "ResponseHeadersPolicyList",
    },
    Kind {
        segment: "continuous-deployment-policy",
        name: "ContinuousDeploymentPolicy",
        list: "ContinuousDeploymentPolicyList",
    },
];

/// Resources of each kind, by id.
pub(super) type Entries = BTreeMap<String, BTreeMap<String, Entry>>;
