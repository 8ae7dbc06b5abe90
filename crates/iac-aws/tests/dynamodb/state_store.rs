//! Where states are kept: another region, another account, a KMS key; and requests that are quick to give up on one try.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use iac_aws::{AssumeRole, Aws, AwsConfig, AwsPlatform, BootstrapOptions, S3Backend, StateStore, bootstrap};
use iac_core::{
    OpenRequest, Platform,
    model::AccountRegion,
    state::{Backend, Lock, LockInfo, Precondition},
};
use iac_sandbox::{ACCOUNT_ID, Fault, Sandbox};
use jiff::{SignedDuration, Timestamp};

use crate::common::{Answers, InstantClock, config, config_in, connect};

const STATE_ACCOUNT: &str = "111122223333";

fn store() -> StateStore {
    StateStore::new("acme-state", "acme-locks")
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

async fn make(aws: &Aws, store: &StateStore) -> Vec<String> {
    let clock = InstantClock::default();
    let steps = bootstrap(aws, store, BootstrapOptions::default(), &clock);
    steps.await.unwrap().iter().map(ToString::to_string).collect()
}

fn header(request: &HttpRequest, name: &str) -> String {
    request.headers().get(name).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn every_request_names_the_owner_and_every_write_the_key() {
    let sandbox = Sandbox::new();
    make(&connect(&config(&sandbox)), &store()).await;
    for owner in [None, Some(STATE_ACCOUNT)] {
        let seen: Arc<Mutex<Vec<[String; 4]>>> = Arc::default();
        let noted = Arc::clone(&seen);
        let answers = Answers::new(sandbox.http_client(), move |request| {
            let [owner, algorithm, key] = [
                "x-amz-expected-bucket-owner",
                "x-amz-server-side-encryption",
                "x-amz-server-side-encryption-aws-kms-key-id",
            ]
            .map(|name| header(request, name));
            noted
                .lock()
                .unwrap()
                .push([request.method().to_owned(), owner, algorithm, key]);
            None
        });
        let aws = connect(&config(&sandbox).to_builder().http_client(answers).build());
        let mut store = store().kms_key("alias/state");
        store.expected_bucket_owner = owner.map(str::to_owned);
        let backend = S3Backend::new(&aws, &store, "shop/dev");
        let written = backend.put("state.json", b"one", &Precondition::Absent).await.unwrap();
        backend
            .put("state.json", b"two", &Precondition::Matches(written))
            .await
            .unwrap();
        backend.get("state.json").await.unwrap();
        backend.list("").await.unwrap();
        backend.delete("state.json").await.unwrap();
        let seen = seen.lock().unwrap();
        assert_eq!(seen.len(), 5);
        for [method, named, algorithm, key] in seen.iter() {
            assert_eq!(named, owner.unwrap_or(ACCOUNT_ID));
            let (expected_algorithm, expected_key) = match method.as_str() {
                "PUT" => ("aws:kms", "alias/state"),
                _ => ("", ""),
            };
            assert_eq!((algorithm.as_str(), key.as_str()), (expected_algorithm, expected_key));
        }
    }
}

#[tokio::test]
async fn a_bucket_of_another_account_is_told() {
    let sandbox = Sandbox::new();
    sandbox.inject(Fault::error(403, "AccessDenied", "Access Denied").on_operation("GetObject"));
    let backend = S3Backend::new(&connect(&config(&sandbox)), &store(), "shop/dev");
    let error = backend.get("state.json").await.unwrap_err();
    let hints = iac_core::model::Hint::hints(&error);
    assert!(
        hints.iter().any(|hint| hint.contains("expected_bucket_owner")),
        "{hints:?}"
    );
}

fn request() -> OpenRequest {
    OpenRequest {
        stack: "shop".to_owned(),
        environment: "dev".to_owned(),
        state_dir: None,
        who: "someone@somewhere".to_owned(),
        clock: Arc::new(InstantClock::default()),
    }
}

#[tokio::test]
async fn the_state_may_be_in_another_region_and_account() {
    let sandbox = Sandbox::new();
    let config = AwsConfig::builder()
        .region("eu-west-1")
        .allowed_accounts([ACCOUNT_ID])
        .http_client(sandbox.http_client())
        .build();
    let role = format!("arn:aws:iam::{STATE_ACCOUNT}:role/state");
    let store = StateStore::new("acme-state-{account}", "acme-locks")
        .region("eu-north-1")
        .role(AssumeRole::builder().role_arn(role).build());
    let platform = AwsPlatform::new().environment("dev", config, store);
    platform.bootstrap(&request()).await.unwrap();
    let session = platform.open(&request()).await.unwrap();
    assert_eq!(
        session.backend.place(),
        format!("s3://acme-state-{STATE_ACCOUNT}/shop/dev")
    );
    session
        .backend
        .put("state.json", b"one", &Precondition::Absent)
        .await
        .unwrap();
    session.backend.lock(&lock("1"), None).await.unwrap();
    let requests = sandbox.requests();
    let mut of_state = requests
        .iter()
        .filter(|request| ["PutObject", "PutItem"].contains(&request.operation.as_str()));
    assert!(of_state.all(|request| request.region == "eu-north-1"), "{requests:#?}");
    let resources = session.registry.get("s3.bucket").unwrap().location();
    assert_eq!(
        (resources.account.as_str(), resources.region.as_str()),
        (ACCOUNT_ID, "eu-west-1")
    );
}

/// How much faster time goes for the SDK than for the test.
const FASTER: u32 = 20;

/// Time of the SDK that goes faster.
#[derive(Debug)]
struct Fast;

impl AsyncSleep for Fast {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(tokio::time::sleep(duration / FASTER))
    }
}

#[tokio::test]
async fn a_try_that_hangs_is_given_up_long_before_the_lease_ends() {
    let sandbox = Sandbox::new();
    make(&connect(&config(&sandbox)), &store()).await;
    let aws = connect(
        &config(&sandbox)
            .to_builder()
            .sleep_impl(SharedAsyncSleep::new(Fast))
            .build(),
    );
    let backend = S3Backend::new(&aws, &store(), "shop/dev");
    backend.lock(&lock("1"), None).await.unwrap();
    let slow = Fault::latency(Duration::from_secs(20));
    for operation in ["PutItem", "PutObject", "GetObject"] {
        sandbox.inject(slow.clone().on_operation(operation).first(1));
    }
    let since = |started: Instant| started.elapsed() * FASTER;
    let started = Instant::now();
    let end = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(90);
    let renewed = backend.renew(&lock("1"), end).await.unwrap();
    assert!(since(started) < Duration::from_secs(15), "{:?}", since(started));
    backend.put("state.json", b"one", &Precondition::Absent).await.unwrap();
    backend.get("state.json").await.unwrap();
    assert!(since(started) < Duration::from_secs(45), "{:?}", since(started));

    // one that never is answered is told in time, too
    sandbox.inject(slow.on_operation("PutItem"));
    let started = Instant::now();
    backend.renew(&renewed, end).await.unwrap_err();
    assert!(since(started) < Duration::from_secs(40), "{:?}", since(started));
}

#[tokio::test]
async fn throttled_resources_do_not_use_up_the_tries_of_the_lock() {
    let sandbox = Sandbox::new();
    // the budget of tries is one for all clients of a region: here it is nobody else's
    let config = config_in(&sandbox, "ap-southeast-7");
    let aws = connect(&config);
    make(&aws, &store()).await;
    let backend = S3Backend::new(&aws, &store(), "shop/dev");
    let resources = aws_sdk_dynamodb::Client::new(&config);
    sandbox.inject(Fault::throttling().on_operation("DescribeTable"));
    for _ in 0..100 {
        resources
            .describe_table()
            .table_name("acme-locks")
            .send()
            .await
            .unwrap_err();
    }
    sandbox.clear_requests();
    resources
        .describe_table()
        .table_name("acme-locks")
        .send()
        .await
        .unwrap_err();
    assert_eq!(sandbox.requests().len(), 1, "their budget is used up");
    sandbox.inject(Fault::throttling().on_operation("PutItem").first(2));
    backend.lock(&lock("1"), None).await.unwrap();
}

#[tokio::test]
async fn the_place_has_the_default_tags_a_key_and_no_versions_of_old() {
    let sandbox = Sandbox::new();
    let sdk = config(&sandbox);
    let location = AccountRegion {
        account: ACCOUNT_ID.to_owned(),
        region: "eu-west-1".to_owned(),
    };
    let tags = BTreeMap::from([("team".to_owned(), "web".to_owned())]);
    let aws = Aws::new(&sdk, location, tags);
    let store = store().kms_key("alias/state");
    let steps = make(&aws, &store).await;
    assert_eq!(
        steps.iter().filter(|step| *step == "its tags: created").count(),
        2,
        "{steps:?}"
    );
    assert!(
        steps.contains(&"its removal of old versions: created".to_owned()),
        "{steps:?}"
    );

    let s3 = aws_sdk_s3::Client::new(&sdk);
    let encryption = s3.get_bucket_encryption().bucket("acme-state").send().await.unwrap();
    let rules = encryption.server_side_encryption_configuration.unwrap().rules;
    let default = rules[0].apply_server_side_encryption_by_default().unwrap();
    assert_eq!(default.kms_master_key_id(), Some("alias/state"));
    let lifecycle = s3
        .get_bucket_lifecycle_configuration()
        .bucket("acme-state")
        .send()
        .await
        .unwrap();
    let rule = &lifecycle.rules()[0];
    let old = rule.noncurrent_version_expiration().unwrap();
    assert_eq!(
        (old.noncurrent_days(), old.newer_noncurrent_versions()),
        (Some(90), Some(10))
    );
    assert!(rule.abort_incomplete_multipart_upload().is_some());

    // what others have put beside it stays, and what is right is not put again
    let tagging = aws_sdk_s3::types::Tagging::builder()
        .tag_set(
            aws_sdk_s3::types::Tag::builder()
                .key("cost")
                .value("7")
                .build()
                .unwrap(),
        )
        .build()
        .unwrap();
    s3.put_bucket_tagging()
        .bucket("acme-state")
        .tagging(tagging)
        .send()
        .await
        .unwrap();
    let steps = make(&aws, &store).await;
    assert_eq!(
        steps.iter().filter(|step| *step == "its tags: repaired").count(),
        1,
        "{steps:?}"
    );
    let tags = s3.get_bucket_tagging().bucket("acme-state").send().await.unwrap();
    let keys: Vec<&str> = tags.tag_set().iter().map(aws_sdk_s3::types::Tag::key).collect();
    assert_eq!(keys, ["cost", "team"]);
    sandbox.clear_requests();
    make(&aws, &store).await;
    let writes: Vec<String> = sandbox
        .requests()
        .into_iter()
        .filter(|request| request.mutates)
        .map(|request| request.operation)
        .collect();
    assert_eq!(writes, [""; 0]);
}
