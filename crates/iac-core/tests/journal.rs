//! What the journal costs, and whose records of it count.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::{sync::Arc, time::Duration};

use iac_core::{
    model::{Clock, RemoteId, Stack},
    state::{
        Backend, Intent, JOURNAL_FORMAT, Lease, LockInfo, MemoryBackend, Precondition, Record, RecordBatch, Snapshot,
        State, StateWriter, Verb,
    },
};
use jiff::Timestamp;
use serde_json::json;
use support::{NAMES, TestClock, TestEnv, Thing, address, flaky, stack};

/// So many things that need nothing.
fn many(count: usize) -> Stack {
    let mut stack = stack();
    for number in 0..count {
        let name = format!("thing-{number}");
        stack.add(&name, Thing::builder().name(&*name).build());
    }
    stack
}

#[tokio::test]
async fn what_is_ready_at_the_same_time_is_one_write() {
    let (env, backend) = flaky(TestEnv::default());
    env.apply(&many(10)).await;
    let calls = backend.plan().calls.clone();
    let puts = calls.iter().filter(|call| call.starts_with("put journal/"));
    // the beginning with ten intents, ten ids, ten outcomes
    assert_eq!(puts.count(), 3, "{calls:#?}");
    env.sound("after ten creates").await;
}

#[tokio::test]
async fn records_that_follow_each_other_are_a_write_each() {
    let (env, backend) = flaky(TestEnv::default());
    env.apply(&support::three(1)).await;
    let calls = backend.plan().calls.clone();
    let puts = calls.iter().filter(|call| call.starts_with("put journal/"));
    assert_eq!(puts.count(), 9, "{calls:#?}");
}

/// A run that holds the lock, and what it writes with.
struct Holder {
    id: &'static str,
    writer: StateWriter,
    backend: MemoryBackend,
}

impl Holder {
    /// Takes the lock, whoever holds it.
    async fn begin(env: &TestEnv, id: &'static str) -> Self {
        env.unlock().await;
        let backend: Arc<dyn Backend> = Arc::new(env.backend.clone());
        let clock: Arc<dyn Clock> = Arc::new(TestClock::default());
        let info = LockInfo {
            id: id.to_owned(),
            operation: "apply".to_owned(),
            info: String::new(),
            who: "tester@env".to_owned(),
            version: "1".to_owned(),
            created: Timestamp::UNIX_EPOCH,
            path: "memory".to_owned(),
        };
        let lease = Lease::acquire(&backend, &clock, info, Duration::ZERO, &|_| {}).await;
        let snapshot = env.snapshot().await;
        Self {
            id,
            writer: StateWriter::open(&backend, &Arc::new(lease.unwrap()), &snapshot),
            backend: env.backend.clone(),
        }
    }

    async fn intends(&self, name: &str) -> Record {
        let record = intended(self.writer.next_step(), name);
        self.writer.append(&record).await.unwrap();
        record
    }

    /// What it sent before it was stopped lands only now, under this number.
    async fn sends_late(&self, number: u64, records: Vec<Record>) {
        let batch = RecordBatch::new(self.id, records).encode().unwrap();
        put(&self.backend, number, &batch).await;
    }
}

fn intended(step: u64, name: &str) -> Record {
    Record::Intended(Intent {
        step,
        address: address(name),
        verb: Verb::Create,
        seed: "lineage/0".to_owned(),
        inputs: json!({"name": name}),
        pending: None,
        prior_id: None,
    })
}

async fn put(backend: &MemoryBackend, number: u64, bytes: &[u8]) {
    let name = format!("journal/{number:08}.json");
    backend.put(&name, bytes, &Precondition::Absent).await.unwrap();
}

/// The resources of which no outcome is known.
fn pending(state: &State) -> Vec<String> {
    let pending = state.pending_operations.iter();
    pending
        .map(|pending| pending.intent.address.name().to_owned())
        .collect()
}

async fn read(env: &TestEnv) -> Vec<String> {
    pending(&env.state().await)
}

#[tokio::test]
async fn a_record_that_a_stopped_run_sent_late_does_not_count() {
    let env = TestEnv::default();
    let first = Holder::begin(&env, "first").await;
    first.intends("one").await;
    // its next write is on its way, the one after that has landed
    let second_write = intended(first.writer.next_step(), "gap");
    first
        .sends_late(3, vec![intended(first.writer.next_step(), "two")])
        .await;
    assert_eq!(read(&env).await, ["one", "two"]);

    let second = Holder::begin(&env, "second").await;
    second.intends("three").await;
    assert_eq!(read(&env).await, ["one", "two", "three"]);
    // the number that the first left out, and one that nobody has come to yet
    first.sends_late(2, vec![second_write]).await;
    first.sends_late(5, vec![intended(9, "late")]).await;
    first
        .sends_late(
            77,
            vec![Record::Completed {
                step: 1,
                address: address("one"),
                resource: None,
            }],
        )
        .await;
    assert_eq!(read(&env).await, ["one", "two", "three"]);

    // the second passes over the number that is taken
    second.intends("four").await;
    assert_eq!(read(&env).await, ["one", "two", "three", "four"]);
    // and so does a third that goes on from all of it
    let third = Holder::begin(&env, "third").await;
    third.intends("five").await;
    second.sends_late(7, vec![intended(9, "late")]).await;
    assert_eq!(read(&env).await, ["one", "two", "three", "four", "five"]);
}

#[tokio::test]
async fn a_run_that_finds_another_at_its_number_stops() {
    let env = TestEnv::default();
    let first = Holder::begin(&env, "first").await;
    let second = Holder::begin(&env, "second").await;
    first.intends("one").await;
    let record = intended(second.writer.next_step(), "two");
    let error = second.writer.append(&record).await.unwrap_err();
    assert_eq!(error.to_string(), "`journal/00000001.json` was changed by someone else");
    assert_eq!(read(&env).await, ["one"]);
}

#[tokio::test]
async fn a_journal_of_format_1_is_read_and_gone_on_from() {
    let env = TestEnv::default();
    let begun = json!({"record": "begun", "lineage": "old", "serial": 0, "run": "first"});
    put(&env.backend, 1, begun.to_string().as_bytes()).await;
    for (number, step, name) in [(2, 1, "one"), (3, 2, "two")] {
        let record = serde_json::to_vec(&intended(step, name)).unwrap();
        put(&env.backend, number, &record).await;
    }
    let identified = json!({"record": "identified", "step": 1, "id": "thing-1"});
    put(&env.backend, 4, identified.to_string().as_bytes()).await;
    let state = env.state().await;
    assert_eq!(state.lineage, "old");
    assert_eq!(pending(&state), ["one", "two"]);
    assert_eq!(state.pending_operations[0].id, Some(RemoteId::new("thing-1")));

    let second = Holder::begin(&env, "second").await;
    assert_eq!(second.writer.next_step(), 3, "no number of a step is used twice");
    second.intends("three").await;
    let late = serde_json::to_vec(&intended(9, "late")).unwrap();
    put(&env.backend, 6, &late).await;
    assert_eq!(read(&env).await, ["one", "two", "three"]);
}

#[tokio::test]
async fn a_journal_of_a_newer_format_is_refused() {
    let env = TestEnv::default();
    let newer = json!({"format_version": JOURNAL_FORMAT + 1, "run": "a", "records": []});
    put(&env.backend, 1, newer.to_string().as_bytes()).await;
    let error = Snapshot::read(&env.backend, NAMES.0, NAMES.1).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`journal/00000001.json` cannot be read: the journal has format 3, this version reads up to 2"
    );
}
