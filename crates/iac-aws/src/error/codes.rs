//! What the error codes of AWS mean: the kind of failure, and what a person can do where the code alone says it.
//!
//! Sources: "Common errors" in the API reference of each service; EC2 API reference, "Error codes for the Amazon EC2 API"; S3
//! API reference, "Error responses"; IAM API reference, "Common errors".

use iac_core::model::ErrorKind::{
    self, AlreadyExists, Conflict, Denied, Invalid, NotFound, Quota, Throttled, Timeout, Unauthenticated, Unavailable,
};

const EXPIRED: &str = "the credentials have expired: log in again (`aws sso login` or `aws login`) or set fresh ones, then run \
                       the same command again; what was done until now is recorded";
const CLOCK: &str = "the clock of this machine differs from AWS's by more than AWS allows: set it (`timedatectl set-ntp true`) \
                     and try again";
const REJECTED: &str = "AWS does not accept the credentials: check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and \
                        AWS_SESSION_TOKEN or the profile in use";
const CLOCK_OR_REGION: &str = "a clock that is wrong by more than five minutes, and a region that the account has not enabled, \
                               make AWS refuse good credentials too";
const REGION_OFF: &str = "enable the region for the account (`aws account enable-region --region-name NAME`; it takes minutes \
                          to hours), or use another";
const NOT_SIGNED_UP: &str = "the account is not signed up for the service, or its sign-up is not complete: finish it in the AWS \
                             console, or enable the region for the account";
const UNVERIFIED: &str = "AWS has not verified the account yet: it takes up to four hours after sign-up; if it lasts, open a \
                          support case under \"Account and billing\", which is free of charge";
const BLOCKED: &str = "AWS has blocked the account: see the mails to its root user, or open a support case under \"Account and \
                       billing\"";
const QUOTA: &str = "delete what is not needed any more, or ask for more: AWS console, Service Quotas, or `aws service-quotas \
                     request-service-quota-increase`";

/// A kind, what to do about it, and the codes that mean it.
type Meaning = (ErrorKind, &'static [&'static str], &'static [&'static str]);

