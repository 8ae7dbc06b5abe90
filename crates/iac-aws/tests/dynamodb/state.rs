//! The state backend on S3 and DynamoDB, and its bootstrap.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use iac_aws::{
    Aws, BOOTSTRAP_OPERATIONS, BootstrapOptions, BootstrapOutcome, BootstrapStep, S3Backend, StateStore, bootstrap,
};
use iac_core::{
    model::{ErrorKind, Hint, ResourceError},
    state::{Backend, BackendError, Lock, LockInfo, Precondition, conformance},
};
use iac_sandbox::{Fault, Request, Sandbox};
use jiff::{SignedDuration, Timestamp};

use crate::common::{InstantClock, config, connect};

fn store() -> StateStore {
    StateStore::new("acme-state", "acme-locks")
}

async fn make(aws: &Aws) -> Result<Vec<BootstrapStep>, ResourceError> {
    let options = BootstrapOptions {
        point_in_time_recovery: true,
        plain_http: false,
    };
    bootstrap(aws, &store(), options, &InstantClock::default()).await
}

async fn backend(sandbox: &Sandbox) -> S3Backend {
    let aws = connect(&config(sandbox));
    make(&aws).await.unwrap();
    sandbox.clear_requests();
    S3Backend::new(&aws, &store(), "shop/dev")
}

fn lock(id: &str) -> Lock {
    Lock {
        info: LockInfo {
            id: id.to_owned(),
            operation: "apply".to_owned(),
            info: String::new(),
            who: "someone@somewhere".to_owned(),
            version: "0.1.0".to_owned(),
            created: Timestamp::UNIX_EPOCH,
            path: "shop/dev".to_owned(),
        },
        expires: Some(Timestamp::UNIX_EPOCH + SignedDuration::from_secs(60)),
    }
}

fn outcomes(steps: &[BootstrapStep]) -> Vec<BootstrapOutcome> {
    steps.iter().map(|step| step.outcome).collect()
}

#[tokio::test]
async fn it_is_a_backend_and_needs_seven_permissions() {
    let sandbox = Sandbox::new();
    let backend = backend(&sandbox).await;
    conformance::check(&backend).await.unwrap();
    let called: BTreeSet<String> = sandbox
        .requests()
        .iter()
        .map(|request| request.operation.clone())
        .collect();
    let allowed = [
        "DeleteItem",
        "DeleteObject",
        "GetItem",
        "GetObject",
        "ListObjectsV2",
        "PutItem",
        "PutObject",
    ];
    assert_eq!(called.iter().map(String::as_str).collect::<Vec<_>>(), allowed);
}

#[tokio::test]
async fn stacks_share_a_store_without_seeing_each_other() {
    let sandbox = Sandbox::new();
    let dev = backend(&sandbox).await;
    let prod = S3Backend::new(&connect(&config(&sandbox)), &store(), "shop/dev-prod");
    dev.put("state.json", b"dev", &Precondition::Absent).await.unwrap();
    prod.put("state.json", b"prod", &Precondition::Absent).await.unwrap();
    assert_eq!(dev.list("").await.unwrap(), ["state.json"]);
    dev.lock(&lock("1"), None).await.unwrap();
    prod.lock(&lock("2"), None).await.unwrap();
    assert_eq!(prod.place(), "s3://acme-state/shop/dev-prod");
}

#[tokio::test]
async fn a_lost_answer_is_no_lost_race() {
    let sandbox = Sandbox::new();
    let backend = backend(&sandbox).await;
    let lost = |operation: &str| sandbox.inject(Fault::response_lost().on_operation(operation).nth(1));

    lost("PutObject");
    let version = backend.put("state.json", b"one", &Precondition::Absent).await.unwrap();
    lost("PutObject");
    backend
        .put("state.json", b"two", &Precondition::Matches(version))
        .await
        .unwrap();
    lost("PutItem");
    backend.lock(&lock("1"), None).await.unwrap();
    lost("PutItem");
    let end = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(90);
    let renewed = backend.renew(&lock("1"), end).await.unwrap();
    assert_eq!(backend.holder().await.unwrap(), Some(renewed));
    lost("DeleteItem");
    backend.unlock("1").await.unwrap();
    assert_eq!(backend.holder().await.unwrap(), None);
}

#[tokio::test]
async fn the_same_content_by_another_is_a_lost_race() {
    let sandbox = Sandbox::new();
    let backend = backend(&sandbox).await;
    backend.put("state.json", b"one", &Precondition::Absent).await.unwrap();
    let refused = backend.put("state.json", b"one", &Precondition::Absent).await;
    assert!(matches!(refused, Err(BackendError::Changed { .. })));
}

