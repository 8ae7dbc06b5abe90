//! Objects: from texts, bytes and files, small and large.

use aws_sdk_s3::primitives::ByteStream;
use iac_aws::s3::{Bucket, Content, Object, ObjectRetention, RetentionMode, SseAlgorithm, StorageClass, Versioning};
use iac_core::model::ErrorKind;
use iac_sandbox::Fault;

use crate::common::{OURS, TestEnv, problems};

async fn with_bucket(bucket: Bucket) -> TestEnv {
    let env = TestEnv::new();
    env.create(&bucket).await.unwrap();
    env.sandbox.clear_requests();
    env
}

fn bucket() -> Bucket {
    Bucket::builder().bucket("things").build()
}

fn text(content: &str) -> Object {
    Object::builder()
        .bucket("things")
        .key("a/hello.txt")
        .content(Content::text(content))
        .tags(OURS)
        .build()
}

async fn body(env: &TestEnv, key: &str) -> Vec<u8> {
    let object = env.s3().get_object().bucket("things").key(key).send().await.unwrap();
    object.body.collect().await.unwrap().to_vec()
}

#[tokio::test]
async fn a_text_is_put_changed_and_deleted() {
    let env = with_bucket(bucket()).await;
    let outputs = env.create(&text("one")).await.unwrap();
    assert_eq!(outputs["arn"], "arn:aws:s3:::things/a/hello.txt");
    env.assert_settled(&text("one")).await;
    env.update(&text("two"), Some(&text("one"))).await.unwrap();
    assert_eq!(body(&env, "a/hello.txt").await, b"two");
    env.assert_settled(&text("two")).await;
    env.delete(&text("two")).await.unwrap();
    env.delete(&text("two")).await.unwrap();
    assert!(env.read(&env.id(), Some(&text("two"))).await.is_none());
}

#[tokio::test]
async fn headers_metadata_and_tags_come_back() {
    let env = with_bucket(bucket()).await;
    let full = Object::builder()
        .bucket("things")
        .key("page")
        .content(Content::base64("aGVsbG8="))
        .content_type("text/html")
        .cache_control("no-cache")
        .content_disposition("inline")
        .content_encoding("identity")
        .content_language("en")
        .metadata([("owner", "edge")])
        .storage_class(StorageClass::StandardIa)
        .encryption(SseAlgorithm::Aes256)
        .website_redirect("/other")
        .tags(OURS.into_iter().chain([("a b", "c+d=ä")]))
        .build();
    env.create(&full).await.unwrap();
    env.assert_settled(&full).await;

    env.sandbox.clear_requests();
    let retagged = Object {
        tags: [("k".to_owned(), "v".into())].into(),
        ..full.clone()
    };
    env.update(&retagged, Some(&full)).await.unwrap();
    env.assert_settled(&retagged).await;
    let operations: Vec<String> = env
        .sandbox
        .requests()
        .into_iter()
        .map(|request| request.operation)
        .collect();
    assert!(
        !operations.contains(&"PutObject".to_owned()),
        "tags alone upload nothing: {operations:?}"
    );

    let plain = Object {
        cache_control: None,
        website_redirect: None,
        metadata: [].into(),
        ..retagged.clone()
    };
    env.update(&plain, Some(&retagged)).await.unwrap();
    env.assert_settled(&plain).await;
}

#[tokio::test]
async fn an_object_that_is_there_is_not_overwritten() {
    let env = with_bucket(bucket()).await;
    let other = ByteStream::from_static(b"other");
    env.s3()
        .put_object()
        .bucket("things")
        .key("a/hello.txt")
        .body(other)
        .send()
        .await
        .unwrap();
    assert_eq!(env.recover(&text("one")).await, None);
    let error = env.create(&text("one")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists);
    assert_eq!(body(&env, "a/hello.txt").await, b"other");
}

#[tokio::test]
async fn files_small_and_large() {
    let env = with_bucket(bucket()).await;
    let folder = tempfile::tempdir().unwrap();
    let large: Vec<u8> = (0..20_000_000_u32).map(|n| n.to_le_bytes()[1]).collect();
    for (name, bytes) in [("small", b"small".to_vec()), ("large", large)] {
        let path = folder.path().join(name);
        std::fs::write(&path, &bytes).unwrap();
        let object = Object::builder()
            .bucket("things")
            .key(name)
            .content(Content::file(&path))
            .build();
        env.create(&object).await.unwrap();
        env.assert_settled(&object).await;
        assert_eq!(body(&env, name).await, bytes);
        std::fs::write(&path, b"changed").unwrap();
        env.s3()
            .delete_object()
            .bucket("things")
            .key(name)
            .send()
            .await
            .unwrap();
        let error = env.create(&object).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Conflict, "{error}");
    }
    let uploads = env.s3().list_multipart_uploads().bucket("things").send().await.unwrap();
    assert_eq!(uploads.uploads().len(), 0);
}

