//! The profile of each service.
//!
//! Sources: the API references, "Common errors" and the errors of each operation; for reads that lag see `lagging` of each.

use super::profile::{Code, Codes, NotFound, Profile, Protocol};

/// Reads by their names, in every service.
pub(super) const READS: &[&str] = &[
    "BatchGet*",
    "Describe*",
    "Get*",
    "Head*",
    "List*",
    "Query*",
    "Scan*",
    "Search*",
    "Select*",
    "Simulate*",
    "TransactGet*",
];

/// A read just after an operation ended may still answer from before it. Its IAM actions are those of `cloudformation`:
/// `cloudformation:CreateResource`. Source: Cloud Control API reference and user guide.
pub(super) const CLOUDCONTROL: Profile = Profile {
    name: "cloudcontrol",
    scope: Some("cloudcontrolapi"),
    protocol: Protocol::Json("com.amazonaws.cloudapiservice#"),
    reads: &[],
    lagging: &["GetResource", "ListResources"],
    codes: Codes {
        throttling: Code(400, "ThrottlingException"),
        internal: "ServiceInternalErrorException",
        denied: Code(400, "AccessDeniedException"),
        not_found: NotFound {
            status: 400,
            by_operation: &[("ResourceRequest", "RequestTokenNotFoundException")],
            otherwise: "ResourceNotFoundException",
        },
    },
};

/// AWS says nothing of how consistent the API is. It is a global service like IAM and taken to be no better.
pub(super) const CLOUDFRONT: Profile = Profile {
    name: "cloudfront",
    scope: None,
    protocol: Protocol::RestXml,
    reads: &[],
    lagging: &["Describe*", "Get*", "List*"],
    codes: Codes {
        throttling: Code(400, "Throttling"),
        internal: "InternalError",
        denied: Code(403, "AccessDenied"),
        not_found: NotFound {
            status: 404,
            by_operation: &[
                ("OriginAccessControl", "NoSuchOriginAccessControl"),
                ("CachePolicy", "NoSuchCachePolicy"),
                ("OriginRequestPolicy", "NoSuchOriginRequestPolicy"),
                ("ResponseHeadersPolicy", "NoSuchResponseHeadersPolicy"),
                ("Distribution", "NoSuchDistribution"),
                ("Function", "NoSuchFunctionExists"),
            ],
            otherwise: "NoSuchResource",
        },
    },
};

/// `DescribeTable` "uses an eventually consistent query"; a table that was just made may be answered with
/// `ResourceNotFoundException`. `ListTagsOfResource` right after `TagResource` may give the tags before it, and
/// `GetResourcePolicy` right after `PutResourcePolicy` `PolicyNotFoundException`. Reads of items are strong where they ask for
/// it (`ConsistentRead`). Source: the API reference of these operations.
pub(super) const DYNAMODB: Profile = Profile {
    name: "dynamodb",
    scope: None,
    protocol: Protocol::Json("com.amazonaws.dynamodb.v20120810#"),
    reads: &[],
    lagging: &[
        "DescribeTable",
        "ListTagsOfResource",
        "GetResourcePolicy",
        "BatchGetItem",
        "GetItem",
        "Query",
        "Scan",
    ],
    codes: Codes {
        throttling: Code(400, "ThrottlingException"),
        internal: "InternalServerError",
        denied: Code(400, "AccessDeniedException"),
        not_found: NotFound {
            status: 400,
            by_operation: &[],
            otherwise: "ResourceNotFoundException",
        },
    },
};

/// Every describe operation lags. Source: EC2 developer guide, "Eventual consistency in the Amazon EC2 API".
pub(super) const EC2: Profile = Profile {
    name: "ec2",
    scope: None,
    protocol: Protocol::Ec2,
    reads: &[],
    lagging: &["Describe*"],
    codes: Codes {
        throttling: Code(503, "RequestLimitExceeded"),
        internal: "InternalError",
        denied: Code(403, "UnauthorizedOperation"),
        not_found: NotFound {
            status: 400,
            by_operation: &[
                ("SecurityGroupRule", "InvalidSecurityGroupRuleId.NotFound"),
                ("SecurityGroup", "InvalidGroup.NotFound"),
                ("Subnet", "InvalidSubnetID.NotFound"),
                ("Vpc", "InvalidVpcID.NotFound"),
                ("RouteTable", "InvalidRouteTableID.NotFound"),
                ("InternetGateway", "InvalidInternetGatewayID.NotFound"),
                ("NetworkInterface", "InvalidNetworkInterfaceID.NotFound"),
                ("NetworkAcl", "InvalidNetworkAclID.NotFound"),
            ],
            otherwise: "InvalidID",
        },
    },
};

