//! Sandboxes: folders, locks, the log, faults, isolation and speed.

use std::time::{Duration, Instant};

use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};

use crate::common::{code, config};
use iac_sandbox::{Fault, Sandbox, SandboxError, Service};

type Created = Result<
    aws_sdk_s3::operation::create_bucket::CreateBucketOutput,
    SdkError<aws_sdk_s3::operation::create_bucket::CreateBucketError>,
>;

async fn create(sandbox: &Sandbox, name: &str) -> Created {
    Client::new(&config(sandbox))
        .create_bucket()
        .bucket(name)
        .create_bucket_configuration(
            CreateBucketConfiguration::builder()
                .location_constraint(BucketLocationConstraint::EuWest1)
                .build(),
        )
        .send()
        .await
}

#[tokio::test]
async fn an_opened_sandbox_is_saved_before_each_answer() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::open(folder.path()).unwrap();
    create(&sandbox, "kept").await.unwrap();
    let s3 = Client::new(&config(&sandbox));
    let put = s3.put_object().bucket("kept").key("k").body(b"hello".to_vec().into());
    put.send().await.unwrap();
    // What another process would find now, were this one killed.
    let found = Sandbox::load(folder.path()).unwrap();
    assert_eq!(found.inventory(), ["s3:bucket/kept", "s3:object/kept/k"]);
    s3.delete_object().bucket("kept").key("k").send().await.unwrap();
    let found = Sandbox::load(folder.path()).unwrap();
    assert_eq!(found.inventory(), ["s3:bucket/kept"]);
    drop(sandbox);
    let bodies = std::fs::read_dir(folder.path().join("s3")).unwrap().count();
    assert_eq!(bodies, 0);
    let sandbox = Sandbox::open(folder.path()).unwrap();
    assert_eq!(sandbox.inventory(), ["s3:bucket/kept"]);
    create(&sandbox, "more").await.unwrap();
    assert!(code(create(&sandbox, "more").await) == "BucketAlreadyOwnedByYou");
}

#[tokio::test]
async fn a_change_of_one_object_writes_that_object() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::open(folder.path()).unwrap();
    create(&sandbox, "kept").await.unwrap();
    let document = std::fs::read(folder.path().join("s3.json")).unwrap();
    let s3 = Client::new(&config(&sandbox));
    for n in 0..1010 {
        let put = s3.put_object().bucket("kept").key(format!("k{n}"));
        put.body(format!("content {}", n % 7).into_bytes().into())
            .send()
            .await
            .unwrap();
        if n == 500 {
            let s3_delete = s3.delete_object().bucket("kept").key("k3");
            s3_delete.send().await.unwrap();
            assert!(
                std::fs::read(folder.path().join("s3.json")).unwrap() == document,
                "all of it was written"
            );
        }
    }
    // the log was full once
    assert!(std::fs::read(folder.path().join("s3.json")).unwrap() != document);
    let expected = sandbox.inventory();
    assert_eq!(expected.len(), 1 + 1009);
    assert_eq!(Sandbox::load(folder.path()).unwrap().inventory(), expected);

    // a process that is killed while it writes a line has not answered
    let logs = || {
        let files = std::fs::read_dir(folder.path()).unwrap();
        files
            .map(|file| file.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "log"))
    };
    let log = logs().next().unwrap();
    let mut text = std::fs::read(&log).unwrap();
    text.extend(b"{\"part\":\"kept/half");
    std::fs::write(&log, text).unwrap();
    let found = Sandbox::load(folder.path()).unwrap();
    assert_eq!(found.inventory(), expected);
    let read = Client::new(&config(&found))
        .get_object()
        .bucket("kept")
        .key("k1009")
        .send()
        .await
        .unwrap();
    assert_eq!(read.body.collect().await.unwrap().to_vec(), b"content 1");

    drop(sandbox);
    assert_eq!(logs().count(), 0);
    assert_eq!(Sandbox::load(folder.path()).unwrap().inventory(), expected);
}

#[tokio::test]
async fn a_folder_is_one_sandboxes_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::open(folder.path()).unwrap();
    let held = Sandbox::open(folder.path()).unwrap_err();
    assert!(matches!(held, SandboxError::Held { .. }), "{held}");
    assert!(held.to_string().contains(&std::process::id().to_string()), "{held}");
    assert!(!held.hint().is_empty());
    let waiting = Sandbox::open_within(folder.path(), Duration::from_millis(50));
    assert!(waiting.is_err());
    let path = folder.path().to_owned();
    let waiting = std::thread::spawn(move || Sandbox::open_within(&path, Duration::from_secs(5)));
    std::thread::sleep(Duration::from_millis(50));
    drop(sandbox);
    waiting.join().unwrap().unwrap();
}

