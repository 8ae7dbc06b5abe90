//! `dynamodb.table`: made, changed in every way, lost and found, deleted.

use std::{collections::BTreeSet, sync::Arc};

use iac_aws::{
    dynamodb::{
        Billing, Capacity, Encryption, GlobalIndex, Key, PointInTimeRecovery, Projection, StreamView, Table, TableClass,
    },
    policy::{PolicyDocument, Principal, Statement},
    registry,
};
use iac_core::model::{Call, Changed, ErrorKind, LiveObject, ReadObject, Reconciled, Reconciler, RemoteId};
use iac_sandbox::{Fault, Request, Sandbox};
use serde_json::Value;

use crate::common::{Ids, call, config, connect, inputs, owned};

struct Bench {
    sandbox: Sandbox,
    tables: Arc<dyn Reconciler>,
    call: Call,
    ids: Arc<Ids>,
}

impl Bench {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let tables = Arc::clone(registry(&connect(&config(&sandbox))).get("dynamodb.table").unwrap());
        let ids = Arc::new(Ids::default());
        let call = call("dynamodb.table.orders", &ids);
        Self {
            sandbox,
            tables,
            call,
            ids,
        }
    }

    async fn create(&self, table: &Table) -> Value {
        self.tables.create(&inputs(table), &self.call).await.unwrap()
    }

    async fn read(&self, prior: &Table) -> Option<LiveObject> {
        let request = ReadObject::new(RemoteId::new("orders"), Some(inputs(prior)));
        self.tables.read(request, &self.call).await.unwrap()
    }

    /// Updates, and expects the live table to be as declared but for what AWS fills in.
    async fn update(&self, before: &Table, after: &Table) -> LiveObject {
        let live = self.read(before).await.unwrap();
        let changed = Changed::default();
        self.tables
            .update(&inputs(after), &live, &changed, &self.call)
            .await
            .unwrap();
        let live = self.read(after).await.unwrap();
        expect_as_declared(&live, after);
        live
    }

    async fn delete(&self, live: &LiveObject) {
        self.tables.delete(&live.inputs, &live.id, &self.call).await.unwrap();
    }
}

fn expect_as_declared(live: &LiveObject, declared: &Table) {
    let mut shown = live.inputs.clone();
    shown.as_object_mut().unwrap().remove("warm_throughput");
    for index in shown["global_indexes"].as_object_mut().unwrap().values_mut() {
        index.as_object_mut().unwrap().remove("warm_throughput");
    }
    let mut declared = inputs(declared);
    if declared.get("encryption").is_some() && shown.get("encryption").is_some() {
        declared["encryption"] = shown["encryption"].clone();
    }
    assert_eq!(shown, declared);
}

fn policy() -> PolicyDocument {
    PolicyDocument::new().statement(
        Statement::allow()
            .principal(Principal::aws("123456789012"))
            .actions(["dynamodb:GetItem"])
            .resources(["arn:aws:dynamodb:eu-west-1:123456789012:table/orders"]),
    )
}

fn plain() -> Table {
    Table::builder()
        .name("orders")
        .partition_key(Key::string("pk"))
        .sort_key(Key::number("at"))
        .tags([("a", "1")])
        .build()
}

fn index(key: &str) -> GlobalIndex {
    GlobalIndex::builder().partition_key(Key::string(key)).build()
}

#[tokio::test]
async fn a_name_that_is_taken_is_not_adopted() {
    let bench = Bench::new();
    let table = plain();
    let outputs = bench.create(&table).await;
    assert_eq!(bench.ids.told(), [RemoteId::new("orders")]);
    assert_eq!(outputs["arn"], "arn:aws:dynamodb:eu-west-1:123456789012:table/orders");
    let error = bench.tables.create(&inputs(&table), &bench.call).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists);
}

#[tokio::test]
async fn everything_but_keys_changes_in_place() {
    let bench = Bench::new();
    let first = plain();
    bench.create(&first).await;
    let capacity = Capacity {
        read_units: 1,
        write_units: 1,
    };

    let mut second = plain();
    second.global_indexes.insert("by-a".to_owned(), index("a"));
    second.global_indexes.insert("by-b".to_owned(), index("b"));
    second.stream = Some(StreamView::KeysOnly);
    second.ttl_attribute = Some("expires".to_owned());
    second.point_in_time_recovery = Some(PointInTimeRecovery { period_days: 35 });
    second.deletion_protection = true;
    second.table_class = TableClass::InfrequentAccess;
    second.encryption = Some(Encryption::aws_managed());
    second.resource_policy = Some(policy());
    second.tags = [("b".to_owned(), "2".into())].into();
    let live = bench.update(&first, &second).await;
    let stream = live.outputs["stream_arn"].clone();

    let error = bench
        .tables
        .delete(&live.inputs, &live.id, &bench.call)
        .await
        .unwrap_err();
    assert!(error.hints[0].contains("deletion_protection"), "{error}");

    let mut third = second.clone();
    third.billing = Billing::provisioned(2, 2);
    third.global_indexes.remove("by-a");
    third.global_indexes.get_mut("by-b").unwrap().capacity = Some(capacity);
    let added = GlobalIndex {
        capacity: Some(capacity),
        ..index("c")
    };
    third.global_indexes.insert("by-c".to_owned(), added);
    third.stream = Some(StreamView::NewImage);
    third.ttl_attribute = None;
    third.point_in_time_recovery = None;
    third.deletion_protection = false;
    third.table_class = TableClass::Standard;
    third.encryption = None;
    third.resource_policy = None;
    let live = bench.update(&second, &third).await;
    assert_ne!(live.outputs["stream_arn"], stream);

    let mut fourth = third.clone();
    fourth.billing = Billing::provisioned(3, 3);
    let more = Capacity {
        read_units: 9,
        write_units: 9,
    };
    fourth.global_indexes.get_mut("by-b").unwrap().capacity = Some(more);
    fourth.global_indexes.get_mut("by-c").unwrap().projection = Projection::KeysOnly;
    bench.update(&third, &fourth).await;

    let mut fifth = plain();
    fifth.billing = Billing::on_demand_up_to(100, 50);
    let live = bench.update(&fourth, &fifth).await;
    bench.delete(&live).await;

    let called: BTreeSet<String> = bench.sandbox.requests().iter().map(Request::action).collect();
    let declared: BTreeSet<String> = Table::info()
        .operations
        .iter()
        .map(|&operation| operation.to_owned())
        .collect();
    assert_eq!(called, declared);
}

