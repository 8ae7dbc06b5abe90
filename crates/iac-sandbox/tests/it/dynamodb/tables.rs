//! Tables in full, before and after a reload, and changed one kind at a time.

use aws_sdk_dynamodb::{Client, types::*};
use iac_sandbox::Sandbox;

use super::parts::{all, attribute, capacity, key};
use crate::common::{code, config, reloaded};

async fn full_table(dynamodb: &Client) {
    dynamodb
        .create_table()
        .table_name("full")
        .set_attribute_definitions(Some(["pk", "sk", "g", "l"].map(attribute).to_vec()))
        .key_schema(key("pk", KeyType::Hash))
        .key_schema(key("sk", KeyType::Range))
        .billing_mode(BillingMode::Provisioned)
        .provisioned_throughput(capacity(2))
        .global_secondary_indexes(
            GlobalSecondaryIndex::builder()
                .index_name("by-g")
                .key_schema(key("g", KeyType::Hash))
                .projection(all())
                .provisioned_throughput(capacity(3))
                .build()
                .unwrap(),
        )
        .local_secondary_indexes(
            LocalSecondaryIndex::builder()
                .index_name("by-l")
                .key_schema(key("pk", KeyType::Hash))
                .key_schema(key("l", KeyType::Range))
                .projection(
                    Projection::builder()
                        .projection_type(ProjectionType::Include)
                        .non_key_attributes("x")
                        .build(),
                )
                .build()
                .unwrap(),
        )
        .stream_specification(
            StreamSpecification::builder()
                .stream_enabled(true)
                .stream_view_type(StreamViewType::NewAndOldImages)
                .build()
                .unwrap(),
        )
        .sse_specification(SseSpecification::builder().enabled(true).build())
        .table_class(TableClass::StandardInfrequentAccess)
        .deletion_protection_enabled(true)
        .tags(Tag::builder().key("a").value("ü").build().unwrap())
        .send()
        .await
        .unwrap();
    dynamodb
        .update_time_to_live()
        .table_name("full")
        .time_to_live_specification(
            TimeToLiveSpecification::builder()
                .attribute_name("ttl")
                .enabled(true)
                .build()
                .unwrap(),
        )
        .send()
        .await
        .unwrap();
    dynamodb
        .update_continuous_backups()
        .table_name("full")
        .point_in_time_recovery_specification(
            PointInTimeRecoverySpecification::builder()
                .point_in_time_recovery_enabled(true)
                .recovery_period_in_days(7)
                .build()
                .unwrap(),
        )
        .send()
        .await
        .unwrap();
}

/// Reads all of a table, as text to compare.
async fn read_all(dynamodb: &Client) -> Vec<String> {
    let table = dynamodb.describe_table().table_name("full").send().await.unwrap();
    let table = table.table().unwrap();
    let arn = table.table_arn().unwrap();
    let ttl = dynamodb
        .describe_time_to_live()
        .table_name("full")
        .send()
        .await
        .unwrap();
    let backups = dynamodb
        .describe_continuous_backups()
        .table_name("full")
        .send()
        .await
        .unwrap();
    let recovery = backups.continuous_backups_description().unwrap();
    let recovery = recovery.point_in_time_recovery_description().unwrap();
    let tags = dynamodb.list_tags_of_resource().resource_arn(arn).send().await.unwrap();
    let policy = dynamodb.get_resource_policy().resource_arn(arn).send().await;
    let items = dynamodb.scan().table_name("full").send().await.unwrap();
    vec![
        format!("{table:?}"),
        format!("{:?}", ttl.time_to_live_description()),
        format!("{:?}", recovery.recovery_period_in_days()),
        format!("{:?}", tags.tags()),
        format!("{:?}", policy.map(|policy| policy.policy().map(str::to_owned)).ok()),
        format!("{:?}", items.items().len()),
    ]
}

