//! S3 objects through the SDK: conditions, headers, versions, lists, uploads, and all of it after a reload.

use crate::common::{code, config, reloaded};
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CompletedMultipartUpload, CompletedPart,
    CreateBucketConfiguration, Delete, MetadataDirective, ObjectIdentifier, Tag, Tagging, VersioningConfiguration,
};
use iac_sandbox::Sandbox;

async fn bucket(sandbox: &Sandbox, name: &str) -> Client {
    let s3 = Client::new(&config(sandbox));
    s3.create_bucket()
        .bucket(name)
        .create_bucket_configuration(
            CreateBucketConfiguration::builder()
                .location_constraint(BucketLocationConstraint::EuWest1)
                .build(),
        )
        .send()
        .await
        .unwrap();
    s3
}

async fn version(s3: &Client, bucket: &str) {
    s3.put_bucket_versioning()
        .bucket(bucket)
        .versioning_configuration(
            VersioningConfiguration::builder()
                .status(BucketVersioningStatus::Enabled)
                .build(),
        )
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn headers_tags_and_content_survive_a_reload() {
    let sandbox = Sandbox::new();
    let s3 = bucket(&sandbox, "site").await;
    s3.put_object()
        .bucket("site")
        .key("a b/ü+ß.html")
        .body(ByteStream::from_static(b"hello"))
        .content_type("text/html; charset=utf-8")
        .cache_control("no-cache")
        .content_disposition("inline")
        .content_encoding("identity")
        .content_language("de")
        .metadata("sha256", "abc")
        .tagging("team=a%20b&stage=x")
        .send()
        .await
        .unwrap();
    let sandbox = reloaded(&sandbox);
    let s3 = Client::new(&config(&sandbox));
    let got = s3.get_object().bucket("site").key("a b/ü+ß.html").send().await.unwrap();
    assert_eq!(got.content_type(), Some("text/html; charset=utf-8"));
    assert_eq!(got.cache_control(), Some("no-cache"));
    assert_eq!(got.content_disposition(), Some("inline"));
    assert_eq!(got.content_encoding(), Some("identity"));
    assert_eq!(got.content_language(), Some("de"));
    assert_eq!(got.metadata().unwrap()["sha256"], "abc");
    assert_eq!(got.e_tag(), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    assert_eq!(got.server_side_encryption().unwrap().as_str(), "AES256");
    assert_eq!(got.tag_count(), Some(2));
    assert_eq!(got.body.collect().await.unwrap().into_bytes(), "hello");
    let listed = s3.list_objects_v2().bucket("site").send().await.unwrap();
    assert_eq!(listed.contents()[0].key(), Some("a b/ü+ß.html"));
    assert_eq!(listed.contents()[0].size(), Some(5));
    let tags = s3
        .get_object_tagging()
        .bucket("site")
        .key("a b/ü+ß.html")
        .send()
        .await
        .unwrap();
    assert_eq!(tags.tag_set().len(), 2);
}

#[tokio::test]
async fn a_streamed_file_arrives_whole() {
    let sandbox = Sandbox::new();
    let s3 = bucket(&sandbox, "files").await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("big");
    std::fs::write(&path, vec![7_u8; 300_000]).unwrap();
    let body = ByteStream::from_path(&path).await.unwrap();
    s3.put_object()
        .bucket("files")
        .key("big")
        .body(body)
        .send()
        .await
        .unwrap();
    let got = s3.get_object().bucket("files").key("big").send().await.unwrap();
    assert_eq!(got.content_length(), Some(300_000));
    assert_eq!(got.content_encoding(), None);
    assert_eq!(got.body.collect().await.unwrap().into_bytes().len(), 300_000);
    let part = s3
        .get_object()
        .bucket("files")
        .key("big")
        .range("bytes=10-19")
        .send()
        .await
        .unwrap();
    assert_eq!(part.content_range(), Some("bytes 10-19/300000"));
    assert_eq!(part.body.collect().await.unwrap().into_bytes().len(), 10);
}

#[tokio::test]
async fn conditional_writes_have_one_winner() {
    let sandbox = Sandbox::new();
    let s3 = bucket(&sandbox, "state").await;
    let put = |body: &'static [u8]| {
        s3.put_object()
            .bucket("state")
            .key("s")
            .body(ByteStream::from_static(body))
    };
    let first = put(b"1").if_none_match("*").send().await.unwrap();
    assert_eq!(code(put(b"2").if_none_match("*").send().await), "PreconditionFailed");
    let etag = first.e_tag().unwrap();
    put(b"2").if_match(etag).send().await.unwrap();
    assert_eq!(code(put(b"3").if_match(etag).send().await), "PreconditionFailed");
    let stale = s3.get_object().bucket("state").key("s").if_match(etag).send().await;
    assert_eq!(code(stale), "PreconditionFailed");
    let missing = s3.put_object().bucket("state").key("t").if_match(etag);
    assert_eq!(code(missing.send().await), "NoSuchKey");
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let put = s3.put_object().bucket("state").key("race").if_none_match("*");
        writers.spawn(put.send());
    }
    let results = writers.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
}

