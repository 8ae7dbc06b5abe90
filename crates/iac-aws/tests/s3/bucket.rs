//! Buckets: made, changed in every configuration, drifted, imported, interrupted, emptied and deleted.

use aws_sdk_s3::primitives::ByteStream;
use iac_aws::s3::{
    Acceleration, BlockedEncryption, Bucket, CorsMethod, CorsRule, Encryption, IntelligentTiering, LifecycleRule,
    Logging, MinimumTransitionSize, NoncurrentExpiration, ObjectOwnership, PublicAccessBlock, RedirectAll, Replication,
    ReplicationRule, RequestPayer, Retention, RetentionMode, RoutingRule, SseAlgorithm, Transition, TransitionClass,
    Versioning, Website,
};
use iac_core::model::{ErrorKind, RemoteId};
use iac_sandbox::{Fault, Sandbox};

use crate::common::{NONE, OURS, TestEnv, problems};

fn plain() -> Bucket {
    Bucket::builder().bucket("plain").tags(OURS).build()
}

/// Everything but what excludes something else.
fn full() -> Bucket {
    let move_to = |class, days| Transition::builder().class(class).days(days).build();
    Bucket::builder()
        .bucket("plain")
        .ownership(ObjectOwnership::BucketOwnerPreferred)
        .public_access_block(PublicAccessBlock::builder().block_public_policy(false).build())
        .versioning(Versioning::Enabled)
        .encryption(
            Encryption::builder()
                .algorithm(SseAlgorithm::Kms)
                .kms_key("arn:aws:kms:eu-west-1:123456789012:key/1")
                .bucket_key(true)
                .blocked([BlockedEncryption::Nothing])
                .build(),
        )
        .lifecycle_rules([
            (
                "logs",
                LifecycleRule::builder()
                    .prefix("logs/")
                    .tags([("kind", "log")])
                    .transitions([
                        move_to(TransitionClass::Glacier, 90),
                        move_to(TransitionClass::StandardIa, 30),
                    ])
                    .expire_after_days(365)
                    .build(),
            ),
            (
                "old",
                LifecycleRule::builder()
                    .expire_noncurrent(NoncurrentExpiration::builder().days(30).keep_newest(2).build())
                    .abort_uploads_after_days(7)
                    .build(),
            ),
        ])
        .minimum_transition_size(MinimumTransitionSize::VariesByStorageClass)
        .cors_rules([CorsRule::builder()
            .allowed_methods([CorsMethod::Put, CorsMethod::Get])
            .allowed_origins(["https://b.example", "https://a.example"])
            .allowed_headers(["*"])
            .max_age_s(3600)
            .build()])
        .website(
            Website::builder()
                .index_document("index.html")
                .error_document("404.html")
                .routing_rules([RoutingRule::builder()
                    .if_key_prefix("a/")
                    .replace_key_prefix("b/")
                    .build()])
                .build(),
        )
        .logging(
            Logging::builder()
                .target_bucket("logs-of-others")
                .target_prefix("plain/")
                .build(),
        )
        .intelligent_tiering([("archive", IntelligentTiering::builder().archive_after_days(90).build())])
        .replication(
            Replication::builder()
                .role("arn:aws:iam::123456789012:role/copy")
                .rules([(
                    "all",
                    ReplicationRule::builder()
                        .destination("arn:aws:s3:::logs-of-others")
                        .build(),
                )])
                .build(),
        )
        .acceleration(Acceleration::Enabled)
        .request_payer(RequestPayer::Requester)
        .tags([("team", "edge")].into_iter().chain(OURS))
        .build()
}

async fn with_target() -> TestEnv {
    let env = TestEnv::new();
    let target = Bucket::builder()
        .bucket("logs-of-others")
        .versioning(Versioning::Enabled)
        .build();
    env.create(&target).await.unwrap();
    env.sandbox.clear_requests();
    env
}

