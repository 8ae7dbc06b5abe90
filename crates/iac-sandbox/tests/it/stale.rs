//! Reads that lag behind changes, service by service, and those that never do.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use aws_sdk_ec2::types::Filter;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, VersioningConfiguration,
};
use iac_sandbox::{Sandbox, StaleReads};

use crate::common::{code, config};

fn lagging(reads: u32) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.set_stale_reads(&StaleReads::first(reads));
    sandbox
}

/// Whether each answer so far was stale, of the reads.
fn stale(sandbox: &Sandbox) -> Vec<bool> {
    let requests = sandbox.requests().into_iter();
    requests
        .filter(|request| !request.mutates)
        .map(|request| request.stale)
        .collect()
}

async fn vpc(ec2: &aws_sdk_ec2::Client) -> String {
    let made = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap();
    made.vpc().unwrap().vpc_id().unwrap().to_owned()
}

#[tokio::test]
async fn a_new_vpc_is_not_listed_and_not_found_at_first() {
    let sandbox = lagging(2);
    let ec2 = aws_sdk_ec2::Client::new(&config(&sandbox));
    let vpc = vpc(&ec2).await;
    let filter = Filter::builder().name("vpc-id").values(&vpc).build();
    let listed = ec2.describe_vpcs().filters(filter).send().await.unwrap();
    assert!(listed.vpcs().is_empty());
    let by_id = || ec2.describe_vpcs().vpc_ids(&vpc).send();
    assert_eq!(code(by_id().await), "InvalidVpcID.NotFound");
    assert_eq!(by_id().await.unwrap().vpcs().len(), 1);
    assert_eq!(stale(&sandbox), [true, true, false]);
    // a deleted one is there for as long
    ec2.delete_vpc().vpc_id(&vpc).send().await.unwrap();
    by_id().await.unwrap();
    by_id().await.unwrap();
    assert_eq!(code(by_id().await), "InvalidVpcID.NotFound");
}

#[tokio::test]
async fn a_change_that_follows_unseen_ones_is_as_unseen() {
    let sandbox = lagging(1);
    let ec2 = aws_sdk_ec2::Client::new(&config(&sandbox));
    let vpc = vpc(&ec2).await;
    let subnet = ec2.create_subnet().vpc_id(&vpc).cidr_block("10.0.1.0/24");
    subnet.send().await.unwrap();
    // the image is from before the first of the two
    let vpcs = async || ec2.describe_vpcs().vpc_ids(&vpc).send().await;
    assert_eq!(code(vpcs().await), "InvalidVpcID.NotFound");
    vpcs().await.unwrap();
    // a refused request changes nothing that could be unseen
    let refused = ec2.create_subnet().vpc_id(&vpc).cidr_block("10.0.1.0/24").send();
    assert_eq!(code(refused.await), "InvalidSubnet.Conflict");
    vpcs().await.unwrap();
    assert_eq!(stale(&sandbox), [true, false, false]);
}

#[tokio::test]
async fn time_and_other_operations_can_be_left_out() {
    let sandbox = Sandbox::new();
    let ec2 = aws_sdk_ec2::Client::new(&config(&sandbox));
    sandbox.set_stale_reads(&StaleReads::first(1).of_operation("DescribeSubnets"));
    let vpc = vpc(&ec2).await;
    ec2.describe_vpcs().vpc_ids(&vpc).send().await.unwrap();
    let subnet = ec2.create_subnet().vpc_id(&vpc).cidr_block("10.0.1.0/24");
    let subnet = subnet.send().await.unwrap();
    let id = subnet.subnet().unwrap().subnet_id().unwrap();
    let by_id = || ec2.describe_subnets().subnet_ids(id).send();
    assert_eq!(code(by_id().await), "InvalidSubnetID.NotFound");
    by_id().await.unwrap();
    ec2.delete_subnet().subnet_id(id).send().await.unwrap();
    sandbox.catch_up();
    assert_eq!(code(by_id().await), "InvalidSubnetID.NotFound");
    sandbox.set_stale_reads(&StaleReads::none());
    ec2.delete_vpc().vpc_id(&vpc).send().await.unwrap();
    let gone = ec2.describe_vpcs().vpc_ids(&vpc).send().await;
    assert_eq!(code(gone), "InvalidVpcID.NotFound");
}

#[tokio::test]
async fn a_new_role_is_no_such_entity_and_a_changed_one_is_as_it_was() {
    let sandbox = lagging(1);
    let iam = aws_sdk_iam::Client::new(&config(&sandbox));
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let create = iam.create_role().role_name("r").assume_role_policy_document(trust);
    create.send().await.unwrap();
    let get = || iam.get_role().role_name("r").send();
    assert_eq!(code(get().await), "NoSuchEntity");
    get().await.unwrap();
    let update = iam.update_role().role_name("r").description("new");
    update.send().await.unwrap();
    assert_eq!(get().await.unwrap().role().unwrap().description(), None);
    assert_eq!(get().await.unwrap().role().unwrap().description(), Some("new"));
}

