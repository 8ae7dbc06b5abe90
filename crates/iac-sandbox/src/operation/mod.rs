//! The names of operations, as the API reference and IAM know them, derived from requests.
//!
//! Three protocols carry the name: the query protocols as `Action`, awsJson in a header, and S3 in `x-id` for some
//! operations. For the rest of S3 and for `CloudFront` the name follows from method, path and query, for restJson from the
//! routes in the service's profile.

mod cloudfront;
mod routes;
mod s3;

use crate::call::Call;
use crate::service::Protocol;

/// The operation of a request; `Unknown` when it follows no rule here.
pub(crate) fn name(call: &Call) -> String {
    let found = match call.service.protocol() {
        Protocol::Query | Protocol::Ec2 => call.param("Action").map(str::to_owned),
        Protocol::Json(_) => call
            .header("x-amz-target")
            .and_then(|target| target.rsplit('.').next())
            .map(str::to_owned),
        Protocol::RestXml => cloudfront::name(call),
        Protocol::RestJson(known) => routes::name(call, known),
        Protocol::S3 => s3::name(call),
    };
    found.unwrap_or_else(|| "Unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue};

    use crate::request;

    fn named(method: &str, uri: &str) -> String {
        request::parse(method, uri, HeaderMap::new(), Bytes::new())
            .unwrap()
            .operation
    }

    #[test]
    fn s3_names_follow_from_method_path_and_query() {
        let bucket = "https://b.s3.eu-west-1.amazonaws.com";
        for (method, target, name) in [
            ("PUT", "/", "CreateBucket"),
            ("HEAD", "/", "HeadBucket"),
            ("DELETE", "/", "DeleteBucket"),
            ("PUT", "/?versioning", "PutBucketVersioning"),
            ("GET", "/?lifecycle", "GetBucketLifecycleConfiguration"),
            ("DELETE", "/?lifecycle", "DeleteBucketLifecycle"),
            ("PUT", "/?publicAccessBlock", "PutPublicAccessBlock"),
            (
                "GET",
                "/?intelligent-tiering",
                "ListBucketIntelligentTieringConfigurations",
            ),
            (
                "PUT",
                "/?intelligent-tiering&id=x",
                "PutBucketIntelligentTieringConfiguration",
            ),
            ("GET", "/?list-type=2&prefix=a", "ListObjectsV2"),
            ("GET", "/?versions", "ListObjectVersions"),
            ("POST", "/?delete", "DeleteObjects"),
            ("PUT", "/k?x-id=PutObject", "PutObject"),
            ("GET", "/k?tagging", "GetObjectTagging"),
            ("HEAD", "/k", "HeadObject"),
            ("POST", "/k?uploads", "CreateMultipartUpload"),
            ("PUT", "/k?partNumber=1&uploadId=u", "UploadPart"),
            ("POST", "/k?uploadId=u", "CompleteMultipartUpload"),
            ("DELETE", "/k?uploadId=u", "AbortMultipartUpload"),
        ] {
            assert_eq!(named(method, &format!("{bucket}{target}")), name, "{target}");
        }
        assert_eq!(named("GET", "https://s3.eu-west-1.amazonaws.com/"), "ListBuckets");
        assert_eq!(named("GET", "https://s3.amazonaws.com/b/k"), "GetObject");
    }

    #[test]
    fn cloudfront_names_follow_from_method_and_path() {
        let base = "https://cloudfront.amazonaws.com/2020-05-31";
        for (method, target, name) in [
            ("POST", "/distribution?WithTags", "CreateDistributionWithTags"),
            ("GET", "/distribution/E1/config", "GetDistributionConfig"),
            ("PUT", "/distribution/E1/config", "UpdateDistribution"),
            ("DELETE", "/distribution/E1", "DeleteDistribution"),
            ("POST", "/distribution/E1/invalidation", "CreateInvalidation"),
            ("GET", "/distribution", "ListDistributions"),
            ("POST", "/tagging?Operation=Untag", "UntagResource"),
            ("GET", "/tagging?Resource=x", "ListTagsForResource"),
            ("POST", "/origin-access-control", "CreateOriginAccessControl"),
            ("GET", "/origin-access-control", "ListOriginAccessControls"),
            ("PUT", "/cache-policy/x", "UpdateCachePolicy"),
            ("GET", "/cache-policy?Type=custom", "ListCachePolicies"),
            ("POST", "/function/f/publish", "PublishFunction"),
        ] {
            assert_eq!(named(method, &format!("{base}{target}")), name, "{target}");
        }
    }

    #[test]
    fn the_other_protocols_carry_the_name() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-amz-target",
            HeaderValue::from_static("DynamoDB_20120810.UpdateTimeToLive"),
        );
        let dynamodb = "https://dynamodb.eu-west-1.amazonaws.com/";
        let call = request::parse("POST", dynamodb, headers, Bytes::new()).unwrap();
        assert_eq!(call.operation, "UpdateTimeToLive");
        assert_eq!(call.region, "eu-west-1");
        let body = Bytes::from_static(b"Action=CreateRole&Version=2010-05-08");
        let call = request::parse("POST", "https://iam.amazonaws.com/", HeaderMap::new(), body);
        assert_eq!(call.unwrap().operation, "CreateRole");
    }
}
