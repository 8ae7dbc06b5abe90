//! `s3.bucket`.

use iac_aws::s3::{
    Acceleration, Bucket, BucketNamespace, CorsMethod, CorsRule, Encryption, IntelligentTiering, LifecycleRule,
    Logging, MinimumTransitionSize, Notification, ObjectOwnership, PublicAccessBlock, Replication, ReplicationRule,
    RequestPayer, Retention, RetentionMode, SseAlgorithm, Target, Versioning, Website,
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

/// The same, with what needs another bucket and a queue.
fn full(stack: &mut Stack) -> Bucket {
    let other = stack.add("other", Bucket::builder().versioning(Versioning::Enabled).build());
    let queue = Target::builder()
        .arn("arn:aws:sqs:eu-central-1:123456789012:queue")
        .events(["s3:ObjectCreated:*"])
        .build();
    let copy = ReplicationRule::builder().destination(&other.arn).build();
    Bucket {
        logging: Some(
            Logging::builder()
                .target_bucket(&other.name)
                .target_prefix("logs/")
                .build(),
        ),
        notification: Notification::builder().queues([("new", queue)]).build(),
        replication: Some(
            Replication::builder()
                .role("arn:aws:iam::123456789012:role/copy")
                .rules([("all", copy)])
                .build(),
        ),
        ..alone()
    }
}

fn with(change: impl Fn(Bucket) -> Bucket) -> impl Fn(&mut Stack) -> Bucket {
    move |stack| change(full(stack))
}

#[tokio::test(flavor = "multi_thread")]
async fn lifecycle() {
    Lifecycle::new(|_| Bucket::builder().build(), full)
        .update(
            "default_retention",
            with(|bucket| Bucket {
                default_retention: None,
                ..bucket
            }),
        )
        .update(
            "ownership",
            with(|bucket| Bucket {
                ownership: ObjectOwnership::BucketOwnerEnforced,
                ..bucket
            }),
        )
        .update(
            "public_access_block",
            with(|bucket| Bucket {
                public_access_block: PublicAccessBlock::ALL,
                ..bucket
            }),
        )
        .update(
            "encryption",
            with(|bucket| Bucket {
                encryption: Encryption::AES256,
                ..bucket
            }),
        )
        .update(
            "minimum_transition_size",
            with(|bucket| Bucket {
                minimum_transition_size: MinimumTransitionSize::AllStorageClasses128K,
                ..bucket
            }),
        )
        .update(
            "cors_rules",
            with(|bucket| Bucket {
                cors_rules: Vec::new(),
                ..bucket
            }),
        )
        .update(
            "website",
            with(|bucket| Bucket {
                website: None,
                ..bucket
            }),
        )
        .update(
            "logging",
            with(|bucket| Bucket {
                logging: None,
                ..bucket
            }),
        )
        .update(
            "notification",
            with(|bucket| Bucket {
                notification: Notification::default(),
                ..bucket
            }),
        )
        .update(
            "intelligent_tiering",
            with(|bucket| Bucket {
                intelligent_tiering: [].into(),
                ..bucket
            }),
        )
        .update(
            "replication",
            with(|bucket| Bucket {
                replication: None,
                ..bucket
            }),
        )
        .update(
            "acceleration",
            with(|bucket| Bucket {
                acceleration: Acceleration::Suspended,
                ..bucket
            }),
        )
        .update(
            "request_payer",
            with(|bucket| Bucket {
                request_payer: RequestPayer::BucketOwner,
                ..bucket
            }),
        )
        .update(
            "force_destroy",
            with(|bucket| Bucket {
                force_destroy: true,
                ..bucket
            }),
        )
        .update(
            "tags",
            with(|bucket| Bucket {
                tags: [].into(),
                ..bucket
            }),
        )
        .replace(
            "bucket",
            with(|bucket| Bucket {
                bucket: Some("another-one".into()),
                ..bucket
            }),
        )
        .replace(
            "object_lock",
            with(|bucket| Bucket {
                object_lock: false,
                default_retention: None,
                ..bucket
            }),
        )
        .replace("namespace", |stack| Bucket {
            bucket: Some("mine-123456789012-eu-central-1-an".into()),
            namespace: BucketNamespace::AccountRegional,
            ..full(stack)
        })
        .drift("public_access_block", |config, id| async move {
            let s3 = aws_sdk_s3::Client::new(&config);
            let all = aws_sdk_s3::types::PublicAccessBlockConfiguration::builder()
                .block_public_acls(true)
                .build();
            let request = s3.put_public_access_block().bucket(id);
            request.public_access_block_configuration(all).send().await.unwrap();
        })
        .drift("website", |config, id| async move {
            aws_sdk_s3::Client::new(&config)
                .delete_bucket_website()
                .bucket(id)
                .send()
                .await
                .unwrap();
        })
        .drift("bucket", |config, id| async move {
            aws_sdk_s3::Client::new(&config)
                .delete_bucket()
                .bucket(id)
                .send()
                .await
                .unwrap();
        })
        .created_by("CreateBucket")
        .run()
        .await;
}