#[tokio::test]
async fn a_plain_bucket_takes_one_call() {
    let env = TestEnv::new();
    let outputs = env.create(&plain()).await.unwrap();
    let called: Vec<String> = env
        .sandbox
        .requests()
        .into_iter()
        .map(|request| request.operation)
        .collect();
    assert_eq!(called, ["CreateBucket"]);
    assert_eq!(outputs["arn"], "arn:aws:s3:::plain");
    assert_eq!(outputs["regional_domain_name"], "plain.s3.eu-west-1.amazonaws.com");
    env.assert_in_sync(&plain()).await;
}

#[tokio::test]
async fn every_configuration_comes_and_goes() {
    let env = with_target().await;
    env.create(&plain()).await.unwrap();
    env.update(&full(), Some(&plain())).await.unwrap();
    env.assert_in_sync(&full()).await;
    assert_eq!(
        env.changes(&RemoteId::new("plain"), &full(), None).await,
        NONE,
        "imported"
    );

    env.sandbox.clear_requests();
    env.update(&full(), Some(&full())).await.unwrap();
    let writes = env
        .sandbox
        .requests()
        .into_iter()
        .filter(|request| request.operation.starts_with("Put"));
    assert_eq!(writes.count(), 0, "what is there already is not put again");

    env.update(&plain(), Some(&full())).await.unwrap();
    env.assert_in_sync(&plain()).await;
}

#[tokio::test]
async fn a_redirect_of_everything() {
    let env = TestEnv::new();
    let to = RedirectAll::builder().host_name("www.example.com").build();
    let bucket = Bucket::builder()
        .bucket("redirect")
        .website(Website::builder().redirect_all(to).build())
        .build();
    env.create(&bucket).await.unwrap();
    env.assert_in_sync(&bucket).await;
}

#[tokio::test]
async fn a_lock_has_its_retention_put_and_taken() {
    let env = TestEnv::new();
    let locked = Bucket::builder()
        .bucket("locked")
        .versioning(Versioning::Enabled)
        .object_lock(true)
        .build();
    let retention = Retention::builder().mode(RetentionMode::Governance).days(1).build();
    let kept = Bucket {
        default_retention: Some(retention),
        ..locked.clone()
    };
    env.create(&kept).await.unwrap();
    env.assert_in_sync(&kept).await;
    env.update(&locked, Some(&kept)).await.unwrap();
    env.assert_in_sync(&locked).await;
}

