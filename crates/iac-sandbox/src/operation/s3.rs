//! Names of S3 operations.

use crate::call::Call;
use crate::s3_target::target;

/// Sub-resources of a bucket: query key, then the names of PUT, GET and DELETE, empty where there is none.
const BUCKET: [(&str, &str, &str, &str); 22] = [
    ("abac", "PutBucketAbac", "GetBucketAbac", ""),
    (
        "accelerate",
        "PutBucketAccelerateConfiguration",
        "GetBucketAccelerateConfiguration",
        "",
    ),
    ("acl", "PutBucketAcl", "GetBucketAcl", ""),
    ("cors", "PutBucketCors", "GetBucketCors", "DeleteBucketCors"),
    (
        "encryption",
        "PutBucketEncryption",
        "GetBucketEncryption",
        "DeleteBucketEncryption",
    ),
    (
        "lifecycle",
        "PutBucketLifecycleConfiguration",
        "GetBucketLifecycleConfiguration",
        "DeleteBucketLifecycle",
    ),
    ("location", "", "GetBucketLocation", ""),
    ("logging", "PutBucketLogging", "GetBucketLogging", ""),
    (
        "notification",
        "PutBucketNotificationConfiguration",
        "GetBucketNotificationConfiguration",
        "",
    ),
    (
        "object-lock",
        "PutObjectLockConfiguration",
        "GetObjectLockConfiguration",
        "",
    ),
    (
        "ownershipControls",
        "PutBucketOwnershipControls",
        "GetBucketOwnershipControls",
        "DeleteBucketOwnershipControls",
    ),
    ("policy", "PutBucketPolicy", "GetBucketPolicy", "DeleteBucketPolicy"),
    ("policyStatus", "", "GetBucketPolicyStatus", ""),
    (
        "publicAccessBlock",
        "PutPublicAccessBlock",
        "GetPublicAccessBlock",
        "DeletePublicAccessBlock",
    ),
    (
        "replication",
        "PutBucketReplication",
        "GetBucketReplication",
        "DeleteBucketReplication",
    ),
    (
        "requestPayment",
        "PutBucketRequestPayment",
        "GetBucketRequestPayment",
        "",
    ),
    ("tagging", "PutBucketTagging", "GetBucketTagging", "DeleteBucketTagging"),
    ("uploads", "", "ListMultipartUploads", ""),
    ("versioning", "PutBucketVersioning", "GetBucketVersioning", ""),
    ("versions", "", "ListObjectVersions", ""),
    ("website", "PutBucketWebsite", "GetBucketWebsite", "DeleteBucketWebsite"),
    ("session", "", "CreateSession", ""),
];

/// Sub-resources of a bucket that have an id each; without one GET lists them.
const NAMED: [(&str, &str); 4] = [
    ("analytics", "AnalyticsConfiguration"),
    ("intelligent-tiering", "IntelligentTieringConfiguration"),
    ("inventory", "InventoryConfiguration"),
    ("metrics", "MetricsConfiguration"),
];

/// Sub-resources of an object.
const OBJECT: [(&str, &str, &str, &str); 5] = [
    ("acl", "PutObjectAcl", "GetObjectAcl", ""),
    ("attributes", "", "GetObjectAttributes", ""),
    ("legal-hold", "PutObjectLegalHold", "GetObjectLegalHold", ""),
    ("retention", "PutObjectRetention", "GetObjectRetention", ""),
    ("tagging", "PutObjectTagging", "GetObjectTagging", "DeleteObjectTagging"),
];

/// The name of an S3 operation.
pub(super) fn name(call: &Call) -> Option<String> {
    if let Some(id) = call.query.get("x-id") {
        return Some(id.clone());
    }
    let at = target(call);
    let has = |key: &str| call.query.contains_key(key);
    let method = call.method.as_str();
    if at.bucket.is_empty() {
        return (method == "GET").then(|| "ListBuckets".to_owned());
    }
    let table: &[_] = if at.key.is_empty() { &BUCKET } else { &OBJECT };
    if let Some((_, put, get, delete)) = table.iter().find(|(key, ..)| has(key)) {
        let name = match method {
            "PUT" => put,
            "GET" => get,
            "DELETE" => delete,
            _ => "",
        };
        if !name.is_empty() {
            return Some(name.to_owned());
        }
    }
    if at.key.is_empty() {
        bucket(call, method)
    } else {
        object(call, method).map(str::to_owned)
    }
}

fn bucket(call: &Call, method: &str) -> Option<String> {
    let has = |key: &str| call.query.contains_key(key);
    if let Some((_, stem)) = NAMED.iter().find(|(key, _)| has(key)) {
        return Some(match method {
            "PUT" => format!("PutBucket{stem}"),
            "DELETE" => format!("DeleteBucket{stem}"),
            _ if has("id") => format!("GetBucket{stem}"),
            _ => format!("ListBucket{stem}s"),
        });
    }
    let name = match method {
        "PUT" => "CreateBucket",
        "HEAD" => "HeadBucket",
        "DELETE" => "DeleteBucket",
        "POST" if has("delete") => "DeleteObjects",
        "GET" if has("list-type") => "ListObjectsV2",
        "GET" => "ListObjects",
        _ => return None,
    };
    Some(name.to_owned())
}

fn object(call: &Call, method: &str) -> Option<&'static str> {
    let has = |key: &str| call.query.contains_key(key);
    let copies = call.header("x-amz-copy-source").is_some();
    Some(match method {
        "PUT" if has("uploadId") && copies => "UploadPartCopy",
        "PUT" if has("uploadId") => "UploadPart",
        "PUT" if copies => "CopyObject",
        "PUT" => "PutObject",
        "GET" if has("uploadId") => "ListParts",
        "GET" => "GetObject",
        "HEAD" => "HeadObject",
        "DELETE" if has("uploadId") => "AbortMultipartUpload",
        "DELETE" => "DeleteObject",
        "POST" if has("uploads") => "CreateMultipartUpload",
        "POST" if has("uploadId") => "CompleteMultipartUpload",
        "POST" if has("restore") => "RestoreObject",
        "POST" if has("select") => "SelectObjectContent",
        _ => return None,
    })
}
