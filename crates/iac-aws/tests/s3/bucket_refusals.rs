//! What AWS refuses, delays or leaves half done where a fresh bucket in a sandbox would not.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use aws_sdk_s3::primitives::ByteStream;
use iac_aws::s3::{Bucket, LifecycleRule, PublicAccessBlock, Replication, ReplicationRule, Versioning};
use iac_core::model::{ErrorKind, RemoteId};
use iac_sandbox::{Fault, Sandbox};

use crate::common::{OURS, TestEnv, problems};

fn plain() -> Bucket {
    Bucket::builder().bucket("plain").tags(OURS).build()
}

/// AWS's refusal of a create whose tags the caller may not give.
fn no_tag_resource() -> Fault {
    let message = "User: arn:aws:sts::123456789012:assumed-role/deploy/x is not authorized to perform: s3:TagResource on \
                   resource: \"arn:aws:s3:::plain\" because no identity-based policy allows the s3:TagResource action";
    Fault::error(403, "AccessDenied", message).on_operation("CreateBucket")
}

#[tokio::test]
async fn a_role_that_may_not_tag_resources_makes_a_bucket_and_tags_it() {
    for region in ["us-east-1", "eu-west-1"] {
        let env = TestEnv::of(Sandbox::new(), region);
        env.sandbox.inject(no_tag_resource().first(1));
        env.create(&plain()).await.unwrap();
        assert_eq!(env.written(), ["CreateBucket", "CreateBucket", "PutBucketTagging"]);
        env.assert_in_sync(&plain()).await;
        assert_eq!(env.recover(&plain()).await, Some(RemoteId::new("plain")));
    }
}

#[tokio::test]
async fn the_id_is_known_before_the_tags_are_put_and_the_missing_action_is_named() {
    let env = TestEnv::new();
    env.sandbox.inject(no_tag_resource().first(1));
    env.sandbox
        .inject(Fault::access_denied().on_operation("PutBucketTagging"));
    let error = env.create(&plain()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Denied);
    assert!(error.hints[0].contains("`s3:PutBucketTagging`"), "{error:?}");
    assert_eq!(env.id(), RemoteId::new("plain"));
    env.sandbox.clear_faults();
    env.update(&plain(), Some(&plain())).await.unwrap();
    env.assert_in_sync(&plain()).await;
}

#[tokio::test]
async fn a_bucket_that_must_be_made_with_tags_names_the_action_for_them() {
    let env = TestEnv::new();
    env.sandbox.inject(no_tag_resource().first(1));
    env.sandbox.inject(Fault::access_denied().on_operation("CreateBucket"));
    let error = env.create(&plain()).await.unwrap_err();
    assert!(
        error.hints.iter().any(|hint| hint.contains("`s3:TagResource`")),
        "{error:?}"
    );
    assert!(env.sandbox.is_empty());
}

#[tokio::test]
async fn a_bucket_that_is_there_is_not_taken_over_for_want_of_tags() {
    let env = TestEnv::new();
    env.create(&Bucket::builder().bucket("plain").build()).await.unwrap();
    env.sandbox.inject(no_tag_resource().first(1));
    let error = env.create(&plain()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists);
}

#[tokio::test]
async fn an_untagged_create_whose_answer_is_lost_goes_on() {
    let env = TestEnv::new();
    env.sandbox.inject(no_tag_resource().first(1));
    env.sandbox
        .inject(Fault::response_lost().on_operation("CreateBucket").first(1));
    env.create(&plain()).await.unwrap();
    env.assert_in_sync(&plain()).await;
}

#[tokio::test]
async fn a_public_access_block_is_awaited_until_it_reads_as_it_was_put() {
    let env = TestEnv::new();
    env.create(&plain()).await.unwrap();
    let open = Bucket {
        public_access_block: PublicAccessBlock::NONE,
        ..plain()
    };
    let (lifted, stale) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let shown = Arc::clone(&stale);
    // two reads after the change still show the block
    let lagging = env.with_answers(move |request| {
        if !request.uri().contains("publicAccessBlock") {
            return None;
        }
        if request.method() != "GET" {
            lifted.store(1, Ordering::Relaxed);
            return None;
        }
        if lifted.load(Ordering::Relaxed) == 0 || shown.fetch_add(1, Ordering::Relaxed) > 1 {
            return None;
        }
        let on = [
            "BlockPublicAcls",
            "IgnorePublicAcls",
            "BlockPublicPolicy",
            "RestrictPublicBuckets",
        ];
        let on: Vec<String> = on.iter().map(|name| format!("<{name}>true</{name}>")).collect();
        let on = on.concat();
        Some((
            200,
            format!("<PublicAccessBlockConfiguration>{on}</PublicAccessBlockConfiguration>"),
        ))
    });
    lagging.update(&open, Some(&plain())).await.unwrap();
    assert_eq!(stale.load(Ordering::Relaxed), 4, "two stale reads, and two that agree");
    env.assert_in_sync(&open).await;
}

