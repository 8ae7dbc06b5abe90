//! S3 buckets: defaults, every configuration before and after a reload, and refusals.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::*;

use crate::common::{code, config, config_in, reloaded};
use iac_sandbox::Sandbox;

fn here() -> CreateBucketConfiguration {
    CreateBucketConfiguration::builder()
        .location_constraint(BucketLocationConstraint::EuWest1)
        .build()
}

async fn bucket(sandbox: &Sandbox, name: &str) -> Client {
    let s3 = Client::new(&config(sandbox));
    s3.create_bucket()
        .bucket(name)
        .create_bucket_configuration(here())
        .send()
        .await
        .unwrap();
    s3
}

#[tokio::test]
async fn a_new_bucket_has_the_defaults_of_aws() {
    let sandbox = Sandbox::new();
    let s3 = bucket(&sandbox, "fresh").await;
    let encryption = s3.get_bucket_encryption().bucket("fresh").send().await.unwrap();
    let rule = &encryption.server_side_encryption_configuration().unwrap().rules()[0];
    let default = rule.apply_server_side_encryption_by_default().unwrap();
    assert_eq!(default.sse_algorithm(), &ServerSideEncryption::Aes256);
    let blocked = s3.get_public_access_block().bucket("fresh").send().await.unwrap();
    let blocked = blocked.public_access_block_configuration().unwrap();
    assert_eq!(blocked.block_public_acls(), Some(true));
    assert_eq!(blocked.restrict_public_buckets(), Some(true));
    let owner = s3.get_bucket_ownership_controls().bucket("fresh").send().await.unwrap();
    assert_eq!(
        owner.ownership_controls().unwrap().rules()[0].object_ownership(),
        &ObjectOwnership::BucketOwnerEnforced
    );
    let versioning = s3.get_bucket_versioning().bucket("fresh").send().await.unwrap();
    assert_eq!(versioning.status(), None);
    let head = s3.head_bucket().bucket("fresh").send().await.unwrap();
    assert_eq!(head.bucket_region(), Some("eu-west-1"));
    let location = s3.get_bucket_location().bucket("fresh").send().await.unwrap();
    assert_eq!(location.location_constraint(), Some(&BucketLocationConstraint::EuWest1));
    let logging = s3.get_bucket_logging().bucket("fresh").send().await.unwrap();
    assert!(logging.logging_enabled().is_none());
    let payment = s3.get_bucket_request_payment().bucket("fresh").send().await.unwrap();
    assert_eq!(payment.payer(), Some(&Payer::BucketOwner));
    let acl = s3.get_bucket_acl().bucket("fresh").send().await.unwrap();
    assert_eq!(acl.grants().len(), 1);
    let b = "fresh";
    assert_eq!(
        code(s3.get_bucket_policy().bucket(b).send().await),
        "NoSuchBucketPolicy"
    );
    assert_eq!(code(s3.get_bucket_tagging().bucket(b).send().await), "NoSuchTagSet");
    assert_eq!(
        code(s3.get_bucket_cors().bucket(b).send().await),
        "NoSuchCORSConfiguration"
    );
    assert_eq!(
        code(s3.get_bucket_website().bucket(b).send().await),
        "NoSuchWebsiteConfiguration"
    );
    assert_eq!(
        code(s3.get_bucket_lifecycle_configuration().bucket(b).send().await),
        "NoSuchLifecycleConfiguration"
    );
    assert_eq!(
        code(s3.get_bucket_replication().bucket(b).send().await),
        "ReplicationConfigurationNotFoundError"
    );
    assert_eq!(
        code(s3.get_object_lock_configuration().bucket(b).send().await),
        "ObjectLockConfigurationNotFoundError"
    );
    let tiering = s3.get_bucket_intelligent_tiering_configuration().bucket(b).id("x");
    assert_eq!(code(tiering.send().await), "NoSuchConfiguration");
}

/// Reads every configuration, as text to compare.
async fn read_all(s3: &Client, b: &str) -> Vec<String> {
    macro_rules! read {
        ($($operation:ident $(.$extra:ident($value:expr))?),* $(,)?) => {
            vec![$({
                let got = s3.$operation().bucket(b)$(.$extra($value))?.send().await.unwrap();
                format!("{got:?}")
            }),*]
        };
    }
    read!(
        get_bucket_versioning,
        get_bucket_encryption,
        get_bucket_policy,
        get_bucket_tagging,
        get_bucket_cors,
        get_bucket_website,
        get_bucket_lifecycle_configuration,
        get_bucket_logging,
        get_bucket_notification_configuration,
        get_bucket_intelligent_tiering_configuration.id("all"),
        list_bucket_intelligent_tiering_configurations,
        get_bucket_replication,
        get_bucket_accelerate_configuration,
        get_bucket_request_payment,
        get_public_access_block,
        get_bucket_ownership_controls,
        get_bucket_metrics_configuration.id("all"),
        get_object_lock_configuration,
    )
}