#[tokio::test]
async fn a_lock_is_put_on_a_bucket_that_is_there() {
    let env = TestEnv::new();
    env.create(&plain()).await.unwrap();
    let locked = Bucket {
        versioning: Versioning::Enabled,
        object_lock: true,
        default_retention: Some(Retention::builder().mode(RetentionMode::Governance).days(1).build()),
        ..plain()
    };
    env.update(&locked, Some(&plain())).await.unwrap();
    env.assert_in_sync(&locked).await;
    let error = env.update(&plain(), Some(&locked)).await.unwrap_err();
    assert!(
        error.hints.iter().any(|hint| hint.contains("object_lock(true)")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_taken_name_is_never_adopted() {
    for region in ["us-east-1", "eu-west-1"] {
        let env = TestEnv::of(Sandbox::new(), region);
        env.create(&plain()).await.unwrap();
        let error = env.create(&plain()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::AlreadyExists, "{region}");
        assert!(error.hints[0].contains("import"), "{region}");
    }
}

#[tokio::test]
async fn a_name_of_someone_else_is_refused() {
    for (region, asks, status, code) in [
        ("us-east-1", "HeadBucket", 403, "AccessDenied"),
        ("eu-west-1", "CreateBucket", 409, "BucketAlreadyExists"),
    ] {
        let env = TestEnv::of(Sandbox::new(), region);
        env.sandbox
            .inject(Fault::error(status, code, "not yours").on_operation(asks));
        let error = env.create(&plain()).await.unwrap_err();
        assert_ne!(error.kind, ErrorKind::NotFound, "{region}: {error}");
        assert!(!error.hints.is_empty(), "{region}: {error}");
        env.sandbox.clear_faults();
        assert!(env.sandbox.is_empty(), "{region}");
    }
}

#[tokio::test]
async fn what_an_interrupted_create_left_is_found_only_when_it_is_ours() {
    let env = TestEnv::new();
    assert_eq!(env.recover(&plain()).await, None);
    env.create(&plain()).await.unwrap();
    assert_eq!(env.recover(&plain()).await, Some(RemoteId::new("plain")));
    env.s3().delete_bucket_tagging().bucket("plain").send().await.unwrap();
    assert_eq!(env.recover(&plain()).await, None);
}

#[tokio::test]
async fn a_half_made_bucket_is_finished() {
    let env = with_target().await;
    env.sandbox
        .inject(Fault::access_denied().on_operation("PutBucketCors").first(1));
    env.create(&full()).await.unwrap_err();
    env.update(&full(), Some(&full())).await.unwrap();
    env.assert_in_sync(&full()).await;
}

#[tokio::test]
async fn what_passes_by_itself_is_repeated() {
    let env = TestEnv::new();
    env.sandbox.inject(
        Fault::error(409, "OperationAborted", "")
            .on_operation("CreateBucket")
            .first(3),
    );
    env.sandbox.inject(
        Fault::error(404, "NoSuchBucket", "")
            .on_operation("PutBucketVersioning")
            .first(3),
    );
    let bucket = Bucket {
        versioning: Versioning::Enabled,
        ..plain()
    };
    env.create(&bucket).await.unwrap();
    env.assert_in_sync(&bucket).await;
}

#[tokio::test]
async fn a_bucket_of_another_region_is_followed() {
    let env = TestEnv::new();
    env.create(&plain()).await.unwrap();
    let elsewhere = TestEnv::of(env.sandbox, "us-east-1");
    let live = elsewhere.read(&RemoteId::new("plain"), Some(&plain())).await.unwrap();
    assert_eq!(live.outputs["region"], "eu-west-1");
}

async fn fill(env: &TestEnv, bucket: &str) {
    for (key, body) in [("a", "1"), ("a", "2"), ("odd\u{1}key", "3"), ("b c+d", "4")] {
        let body = ByteStream::from_static(body.as_bytes());
        env.s3()
            .put_object()
            .bucket(bucket)
            .key(key)
            .body(body)
            .send()
            .await
            .unwrap();
    }
    env.s3().delete_object().bucket(bucket).key("a").send().await.unwrap();
    env.s3()
        .create_multipart_upload()
        .bucket(bucket)
        .key("upload")
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_bucket_that_holds_objects_stays_unless_forced() {
    let env = TestEnv::new();
    let bucket = Bucket {
        versioning: Versioning::Enabled,
        ..plain()
    };
    env.create(&bucket).await.unwrap();
    fill(&env, "plain").await;
    let error = env.delete(&bucket).await.unwrap_err();
    assert_eq!(error.code, "BucketNotEmpty");
    assert!(error.hints[0].contains("force_destroy"));

    env.sandbox.clear_requests();
    let forced = Bucket {
        force_destroy: true,
        ..bucket
    };
    env.delete(&forced).await.unwrap();
    assert!(env.sandbox.is_empty());
    assert_eq!(env.read(&env.id(), Some(&forced)).await.map(|live| live.id), None);
    env.delete(&forced).await.unwrap();
}

#[test]
fn what_s3_refuses_is_refused_when_planned() {
    let named = |name| Bucket::builder().bucket(name).build();
    assert_eq!(problems(&named("My_Bucket")).len(), 1);
    let cases = [
        Bucket {
            object_lock: true,
            ..plain()
        },
        Bucket {
            default_retention: Some(Retention::builder().mode(RetentionMode::Compliance).days(1).build()),
            ..plain()
        },
        Bucket {
            minimum_transition_size: MinimumTransitionSize::VariesByStorageClass,
            ..plain()
        },
        Bucket {
            website: Some(Website::builder().error_document("e").build()),
            ..plain()
        },
        Bucket {
            encryption: Encryption::builder().kms_key("k").build(),
            ..plain()
        },
        Bucket {
            acceleration: Acceleration::Enabled,
            ..named("a.b.c")
        },
    ];
    for case in cases {
        assert_eq!(problems(&case).len(), 1, "{:?}", problems(&case));
    }
}