/// The table. A code stands in it once.
const TABLE: &[Meaning] = &[
    (
        Throttled,
        &[],
        &[
            "BandwidthLimitExceeded",
            "EC2ThrottledException",
            "PriorRequestNotComplete",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "RequestThrottled",
            "RequestThrottledException",
            "SlowDown",
            "ThrottledException",
            "Throttling",
            "ThrottlingException",
            "TooManyRequestsException",
        ],
    ),
    (
        Unauthenticated,
        &[EXPIRED],
        &["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"],
    ),
    (Unauthenticated, &[EXPIRED, CLOCK], &["RequestExpired"]),
    (
        Unauthenticated,
        &[CLOCK],
        &["RequestTimeTooSkewed", "RequestInTheFuture"],
    ),
    (
        Unauthenticated,
        &[REJECTED, CLOCK_OR_REGION],
        &[
            "AuthFailure",
            "IncompleteSignature",
            "IncompleteSignatureException",
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "InvalidToken",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
        ],
    ),
    (
        Denied,
        &[],
        &[
            "AccessDenied",
            "AccessDeniedException",
            "AllAccessDisabled",
            "UnauthorizedOperation",
        ],
    ),
    (Denied, &[REGION_OFF], &["RegionDisabledException"]),
    (
        Denied,
        &[NOT_SIGNED_UP],
        &["NotSignedUp", "OptInRequired", "SubscriptionRequiredException"],
    ),
    (Denied, &[UNVERIFIED], &["PendingVerification"]),
    (Denied, &[BLOCKED], &["AccountProblem", "Blocked"]),
    (
        AlreadyExists,
        &[],
        &[
            "BucketAlreadyExists",
            "BucketAlreadyOwnedByYou",
            "CachePolicyAlreadyExists",
            "DistributionAlreadyExists",
            "EntityAlreadyExists",
            "InvalidGroup.Duplicate",
            "InvalidPermission.Duplicate",
            "OriginAccessControlAlreadyExists",
        ],
    ),
    (
        Conflict,
        &[],
        &[
            "BucketNotEmpty",
            "CachePolicyInUse",
            "ConcurrentModification",
            "ConditionalCheckFailedException",
            "ConditionalRequestConflict",
            "ContinuousBackupsUnavailableException",
            "DeleteConflict",
            "DependencyViolation",
            "DistributionNotDisabled",
            "EntityTemporarilyUnmodifiable",
            "IllegalUpdate",
            "InvalidGroup.InUse",
            "InvalidIfMatchVersion",
            "InvalidSubnet.Conflict",
            "OperationAborted",
            "OriginAccessControlInUse",
            "PreconditionFailed",
            "ResourceInUse",
            "ResourceInUseException",
            "TransactionConflictException",
        ],
    ),
    (
        Quota,
        &[QUOTA],
        &[
            "LimitExceeded",
            "LimitExceededException",
            "RulesPerSecurityGroupLimitExceeded",
            "ServiceQuotaExceededException",
            "TooManyBuckets",
            "VpcLimitExceeded",
        ],
    ),
    (
        NotFound,
        &[],
        &[
            "NoSuchBucket",
            "NoSuchBucketPolicy",
            "NoSuchCachePolicy",
            "NoSuchDistribution",
            "NoSuchEntity",
            "NoSuchKey",
            "NoSuchOriginAccessControl",
            "NotFound",
            "NotFoundException",
            "PolicyNotFoundException",
            "ResourceNotFoundException",
            "TableNotFoundException",
        ],
    ),
    (Timeout, &[], &["RequestTimeout", "RequestTimeoutException"]),
    (
        Unavailable,
        &[],
        &[
            "InternalError",
            "InternalFailure",
            "InternalServerError",
            "KMSInternalException",
            "ServiceFailure",
            "ServiceUnavailable",
        ],
    ),
];

/// What an answer means: from its code, from its words where one code means many things, and from the HTTP status when the
/// code is unknown or missing.
pub(super) fn meaning(code: &str, status: u16, message: &str) -> (ErrorKind, &'static [&'static str]) {
    // CloudFront and others answer `AccessDenied` for new accounts, and the same words in it
    if message.contains("account must be verified") || message.contains("account is currently being verified") {
        return (Denied, &[UNVERIFIED]);
    }
    // a signature of another hour is told as a wrong one
    if message.contains("Signature expired") || message.contains("Signature not yet current") {
        return (Unauthenticated, &[CLOCK]);
    }
    let known = TABLE.iter().find(|(_, _, codes)| codes.contains(&code));
    known.map_or_else(|| by_shape(code, status), |(kind, hints, _)| (*kind, *hints))
}

/// What codes that services make for each of their things have in common.
fn by_shape(code: &str, status: u16) -> (ErrorKind, &'static [&'static str]) {
    match code {
        // CloudFront spells every limit `TooMany<Things>`
        code if code.starts_with("TooMany") && status == 400 => (Quota, &[QUOTA]),
        code if code.ends_with("LimitExceeded") => (Quota, &[QUOTA]),
        // EC2 spells every missing thing `Invalid<Thing>.NotFound`
        code if code.starts_with("Invalid") && code.ends_with(".NotFound") => (NotFound, &[]),
        _ => match status {
            404 => (NotFound, &[]),
            401 => (Unauthenticated, &[REJECTED, CLOCK_OR_REGION]),
            403 => (Denied, &[]),
            409 | 412 => (Conflict, &[]),
            429 => (Throttled, &[]),
            500.. => (Unavailable, &[]),
            _ => (Invalid, &[]),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_code_means_one_thing() {
        let mut seen = BTreeSet::new();
        for code in TABLE.iter().flat_map(|(_, _, codes)| *codes) {
            assert!(seen.insert(code), "{code} is there twice");
        }
    }
}
