//! `s3.object`.

use aws_sdk_s3::primitives::ByteStream;
use iac_aws::s3::{Bucket, Content, Object, ObjectRetention, RetentionMode, SseAlgorithm, StorageClass, Versioning};
use iac_core::model::Stack;

use crate::harness::Lifecycle;

fn object(stack: &mut Stack) -> Object {
    let bucket = Bucket::builder()
        .versioning(Versioning::Enabled)
        .object_lock(true)
        .build();
    let bucket = stack.add("things", bucket);
    Object::builder()
        .bucket(&bucket.name)
        .key("a/b.txt")
        .content(Content::text("one"))
        .build()
}

fn full(stack: &mut Stack) -> Object {
    Object {
        content_type: Some("text/plain".into()),
        cache_control: Some("no-cache".into()),
        content_disposition: Some("inline".into()),
        content_encoding: Some("identity".into()),
        content_language: Some("en".into()),
        metadata: [("owner".to_owned(), "edge".into())].into(),
        storage_class: StorageClass::StandardIa,
        encryption: Some(SseAlgorithm::Kms),
        kms_key: Some("arn:aws:kms:eu-central-1:123456789012:key/1".into()),
        website_redirect: Some("/other".into()),
        legal_hold: true,
        retention: Some(until("2098-01-01T00:00:00Z")),
        force_destroy: true,
        tags: [("kind".to_owned(), "full".into())].into(),
        ..object(stack)
    }
}

fn until(moment: &str) -> ObjectRetention {
    ObjectRetention::builder()
        .mode(RetentionMode::Governance)
        .until(moment)
        .build()
}

fn with(change: impl Fn(Object) -> Object) -> impl Fn(&mut Stack) -> Object {
    move |stack| change(full(stack))
}

#[tokio::test(flavor = "multi_thread")]
async fn lifecycle() {
    Lifecycle::new(object, full)
        // the text of an object is not told from its hash
        .not_importable()
        .update(
            "content",
            with(|object| Object {
                content: Content::text("two"),
                ..object
            }),
        )
        .update(
            "content_type",
            with(|object| Object {
                content_type: Some("text/html".into()),
                ..object
            }),
        )
        .update(
            "cache_control",
            with(|object| Object {
                cache_control: None,
                ..object
            }),
        )
        .update(
            "content_disposition",
            with(|object| Object {
                content_disposition: None,
                ..object
            }),
        )
        .update(
            "content_encoding",
            with(|object| Object {
                content_encoding: None,
                ..object
            }),
        )
        .update(
            "content_language",
            with(|object| Object {
                content_language: None,
                ..object
            }),
        )
        .update(
            "metadata",
            with(|object| Object {
                metadata: [].into(),
                ..object
            }),
        )
        .update(
            "storage_class",
            with(|object| Object {
                storage_class: StorageClass::Standard,
                ..object
            }),
        )
        .update(
            "website_redirect",
            with(|object| Object {
                website_redirect: None,
                ..object
            }),
        )
        .update(
            "legal_hold",
            with(|object| Object {
                legal_hold: false,
                ..object
            }),
        )
        .update(
            "retention",
            with(|object| Object {
                retention: Some(until("2099-01-01T00:00:00Z")),
                ..object
            }),
        )
        .update(
            "force_destroy",
            with(|object| Object {
                force_destroy: false,
                ..object
            }),
        )
        .update(
            "tags",
            with(|object| Object {
                tags: [].into(),
                ..object
            }),
        )
        .replace(
            "key",
            with(|object| Object {
                key: "c".into(),
                ..object
            }),
        )
        .drift("content", |config, id| async move {
            let (bucket, key) = id.split_once('/').unwrap();
            let s3 = aws_sdk_s3::Client::new(&config);
            let body = ByteStream::from_static(b"by hand");
            s3.put_object().bucket(bucket).key(key).body(body).send().await.unwrap();
        })
        .drift("tags", |config, id| async move {
            let (bucket, key) = id.split_once('/').unwrap();
            let s3 = aws_sdk_s3::Client::new(&config);
            s3.delete_object_tagging().bucket(bucket).key(key).send().await.unwrap();
        })
        .created_by("PutObject")
        .run()
        .await;
}