#[tokio::test]
async fn a_broken_folder_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Sandbox::load(&folder.path().join("missing")).unwrap().is_empty());
    std::fs::write(folder.path().join("s3.json"), "{").unwrap();
    let error = Sandbox::load(folder.path()).unwrap_err();
    assert!(matches!(error, SandboxError::Corrupt { .. }), "{error}");
}

#[tokio::test]
async fn requests_are_logged_with_their_answers() {
    let sandbox = Sandbox::new();
    create(&sandbox, "logged").await.unwrap();
    let s3 = Client::new(&config(&sandbox));
    let _absent = s3.get_bucket_policy().bucket("logged").send().await;
    let log = sandbox.requests();
    assert_eq!(log[0].action(), "s3:CreateBucket");
    assert_eq!((log[0].sequence, log[0].mutates, log[0].status), (1, true, Some(200)));
    assert_eq!(log[0].region, "eu-west-1");
    assert_eq!(log[1].operation, "GetBucketPolicy");
    assert_eq!((log[1].mutates, log[1].status), (false, Some(404)));
    assert_eq!(log[1].error_code.as_deref(), Some("NoSuchBucketPolicy"));
    sandbox.clear_requests();
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn errors_strike_where_they_are_told_to() {
    let sandbox = Sandbox::new();
    sandbox.inject(Fault::throttling().on_operation("CreateBucket").nth(2));
    create(&sandbox, "one").await.unwrap();
    assert_eq!(code(create(&sandbox, "two").await), "SlowDown");
    create(&sandbox, "two").await.unwrap();
    sandbox.inject(Fault::access_denied().on_service(Service::S3).on_mutations().first(1));
    let s3 = Client::new(&config(&sandbox));
    s3.list_buckets().send().await.unwrap();
    assert_eq!(code(create(&sandbox, "three").await), "AccessDenied");
    sandbox.inject(Fault::error(418, "Teapot", "short & stout"));
    assert_eq!(code(s3.list_buckets().send().await), "Teapot");
    sandbox.clear_faults();
    sandbox.inject(Fault::not_found().on_operation("HeadBucket").first(2));
    for absent in [true, true, false] {
        let head = s3.head_bucket().bucket("one").send().await;
        assert_eq!(
            head.is_err_and(|error| error.into_service_error().is_not_found()),
            absent
        );
    }
    sandbox.inject(Fault::latency(Duration::from_millis(40)).nth(1));
    let start = Instant::now();
    s3.list_buckets().send().await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(40));
}

#[cfg(all(feature = "dynamodb", feature = "iam", feature = "ec2", feature = "cloudfront"))]
#[tokio::test]
async fn each_service_has_its_own_codes() {
    let sandbox = Sandbox::new();
    let config = config(&sandbox);
    let dynamodb = aws_sdk_dynamodb::Client::new(&config);
    let iam = aws_sdk_iam::Client::new(&config);
    let ec2 = aws_sdk_ec2::Client::new(&config);
    let cloudfront = aws_sdk_cloudfront::Client::new(&config);
    let sts = aws_sdk_sts::Client::new(&config);
    sandbox.inject(Fault::throttling());
    assert_eq!(code(dynamodb.list_tables().send().await), "ThrottlingException");
    assert_eq!(code(iam.list_roles().send().await), "Throttling");
    assert_eq!(code(ec2.describe_vpcs().send().await), "RequestLimitExceeded");
    assert_eq!(code(cloudfront.list_distributions().send().await), "Throttling");
    assert_eq!(code(sts.get_caller_identity().send().await), "Throttling");
    sandbox.clear_faults();
    sandbox.inject(Fault::not_found());
    let table = dynamodb.describe_table().table_name("t").send().await.unwrap_err();
    assert!(table.into_service_error().is_resource_not_found_exception());
    assert_eq!(code(iam.get_role().role_name("r").send().await), "NoSuchEntity");
    assert_eq!(code(ec2.describe_subnets().send().await), "InvalidSubnetID.NotFound");
    let policy = cloudfront.get_cache_policy().id("x").send().await.unwrap_err();
    assert!(policy.into_service_error().is_no_such_cache_policy());
    assert_eq!(
        sandbox.requests().last().unwrap().error_code.as_deref(),
        Some("NoSuchCachePolicy")
    );
}