#[tokio::test]
async fn a_table_survives_a_reload_in_full() {
    let sandbox = Sandbox::new();
    let dynamodb = Client::new(&config(&sandbox));
    full_table(&dynamodb).await;
    let table = dynamodb.describe_table().table_name("full").send().await.unwrap();
    let table = table.table().unwrap().clone();
    assert_eq!(table.table_status(), Some(&TableStatus::Active));
    assert_eq!(table.deletion_protection_enabled(), Some(true));
    let class = table.table_class_summary().unwrap().table_class();
    assert_eq!(class, Some(&TableClass::StandardInfrequentAccess));
    assert_eq!(table.sse_description().unwrap().status(), Some(&SseStatus::Enabled));
    assert!(table.latest_stream_arn().unwrap().contains("/stream/"));
    let index = &table.global_secondary_indexes()[0];
    assert_eq!(index.index_status(), Some(&IndexStatus::Active));
    assert_eq!(index.provisioned_throughput().unwrap().read_capacity_units(), Some(3));
    dynamodb
        .put_resource_policy()
        .resource_arn(table.table_arn().unwrap())
        .policy(r#"{"Version":"2012-10-17","Statement":[]}"#)
        .send()
        .await
        .unwrap();
    for number in 0..3 {
        dynamodb
            .put_item()
            .table_name("full")
            .item("pk", AttributeValue::S(format!("p{number}")))
            .item("sk", AttributeValue::S("s".into()))
            .item("g", AttributeValue::S("same".into()))
            .item("n", AttributeValue::N("12345678901234567890".into()))
            .item("b", AttributeValue::B(vec![0, 255].into()))
            .send()
            .await
            .unwrap();
    }
    let before = read_all(&dynamodb).await;
    let sandbox = reloaded(&sandbox);
    let dynamodb = Client::new(&config(&sandbox));
    assert_eq!(read_all(&dynamodb).await, before);
    let found = dynamodb
        .query()
        .table_name("full")
        .index_name("by-g")
        .key_condition_expression("g = :g")
        .expression_attribute_values(":g", AttributeValue::S("same".into()))
        .send()
        .await
        .unwrap();
    assert_eq!(found.count(), 3);
    let got = dynamodb
        .get_item()
        .table_name("full")
        .key("pk", AttributeValue::S("p1".into()))
        .key("sk", AttributeValue::S("s".into()))
        .consistent_read(true)
        .send()
        .await
        .unwrap();
    assert_eq!(got.item().unwrap()["b"].as_b().unwrap().as_ref(), [0, 255]);
    let deleted = dynamodb.delete_table().table_name("full").send().await;
    assert_eq!(code(deleted), "ValidationException");
    assert_eq!(sandbox.inventory(), ["dynamodb:table/full"]);
}

#[tokio::test]
async fn changes_come_one_kind_at_a_time() {
    let sandbox = Sandbox::new();
    let dynamodb = Client::new(&config(&sandbox));
    full_table(&dynamodb).await;
    let update = || dynamodb.update_table().table_name("full");
    let delete = |name: &str| {
        GlobalSecondaryIndexUpdate::builder()
            .delete(
                DeleteGlobalSecondaryIndexAction::builder()
                    .index_name(name)
                    .build()
                    .unwrap(),
            )
            .build()
    };
    let on_demand = update().billing_mode(BillingMode::PayPerRequest).send().await.unwrap();
    assert_eq!(
        on_demand.table_description().unwrap().table_status(),
        Some(&TableStatus::Updating)
    );
    let create = GlobalSecondaryIndexUpdate::builder()
        .create(
            CreateGlobalSecondaryIndexAction::builder()
                .index_name("by-h")
                .key_schema(key("h", KeyType::Hash))
                .projection(all())
                .build()
                .unwrap(),
        )
        .build();
    let both = update()
        .global_secondary_index_updates(create.clone())
        .global_secondary_index_updates(delete("by-g"))
        .send()
        .await;
    assert_eq!(code(both), "LimitExceededException");
    let undefined = update().global_secondary_index_updates(create.clone()).send().await;
    assert_eq!(code(undefined), "ValidationException");
    update()
        .set_attribute_definitions(Some(["pk", "sk", "g", "l", "h"].map(attribute).to_vec()))
        .global_secondary_index_updates(create)
        .send()
        .await
        .unwrap();
    update()
        .global_secondary_index_updates(delete("by-g"))
        .send()
        .await
        .unwrap();
    let off = StreamSpecification::builder().stream_enabled(false).build().unwrap();
    update().stream_specification(off.clone()).send().await.unwrap();
    assert_eq!(
        code(update().stream_specification(off).send().await),
        "ValidationException"
    );
    let no_key = SseSpecification::builder().enabled(false).build();
    let mixed = update()
        .sse_specification(no_key.clone())
        .table_class(TableClass::Standard)
        .send()
        .await;
    assert_eq!(code(mixed), "ValidationException");
    update().sse_specification(no_key).send().await.unwrap();
    update().table_class(TableClass::Standard).send().await.unwrap();
    update().deletion_protection_enabled(false).send().await.unwrap();
    let back = update()
        .billing_mode(BillingMode::Provisioned)
        .provisioned_throughput(capacity(1))
        .send()
        .await;
    assert_eq!(code(back), "ValidationException");
    let table = dynamodb.describe_table().table_name("full").send().await.unwrap();
    let table = table.table().unwrap();
    assert_eq!(table.global_secondary_indexes().len(), 1);
    assert_eq!(table.attribute_definitions().len(), 4);
    assert!(table.stream_specification().is_none());
    assert!(table.sse_description().is_none());
    dynamodb
        .put_item()
        .table_name("full")
        .item("pk", AttributeValue::S("p".into()))
        .item("sk", AttributeValue::S("s".into()))
        .item("h", AttributeValue::S("x".into()))
        .send()
        .await
        .unwrap();
    let found = dynamodb
        .query()
        .table_name("full")
        .index_name("by-h")
        .key_condition_expression("h = :h")
        .expression_attribute_values(":h", AttributeValue::S("x".into()))
        .send()
        .await
        .unwrap();
    assert_eq!(found.count(), 1);
    dynamodb.delete_table().table_name("full").send().await.unwrap();
    let gone = dynamodb.describe_table().table_name("full").send().await;
    assert_eq!(code(gone), "ResourceNotFoundException");
    assert!(sandbox.is_empty());
}
