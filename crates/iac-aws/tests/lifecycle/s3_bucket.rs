//! `s3.bucket`.

use aws_sdk_s3::{Client, types::PublicAccessBlockConfiguration};
use iac_aws::s3::{
    Acceleration, Bucket, BucketNamespace, CorsMethod, CorsRule, Encryption, IntelligentTiering, LifecycleRule,
    Logging, MinimumTransitionSize, ObjectOwnership, PublicAccessBlock, Replication, ReplicationRule,
    RequestPayer, Retention, RetentionMode, SseAlgorithm, Versioning, Website,
};
use iac_core::model::Stack;

use crate::harness::Lifecycle;

/// A bucket with everything configured that it can do without others.
fn alone() -> Bucket {
    Bucket::builder()
        .bucket("full-of-it")
        .object_lock(true)
        .default_retention(Retention::builder().mode(RetentionMode::Governance).days(1).build())
        .ownership(ObjectOwnership::BucketOwnerPreferred)
        .public_access_block(PublicAccessBlock::NONE)
        .versioning(Versioning::Enabled)
        .encryption(
            Encryption::builder()
                .algorithm(SseAlgorithm::Kms)
                .bucket_key(true)
                .build(),
        )
        .lifecycle_rules([("old", LifecycleRule::builder().expire_after_days(365).build())])
        .minimum_transition_size(MinimumTransitionSize::VariesByStorageClass)
        .cors_rules([CorsRule::builder()
            .allowed_methods([CorsMethod::Get])
            .allowed_origins(["https://example.com"])
            .build()])
        .website(Website::builder().index_document("index.html").build())
        .intelligent_tiering([("archive", IntelligentTiering::builder().archive_after_days(90).build())])
        .acceleration(Acceleration::Enabled)
        .request_payer(RequestPayer::Requester)
        .tags([("kind", "full")])
        .build()
}

/// The same, with what needs another bucket.
fn full(stack: &mut Stack) -> Bucket {
    let other = stack.add("other", Bucket::builder().versioning(Versioning::Enabled).build());
    let copy = ReplicationRule::builder().destination(&other.arn).build();
    Bucket {
        logging: Some(
            Logging::builder()
                .target_bucket(&other.name)
                .target_prefix("logs/")
                .build(),
        ),
        replication: Some(
            Replication::builder()
                .role("arn:aws:iam::123456789012:role/copy")
                .rules([("all", copy)])
                .build(),
        ),
        ..alone()
    }
}

fn minimal(_: &mut Stack) -> Bucket {
    Bucket::builder().build()
}

lifecycle!(
    Bucket,
    Lifecycle::new("CreateBucket", minimal, full)
        .plain(|bucket| {
            bucket.versioning = Versioning::Enabled;
            bucket.object_lock = true;
        })
        .update("default_retention", |bucket| {
            bucket.default_retention = Some(Retention::builder().mode(RetentionMode::Compliance).years(1).build());
        })
        .update("ownership", |bucket| bucket.ownership = ObjectOwnership::ObjectWriter)
        .update("public_access_block", |bucket| bucket.public_access_block.block_public_acls = true)
        .update("encryption", |bucket| bucket.encryption.bucket_key = false)
        .update("lifecycle_rules", |bucket| {
            let rule = LifecycleRule::builder().prefix("tmp/").abort_uploads_after_days(7).build();
            bucket.lifecycle_rules.insert("uploads".to_owned(), rule);
        })
        .update("lifecycle_rules, minimum_transition_size", |bucket| {
            bucket.lifecycle_rules.clear();
            bucket.minimum_transition_size = MinimumTransitionSize::AllStorageClasses128K;
        })
        .update("cors_rules", |bucket| bucket.cors_rules[0].allowed_methods = [CorsMethod::Put].into())
        .update("website", |bucket| {
            let website = Website::builder().index_document("start.html").error_document("error.html");
            bucket.website = Some(website.build());
        })
        .update("logging", |bucket| bucket.logging.as_mut().unwrap().target_prefix = "other/".to_owned())
        .update("intelligent_tiering", |bucket| {
            let tiering = IntelligentTiering::builder().deep_archive_after_days(365).build();
            bucket.intelligent_tiering = [("deep".to_owned(), tiering)].into();
        })
        .update("replication", |bucket| {
            bucket.replication.as_mut().unwrap().role = "arn:aws:iam::123456789012:role/other".into();
        })
        .update("acceleration", |bucket| bucket.acceleration = Acceleration::Suspended)
        .update("request_payer", |bucket| bucket.request_payer = RequestPayer::BucketOwner)
        .update("force_destroy", |bucket| bucket.force_destroy = true)
        .update("tags", |bucket| bucket.tags = [("kind".to_owned(), "other".into())].into())
        .replace("bucket", |bucket| bucket.bucket = Some("another-one".into()))
        .replace("namespace", |bucket| {
            bucket.bucket = Some("mine-123456789012-eu-central-1-an".into());
            bucket.namespace = BucketNamespace::AccountRegional;
        })
        .except("object_lock", "is never taken away; see the bucket that gets one in tests/s3/bucket.rs")
        .except("versioning", "stays on while there is a lock; see the bucket without one below")
        .drift("public_access_block", |config, id| async move {
            let acls = PublicAccessBlockConfiguration::builder().block_public_acls(true);
            let put = Client::new(&config).put_public_access_block().bucket(id);
            put.public_access_block_configuration(acls.build()).send().await.unwrap();
        })
        .drift("website", |config, id| async move {
            let delete = Client::new(&config).delete_bucket_website();
            delete.bucket(id).send().await.unwrap();
        })
        .drift("tags", |config, id| async move {
            let delete = Client::new(&config).delete_bucket_tagging();
            delete.bucket(id).send().await.unwrap();
        })
);

#[tokio::test]
async fn without_a_lock_versions_are_kept_and_not() {
    let full = |_: &mut Stack| Bucket::builder().versioning(Versioning::Enabled).build();
    let lifecycle = || Lifecycle::new("CreateBucket", minimal, full);
    lifecycle().throttled().await;
    lifecycle().denied().await;
    lifecycle().cut_off().await;
}
