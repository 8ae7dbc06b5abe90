//! What is stored: the frontend's files, and the tables of prices and alerts.

use iac_aws::{
    dynamodb::{GlobalIndex, Key, PointInTimeRecovery, Projection, Table},
    s3::{Bucket, IntelligentTiering, LifecycleRule, NoncurrentExpiration, Transition, TransitionClass, Versioning},
};
use iac_core::model::{Handle, LifecycleExt, Stack};

use crate::{environments::Environment, names::named};

/// The bucket of the frontend: private, with versions, read by CloudFront alone.
pub(crate) fn frontend(stack: &mut Stack, environment: &Environment) -> Handle<Bucket> {
    let old = LifecycleRule::builder()
        .expire_noncurrent(NoncurrentExpiration::builder().days(30).keep_newest(3).build())
        .abort_uploads_after_days(7)
        .build();
    let logs = LifecycleRule::builder()
        .prefix("logs/")
        .transitions([Transition::builder()
            .class(TransitionClass::IntelligentTiering)
            .days(0)
            .build()])
        .expire_after_days(if environment.is_prod() { 365 } else { 30 })
        .build();
    let archive = IntelligentTiering::builder()
        .prefix("logs/")
        .archive_after_days(90)
        .build();
    let bucket = Bucket::builder()
        .versioning(Versioning::Enabled)
        .lifecycle_rules([("old-versions", old), ("logs", logs)])
        .intelligent_tiering([("logs", archive)])
        .force_destroy(!environment.keeps_data)
        .build();
    let bucket = stack.add("frontend", bucket);
    stack.output("frontend_bucket", &bucket.name);
    bucket
}

/// The tables of spot prices, alerts and instances.
pub(crate) fn tables(stack: &mut Stack, environment: &Environment) -> Vec<Handle<Table>> {
    let prices = table(
        stack,
        environment,
        "prices",
        Key::string("instance_type"),
        Some(Key::number("observed_at")),
    );
    let alerts = table(
        stack,
        environment,
        "alerts",
        Key::string("user"),
        Some(Key::string("alert")),
    );
    let instances = table(stack, environment, "instances", Key::string("instance_id"), None);
    vec![prices, alerts, instances]
}

fn table(stack: &mut Stack, environment: &Environment, name: &str, partition: Key, sort: Option<Key>) -> Handle<Table> {
    let by_region = (name == "prices").then(|| {
        let index = GlobalIndex::builder()
            .partition_key(Key::string("region"))
            .sort_key(Key::number("observed_at"))
            .projection(Projection::All);
        let index = match environment.billing.capacity() {
            Some(capacity) => index.capacity(capacity).build(),
            None => index.build(),
        };
        ("by-region", index)
    });
    let table = Table::builder()
        .name(named(environment, name))
        .partition_key(partition)
        .maybe_sort_key(sort)
        .billing(environment.billing.clone())
        .global_indexes(by_region)
        .ttl_attribute("expires_at")
        .maybe_point_in_time_recovery(environment.keeps_data.then(|| PointInTimeRecovery::builder().build()))
        .deletion_protection(environment.is_prod())
        .build();
    let handle = if environment.is_prod() {
        stack.add(name, table.protect())
    } else {
        stack.add(name, table)
    };
    stack.output(&format!("table_{name}"), &handle.name);
    handle
}
