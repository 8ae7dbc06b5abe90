//! A table planned and applied by the engine, with its state in the same sandbox.

use std::sync::Arc;

use iac_aws::{
    BootstrapOptions, S3Backend, StateStore, bootstrap,
    dynamodb::{GlobalIndex, Key, StreamView, Table},
};
use iac_core::model::Stack;
use iac_sandbox::Sandbox;

use crate::common::{Crashes, Engine, InstantClock, config, connect, mortal};

fn stack(orders: Table) -> Stack {
    let mut stack = Stack::new("shop", "dev");
    let table = stack.add("orders", orders);
    stack.output("orders", &table.arn);
    stack
}

/// The tables but the one of the locks.
fn tables(sandbox: &Sandbox) -> Vec<String> {
    let things = sandbox.inventory().into_iter();
    let tables = things.filter(|thing| thing.starts_with("dynamodb:table/"));
    tables.filter(|thing| !thing.ends_with("/acme-locks")).collect()
}

/// The state is in the same sandbox: cuts strike its lock, its journal and its document as well as the table.
#[tokio::test]
async fn a_crash_at_any_call_leaves_nothing_to_clean_up() {
    let plain = || {
        Table::builder()
            .partition_key(Key::string("pk"))
            .ttl_attribute("expires")
    };
    let index = GlobalIndex::builder().partition_key(Key::string("owner")).build();
    let changed = plain()
        .global_indexes([("by-owner", index)])
        .stream(StreamView::KeysOnly)
        .tags([("a", "1")]);
    let crashes = Crashes {
        wanted: stack(plain().build()),
        changed: stack(changed.build()),
        things: tables,
        made: 1,
        calls: 15,
    };
    let store = StateStore::new("acme-state", "acme-locks");
    crashes
        .leave_nothing_to_clean_up(async || {
            let sandbox = Sandbox::new();
            let (options, clock) = (BootstrapOptions::default(), InstantClock::default());
            bootstrap(&connect(&config(&sandbox)), &store, options, &clock)
                .await
                .unwrap();
            let aws = connect(&mortal(&config(&sandbox)));
            let backend = Arc::new(S3Backend::new(&aws, &store, "shop/dev"));
            (sandbox, Engine::over(&aws, backend))
        })
        .await;
}