#[tokio::test]
async fn locks_are_put_and_lifted() {
    let env = with_bucket(Bucket {
        object_lock: true,
        versioning: Versioning::Enabled,
        ..bucket()
    })
    .await;
    let until = ObjectRetention::builder()
        .mode(RetentionMode::Governance)
        .until("2099-01-01T00:00:00Z")
        .build();
    let held = Object {
        legal_hold: true,
        retention: Some(until),
        ..text("one")
    };
    env.create(&held).await.unwrap();
    env.assert_settled(&held).await;
    let later = ObjectRetention::builder()
        .mode(RetentionMode::Governance)
        .until("2100-01-01T00:00:00Z")
        .build();
    let freed = Object {
        legal_hold: false,
        retention: Some(later),
        ..held.clone()
    };
    env.update(&freed, Some(&held)).await.unwrap();
    env.assert_settled(&freed).await;
    env.delete(&Object {
        force_destroy: true,
        ..freed
    })
    .await
    .unwrap();
    assert!(env.read(&env.id(), None::<&Object>).await.is_none());
}

#[test]
fn what_s3_refuses_is_refused_when_planned() {
    let keyed = |key: &str| {
        Object::builder()
            .bucket("things")
            .key(key)
            .content(Content::text(""))
            .build()
    };
    assert_eq!(problems(&keyed("/a")).len(), 1);
    assert_eq!(
        problems(&Object {
            content: Content::base64("?"),
            ..keyed("a")
        })
        .len(),
        1
    );
    let missing = Object {
        content: Content::file("no/such/file"),
        ..keyed("a")
    };
    assert!(
        problems(&missing)[0].contains("cannot read `no/such/file`"),
        "{:?}",
        problems(&missing)
    );
    let upper = Object {
        metadata: [("Owner".to_owned(), "x".into())].into(),
        ..keyed("a")
    };
    assert_eq!(problems(&upper).len(), 1);
}

/// A file that goes up in two parts, and an object of it.
fn large() -> (tempfile::NamedTempFile, Object) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), vec![7; 17 * 1024 * 1024]).unwrap();
    let object = Object::builder()
        .bucket("things")
        .key("large")
        .content(Content::file(file.path()))
        .tags(OURS)
        .build();
    (file, object)
}

#[tokio::test]
async fn a_conflict_at_the_end_of_an_upload_does_not_begin_it_anew() {
    let env = with_bucket(bucket()).await;
    let (_file, object) = large();
    let conflict = Fault::error(409, "ConditionalRequestConflict", "a conflicting operation occurred");
    env.sandbox
        .inject(conflict.on_operation("CompleteMultipartUpload").first(2));
    env.create(&object).await.unwrap();
    let count = |operation: &str| env.written().iter().filter(|written| *written == operation).count();
    assert_eq!((count("CreateMultipartUpload"), count("UploadPart")), (1, 2));
    assert_eq!(count("CompleteMultipartUpload"), 3);
    env.assert_settled(&object).await;
}

#[tokio::test]
async fn an_upload_that_s3_dropped_is_begun_anew_and_a_completed_one_is_not() {
    let gone = |timing: fn() -> Fault| timing().on_operation("CompleteMultipartUpload").first(1);
    let no_upload = || Fault::error(404, "NoSuchUpload", "The specified upload does not exist.");
    let env = with_bucket(bucket()).await;
    let (_file, object) = large();
    env.sandbox.inject(gone(no_upload));
    env.create(&object).await.unwrap();
    let begun = |env: &TestEnv| env.written().iter().filter(|it| *it == "CreateMultipartUpload").count();
    assert_eq!(begun(&env), 2);
    env.assert_settled(&object).await;

    // the answer to the call that completed it is lost, and the next one finds no upload any more
    let (_file, mut object) = large();
    object.cache_control = Some("no-cache".into());
    env.sandbox.clear_faults();
    env.sandbox.clear_requests();
    env.sandbox.inject(gone(Fault::response_lost));
    env.update(&object, None).await.unwrap();
    assert_eq!(begun(&env), 1);
    env.assert_settled(&object).await;
}
