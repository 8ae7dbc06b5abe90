//! `dynamodb.table`.

use aws_sdk_dynamodb::types::{StreamSpecification, Tag};
use iac_aws::{
    dynamodb::{
        Billing, Capacity, Encryption, GlobalIndex, Key, LocalIndex, PointInTimeRecovery, Projection, StreamView,
        Table, TableClass,
    },
    policy::{PolicyDocument, Principal, Statement},
};
use iac_core::model::Stack;

use crate::harness::Lifecycle;

fn readable_by(account: &str) -> PolicyDocument {
    PolicyDocument::new().statement(
        Statement::allow()
            .principal(Principal::aws(account))
            .actions(["dynamodb:GetItem"])
            .resources(["*"]),
    )
}

fn by_owner(read_units: i64) -> GlobalIndex {
    GlobalIndex::builder()
        .partition_key([Key::string("owner"), Key::string("kind")])
        .sort_key([Key::number("at")])
        .projection(Projection::include(["total", "state"]))
        .capacity(Capacity {
            read_units,
            write_units: 4,
        })
        .build()
}

fn minimal(_: &mut Stack) -> Table {
    Table::builder().partition_key(Key::string("pk")).build()
}

fn full(_: &mut Stack) -> Table {
    Table::builder()
        .name("full")
        .partition_key(Key::string("pk"))
        .sort_key(Key::number("at"))
        .billing(Billing::provisioned(1, 2))
        .global_indexes([("by-owner", by_owner(3))])
        .local_indexes([("by-state", LocalIndex::builder().sort_key(Key::binary("state")).build())])
        .stream(StreamView::NewAndOldImages)
        .ttl_attribute("expires")
        .point_in_time_recovery(PointInTimeRecovery::builder().period_days(7).build())
        .encryption(Encryption::aws_managed())
        .table_class(TableClass::InfrequentAccess)
        .deletion_protection(false)
        .resource_policy(readable_by("123456789012"))
        .ignore_capacity_drift(true)
        .tags([("a", "1"), ("b", "2")])
        .build()
}

lifecycle!(
    Table,
    Lifecycle::new("CreateTable", minimal, full)
        .update("billing", |table| table.billing = Billing::provisioned(5, 6))
        .update("billing, global_indexes", |table| {
            table.billing = Billing::on_demand_up_to(100, 50);
            table.global_indexes.clear();
        })
        .update("global_indexes", |table| {
            table.global_indexes = [("by-owner".to_owned(), by_owner(9)), ("by-other".to_owned(), by_owner(1))].into();
        })
        .update("global_indexes", |table| {
            let index = table.global_indexes.get_mut("by-owner").unwrap();
            index.projection = Projection::KeysOnly;
        })
        .update("stream", |table| table.stream = Some(StreamView::KeysOnly))
        .update("point_in_time_recovery", |table| {
            table.point_in_time_recovery = Some(PointInTimeRecovery { period_days: 35 });
        })
        .update("encryption", |table| {
            let key = "arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d-0000-0000-0000-000000000000";
            table.encryption = Some(Encryption::customer_key(key));
        })
        .update("table_class", |table| table.table_class = TableClass::Standard)
        .update("deletion_protection", |table| table.deletion_protection = true)
        .update("resource_policy", |table| table.resource_policy = Some(readable_by("210987654321")))
        .update("tags", |table| table.tags = [("b".to_owned(), "3".into()), ("c".to_owned(), "4".into())].into())
        .replace("name", |table| table.name = Some("other".into()))
        .replace("partition_key", |table| table.partition_key = Key::number("pk"))
        .replace("sort_key", |table| table.sort_key = Some(Key::string("sk")))
        .replace("local_indexes", |table| {
            let index = LocalIndex::builder().sort_key(Key::string("other")).build();
            table.local_indexes = [("by-other".to_owned(), index)].into();
        })
        .except("ttl_attribute", "AWS takes another attribute in two steps; away and back is tested")
        .except("warm_throughput", "AWS only raises it, so there is no way back")
        .drift("stream", |config, name| async move {
            let off = StreamSpecification::builder().stream_enabled(false).build().unwrap();
            let dynamodb = aws_sdk_dynamodb::Client::new(&config);
            let update = dynamodb.update_table().table_name(name).stream_specification(off);
            update.send().await.unwrap();
        })
        .drift("deletion_protection", |config, name| async move {
            let dynamodb = aws_sdk_dynamodb::Client::new(&config);
            let update = dynamodb.update_table().table_name(name).deletion_protection_enabled(true);
            update.send().await.unwrap();
        })
        .drift("tags", |config, name| async move {
            let dynamodb = aws_sdk_dynamodb::Client::new(&config);
            let arn = format!("arn:aws:dynamodb:eu-central-1:123456789012:table/{name}");
            let tag = Tag::builder().key("by").value("hand").build().unwrap();
            dynamodb.tag_resource().resource_arn(arn).tags(tag).send().await.unwrap();
        })
);
