//! What a fault does, and the error codes each service uses for it.

use std::time::Duration;

use crate::call::Call;
use crate::reply::Failure;
use crate::service::Service;

/// When, relative to the change it asks for, a request fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultTiming {
    /// Before: the sandbox stays as it was.
    Before,
    /// After: the sandbox has changed, the caller does not learn of it.
    After,
}

/// How a connection that is cut behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disconnect {
    /// Requests fail at once.
    Refuse,
    /// Requests wait for ever.
    Hang,
}

/// What a fault does to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// The answer takes this much longer.
    Latency(Duration),
    /// An error answer instead of the effect.
    Error {
        /// The HTTP status.
        status: u16,
        /// The error code.
        code: String,
        /// The message.
        message: String,
    },
    /// The throttling error of the service.
    Throttling,
    /// The internal error of the service.
    InternalError,
    /// The access error of the service.
    AccessDenied,
    /// The not-found error of the operation.
    NotFound,
    /// The connection fails.
    ConnectionError(FaultTiming),
    /// The request times out; at once, without the wait.
    Timeout(FaultTiming),
    /// The effect takes place, the answer's body is garbage. What is refused is answered as ever.
    MalformedBody,
    /// Nothing answers any more, from this request on.
    Cut {
        /// Whether this request still takes effect.
        moment: FaultTiming,
        /// What becomes of the requests.
        silence: Disconnect,
    },
}

/// What happens to one request, all faults considered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// How long the request waits.
    pub(crate) delay: Duration,
    /// The effect other than latency, if any.
    pub(crate) effect: Option<Effect>,
}

impl Effect {
    /// The error answer of this effect, for those that are answers.
    pub(crate) fn failure(&self, call: &Call) -> Option<Failure> {
        Some(match self {
            Self::Error { status, code, message } => Failure::new(*status, code, message),
            Self::Throttling => throttling(call.service),
            Self::InternalError => internal_error(call.service),
            Self::AccessDenied => access_denied(call),
            Self::NotFound => not_found(call),
            _ => return None,
        })
    }
}

fn throttling(service: Service) -> Failure {
    match service {
        Service::S3 => Failure::new(503, "SlowDown", "Please reduce your request rate."),
        Service::DynamoDb | Service::Kms => Failure::new(400, "ThrottlingException", "Rate exceeded"),
        Service::Ec2 => Failure::new(503, "RequestLimitExceeded", "Request limit exceeded."),
        _ => Failure::new(400, "Throttling", "Rate exceeded"),
    }
}

fn internal_error(service: Service) -> Failure {
    let code = match service {
        Service::DynamoDb => "InternalServerError",
        Service::Iam => "ServiceFailure",
        Service::Kms => "KMSInternalException",
        Service::Sts => "InternalFailure",
        _ => "InternalError",
    };
    Failure::new(500, code, "We encountered an internal error. Please try again.")
}

fn access_denied(call: &Call) -> Failure {
    let (status, code) = match call.service {
        Service::DynamoDb | Service::Kms => (400, "AccessDeniedException"),
        Service::Ec2 => (403, "UnauthorizedOperation"),
        _ => (403, "AccessDenied"),
    };
    let message = format!("User is not authorized to perform: {}:{}", call.service, call.operation);
    Failure::new(status, code, message)
}

/// The not-found error an operation gives for the thing it names.
fn not_found(call: &Call) -> Failure {
    let operation = call.operation.as_str();
    let (status, code) = match call.service {
        Service::S3 => (404, s3_not_found(operation)),
        Service::DynamoDb => (400, "ResourceNotFoundException"),
        Service::CloudFront => (404, cloudfront_not_found(operation)),
        Service::Ec2 => (400, ec2_not_found(operation)),
        Service::Kms => (400, "NotFoundException"),
        Service::Iam | Service::Sts => (404, "NoSuchEntity"),
    };
    Failure::new(status, code, "The requested resource was not found.")
}

fn s3_not_found(operation: &str) -> &'static str {
    match operation {
        "GetBucketPolicy" => "NoSuchBucketPolicy",
        "GetBucketTagging" => "NoSuchTagSet",
        "GetBucketCors" => "NoSuchCORSConfiguration",
        "GetBucketLifecycleConfiguration" => "NoSuchLifecycleConfiguration",
        "GetBucketWebsite" => "NoSuchWebsiteConfiguration",
        "GetBucketReplication" => "ReplicationConfigurationNotFoundError",
        "GetBucketEncryption" => "ServerSideEncryptionConfigurationNotFoundError",
        "GetBucketOwnershipControls" => "OwnershipControlsNotFoundError",
        "GetPublicAccessBlock" => "NoSuchPublicAccessBlockConfiguration",
        "GetObjectLockConfiguration" => "ObjectLockConfigurationNotFoundError",
        "ListParts" | "UploadPart" | "CompleteMultipartUpload" | "AbortMultipartUpload" => "NoSuchUpload",
        _ if operation.contains("Bucket") && operation.ends_with("Configuration") => "NoSuchConfiguration",
        _ if operation.contains("Object") && !operation.starts_with("List") => "NoSuchKey",
        _ => "NoSuchBucket",
    }
}

fn cloudfront_not_found(operation: &str) -> &'static str {
    const KINDS: [(&str, &str); 6] = [
        ("OriginAccessControl", "NoSuchOriginAccessControl"),
        ("CachePolicy", "NoSuchCachePolicy"),
        ("OriginRequestPolicy", "NoSuchOriginRequestPolicy"),
        ("ResponseHeadersPolicy", "NoSuchResponseHeadersPolicy"),
        ("Distribution", "NoSuchDistribution"),
        ("Function", "NoSuchFunctionExists"),
    ];
    KINDS
        .iter()
        .find(|(kind, _)| operation.contains(kind))
        .map_or("NoSuchResource", |(_, code)| code)
}

fn ec2_not_found(operation: &str) -> &'static str {
    const KINDS: [(&str, &str); 8] = [
        ("SecurityGroupRule", "InvalidSecurityGroupRuleId.NotFound"),
        ("SecurityGroup", "InvalidGroup.NotFound"),
        ("Subnet", "InvalidSubnetID.NotFound"),
        ("Vpc", "InvalidVpcID.NotFound"),
        ("RouteTable", "InvalidRouteTableID.NotFound"),
        ("InternetGateway", "InvalidInternetGatewayID.NotFound"),
        ("NetworkInterface", "InvalidNetworkInterfaceID.NotFound"),
        ("NetworkAcl", "InvalidNetworkAclID.NotFound"),
    ];
    KINDS
        .iter()
        .find(|(kind, _)| operation.contains(kind))
        .map_or("InvalidID", |(_, code)| code)
}
