//! Configurations of a bucket: each is one document that is put, given back as it was, and removed.

use super::aspect_rules;
use super::model::Bucket;
use super::policy;
use crate::account_id::ACCOUNT_ID;
use crate::call::Call;
use crate::reply::Answer;
use crate::reply::{self, Failure};
use crate::xml::{self, Element};

/// What a read of a configuration that was never put gives.
enum Absent {
    /// An error of that code.
    Error(&'static str),
    /// A document: empty, or the default.
    Document(fn() -> Element),
}

/// A configuration: its query key and what it is when absent.
struct Aspect {
    key: &'static str,
    absent: Absent,
}

const ASPECTS: [Aspect; 20] = [
    Aspect {
        key: "abac",
        absent: Absent::Document(|| Element::new("AbacStatus").field("Status", "Disabled")),
    },
    Aspect {
        key: "accelerate",
        absent: Absent::Document(|| Element::new("AccelerateConfiguration")),
    },
    Aspect {
        key: "acl",
        absent: Absent::Document(owner_only),
    },
    Aspect {
        key: "analytics",
        absent: Absent::Error("NoSuchConfiguration"),
    },
    Aspect {
        key: "cors",
        absent: Absent::Error("NoSuchCORSConfiguration"),
    },
    Aspect {
        key: "encryption",
        absent: Absent::Document(aes256),
    },
    Aspect {
        key: "intelligent-tiering",
        absent: Absent::Error("NoSuchConfiguration"),
    },
    Aspect {
        key: "inventory",
        absent: Absent::Error("NoSuchConfiguration"),
    },
    Aspect {
        key: "lifecycle",
        absent: Absent::Error("NoSuchLifecycleConfiguration"),
    },
    Aspect {
        key: "logging",
        absent: Absent::Document(|| Element::new("BucketLoggingStatus")),
    },
    Aspect {
        key: "metrics",
        absent: Absent::Error("NoSuchConfiguration"),
    },
    Aspect {
        key: "notification",
        absent: Absent::Document(|| Element::new("NotificationConfiguration")),
    },
    Aspect {
        key: "object-lock",
        absent: Absent::Error("ObjectLockConfigurationNotFoundError"),
    },
    Aspect {
        key: "ownershipControls",
        absent: Absent::Error("OwnershipControlsNotFoundError"),
    },
    Aspect {
        key: "publicAccessBlock",
        absent: Absent::Error("NoSuchPublicAccessBlockConfiguration"),
    },
    Aspect {
        key: "replication",
        absent: Absent::Error("ReplicationConfigurationNotFoundError"),
    },
    Aspect {
        key: "requestPayment",
        absent: Absent::Document(|| Element::new("RequestPaymentConfiguration").field("Payer", "BucketOwner")),
    },
    Aspect {
        key: "tagging",
        absent: Absent::Error("NoSuchTagSet"),
    },
    Aspect {
        key: "versioning",
        absent: Absent::Document(|| Element::new("VersioningConfiguration")),
    },
    Aspect {
        key: "website",
        absent: Absent::Error("NoSuchWebsiteConfiguration"),
    },
];

/// The encryption of a bucket nobody configured. Since April 2026 it also refuses keys of the customer.
fn aes256() -> Element {
    Element::new("ServerSideEncryptionConfiguration").with(
        Element::new("Rule")
            .with(Element::new("ApplyServerSideEncryptionByDefault").field("SSEAlgorithm", "AES256"))
            .field("BucketKeyEnabled", "false")
            .with(Element::new("BlockedEncryptionTypes").field("EncryptionType", "SSE-C")),
    )
}

/// The access control list of a bucket or object nobody gave one.
pub(super) fn owner_only() -> Element {
    let owner = |name: &str| {
        Element::new(name)
            .field("ID", ACCOUNT_ID)
            .field("DisplayName", "sandbox")
    };
    let mut grantee = owner("Grantee");
    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\""
        .clone_into(&mut grantee.attributes);
    Element::new("AccessControlPolicy").with(owner("Owner")).with(
        Element::new("AccessControlList").with(Element::new("Grant").with(grantee).field("Permission", "FULL_CONTROL")),
    )
}

/// Answers an operation on a configuration of a bucket.
pub(super) fn answer(bucket: &mut Bucket, call: &Call, name: &str) -> Answer {
    let has = |key: &str| call.query.contains_key(key);
    if has("policy") || has("policyStatus") {
        return policy::answer(bucket, call, name);
    }
    if has("location") {
        let region = match bucket.region.as_str() {
            "us-east-1" => "",
            region => region,
        };
        return Ok(reply::xml(200, &Element::text("LocationConstraint", region)));
    }
    let Some(aspect) = ASPECTS.iter().find(|aspect| has(aspect.key)) else {
        let message = format!("the sandbox does not know {}", call.operation);
        return Err(Failure::new(501, "NotImplemented", message));
    };
    let stored = match call.query.get("id") {
        Some(id) => format!("{}/{id}", aspect.key),
        None => aspect.key.to_owned(),
    };
    match call.method.as_str() {
        "PUT" => put(bucket, call, aspect, &stored),
        "DELETE" => {
            // Deleting what is not there succeeds, except for configurations with an id.
            if bucket.documents.remove(&stored).is_none() && call.query.contains_key("id") {
                return Err(absent_error("NoSuchConfiguration"));
            }
            Ok(reply::empty(204))
        }
        _ if call.operation.starts_with("ListBucket") => Ok(list(bucket, aspect.key)),
        _ => get(bucket, aspect, &stored),
    }
}

fn put(bucket: &mut Bucket, call: &Call, aspect: &Aspect, stored: &str) -> Answer {
    let root = match xml::parse(&call.body) {
        Some(root) => root,
        // An access control list may come as headers only; the document then stays what it was.
        None if aspect.key == "acl" && call.body.is_empty() => owner_only(),
        None => {
            let message = "The XML you provided was not well-formed or did not validate against our published schema";
            return Err(Failure::new(400, "MalformedXML", message));
        }
    };
    let root = aspect_rules::accept(bucket, call, aspect.key, root)?;
    // An empty document of these is how they are removed.
    let removes = matches!(aspect.key, "logging" | "notification") && root.children.is_empty();
    if removes {
        bucket.documents.remove(stored);
    } else {
        bucket.documents.insert(stored.to_owned(), root.document());
    }
    let mut answer = reply::empty(if aspect.key == "tagging" { 204 } else { 200 });
    if aspect.key == "lifecycle" {
        let size = call
            .header(aspect_rules::MINIMUM_SIZE)
            .unwrap_or("all_storage_classes_128K");
        bucket.documents.insert("lifecycle-size".to_owned(), size.to_owned());
        reply::set_header(&mut answer, aspect_rules::MINIMUM_SIZE, size);
    }
    Ok(answer)
}

fn get(bucket: &Bucket, aspect: &Aspect, stored: &str) -> Answer {
    if let Some(document) = bucket.documents.get(stored) {
        let mut answer = winterbaume_core::MockResponse::xml(200, document.clone());
        if aspect.key == "lifecycle"
            && let Some(size) = bucket.documents.get("lifecycle-size")
        {
            reply::set_header(&mut answer, aspect_rules::MINIMUM_SIZE, size);
        }
        return Ok(answer);
    }
    match aspect.absent {
        Absent::Error(code) => Err(absent_error(code)),
        Absent::Document(document) => Ok(reply::xml(200, &document())),
    }
}

fn absent_error(code: &str) -> Failure {
    let message = match code {
        "NoSuchTagSet" => "The TagSet does not exist",
        _ => "The specified configuration does not exist",
    };
    Failure::new(404, code, message)
}

/// Lists the configurations of an aspect whose configurations have ids.
fn list(bucket: &Bucket, key: &str) -> winterbaume_core::MockResponse {
    let prefix = format!("{key}/");
    let items = bucket
        .documents
        .iter()
        .filter(|(stored, _)| stored.starts_with(&prefix))
        .filter_map(|(_, document)| xml::parse(document.as_bytes()));
    let name = match key {
        "analytics" => "ListBucketAnalyticsConfigurationResult",
        "inventory" => "ListInventoryConfigurationsResult",
        "metrics" => "ListMetricsConfigurationsResult",
        _ => "ListBucketIntelligentTieringConfigurationsOutput",
    };
    let root = Element::new(name).field("IsTruncated", "false").with_all(items);
    reply::xml(200, &root)
}
