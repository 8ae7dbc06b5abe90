//! Tables planned and applied by the engine, with their state in the same world.

use std::{error::Error, sync::Arc, time::Duration};

use iac_aws::{
    BootstrapOptions, S3Backend, StateStore, bootstrap,
    dynamodb::{
        Billing, Capacity, Encryption, GlobalIndex, Key, LocalIndex, PointInTimeRecovery, Projection, StreamView,
        Table, TableClass,
    },
    policy::{PolicyDocument, Principal, Statement},
    registry,
};
use iac_core::{
    Session,
    apply::{ApplyOptions, ApplyReport, Run},
    model::{Clock, Stack},
    plan::{self, Mode, Plan, PlanOptions, Silent},
    state::{Backend, Snapshot},
};
use iac_sandbox::{Fault, World};

use crate::bench::{Instant, aws, mortal};

const NAMES: (&str, &str) = ("shop", "dev");

struct Lab {
    world: World,
    session: Session,
}

impl Lab {
    async fn new() -> Self {
        let world = World::new();
        let clock: Arc<dyn Clock> = Arc::new(Instant::new());
        let store = StateStore::new("acme-state", "acme-locks");
        bootstrap(&aws(&world), &store, BootstrapOptions::default(), &*clock)
            .await
            .unwrap();
        let aws = Arc::new(mortal(&world));
        let backend: Arc<dyn Backend> = Arc::new(S3Backend::new(&aws, &store, "shop/dev"));
        let session = Session {
            registry: registry(&aws),
            backend,
            clock,
            who: "tester@lab".to_owned(),
        };
        Self { world, session }
    }

    async fn plan(&self, stack: &Stack) -> Plan {
        let snapshot = Snapshot::read(&*self.session.backend, NAMES.0, NAMES.1).await.unwrap();
        plan::plan(stack, &snapshot, &self.session, &PlanOptions::default(), &Silent)
            .await
            .unwrap()
    }

    async fn actions(&self, stack: &Stack) -> Vec<String> {
        let plan = self.plan(stack).await;
        plan.actions()
            .map(|change| format!("{} {}", change.action.symbol(), change.address))
            .collect()
    }

    async fn attempt(&self, stack: &Stack, mode: Mode) -> Result<ApplyReport, Box<dyn Error>> {
        let options = PlanOptions {
            mode,
            ..PlanOptions::default()
        };
        let mut run = Run::begin(&self.session, NAMES, "apply", Duration::ZERO, &Silent).await?;
        run.settle(&Silent).await?;
        let plan = plan::plan(stack, run.snapshot(), &self.session, &options, &Silent).await?;
        let report = run.apply(&plan, &ApplyOptions::default(), &Silent).await;
        run.end().await?;
        Ok(report)
    }

    async fn run(&self, stack: &Stack, mode: Mode) -> ApplyReport {
        let report = self.attempt(stack, mode).await.unwrap();
        assert!(report.is_success(), "{report:#?}");
        report
    }

    /// The tables but the one of the locks.
    fn tables(&self) -> Vec<String> {
        let tables = self
            .world
            .inventory()
            .into_iter()
            .filter(|thing| thing.starts_with("dynamodb:table/"));
        tables.filter(|thing| !thing.ends_with("/acme-locks")).collect()
    }

    /// Applies, and expects the next plan to be empty.
    async fn apply(&self, stack: &Stack) {
        self.run(stack, Mode::default()).await;
        let plan = self.plan(stack).await;
        assert!(plan.is_empty(), "{plan:#?}");
    }
}