#[tokio::test]
async fn versions_markers_and_the_null_version_are_kept() {
    let sandbox = Sandbox::new();
    let s3 = bucket(&sandbox, "ver").await;
    let put = |body: &'static [u8]| {
        s3.put_object()
            .bucket("ver")
            .key("k")
            .body(ByteStream::from_static(body))
            .send()
    };
    let before = put(b"0").await.unwrap();
    assert_eq!(before.version_id(), None);
    version(&s3, "ver").await;
    let one = put(b"1").await.unwrap();
    put(b"2").await.unwrap();
    let marker = s3.delete_object().bucket("ver").key("k").send().await.unwrap();
    assert_eq!(marker.delete_marker(), Some(true));
    let gone = s3.get_object().bucket("ver").key("k").send().await;
    assert_eq!(code(gone), "NoSuchKey");
    let sandbox = reloaded(&sandbox);
    let s3 = Client::new(&config(&sandbox));
    let listed = s3.list_object_versions().bucket("ver").send().await.unwrap();
    assert_eq!(listed.versions().len(), 3);
    assert_eq!(listed.versions()[2].version_id(), Some("null"));
    assert_eq!(listed.delete_markers()[0].is_latest(), Some(true));
    let old = s3
        .get_object()
        .bucket("ver")
        .key("k")
        .version_id(one.version_id().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(old.body.collect().await.unwrap().into_bytes(), "1");
    assert_eq!(code(s3.delete_bucket().bucket("ver").send().await), "BucketNotEmpty");
    let versions = listed.versions().iter().map(|v| v.version_id());
    let markers = listed.delete_markers().iter().map(|m| m.version_id());
    let all = versions
        .chain(markers)
        .flatten()
        .map(|id| ObjectIdentifier::builder().key("k").version_id(id).build().unwrap());
    let delete = Delete::builder().set_objects(Some(all.collect())).build().unwrap();
    let deleted = s3.delete_objects().bucket("ver").delete(delete).send().await;
    assert_eq!(deleted.unwrap().deleted().len(), 4);
    s3.delete_bucket().bucket("ver").send().await.unwrap();
    assert!(sandbox.is_empty());
}

#[tokio::test]
async fn lists_come_in_pages_with_common_prefixes() {
    let sandbox = Sandbox::new();
    let s3 = bucket(&sandbox, "pages").await;
    for key in ["a/1", "a/2", "b", "c/1", "d"] {
        s3.put_object().bucket("pages").key(key).send().await.unwrap();
    }
    let mut pages = s3
        .list_objects_v2()
        .bucket("pages")
        .delimiter("/")
        .max_keys(2)
        .into_paginator()
        .send();
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        let groups = page.common_prefixes().iter().filter_map(|one| one.prefix());
        let keys = page.contents().iter().filter_map(|one| one.key());
        seen.extend(groups.chain(keys).map(str::to_owned));
    }
    seen.sort();
    assert_eq!(seen, ["a/", "b", "c/", "d"]);
}

#[tokio::test]
async fn an_upload_in_parts_becomes_an_object_with_its_headers() {
    let sandbox = Sandbox::new();
    let s3 = bucket(&sandbox, "parts").await;
    let upload = s3
        .create_multipart_upload()
        .bucket("parts")
        .key("k")
        .content_type("video/mp4")
        .send()
        .await
        .unwrap();
    let sandbox = reloaded(&sandbox);
    let s3 = Client::new(&config(&sandbox));
    let id = upload.upload_id().unwrap();
    let mut done = CompletedMultipartUpload::builder();
    for (number, size) in [(1, 5 * 1024 * 1024), (2, 10)] {
        let part = s3
            .upload_part()
            .bucket("parts")
            .key("k")
            .upload_id(id)
            .part_number(number)
            .body(vec![1_u8; size].into())
            .send()
            .await
            .unwrap();
        done = done.parts(
            CompletedPart::builder()
                .part_number(number)
                .e_tag(part.e_tag().unwrap())
                .build(),
        );
    }
    s3.complete_multipart_upload()
        .bucket("parts")
        .key("k")
        .upload_id(id)
        .multipart_upload(done.build())
        .send()
        .await
        .unwrap();
    let head = s3.head_object().bucket("parts").key("k").send().await.unwrap();
    assert_eq!(head.content_length(), Some(5 * 1024 * 1024 + 10));
    assert_eq!(head.content_type(), Some("video/mp4"));
    assert!(head.e_tag().unwrap().ends_with("-2\""));
    let abort = s3.abort_multipart_upload().bucket("parts").key("k").upload_id(id);
    assert_eq!(code(abort.send().await), "NoSuchUpload");
}

#[tokio::test]
async fn copies_and_tags_follow_the_directives() {
    let sandbox = Sandbox::new();
    let s3 = bucket(&sandbox, "copy").await;
    s3.put_object()
        .bucket("copy")
        .key("from")
        .content_type("text/plain")
        .metadata("a", "1")
        .send()
        .await
        .unwrap();
    let tagging = Tagging::builder()
        .tag_set(Tag::builder().key("k").value("v").build().unwrap())
        .build()
        .unwrap();
    s3.put_object_tagging()
        .bucket("copy")
        .key("from")
        .tagging(tagging)
        .send()
        .await
        .unwrap();
    s3.copy_object()
        .bucket("copy")
        .key("to")
        .copy_source("copy/from")
        .metadata_directive(MetadataDirective::Replace)
        .metadata("b", "2")
        .content_type("text/css")
        .send()
        .await
        .unwrap();
    let head = s3.head_object().bucket("copy").key("to").send().await.unwrap();
    assert_eq!(head.content_type(), Some("text/css"));
    assert_eq!(head.metadata().unwrap().len(), 1);
    let tags = s3.get_object_tagging().bucket("copy").key("to").send().await.unwrap();
    assert_eq!(tags.tag_set()[0].value(), "v");
}