#[tokio::test]
async fn replication_goes_before_versioning_and_comes_after_it() {
    let env = TestEnv::new();
    let versions = |name: &str| Bucket::builder().bucket(name).versioning(Versioning::Enabled).build();
    env.create(&versions("copies")).await.unwrap();
    let plain = Bucket::builder().bucket("plain").build();
    let rule = ReplicationRule::builder().destination("arn:aws:s3:::copies").build();
    let replication = Replication::builder()
        .role("arn:aws:iam::123456789012:role/copy")
        .rules([("all", rule)]);
    let copied = Bucket {
        replication: Some(replication.build()),
        ..versions("plain")
    };
    env.create(&plain).await.unwrap();
    env.update(&copied, Some(&plain)).await.unwrap();
    env.assert_in_sync(&copied).await;
    env.update(&plain, Some(&copied)).await.unwrap();
    env.assert_in_sync(&plain).await;
}

#[tokio::test]
async fn empty_filters_and_a_size_of_zero_converge() {
    let env = TestEnv::new();
    let rule = |prefix: &str| {
        LifecycleRule::builder()
            .prefix(prefix)
            .size_greater_than(0)
            .expire_after_days(1)
            .build()
    };
    let all = LifecycleRule::builder().prefix("").expire_after_days(1).build();
    let bucket = Bucket {
        lifecycle_rules: [("all", all), ("some", rule("")), ("logs", rule("logs/"))]
            .map(|(id, rule)| (id.to_owned(), rule))
            .into(),
        ..plain()
    };
    env.create(&bucket).await.unwrap();
    env.assert_in_sync(&bucket).await;
}

#[tokio::test]
async fn tags_of_a_bucket_with_abac_are_changed_elsewhere() {
    let env = TestEnv::new();
    env.create(&plain()).await.unwrap();
    let refused = Fault::error(
        400,
        "InvalidRequest",
        "PutBucketTagging is not supported on ABAC enabled buckets",
    );
    env.sandbox.inject(refused.on_operation("PutBucketTagging"));
    let tagged = Bucket::builder()
        .bucket("plain")
        .tags([("a", "b")].into_iter().chain(OURS))
        .build();
    let error = env.update(&tagged, Some(&plain())).await.unwrap_err();
    assert!(
        error.hints.iter().any(|hint| hint.contains("s3control tag-resource")),
        "{error:?}"
    );
}

async fn filled() -> (TestEnv, Bucket) {
    let env = TestEnv::new();
    let bucket = Bucket {
        force_destroy: true,
        ..plain()
    };
    env.create(&bucket).await.unwrap();
    for key in ["a", "b"] {
        let put = env.s3().put_object().bucket("plain").key(key);
        put.body(ByteStream::from_static(b"1")).send().await.unwrap();
    }
    env.sandbox.clear_requests();
    (env, bucket)
}

/// Answers the first `times` deletions of many with a failure of the key `a`, and hands on the rest.
fn failing(env: &TestEnv, code: &'static str, times: usize) -> TestEnv {
    let seen = AtomicUsize::new(0);
    env.with_answers(move |request| {
        let many = request.method() == "POST" && request.uri().contains("?delete");
        if !many || seen.fetch_add(1, Ordering::Relaxed) >= times {
            return None;
        }
        let error = format!("<Error><Key>a</Key><VersionId>null</VersionId><Code>{code}</Code></Error>");
        Some((200, format!("<DeleteResult>{error}</DeleteResult>")))
    })
}

#[tokio::test]
async fn keys_that_s3_could_not_delete_are_sent_again() {
    let (env, bucket) = filled().await;
    failing(&env, "InternalError", 3).delete(&bucket).await.unwrap();
    assert!(env.sandbox.is_empty());

    let (env, bucket) = filled().await;
    let error = failing(&env, "SlowDown", usize::MAX).delete(&bucket).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Throttled, "SlowDown"));
    assert!(error.message.contains("`a`"), "{error}");

    let (env, bucket) = filled().await;
    let error = failing(&env, "AccessDenied", 1).delete(&bucket).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Denied);
}

#[test]
fn odd_characters_in_tags_are_refused_when_planned() {
    let bucket = Bucket {
        tags: [("cost,center".to_owned(), "a".into())].into(),
        ..plain()
    };
    let problems = problems(&bucket);
    assert!(problems.len() == 1 && problems[0].contains("`,`"), "{problems:?}");
}