#[tokio::test]
async fn configurations_of_buckets_lag_and_objects_do_not() {
    let sandbox = lagging(1);
    let s3 = aws_sdk_s3::Client::new(&config(&sandbox));
    let location = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::EuWest1);
    let create = s3.create_bucket().bucket("lagging");
    create
        .create_bucket_configuration(location.build())
        .send()
        .await
        .unwrap();
    let head = s3.head_bucket().bucket("lagging").send().await;
    assert!(head.is_err_and(|error| error.into_service_error().is_not_found()));
    let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled);
    let put = s3.put_bucket_versioning().bucket("lagging");
    put.versioning_configuration(enabled.build()).send().await.unwrap();
    let object = s3.put_object().bucket("lagging").key("k").body(b"x".to_vec().into());
    object.send().await.unwrap();
    s3.head_object().bucket("lagging").key("k").send().await.unwrap();
    s3.get_object().bucket("lagging").key("k").send().await.unwrap();
    let listed = s3.list_objects_v2().bucket("lagging").send().await.unwrap();
    assert_eq!(listed.key_count(), Some(1));
    let versioning = async || {
        let got = s3.get_bucket_versioning().bucket("lagging").send().await.unwrap();
        got.status().cloned()
    };
    assert_eq!(versioning().await, None);
    assert_eq!(versioning().await, Some(BucketVersioningStatus::Enabled));
    assert_eq!(stale(&sandbox), [true, false, false, false, true, false]);
}

#[tokio::test]
async fn a_new_table_is_not_found_and_strong_reads_of_items_never_lag() {
    let sandbox = lagging(2);
    let dynamodb = aws_sdk_dynamodb::Client::new(&config(&sandbox));
    let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash);
    let attribute = AttributeDefinition::builder()
        .attribute_name("id")
        .attribute_type(ScalarAttributeType::S);
    let create = dynamodb.create_table().table_name("locks");
    let create = create.key_schema(key.build().unwrap());
    let create = create.attribute_definitions(attribute.build().unwrap());
    let create = create.billing_mode(BillingMode::PayPerRequest);
    create.send().await.unwrap();
    let put = dynamodb.put_item().table_name("locks");
    put.item("id", AttributeValue::S("one".to_owned()))
        .send()
        .await
        .unwrap();
    let get = async |strong: bool| {
        let get = dynamodb.get_item().table_name("locks").consistent_read(strong);
        get.key("id", AttributeValue::S("one".to_owned())).send().await
    };
    assert!(get(true).await.unwrap().item().is_some());
    let table = dynamodb.describe_table().table_name("locks").send().await;
    assert_eq!(code(table), "ResourceNotFoundException");
    assert_eq!(code(get(false).await), "ResourceNotFoundException");
    assert!(get(false).await.unwrap().item().is_some());
    dynamodb.describe_table().table_name("locks").send().await.unwrap();
    assert_eq!(stale(&sandbox), [false, true, true, false, false]);
}

#[tokio::test]
async fn a_changed_access_control_has_its_old_etag_at_first() {
    use aws_sdk_cloudfront::types::{
        OriginAccessControlConfig, OriginAccessControlOriginTypes, OriginAccessControlSigningBehaviors,
        OriginAccessControlSigningProtocols,
    };
    let sandbox = lagging(1);
    let cloudfront = aws_sdk_cloudfront::Client::new(&config(&sandbox));
    let access = |description: &str| {
        OriginAccessControlConfig::builder()
            .name("site")
            .description(description)
            .signing_protocol(OriginAccessControlSigningProtocols::Sigv4)
            .signing_behavior(OriginAccessControlSigningBehaviors::Always)
            .origin_access_control_origin_type(OriginAccessControlOriginTypes::S3)
            .build()
            .unwrap()
    };
    let create = cloudfront
        .create_origin_access_control()
        .origin_access_control_config(access("old"));
    let made = create.send().await.unwrap();
    let id = made.origin_access_control().unwrap().id();
    let get = || cloudfront.get_origin_access_control().id(id).send();
    assert_eq!(code(get().await), "NoSuchOriginAccessControl");
    let first = get().await.unwrap();
    let update = async |etag: &str| {
        let update = cloudfront.update_origin_access_control().id(id).if_match(etag);
        update.origin_access_control_config(access("new")).send().await
    };
    let etag = first.e_tag().unwrap();
    let updated = update(etag).await.unwrap();
    let behind = get().await.unwrap();
    assert_eq!(behind.e_tag(), Some(etag));
    assert_eq!(
        code(update(behind.e_tag().unwrap()).await),
        "PreconditionFailed",
        "a change knows the present version, whatever reads say"
    );
    assert_eq!(get().await.unwrap().e_tag(), updated.e_tag());
}

#[tokio::test]
async fn forks_know_everything() {
    let sandbox = lagging(5);
    let ec2 = aws_sdk_ec2::Client::new(&config(&sandbox));
    let vpc = vpc(&ec2).await;
    let fork = sandbox.fork().unwrap();
    let ec2 = aws_sdk_ec2::Client::new(&config(&fork));
    ec2.describe_vpcs().vpc_ids(&vpc).send().await.unwrap();
}