fn everything() -> Table {
    let by_owner = GlobalIndex::builder()
        .partition_key([Key::string("owner"), Key::string("state")])
        .sort_key(Key::number("at"))
        .projection(Projection::include(["total"]))
        .capacity(Capacity {
            read_units: 3,
            write_units: 4,
        })
        .build();
    let policy = PolicyDocument::new().statement(
        Statement::allow()
            .principal(Principal::aws("123456789012"))
            .actions(["dynamodb:GetItem"])
            .resources(["*"]),
    );
    Table::builder()
        .partition_key(Key::string("pk"))
        .sort_key(Key::number("at"))
        .billing(Billing::provisioned(1, 2))
        .global_indexes([("by-owner", by_owner)])
        .local_indexes([("by-bytes", LocalIndex::builder().sort_key(Key::binary("bytes")).build())])
        .stream(StreamView::NewAndOldImages)
        .ttl_attribute("expires")
        .point_in_time_recovery(PointInTimeRecovery::builder().period_days(7).build())
        .encryption(Encryption::aws_managed())
        .table_class(TableClass::InfrequentAccess)
        .resource_policy(policy)
        .tags([("a", "1")])
        .build()
}

fn stack(tables: impl IntoIterator<Item = (&'static str, Table)>) -> Stack {
    let mut stack = Stack::new(NAMES.0, NAMES.1);
    for (name, table) in tables {
        let table = stack.add(name, table);
        stack.output(name, &table.arn);
    }
    stack
}

#[tokio::test]
async fn after_an_apply_the_next_plan_is_empty() {
    let lab = Lab::new().await;
    let plain = || Table::builder().name("orders").partition_key(Key::string("pk")).build();
    lab.apply(&stack([("plain", plain()), ("full", everything())])).await;

    let mut changed = everything();
    changed.ignore_capacity_drift = true;
    changed.stream = None;
    changed.ttl_attribute = None;
    changed.encryption = None;
    changed.resource_policy = None;
    changed.point_in_time_recovery = None;
    changed.global_indexes.clear();
    changed.billing = Billing::on_demand_up_to(10, 10);
    let next = stack([("plain", plain()), ("full", changed)]);
    assert_eq!(lab.actions(&next).await, ["~ dynamodb.table.full"]);
    lab.apply(&next).await;

    let mut replaced = plain();
    replaced.sort_key = Some(Key::string("sk"));
    let next = stack([("plain", replaced)]);
    assert_eq!(
        lab.actions(&next).await,
        ["- dynamodb.table.full", "-/+ dynamodb.table.plain"]
    );
    lab.apply(&next).await;

    lab.run(&next, Mode::Destroy).await;
    assert_eq!(lab.tables(), [""; 0]);
}

/// The state is in the same world: cuts strike its lock, its journal and its document as well as the table.
#[tokio::test]
async fn a_crash_at_any_call_leaves_nothing_to_clean_up() {
    let plain = || Table::builder().partition_key(Key::string("pk"));
    let index = || GlobalIndex::builder().partition_key(Key::string("owner")).build();
    let wanted = stack([("orders", plain().ttl_attribute("expires").build())]);
    let changed = stack([(
        "orders",
        plain()
            .ttl_attribute("expires")
            .global_indexes([("by-owner", index())])
            .stream(StreamView::KeysOnly)
            .tags([("a", "1")])
            .build(),
    )]);
    for cut in [Fault::cut_before, Fault::cut_after] {
        for n in 1.. {
            let lab = Lab::new().await;
            lab.world.inject(cut().on_mutations().nth(n));
            let mut struck = false;
            let steps = [
                (&wanted, Mode::Normal),
                (&changed, Mode::Normal),
                (&changed, Mode::Destroy),
            ];
            for (stack, mode) in steps {
                let attempt = lab.attempt(stack, mode).await;
                if lab.world.is_cut() {
                    struck = true;
                    lab.world.clear_faults();
                    if let Ok(Some(lock)) = lab.session.backend.holder().await {
                        lab.session.backend.unlock(&lock.info.id).await.unwrap();
                    }
                    lab.run(stack, mode).await;
                } else {
                    assert!(attempt.unwrap().is_success());
                }
                let expected = usize::from(mode == Mode::Normal);
                assert_eq!(lab.tables().len(), expected, "after call {n}: {:?}", lab.tables());
                if mode == Mode::Normal {
                    assert_eq!(lab.actions(stack).await, [""; 0], "after call {n}");
                }
            }
            if !struck {
                assert!(n > 15, "only {n} changing calls");
                break;
            }
        }
    }
}
