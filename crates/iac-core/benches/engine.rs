//! How long the engine itself takes, without a cloud's latency: `cargo bench -p iac-core`. Prints the table of
//! `docs/performance.md`.

#[path = "../tests/support/mod.rs"]
mod support;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use iac_core::{
    model::{RemoteId, Stack},
    state::{Backend, FileBackend, Lease, LockInfo, Record, Snapshot, StateWriter},
};
use support::{NAMES, TestEnv, Thing, stack};

/// Things in rows of ten: each uses one of the row before.
fn rows(count: usize, size: i32) -> Stack {
    let mut stack = stack();
    let mut before: Vec<_> = Vec::new();
    for row in 0..count.div_ceil(10) {
        let mut now = Vec::new();
        for column in 0..10.min(count - row * 10) {
            let uses = before
                .get(column)
                .map(|thing: &iac_core::model::Handle<Thing>| (&thing.id).into());
            let size = if row == 0 && column == 0 { size } else { 1 };
            let name = format!("t{row}-{column}");
            now.push(
                stack.add(
                    &name,
                    Thing::builder()
                        .name(name.as_str())
                        .size(size)
                        .uses(Vec::from_iter(uses))
                        .build(),
                ),
            );
        }
        before = now;
    }
    stack
}

async fn timed<T>(work: impl Future<Output = T>) -> (Duration, T) {
    let start = Instant::now();
    let done = work.await;
    (start.elapsed(), done)
}

/// One journal record written beside a stored state of this many resources, in files; the mean of 200.
async fn record(env: &TestEnv) -> Duration {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let backend: Arc<dyn Backend> = Arc::new(FileBackend::new(folder.path()));
    let state = env.state().await.encode().unwrap_or_default();
    let absent = iac_core::state::Precondition::Absent;
    backend
        .put(iac_core::state::STATE, &state, &absent)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let clock = Arc::clone(&env.session.clock);
    let info = LockInfo {
        id: "bench".to_owned(),
        operation: "bench".to_owned(),
        info: String::new(),
        who: String::new(),
        version: String::new(),
        created: clock.now(),
        path: String::new(),
    };
    let lease = Lease::acquire(&backend, &clock, info, Duration::ZERO, &|_| {}).await;
    let lease = Arc::new(lease.unwrap_or_else(|error| panic!("{error}")));
    let snapshot = Snapshot::read(&*backend, NAMES.0, NAMES.1)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let writer = StateWriter::open(&backend, &lease, &snapshot);
    let start = Instant::now();
    for step in 0..200 {
        let record = Record::Identified {
            step,
            id: RemoteId::new("thing-1"),
        };
        writer.append(&record).await.unwrap_or_else(|error| panic!("{error}"));
    }
    start.elapsed() / 200
}

#[expect(clippy::print_stdout, reason = "the table is what a benchmark is for")]
fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.unwrap_or_else(|error| panic!("{error}"));
    println!(
        "| resources | declare | plan all new | apply all | plan, nothing to do | change one | one journal record |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|");
    for count in [10, 100, 1_000, 10_000] {
        runtime.block_on(async {
            let env = TestEnv::default();
            let (declare, all) = timed(async { rows(count, 1) }).await;
            let (plan, _) = timed(env.plan(&all)).await;
            let (apply, _) = timed(env.apply(&all)).await;
            let (again, _) = timed(env.plan(&all)).await;
            let (change, _) = timed(env.apply(&rows(count, 2))).await;
            let record = record(&env).await;
            println!(
                "| {count} | {declare:.1?} | {plan:.1?} | {apply:.1?} | {again:.1?} | {change:.1?} | {record:.1?} |"
            );
        });
    }
}
