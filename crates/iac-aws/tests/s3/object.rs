//! Objects: from texts, bytes and files, small and large.

use aws_sdk_s3::primitives::ByteStream;
use iac_aws::s3::{Bucket, Content, Object, ObjectRetention, RetentionMode, SseAlgorithm, StorageClass, Versioning};
use iac_core::model::ErrorKind;
use iac_sandbox::Fault;

use crate::common::{NONE, OURS, TestEnv, problems};

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
    env.assert_in_sync(&text("one")).await;
    env.update(&text("two"), Some(&text("one"))).await.unwrap();
    assert_eq!(body(&env, "a/hello.txt").await, b"two");
    env.assert_in_sync(&text("two")).await;
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
    env.assert_in_sync(&full).await;

    env.sandbox.clear_requests();
    let retagged = Object {
        tags: [("k".to_owned(), "v".into())].into(),
        ..full.clone()
    };
    env.update(&retagged, Some(&full)).await.unwrap();
    env.assert_in_sync(&retagged).await;
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
    env.assert_in_sync(&plain).await;
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
        env.assert_in_sync(&object).await;
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
    env.assert_in_sync(&held).await;
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
    env.assert_in_sync(&freed).await;
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
    env.assert_in_sync(&object).await;
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
    env.assert_in_sync(&object).await;

    // the answer to the call that completed it is lost, and the next one finds no upload any more
    let (_file, mut object) = large();
    object.cache_control = Some("no-cache".into());
    env.sandbox.clear_faults();
    env.sandbox.clear_requests();
    env.sandbox.inject(gone(Fault::response_lost));
    env.update(&object, None).await.unwrap();
    assert_eq!(begun(&env), 1);
    env.assert_in_sync(&object).await;
}

/// Puts the object as it is into another class, as a lifecycle rule does.
async fn moved(env: &TestEnv, class: aws_sdk_s3::types::StorageClass) {
    let copy = env.s3().copy_object().bucket("things").key("a/hello.txt");
    let copy = copy.copy_source("things/a/hello.txt").storage_class(class);
    copy.send().await.unwrap();
}

#[tokio::test]
async fn a_class_that_a_lifecycle_rule_chose_is_no_drift() {
    use aws_sdk_s3::types::StorageClass as Class;
    let given = Object {
        storage_class: Some(StorageClass::StandardIa),
        ..text("one")
    };
    for object in [text("one"), given.clone()] {
        let env = with_bucket(bucket()).await;
        env.create(&object).await.unwrap();
        moved(&env, Class::Glacier).await;
        env.assert_in_sync(&object).await;
        env.sandbox.clear_requests();
        env.update(&object, Some(&object)).await.unwrap();
        assert_eq!(env.written(), NONE);
    }
    // one that no rule leads to is drift
    let env = with_bucket(bucket()).await;
    env.create(&given).await.unwrap();
    moved(&env, Class::Standard).await;
    assert_eq!(env.changes(&env.id(), &given, Some(&given)).await, ["storage_class"]);
}

#[tokio::test]
async fn an_alias_of_a_key_does_not_upload_again() {
    let env = with_bucket(bucket()).await;
    let aliased = Object {
        encryption: Some(SseAlgorithm::Kms),
        kms_key: Some("alias/site".into()),
        ..text("one")
    };
    env.create(&aliased).await.unwrap();
    // S3 tells the key that the alias stands for
    let arn = "arn:aws:kms:eu-west-1:123456789012:key/1a2b";
    let copy = env
        .s3()
        .copy_object()
        .bucket("things")
        .key("a/hello.txt")
        .copy_source("things/a/hello.txt");
    let copy = copy
        .server_side_encryption(aws_sdk_s3::types::ServerSideEncryption::AwsKms)
        .ssekms_key_id(arn);
    copy.send().await.unwrap();
    env.assert_in_sync(&aliased).await;
    let other = Object {
        kms_key: Some("alias/other".into()),
        ..aliased.clone()
    };
    assert_eq!(env.changes(&env.id(), &other, Some(&aliased)).await, ["kms_key"]);
}

#[tokio::test]
async fn no_checksum_is_asked_for_that_needs_the_key() {
    let env = with_bucket(bucket()).await;
    let encrypted = Object {
        encryption: Some(SseAlgorithm::Kms),
        ..text("one")
    };
    env.create(&encrypted).await.unwrap();
    // who may not decrypt is refused the checksum
    let without_key = env.with_answers(|request| {
        let asks = request.headers().get("x-amz-checksum-mode").is_some();
        (request.method() == "HEAD" && asks).then(|| (403, String::new()))
    });
    without_key.assert_in_sync(&encrypted).await;

    // somebody else has put other content: then the hash is not known, and that is a difference
    let by_hand = env.s3().put_object().bucket("things").key("a/hello.txt");
    let by_hand = by_hand.server_side_encryption(aws_sdk_s3::types::ServerSideEncryption::AwsKms);
    by_hand.body(ByteStream::from_static(b"other")).send().await.unwrap();
    let changes = without_key.changes(&env.id(), &encrypted, Some(&encrypted)).await;
    assert!(changes.iter().any(|path| path.starts_with("content")), "{changes:?}");
}