#[tokio::test]
async fn capacities_of_autoscaling_are_left_alone() {
    let bench = Bench::new();
    let mut table = plain();
    table.billing = Billing::provisioned(5, 5);
    bench.create(&table).await;
    let mut scaled = table.clone();
    scaled.billing = Billing::provisioned(50, 50);
    bench.update(&table, &scaled).await;

    table.ignore_capacity_drift = true;
    let live = bench.read(&table).await.unwrap();
    expect_as_declared(&live, &table);
    bench
        .tables
        .update(&inputs(&table), &live, &Changed::default(), &bench.call)
        .await
        .unwrap();
    expect_as_declared(&bench.read(&scaled).await.unwrap(), &scaled);

    let mut raised = table.clone();
    raised.billing = Billing::provisioned(60, 60);
    bench.update(&table, &raised).await;
    let mut seen = plain();
    seen.billing = Billing::provisioned(60, 60);
    let live = bench.read(&seen).await.unwrap();
    expect_as_declared(&live, &seen);
    bench.delete(&live).await;
}

#[tokio::test]
async fn another_expiry_takes_two_steps() {
    let bench = Bench::new();
    let mut table = plain();
    table.ttl_attribute = Some("expires".to_owned());
    bench.create(&table).await;
    let live = bench.read(&table).await.unwrap();
    table.ttl_attribute = Some("other".to_owned());
    let refused = bench
        .tables
        .update(&inputs(&table), &live, &Changed::default(), &bench.call)
        .await;
    let error = refused.unwrap_err();
    assert!(error.hints[0].contains("an hour later"), "{error}");
    bench.delete(&live).await;
}

#[tokio::test]
async fn an_interrupted_create_is_found_by_its_owner_only() {
    let bench = Bench::new();
    let table = Table::builder()
        .name("orders")
        .partition_key(Key::string("pk"))
        .tags(owned("dynamodb.table.orders"))
        .build();
    let inputs = inputs(&table);
    assert_eq!(bench.tables.recover(&inputs, &bench.call).await.unwrap(), None);
    bench.create(&table).await;
    let found = bench.tables.recover(&inputs, &bench.call).await.unwrap();
    assert_eq!(found, Some(RemoteId::new("orders")));
    let mut stranger = bench.call.clone();
    stranger.environment = "prod".to_owned();
    assert_eq!(bench.tables.recover(&inputs, &stranger).await.unwrap(), None);
    bench
        .tables
        .delete(&inputs, &RemoteId::new("orders"), &bench.call)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_update_that_was_cut_off_is_finished_by_the_next() {
    let first = plain();
    let mut second = plain();
    second.global_indexes.insert("by-a".to_owned(), index("a"));
    second.global_indexes.insert("by-b".to_owned(), index("b"));
    second.stream = Some(StreamView::KeysOnly);
    second.ttl_attribute = Some("expires".to_owned());
    second.deletion_protection = true;
    second.resource_policy = Some(policy());
    for cut in 1.. {
        let bench = Bench::new();
        bench.create(&first).await;
        let live = bench.read(&first).await.unwrap();
        bench.sandbox.inject(Fault::cut_after().on_mutations().nth(cut));
        let outcome = bench
            .tables
            .update(&inputs(&second), &live, &Changed::default(), &bench.call)
            .await;
        if !bench.sandbox.is_cut() {
            outcome.unwrap();
            assert!(cut > 5, "there was nothing to cut off");
            return;
        }
        bench.sandbox.clear_faults();
        bench.update(&second, &second).await;
    }
}

#[tokio::test]
async fn changes_that_are_in_the_way_are_waited_for() {
    let bench = Bench::new();
    let busy = |operation: &str| {
        Fault::error(400, "ResourceInUseException", "in use")
            .on_operation(operation)
            .first(2)
    };
    let many = "Subscriber limit exceeded: Only 10 tables can be created, updated, or deleted simultaneously";
    bench.sandbox.inject(
        Fault::error(400, "LimitExceededException", many)
            .on_operation("CreateTable")
            .first(2),
    );
    let new = "Backups are being enabled for the table";
    let unavailable = Fault::error(400, "ContinuousBackupsUnavailableException", new);
    bench
        .sandbox
        .inject(unavailable.on_operation("UpdateContinuousBackups").first(3));
    for operation in [
        "UpdateTable",
        "UpdateTimeToLive",
        "TagResource",
        "PutResourcePolicy",
        "DeleteTable",
    ] {
        bench.sandbox.inject(busy(operation));
    }
    let first = plain();
    bench.create(&first).await;
    let mut second = plain();
    second.stream = Some(StreamView::KeysOnly);
    second.ttl_attribute = Some("expires".to_owned());
    second.point_in_time_recovery = Some(PointInTimeRecovery { period_days: 1 });
    second.resource_policy = Some(policy());
    second.tags.insert("b".to_owned(), "2".into());
    let live = bench.update(&first, &second).await;
    bench.delete(&live).await;
}
