//! Policies of buckets.

use iac_aws::{
    policy::{PolicyDocument, Principal, Statement},
    s3::{Bucket, BucketPolicy, PublicAccessBlock},
};
use iac_core::model::{ErrorKind, RemoteId};
use iac_sandbox::Fault;

use crate::common::{Lab, problems};

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

async fn with_bucket(block: PublicAccessBlock) -> Lab {
    let lab = Lab::new();
    let bucket = Bucket::builder().bucket("site").public_access_block(block).build();
    lab.create(&bucket).await.unwrap();
    lab.world.clear_requests();
    lab
}

#[tokio::test]
async fn a_policy_lives_and_dies() {
    let lab = with_bucket(PublicAccessBlock::ALL).await;
    let (first, second) = (
        for_account(&["s3:GetObject"]),
        for_account(&["s3:PutObject", "s3:GetObject"]),
    );
    lab.create(&first).await.unwrap();
    lab.assert_settled(&first).await;
    assert_eq!(lab.recover(&first).await, Some(RemoteId::new("site")));
    lab.update(&second, Some(&first)).await.unwrap();
    lab.assert_settled(&second).await;
    assert_eq!(lab.create(&first).await.unwrap_err().kind, ErrorKind::AlreadyExists);
    lab.delete(&second).await.unwrap();
    lab.delete(&second).await.unwrap();
    assert!(lab.read(&lab.id(), Some(&second)).await.is_none());
}

#[tokio::test]
async fn the_public_is_let_in_only_when_the_bucket_allows_it() {
    let lab = with_bucket(PublicAccessBlock::ALL).await;
    let error = lab.create(&public()).await.unwrap_err();
    assert!(
        error.hints.iter().any(|hint| hint.contains("block_public_policy")),
        "{error:?}"
    );
    let lab = with_bucket(PublicAccessBlock::NONE).await;
    lab.create(&public()).await.unwrap();
    lab.assert_settled(&public()).await;
}

#[tokio::test]
async fn a_principal_that_was_just_made_is_waited_for() {
    let lab = with_bucket(PublicAccessBlock::ALL).await;
    let unknown = Fault::error(400, "MalformedPolicy", "Invalid principal in policy");
    lab.world.inject(unknown.on_operation("PutBucketPolicy").first(3));
    lab.create(&for_account(&["s3:GetObject"])).await.unwrap();
    let broken = Fault::error(400, "MalformedPolicy", "Policies must be valid JSON");
    lab.world.inject(broken.on_operation("PutBucketPolicy").first(1));
    lab.update(&for_account(&["s3:PutObject"]), None).await.unwrap_err();
}

#[test]
fn a_policy_without_principal_is_refused() {
    let policy = PolicyDocument::new().statement(Statement::allow().actions(["s3:*"]).resources(["*"]));
    let policy = BucketPolicy::builder().bucket("site").policy(policy).build();
    assert_eq!(problems(&policy).len(), 1, "{:?}", problems(&policy));
}
