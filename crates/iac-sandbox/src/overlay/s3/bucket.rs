//! Buckets: create, head, list, and the errors of names and regions.

use winterbaume_core::MockResponse;

use super::model::{Bucket, Buckets};
use crate::account_id::ACCOUNT_ID;
use crate::call::Call;
use crate::clock;
use crate::reply::Answer;
use crate::reply::{self, Failure};
use crate::xml::{self, Element};

/// The error of a bucket that does not exist.
pub(super) fn missing(name: &str) -> Failure {
    let message = format!("The specified bucket does not exist: {name}");
    Failure::new(404, "NoSuchBucket", message)
}

/// A request signed for another region than the bucket's is told the region.
pub(super) fn redirect(call: &Call, region: &str) -> MockResponse {
    let message = "The bucket you are attempting to access must be addressed using the specified endpoint.";
    let failure = Failure::new(301, "PermanentRedirect", message);
    let mut answer = reply::failure(call, &failure);
    reply::set_header(&mut answer, "x-amz-bucket-region", region);
    answer
}

/// Creates a bucket with the defaults of AWS: objects belong to the bucket's owner, all public access is blocked,
/// contents are encrypted with AES256 and keys of the customer are refused.
pub(super) fn create(buckets: &mut Buckets, call: &Call, name: &str) -> Answer {
    if !is_valid_name(name) {
        let message = "The specified bucket is not valid.";
        return Err(Failure::new(400, "InvalidBucketName", message));
    }
    let config = xml::parse(&call.body);
    let constraint = config
        .as_ref()
        .and_then(|root| root.value(&["LocationConstraint"]))
        .unwrap_or("");
    let expected = if call.region == "us-east-1" { "" } else { &call.region };
    if constraint != expected {
        let message = format!(
            "The {constraint} location constraint is incompatible for the region specific endpoint this request was sent to."
        );
        return Err(Failure::new(400, "IllegalLocationConstraintException", message));
    }
    if let Some(existing) = buckets.get_mut(name) {
        // In us-east-1 a bucket of one's own is created again without an error, and its ACL is reset.
        if call.region == "us-east-1" && existing.region == call.region {
            existing.documents.remove("acl");
            return Ok(created(name));
        }
        let message = "Your previous request to create the named bucket succeeded and you already own it.";
        return Err(Failure::new(409, "BucketAlreadyOwnedByYou", message));
    }
    let mut bucket = Bucket {
        region: call.region.clone(),
        created_ms: clock::now_ms(),
        ..Bucket::default()
    };
    let ownership = call.header("x-amz-object-ownership").unwrap_or("BucketOwnerEnforced");
    let mut document = |aspect: &str, root: &Element| {
        bucket.documents.insert(aspect.to_owned(), root.document());
    };
    document(
        "ownershipControls",
        &Element::new("OwnershipControls").with(Element::new("Rule").field("ObjectOwnership", ownership)),
    );
    let all_blocked = [
        "BlockPublicAcls",
        "IgnorePublicAcls",
        "BlockPublicPolicy",
        "RestrictPublicBuckets",
    ]
    .map(|name| Element::text(name, "true"));
    document(
        "publicAccessBlock",
        &Element::new("PublicAccessBlockConfiguration").with_all(all_blocked),
    );
    if call.header("x-amz-bucket-object-lock-enabled") == Some("true") {
        document(
            "object-lock",
            &Element::new("ObjectLockConfiguration").field("ObjectLockEnabled", "Enabled"),
        );
        document(
            "versioning",
            &Element::new("VersioningConfiguration").field("Status", "Enabled"),
        );
    }
    if let Some(tags) = config.as_ref().and_then(|root| root.child("Tags"))
        && !tags.children.is_empty()
    {
        let mut set = Element::new("TagSet");
        set.children.clone_from(&tags.children);
        document("tagging", &Element::new("Tagging").with(set));
    }
    buckets.0.insert(name.to_owned(), bucket);
    Ok(created(name))
}

fn created(name: &str) -> MockResponse {
    let mut answer = reply::empty(200);
    reply::set_header(&mut answer, "location", &format!("/{name}"));
    answer
}

/// Names are 3 to 63 lower case letters, digits, dots and hyphens, begin and end with a letter or digit, have no
/// two dots in a row and do not look like an IP address.
fn is_valid_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (3..=63).contains(&name.len())
        && name.chars().all(|c| plain(c) || c == '.' || c == '-')
        && name.starts_with(plain)
        && name.ends_with(plain)
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err()
        && !name.starts_with("xn--")
        && !name.ends_with("-s3alias")
}

/// The answer to `HeadBucket`.
pub(super) fn head(bucket: &Bucket) -> MockResponse {
    let mut answer = reply::empty(200);
    reply::set_header(&mut answer, "x-amz-bucket-region", &bucket.region);
    reply::set_header(&mut answer, "x-amz-access-point-alias", "false");
    answer
}

/// The answer to `ListBuckets`: all regions, or the one asked for; by prefix, in pages when asked for.
pub(super) fn list(buckets: &Buckets, call: &Call) -> MockResponse {
    let query = |name: &str| call.query.get(name).map(String::as_str);
    let prefix = query("prefix").unwrap_or("");
    let after = query("continuation-token").unwrap_or("");
    let limit = query("max-buckets").and_then(|n| n.parse().ok());
    let limit: usize = limit.unwrap_or(10_000);
    let mut matching = buckets.0.iter().filter(|(name, bucket)| {
        name.starts_with(prefix)
            && name.as_str() > after
            && query("bucket-region").is_none_or(|region| region == bucket.region)
    });
    let page: Vec<_> = matching.by_ref().take(limit).collect();
    let more = matching.next().is_some();
    let last = page.last().map(|(name, _)| name.as_str());
    let items = page.iter().map(|(name, bucket)| {
        Element::new("Bucket")
            .field("Name", name.as_str())
            .field("CreationDate", clock::iso(bucket.created_ms))
            .field("BucketRegion", bucket.region.as_str())
            .field("BucketArn", format!("arn:aws:s3:::{name}"))
    });
    let root = Element::new("ListAllMyBucketsResult")
        .with(
            Element::new("Owner")
                .field("ID", ACCOUNT_ID)
                .field("DisplayName", "sandbox"),
        )
        .with(Element::new("Buckets").with_all(items))
        .maybe("ContinuationToken", last.filter(|_| more));
    reply::xml(200, &root)
}