#[tokio::test]
async fn a_conflicting_write_is_sent_again() {
    let sandbox = Sandbox::new();
    let backend = backend(&sandbox).await;
    let conflict = Fault::error(409, "ConditionalRequestConflict", "A conflicting operation occurred");
    sandbox.inject(conflict.on_operation("PutObject").nth(1));
    backend.put("state.json", b"one", &Precondition::Absent).await.unwrap();
}

#[tokio::test]
async fn a_lock_of_terraform_is_shown_and_unlocked() {
    let sandbox = Sandbox::new();
    let backend = backend(&sandbox).await;
    let info = r#"{"ID":"5f1c","Operation":"OperationTypeApply","Info":"","Who":"me@host","Version":"1.14.0","Created":"2026-11-21T09:00:00.12345Z","Path":"acme-state/shop/dev"}"#;
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let dynamodb = aws_sdk_dynamodb::Client::new(&config(&sandbox));
    let item = dynamodb
        .put_item()
        .table_name("acme-locks")
        .item("LockID", text("acme-state/shop/dev"));
    item.item("Info", text(info)).send().await.unwrap();

    let held = backend.holder().await.unwrap().unwrap();
    assert_eq!((held.info.who.as_str(), held.expires), ("me@host", None));
    assert!(matches!(backend.lock(&lock("1"), None).await, Err(BackendError::Locked(holder)) if *holder == held));
    assert!(matches!(
        backend.unlock("other").await,
        Err(BackendError::NotHeld(Some(_)))
    ));
    backend.unlock("5f1c").await.unwrap();

    // and ours is one that Terraform reads
    backend.lock(&lock("1"), None).await.unwrap();
    let item = dynamodb
        .get_item()
        .table_name("acme-locks")
        .key("LockID", text("acme-state/shop/dev"));
    let item = item.send().await.unwrap().item.unwrap();
    let expected = r#"{"ID":"1","Operation":"apply","Info":"","Who":"someone@somewhere","Version":"0.1.0","Created":"1970-01-01T00:00:00Z","Path":"shop/dev"}"#;
    assert_eq!(item["Info"], text(expected));
}

#[tokio::test]
async fn what_is_missing_is_named_with_the_way_out() {
    let sandbox = Sandbox::new();
    let backend = S3Backend::new(&connect(&config(&sandbox)), &store(), "shop/dev");
    for error in [
        backend.get("state.json").await.unwrap_err(),
        backend.list("").await.unwrap_err(),
        backend.put("state.json", b"", &Precondition::Absent).await.unwrap_err(),
        backend.holder().await.unwrap_err(),
        backend.lock(&lock("1"), None).await.unwrap_err(),
    ] {
        assert!(error.hints().iter().any(|hint| hint.contains("bootstrap")), "{error}");
    }
}

#[tokio::test]
async fn bootstrap_makes_verifies_and_repairs() {
    use BootstrapOutcome::{AlreadyRight, Created, Repaired};
    let sandbox = Sandbox::new();
    let aws = connect(&config(&sandbox));
    let steps = make(&aws).await.unwrap();
    assert_eq!(outcomes(&steps[..2]), [Created, Created]);
    assert_eq!(steps[6].outcome, Created);
    assert!(
        outcomes(&make(&aws).await.unwrap())
            .iter()
            .all(|outcome| *outcome == AlreadyRight)
    );

    let s3 = aws_sdk_s3::Client::new(&config(&sandbox));
    s3.delete_public_access_block()
        .bucket("acme-state")
        .send()
        .await
        .unwrap();
    s3.delete_bucket_policy().bucket("acme-state").send().await.unwrap();
    let steps = make(&aws).await.unwrap();
    assert_eq!(
        outcomes(&steps[..5]),
        [AlreadyRight, AlreadyRight, AlreadyRight, Repaired, Repaired]
    );

    let called: BTreeSet<String> = sandbox.requests().iter().map(Request::action).collect();
    let theirs = ["s3:DeletePublicAccessBlock", "s3:DeleteBucketPolicy"];
    let declared: BTreeSet<String> = BOOTSTRAP_OPERATIONS
        .iter()
        .chain(&theirs)
        .map(|&it| it.to_owned())
        .collect();
    assert!(called.is_subset(&declared), "{:?}", called.difference(&declared));
}

#[tokio::test]
async fn bootstrap_leaves_what_is_not_ours() {
    let sandbox = Sandbox::new();
    sandbox.inject(Fault::access_denied().on_operation("HeadBucket"));
    let error = make(&connect(&config(&sandbox))).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Denied);
    assert!(
        error.hints.iter().any(|hint| hint.contains("another account")),
        "{error:?}"
    );
}