#[tokio::test]
async fn every_configuration_survives_a_reload() {
    let sandbox = Sandbox::new();
    let s3 = Client::new(&config(&sandbox));
    let b = "full";
    s3.create_bucket()
        .bucket(b)
        .create_bucket_configuration(here())
        .object_lock_enabled_for_bucket(true)
        .send()
        .await
        .unwrap();
    s3.put_bucket_encryption()
        .bucket(b)
        .server_side_encryption_configuration(
            ServerSideEncryptionConfiguration::builder()
                .rules(
                    ServerSideEncryptionRule::builder()
                        .apply_server_side_encryption_by_default(
                            ServerSideEncryptionByDefault::builder()
                                .sse_algorithm(ServerSideEncryption::AwsKms)
                                .kms_master_key_id("arn:aws:kms:eu-west-1:123456789012:key/k")
                                .build()
                                .unwrap(),
                        )
                        .bucket_key_enabled(true)
                        .build(),
                )
                .build()
                .unwrap(),
        )
        .send()
        .await
        .unwrap();
    s3.put_bucket_policy()
        .bucket(b)
        .policy(r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":["123456789012"]},"Action":["s3:*"],"Resource":["arn:aws:s3:::full/*"]}]}"#)
        .send()
        .await
        .unwrap();
    s3.put_bucket_tagging()
        .bucket(b)
        .tagging(
            Tagging::builder()
                .tag_set(Tag::builder().key("team").value("ä & b").build().unwrap())
                .build()
                .unwrap(),
        )
        .send()
        .await
        .unwrap();
    s3.put_bucket_cors()
        .bucket(b)
        .cors_configuration(
            CorsConfiguration::builder()
                .cors_rules(
                    CorsRule::builder()
                        .allowed_methods("GET")
                        .allowed_origins("https://example.com")
                        .max_age_seconds(60)
                        .build()
                        .unwrap(),
                )
                .build()
                .unwrap(),
        )
        .send()
        .await
        .unwrap();
    s3.put_bucket_website()
        .bucket(b)
        .website_configuration(
            WebsiteConfiguration::builder()
                .index_document(IndexDocument::builder().suffix("index.html").build().unwrap())
                .build(),
        )
        .send()
        .await
        .unwrap();
    s3.put_bucket_lifecycle_configuration()
        .bucket(b)
        .transition_default_minimum_object_size(TransitionDefaultMinimumObjectSize::VariesByStorageClass)
        .lifecycle_configuration(
            BucketLifecycleConfiguration::builder()
                .rules(
                    LifecycleRule::builder()
                        .status(ExpirationStatus::Enabled)
                        .filter(LifecycleRuleFilter::builder().prefix("logs/").build())
                        .expiration(LifecycleExpiration::builder().days(30).build())
                        .build()
                        .unwrap(),
                )
                .build()
                .unwrap(),
        )
        .send()
        .await
        .unwrap();
    s3.put_bucket_logging()
        .bucket(b)
        .bucket_logging_status(
            BucketLoggingStatus::builder()
                .logging_enabled(
                    LoggingEnabled::builder()
                        .target_bucket("logs")
                        .target_prefix("p/")
                        .build()
                        .unwrap(),
                )
                .build(),
        )
        .send()
        .await
        .unwrap();
    s3.put_bucket_notification_configuration()
        .bucket(b)
        .notification_configuration(
            NotificationConfiguration::builder()
                .event_bridge_configuration(EventBridgeConfiguration::builder().build())
                .queue_configurations(
                    QueueConfiguration::builder()
                        .queue_arn("arn:aws:sqs:eu-west-1:123456789012:q")
                        .events(Event::S3ObjectCreated)
                        .build()
                        .unwrap(),
                )
                .build(),
        )
        .send()
        .await
        .unwrap();
    s3.put_bucket_intelligent_tiering_configuration()
        .bucket(b)
        .id("all")
        .intelligent_tiering_configuration(
            IntelligentTieringConfiguration::builder()
                .id("all")
                .status(IntelligentTieringStatus::Enabled)
                .tierings(
                    Tiering::builder()
                        .days(90)
                        .access_tier(IntelligentTieringAccessTier::ArchiveAccess)
                        .build()
                        .unwrap(),
                )
                .build()
                .unwrap(),
        )
        .send()
        .await
        .unwrap();
    s3.put_bucket_metrics_configuration()
        .bucket(b)
        .id("all")
        .metrics_configuration(MetricsConfiguration::builder().id("all").build().unwrap())
        .send()
        .await
        .unwrap();
    s3.put_bucket_replication()
        .bucket(b)
        .replication_configuration(
            ReplicationConfiguration::builder()
                .role("arn:aws:iam::123456789012:role/r")
                .rules(
                    ReplicationRule::builder()
                        .status(ReplicationRuleStatus::Enabled)
                        .destination(Destination::builder().bucket("arn:aws:s3:::other").build().unwrap())
                        .build()
                        .unwrap(),
                )
                .build()
                .unwrap(),
        )
        .send()
        .await
        .unwrap();
    s3.put_bucket_accelerate_configuration()
        .bucket(b)
        .accelerate_configuration(
            AccelerateConfiguration::builder()
                .status(BucketAccelerateStatus::Enabled)
                .build(),
        )
        .send()
        .await
        .unwrap();
    s3.put_bucket_request_payment()
        .bucket(b)
        .request_payment_configuration(
            RequestPaymentConfiguration::builder()
                .payer(Payer::Requester)
                .build()
                .unwrap(),
        )
        .send()
        .await
        .unwrap();
    let before = read_all(&s3, b).await;
    assert!(before.iter().any(|text| text.contains("ä & b")));
    assert!(
        before
            .iter()
            .any(|text| text.contains("arn:aws:iam::123456789012:root"))
    );
    let sandbox = reloaded(&sandbox);
    let s3 = Client::new(&config(&sandbox));
    assert_eq!(read_all(&s3, b).await, before);
    // Removed configurations read as if they had never been.
    s3.delete_bucket_encryption().bucket(b).send().await.unwrap();
    s3.delete_bucket_cors().bucket(b).send().await.unwrap();
    s3.delete_bucket_lifecycle().bucket(b).send().await.unwrap();
    let encryption = s3.get_bucket_encryption().bucket(b).send().await.unwrap();
    assert!(format!("{encryption:?}").contains("Aes256"));
    assert_eq!(
        code(s3.get_bucket_cors().bucket(b).send().await),
        "NoSuchCORSConfiguration"
    );
}

#[tokio::test]
async fn what_aws_refuses_is_refused() {
    let sandbox = Sandbox::new();
    let s3 = bucket(&sandbox, "mine").await;
    let again = s3.create_bucket().bucket("mine").create_bucket_configuration(here());
    assert_eq!(code(again.send().await), "BucketAlreadyOwnedByYou");
    let elsewhere = Client::new(&config_in(&sandbox, "us-east-1"));
    let taken = elsewhere.create_bucket().bucket("mine").send().await;
    assert_eq!(code(taken), "BucketAlreadyOwnedByYou");
    elsewhere.create_bucket().bucket("east").send().await.unwrap();
    elsewhere.create_bucket().bucket("east").send().await.unwrap();
    let unplaced = s3.create_bucket().bucket("unplaced").send().await;
    assert_eq!(code(unplaced), "IllegalLocationConstraintException");
    let named = s3.create_bucket().bucket("No_Name").send().await;
    assert_eq!(code(named), "InvalidBucketName");
    let moved = elsewhere.get_bucket_versioning().bucket("mine").send().await;
    assert_eq!(code(moved), "PermanentRedirect");
    let public = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::mine/*"}}"#;
    let put = s3.put_bucket_policy().bucket("mine").policy(public).send().await;
    assert_eq!(code(put), "AccessDenied");
    let put = s3.put_bucket_policy().bucket("mine").policy("{").send().await;
    assert_eq!(code(put), "MalformedPolicy");
    let gone = s3.list_objects_v2().bucket("nowhere").send().await;
    assert_eq!(code(gone), "NoSuchBucket");
    let head = s3.head_bucket().bucket("nowhere").send().await.unwrap_err();
    assert!(head.into_service_error().is_not_found());
    s3.put_object().bucket("mine").key("k").send().await.unwrap();
    assert_eq!(code(s3.delete_bucket().bucket("mine").send().await), "BucketNotEmpty");
    let listed = s3.list_buckets().send().await.unwrap();
    assert_eq!(listed.buckets().len(), 2);
    assert_eq!(listed.buckets()[0].bucket_region(), Some("us-east-1"));
    assert_eq!(
        sandbox.inventory(),
        ["s3:bucket/east", "s3:bucket/mine", "s3:object/mine/k"]
    );
}

#[tokio::test]
async fn tags_may_come_with_the_bucket() {
    let sandbox = Sandbox::new();
    let s3 = Client::new(&config(&sandbox));
    let tagged = CreateBucketConfiguration::builder()
        .location_constraint(BucketLocationConstraint::EuWest1)
        .tags(Tag::builder().key("a").value("1").build().unwrap())
        .build();
    s3.create_bucket()
        .bucket("tagged")
        .create_bucket_configuration(tagged)
        .send()
        .await
        .unwrap();
    let tags = s3.get_bucket_tagging().bucket("tagged").send().await.unwrap();
    assert_eq!(tags.tag_set()[0].key(), "a");
}