#[tokio::test]
async fn a_fault_holds_on_to_the_request_it_struck() {
    let sandbox = Sandbox::new();
    sandbox.inject(Fault::throttling().on_mutations().nth(2).holding(3));
    create(&sandbox, "one").await.unwrap();
    for _ in 0..2 {
        assert_eq!(code(create(&sandbox, "two").await), "SlowDown");
        create(&sandbox, &format!("other-{}", sandbox.requests().len()))
            .await
            .unwrap();
    }
    assert_eq!(code(create(&sandbox, "two").await), "SlowDown");
    create(&sandbox, "two").await.unwrap();
    create(&sandbox, "three").await.unwrap();
}

#[tokio::test]
async fn a_forked_world_goes_its_own_way() {
    let sandbox = Sandbox::new();
    create(&sandbox, "old").await.unwrap();
    sandbox.inject(Fault::access_denied());
    let fork = sandbox.fork().unwrap();
    create(&fork, "new").await.unwrap();
    assert_eq!(fork.inventory(), ["s3:bucket/new", "s3:bucket/old"]);
    assert_eq!(sandbox.inventory(), ["s3:bucket/old"]);
    assert_eq!(fork.requests().len(), 1);
}

#[tokio::test]
async fn lost_answers_leave_their_effect() {
    let sandbox = Sandbox::new();
    sandbox.inject(Fault::connection_error().nth(1));
    sandbox.inject(Fault::response_lost().nth(2));
    sandbox.inject(Fault::timeout_after_effect().nth(3));
    sandbox.inject(Fault::malformed_body().nth(4));
    for name in ["none", "lost", "late"] {
        let error = create(&sandbox, name).await.unwrap_err();
        assert!(!matches!(error, SdkError::ServiceError(_)), "{error:?}");
    }
    let s3 = Client::new(&config(&sandbox));
    assert!(s3.list_buckets().send().await.is_err());
    assert_eq!(sandbox.inventory(), ["s3:bucket/late", "s3:bucket/lost"]);
    assert_eq!(sandbox.requests()[0].status, None);
}

#[tokio::test]
async fn after_a_cut_nothing_answers() {
    for (fault, left) in [
        (Fault::cut_before().on_mutations().nth(2), 1),
        (Fault::cut_after().on_mutations().nth(2), 2),
    ] {
        let sandbox = Sandbox::new();
        sandbox.inject(fault);
        create(&sandbox, "one").await.unwrap();
        assert!(create(&sandbox, "two").await.is_err());
        assert!(create(&sandbox, "three").await.is_err());
        assert!(sandbox.is_cut());
        assert_eq!(sandbox.inventory().len(), left);
        sandbox.clear_faults();
        create(&sandbox, "four").await.unwrap();
    }
    let sandbox = Sandbox::new();
    sandbox.inject(Fault::cut_after().hanging());
    let hung = tokio::time::timeout(Duration::from_millis(50), create(&sandbox, "hung")).await;
    assert!(hung.is_err());
    assert_eq!(sandbox.inventory(), ["s3:bucket/hung"]);
}

#[tokio::test]
async fn worlds_are_quick_and_apart() {
    let start = Instant::now();
    let sandboxes: Vec<Sandbox> = (0..20).map(|_| Sandbox::new()).collect();
    let each = start.elapsed() / 20;
    assert!(each < Duration::from_millis(25), "{each:?}");
    let (first, others) = sandboxes.split_first().unwrap();
    create(first, "here").await.unwrap();
    assert!(others.iter().all(Sandbox::is_empty));
    println!("a sandbox takes {each:?}");
}

#[tokio::test]
async fn saving_each_change_is_cheap() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::open(folder.path()).unwrap();
    create(&sandbox, "many").await.unwrap();
    let s3 = Client::new(&config(&sandbox));
    let start = Instant::now();
    for number in 0..100 {
        let put = s3.put_object().bucket("many").key(format!("k{number}"));
        put.body(vec![number; 1000].into()).send().await.unwrap();
    }
    let each = start.elapsed() / 100;
    assert!(each < Duration::from_millis(50), "{each:?}");
    println!("a saved request takes {each:?}");
}
