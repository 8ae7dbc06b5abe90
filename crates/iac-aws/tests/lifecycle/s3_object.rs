//! `s3.object`.

use aws_sdk_s3::{Client, primitives::ByteStream};
use iac_aws::s3::{Bucket, CannedAcl, Content, Object, ObjectRetention, RetentionMode, SseAlgorithm, StorageClass, Versioning};
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
        storage_class: Some(StorageClass::StandardIa),
        encryption: Some(SseAlgorithm::Kms),
        kms_key: Some("arn:aws:kms:eu-central-1:123456789012:key/1".into()),
        bucket_key: Some(true),
        website_redirect: Some("/other".into()),
        acl: Some(CannedAcl::Private),
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

lifecycle!(
    Object,
    Lifecycle::new("PutObject", object, full)
        // the text of an object is not told from its hash
        .not_importable()
        .plain(|object| object.force_destroy = true)
        .update("content", |object| object.content = Content::text("two"))
        .update("content_type", |object| object.content_type = Some("text/html".into()))
        .update("cache_control", |object| object.cache_control = Some("no-store".into()))
        .update("content_disposition", |object| object.content_disposition = Some("attachment".into()))
        .update("content_encoding", |object| object.content_encoding = Some("br".into()))
        .update("content_language", |object| object.content_language = Some("de".into()))
        .update("metadata", |object| {
            object.metadata = [("owner".to_owned(), "web".into()), ("kind".to_owned(), "text".into())].into();
        })
        .update("storage_class", |object| object.storage_class = Some(StorageClass::OneZoneIa))
        .update("encryption", |object| {
            object.encryption = Some(SseAlgorithm::Aes256);
            object.kms_key = None;
            object.bucket_key = None;
        })
        .update("kms_key", |object| {
            object.kms_key = Some("arn:aws:kms:eu-central-1:123456789012:key/2".into());
        })
        .update("bucket_key", |object| object.bucket_key = Some(false))
        .update("website_redirect", |object| object.website_redirect = Some("/another".into()))
        .update("acl", |object| object.acl = Some(CannedAcl::AuthenticatedRead))
        .update("retention", |object| object.retention = Some(until("2099-01-01T00:00:00Z")))
        .update("tags", |object| object.tags = [("kind".to_owned(), "other".into())].into())
        .replace("key", |object| object.key = "c".into())
        .replace_with("bucket", |object, stack| {
            let other = Bucket::builder().versioning(Versioning::Enabled).object_lock(true);
            object.bucket = (&stack.add("other", other.build()).name).into();
        })
        .drift("content", |config, id| async move {
            let (bucket, key) = id.split_once('/').unwrap();
            let put = Client::new(&config).put_object().bucket(bucket).key(key);
            put.body(ByteStream::from_static(b"by hand")).send().await.unwrap();
        })
        .drift("tags", |config, id| async move {
            let (bucket, key) = id.split_once('/').unwrap();
            let delete = Client::new(&config).delete_object_tagging();
            delete.bucket(bucket).key(key).send().await.unwrap();
        })
);
