//! Policies of buckets.

use iac_aws::{
    policy::{PolicyDocument, Principal, Statement},
    s3::{Bucket, BucketPolicy, PublicAccessBlock},
};
use iac_core::model::{ErrorKind, RemoteId};
use iac_sandbox::Fault;
use serde_json::json;

use crate::common::{TestEnv, problems};

fn for_account(actions: &[&str]) -> BucketPolicy {
    let statement = Statement::allow()
        .principal(Principal::aws("123456789012"))
        .actions(actions.iter().copied())
        .resources(["arn:aws:s3:::site/*"]);
    BucketPolicy::builder()
        .bucket("site")
        .policy(PolicyDocument::new().statement(statement))
        .build()
}

fn public() -> BucketPolicy {
    let statement = Statement::allow()
        .principal(Principal::Anyone)
        .actions(["s3:GetObject"])
        .resources(["arn:aws:s3:::site/*"]);
    BucketPolicy {
        policy: PolicyDocument::new().statement(statement),
        ..for_account(&[])
    }
}

async fn with_bucket(block: PublicAccessBlock) -> TestEnv {
    let env = TestEnv::new();
    let bucket = Bucket::builder().bucket("site").public_access_block(block).build();
    env.create(&bucket).await.unwrap();
    env.sandbox.clear_requests();
    env
}

#[tokio::test]
async fn a_policy_lives_and_dies() {
    let env = with_bucket(PublicAccessBlock::ALL).await;
    let (first, second) = (
        for_account(&["s3:GetObject"]),
        for_account(&["s3:PutObject", "s3:GetObject"]),
    );
    env.create(&first).await.unwrap();
    env.assert_in_sync(&first).await;
    assert_eq!(env.recover(&first).await, Some(RemoteId::new("site")));
    env.update(&second, Some(&first)).await.unwrap();
    env.assert_in_sync(&second).await;
    assert_eq!(env.create(&first).await.unwrap_err().kind, ErrorKind::AlreadyExists);
    env.delete(&second).await.unwrap();
    env.delete(&second).await.unwrap();
    assert!(env.read(&env.id(), Some(&second)).await.is_none());
}

#[tokio::test]
async fn the_public_is_let_in_only_when_the_bucket_allows_it() {
    let env = with_bucket(PublicAccessBlock::ALL).await;
    let error = env.create(&public()).await.unwrap_err();
    assert!(
        error.hints.iter().any(|hint| hint.contains("block_public_policy")),
        "{error:?}"
    );
    let env = with_bucket(PublicAccessBlock::NONE).await;
    env.create(&public()).await.unwrap();
    env.assert_in_sync(&public()).await;
}

#[tokio::test]
async fn a_block_that_was_just_lifted_refuses_for_a_while() {
    let env = with_bucket(PublicAccessBlock::NONE).await;
    let message = "User is not authorized to perform: s3:PutBucketPolicy because public policies are prevented by the \
                   BlockPublicPolicy setting in S3 Block Public Access.";
    let blocked = || Fault::error(403, "AccessDenied", message).on_operation("PutBucketPolicy");
    env.sandbox.inject(blocked().first(3));
    env.create(&public()).await.unwrap();
    env.assert_in_sync(&public()).await;

    // a refusal that stays is told after a minute
    env.sandbox.inject(blocked());
    env.sandbox.clear_requests();
    env.update(&for_account(&["s3:PutObject"]), None).await.unwrap_err();
    let puts = env.written().len();
    assert!((4..20).contains(&puts), "{puts}");

    // another one is told at once
    env.sandbox.clear_faults();
    env.sandbox
        .inject(Fault::access_denied().on_operation("PutBucketPolicy"));
    env.sandbox.clear_requests();
    env.update(&for_account(&["s3:PutObject"]), None).await.unwrap_err();
    assert_eq!(env.written(), ["PutBucketPolicy"]);
}

#[tokio::test]
async fn a_principal_that_was_just_made_is_waited_for() {
    let env = with_bucket(PublicAccessBlock::ALL).await;
    let unknown = Fault::error(400, "MalformedPolicy", "Invalid principal in policy");
    env.sandbox.inject(unknown.on_operation("PutBucketPolicy").first(3));
    env.create(&for_account(&["s3:GetObject"])).await.unwrap();
    let broken = Fault::error(400, "MalformedPolicy", "Policies must be valid JSON");
    env.sandbox.inject(broken.on_operation("PutBucketPolicy").first(1));
    env.update(&for_account(&["s3:PutObject"]), None).await.unwrap_err();
}

#[test]
fn a_policy_without_principal_is_refused() {
    let policy = PolicyDocument::new().statement(Statement::allow().actions(["s3:*"]).resources(["*"]));
    let policy = BucketPolicy::builder().bucket("site").policy(policy).build();
    assert_eq!(problems(&policy).len(), 1, "{:?}", problems(&policy));
}

/// A policy for one principal.
fn for_principal(principal: Principal) -> BucketPolicy {
    let statement = Statement::allow()
        .principal(principal)
        .actions(["s3:GetObject"])
        .resources(["arn:aws:s3:::site/*"]);
    BucketPolicy {
        policy: PolicyDocument::new().statement(statement),
        ..for_account(&[])
    }
}

#[tokio::test]
async fn a_policy_that_names_a_deleted_role_by_its_unique_id_is_put_again() {
    let env = with_bucket(PublicAccessBlock::ALL).await;
    let declared = for_principal(Principal::aws("arn:aws:iam::123456789012:role/deploy"));
    env.create(&declared).await.unwrap();
    // what AWS shows once the role was deleted, also when another one has its name
    let shown = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "AROAIOSFODNN7EXAMPLEID"}, "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::site/*",
    }]});
    let put = env.s3().put_bucket_policy().bucket("site").policy(shown.to_string());
    put.send().await.unwrap();
    let live = env.read(&env.id(), Some(&declared)).await.unwrap();
    assert!(live.inputs.to_string().contains("AROAIOSFODNN7EXAMPLEID"), "{live:?}");
    env.update(&declared, Some(&declared)).await.unwrap();
    env.assert_in_sync(&declared).await;
}

#[test]
fn a_canonical_user_is_refused_with_what_to_write() {
    let id = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
    let found = problems(&for_principal(Principal::canonical_user(id)));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("name the account's id") && found[0].contains("Statement[0]"),
        "{found:?}"
    );
}