/// Every read lags. Source: IAM user guide, "Changes that I make are not always immediately visible".
pub(super) const IAM: Profile = Profile {
    name: "iam",
    scope: None,
    protocol: Protocol::Query,
    reads: &[],
    lagging: &["Get*", "List*"],
    codes: Codes {
        throttling: Code(400, "Throttling"),
        internal: "ServiceFailure",
        denied: Code(403, "AccessDenied"),
        not_found: NotFound {
            status: 404,
            by_operation: &[],
            otherwise: "NoSuchEntity",
        },
    },
};

pub(super) const KMS: Profile = Profile {
    name: "kms",
    scope: None,
    protocol: Protocol::Json(""),
    reads: &["Decrypt", "Encrypt", "GenerateDataKey"],
    lagging: &[],
    codes: Codes {
        throttling: Code(400, "ThrottlingException"),
        internal: "KMSInternalException",
        denied: Code(400, "AccessDeniedException"),
        not_found: NotFound {
            status: 400,
            by_operation: &[],
            otherwise: "NotFoundException",
        },
    },
};

/// Buckets and their configurations lag; reads and lists of objects are strong. Source: S3 user guide, "Amazon S3 data
/// consistency model".
pub(super) const S3: Profile = Profile {
    name: "s3",
    scope: None,
    protocol: Protocol::S3,
    reads: &[],
    lagging: &[
        "GetBucket*",
        "GetObjectLockConfiguration",
        "GetPublicAccessBlock",
        "HeadBucket",
        "ListBucket*",
    ],
    codes: Codes {
        throttling: Code(503, "SlowDown"),
        internal: "InternalError",
        denied: Code(403, "AccessDenied"),
        not_found: NotFound {
            status: 404,
            by_operation: &[
                ("GetBucketPolicy", "NoSuchBucketPolicy"),
                ("GetBucketTagging", "NoSuchTagSet"),
                ("GetBucketCors", "NoSuchCORSConfiguration"),
                ("GetBucketLifecycleConfiguration", "NoSuchLifecycleConfiguration"),
                ("GetBucketWebsite", "NoSuchWebsiteConfiguration"),
                ("GetBucketReplication", "ReplicationConfigurationNotFoundError"),
                ("GetBucketEncryption", "ServerSideEncryptionConfigurationNotFoundError"),
                ("GetBucketOwnershipControls", "OwnershipControlsNotFoundError"),
                ("GetPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
                ("GetObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"),
                ("GetBucketAnalytics", "NoSuchConfiguration"),
                ("GetBucketIntelligentTiering", "NoSuchConfiguration"),
                ("GetBucketInventory", "NoSuchConfiguration"),
                ("GetBucketMetrics", "NoSuchConfiguration"),
                ("ListParts", "NoSuchUpload"),
                ("UploadPart", "NoSuchUpload"),
                ("MultipartUpload", "NoSuchUpload"),
                ("ListObject", "NoSuchBucket"),
                ("DeleteObjects", "NoSuchBucket"),
                ("Object", "NoSuchKey"),
            ],
            otherwise: "NoSuchBucket",
        },
    },
};

/// Its guide says that the API is eventually consistent. Source: `EventBridge` Scheduler API reference; user guide,
/// "Troubleshooting".
pub(super) const SCHEDULER: Profile = Profile {
    name: "scheduler",
    scope: None,
    protocol: Protocol::RestJson(&[
        ("GET", "/schedules", "ListSchedules"),
        ("POST", "/schedules/{}", "CreateSchedule"),
        ("GET", "/schedules/{}", "GetSchedule"),
        ("PUT", "/schedules/{}", "UpdateSchedule"),
        ("DELETE", "/schedules/{}", "DeleteSchedule"),
        ("GET", "/schedule-groups", "ListScheduleGroups"),
        ("POST", "/schedule-groups/{}", "CreateScheduleGroup"),
        ("GET", "/schedule-groups/{}", "GetScheduleGroup"),
        ("DELETE", "/schedule-groups/{}", "DeleteScheduleGroup"),
        ("GET", "/tags/{+}", "ListTagsForResource"),
        ("POST", "/tags/{+}", "TagResource"),
        ("DELETE", "/tags/{+}", "UntagResource"),
    ]),
    reads: &[],
    lagging: &["Get*", "List*"],
    codes: Codes {
        throttling: Code(429, "ThrottlingException"),
        internal: "InternalServerException",
        denied: Code(403, "AccessDeniedException"),
        not_found: NotFound {
            status: 404,
            by_operation: &[],
            otherwise: "ResourceNotFoundException",
        },
    },
};

/// It hands out credentials, and changes nothing.
pub(super) const STS: Profile = Profile {
    name: "sts",
    scope: None,
    protocol: Protocol::Query,
    reads: &["*"],
    lagging: &[],
    codes: Codes {
        throttling: Code(400, "Throttling"),
        internal: "InternalFailure",
        denied: Code(403, "AccessDenied"),
        not_found: NotFound {
            status: 404,
            by_operation: &[],
            otherwise: "NoSuchEntity",
        },
    },
};
