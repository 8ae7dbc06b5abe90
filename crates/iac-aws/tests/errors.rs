//! What AWS answers, as errors with a kind and hints: each code through the protocol of each service.
#![cfg(all(
    feature = "cloudfront",
    feature = "dynamodb",
    feature = "ec2",
    feature = "iam",
    feature = "s3"
))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends there"
)]

#[path = "common/mod.rs"]
mod common;

use iac_aws::{
    cloudfront::OriginAccessControl,
    dynamodb::{Key, Table},
    ec2::Vpc,
    iam::Policy,
    policy::{PolicyDocument, Statement},
    s3::Bucket,
};
use iac_core::model::{ErrorKind, ResourceError};
use iac_sandbox::Fault;

use common::TestEnv;

/// One create for each protocol that the services speak.
const OPERATIONS: [&str; 5] = [
    "cloudfront:CreateOriginAccessControl",
    "dynamodb:CreateTable",
    "ec2:CreateVpc",
    "iam:CreatePolicy",
    "s3:CreateBucket",
];

/// What a create fails with whose request is answered so.
async fn refused(operation: &str, status: u16, code: &str, message: &str) -> ResourceError {
    let env = TestEnv::new();
    let name = operation.split_once(':').unwrap().1;
    env.sandbox
        .inject(Fault::error(status, code, message).on_operation(name));
    let failed = match name {
        "CreateOriginAccessControl" => env.create(&OriginAccessControl::builder().name("site").build()).await,
        "CreateTable" => {
            env.create(&Table::builder().name("orders").partition_key(Key::string("id")).build())
                .await
        }
        "CreateVpc" => env.create(&Vpc::builder().cidr_block("10.0.0.0/16").build()).await,
        "CreatePolicy" => {
            let read = Statement::allow().actions(["s3:GetObject"]).resources(["*"]);
            env.create(
                &Policy::builder()
                    .name("read")
                    .document(PolicyDocument::new().statement(read))
                    .build(),
            )
            .await
        }
        _ => env.create(&Bucket::builder().bucket("errors-of-aws").build()).await,
    };
    failed.expect_err("the request was refused")
}

async fn assert_everywhere(status: u16, code: &str, message: &str, kind: ErrorKind, hints: &[&str]) {
    for operation in OPERATIONS {
        let error = refused(operation, status, code, message).await;
        assert_eq!((error.kind, error.code.as_str()), (kind, code), "{operation}: {error}");
        assert_eq!(error.hints.len(), hints.len(), "{operation}: {:?}", error.hints);
        for (found, part) in error.hints.iter().zip(hints) {
            assert!(found.contains(part), "{operation}: {found}");
        }
        let lacks = error.hints.iter().any(|hint| hint.contains("allow `"));
        assert!(!lacks, "{operation} speaks of a permission: {:?}", error.hints);
    }
}

#[tokio::test]
async fn expired_credentials_are_no_missing_permission() {
    for (status, code) in [(403, "ExpiredToken"), (400, "ExpiredTokenException")] {
        let hints = ["log in again"];
        assert_everywhere(
            status,
            code,
            "The security token included in the request is expired",
            ErrorKind::Unauthenticated,
            &hints,
        )
        .await;
    }
    let hints = ["log in again", "clock"];
    assert_everywhere(
        400,
        "RequestExpired",
        "Request has expired.",
        ErrorKind::Unauthenticated,
        &hints,
    )
    .await;
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_named() {
    let words = "The difference between the request time and the current time is too large.";
    assert_everywhere(
        403,
        "RequestTimeTooSkewed",
        words,
        ErrorKind::Unauthenticated,
        &["timedatectl"],
    )
    .await;
    let words = "Signature expired: 20260101T000000Z is now earlier than 20260101T001500Z";
    for code in ["SignatureDoesNotMatch", "InvalidSignatureException"] {
        assert_everywhere(403, code, words, ErrorKind::Unauthenticated, &["timedatectl"]).await;
    }
}

#[tokio::test]
async fn credentials_that_are_not_accepted_are_to_be_checked() {
    for (status, code) in [
        (403, "InvalidClientTokenId"),
        (403, "SignatureDoesNotMatch"),
        (403, "InvalidAccessKeyId"),
        (400, "UnrecognizedClientException"),
        (401, "AuthFailure"),
    ] {
        let hints = ["AWS_ACCESS_KEY_ID", "a region that the account has not enabled"];
        assert_everywhere(status, code, "no", ErrorKind::Unauthenticated, &hints).await;
    }
}

#[tokio::test]
async fn what_the_account_lacks_is_named() {
    let verify = "Your account must be verified before you can add new CloudFront resources.";
    for (status, code, message, hint) in [
        (403, "AccessDenied", verify, "has not verified the account"),
        (
            400,
            "PendingVerification",
            "Your account is currently being verified.",
            "has not verified the account",
        ),
        (
            401,
            "OptInRequired",
            "You are not subscribed to this service.",
            "not signed up",
        ),
        (400, "SubscriptionRequiredException", "no", "not signed up"),
        (403, "RegionDisabledException", "no", "enable the region"),
        (
            400,
            "Blocked",
            "Your account is currently blocked.",
            "has blocked the account",
        ),
    ] {
        assert_everywhere(status, code, message, ErrorKind::Denied, &[hint]).await;
    }
}

#[tokio::test]
async fn a_quota_says_how_to_get_more() {
    for (status, code) in [
        (400, "VpcLimitExceeded"),
        (409, "LimitExceeded"),
        (400, "TooManyDistributions"),
        (400, "ServiceQuotaExceededException"),
        (400, "NetworkInterfaceLimitExceeded"),
    ] {
        assert_everywhere(status, code, "too many", ErrorKind::Quota, &["Service Quotas"]).await;
    }
}

#[tokio::test]
async fn a_denial_names_the_action_that_aws_names() {
    let message = "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: kms:Decrypt on resource: \
                   arn:aws:kms:eu-west-1:123456789012:key/k because no identity-based policy allows the kms:Decrypt action";
    for operation in OPERATIONS {
        for (status, code) in [
            (403, "AccessDenied"),
            (400, "AccessDeniedException"),
            (403, "UnauthorizedOperation"),
        ] {
            let error = refused(operation, status, code, message).await;
            assert_eq!(error.kind, ErrorKind::Denied, "{operation}");
            let hint = "allow `kms:Decrypt` for the identity this runs as: \
                        {\"Action\":\"kms:Decrypt\",\"Effect\":\"Allow\",\"Resource\":\"arn:aws:kms:eu-west-1:123456789012:key/k\"}";
            assert_eq!(error.hints, [hint], "{operation}");
        }
        let error = refused(operation, 403, "AccessDenied", "Access Denied").await;
        assert!(
            error.hints[0].starts_with(&format!("allow `{operation}`")),
            "{:?}",
            error.hints
        );
    }
}

#[tokio::test]
async fn too_many_requests_and_failures_of_the_service_are_told_from_refusals() {
    for operation in OPERATIONS {
        let error = refused(operation, 400, "ThrottlingException", "Rate exceeded").await;
        assert_eq!(error.kind, ErrorKind::Throttled, "{operation}");
        let error = refused(operation, 500, "InternalFailure", "We failed").await;
        assert_eq!(error.kind, ErrorKind::Unavailable, "{operation}");
        let error = refused(operation, 400, "NobodyKnowsThisCode", "no").await;
        assert_eq!(
            (error.kind, error.hints),
            (ErrorKind::Invalid, Vec::new()),
            "{operation}"
        );
    }
}
