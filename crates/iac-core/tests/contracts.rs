//! What types may rely on, and what the engine says of types that break their contract.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use iac_core::{
    apply::Run,
    graph::Graph,
    model::{Call, ErrorKind, Hint, Recorder, RemoteId, ResourceError, Stack},
    plan::{NoopObserver, PlanOptions},
};
use support::{Fault, NAMES, TestClock, TestEnv, Thing, stack};

fn one() -> Stack {
    let mut stack = stack();
    stack.add("base", Thing::builder().name("base").build());
    stack
}

#[tokio::test]
async fn a_result_other_than_the_planned_one_is_saved_and_told() {
    let env = TestEnv::default();
    env.cloud.sandbox().lies = true;
    let report = env.apply_with(&one(), &PlanOptions::default()).await.unwrap();
    let [failure] = report.failed.as_slice() else {
        panic!("{report:#?}");
    };
    assert_eq!(
        failure.error.message,
        "the result disagrees with the plan: `url` was planned as \"https://base.example\" and came back as \
         \"https://base.example/other\""
    );
    assert_eq!(failure.error.hints.len(), 1);
    env.cloud.sandbox().lies = false;
    env.sound("after the lie").await;
    assert!(env.plan(&one()).await.unwrap().is_empty());
}

#[tokio::test]
async fn nothing_is_forgotten_when_the_cloud_cannot_be_asked_what_a_crash_left() {
    let env = TestEnv::default();
    env.cloud.sandbox().faults.insert(0, Fault::HangAfter);
    env.cloud
        .sandbox()
        .faults
        .insert(1, Fault::Before(ErrorKind::Unavailable));
    let (stack, options) = (one(), PlanOptions::default());
    tokio::select! {
        _ = env.apply_with(&stack, &options) => panic!("it was to hang"),
        () = env.cloud.hangs() => {}
    }
    let plan = env.plan(&stack).await.unwrap();
    assert_eq!(plan.leftovers, ["the create of fake.thing.base was cut off"]);
    env.unlock().await;
    let mut run = Run::begin(&env.session, NAMES, "apply", Duration::ZERO, &NoopObserver)
        .await
        .unwrap();
    let error = run.recover(&NoopObserver).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot find out what an interrupted run left of fake.thing.base"
    );
    assert!(error.hints().is_empty());
    assert_eq!(run.snapshot().state.pending_operations.len(), 1);
    run.end().await.unwrap();
    env.apply(&stack).await;
    assert_eq!(env.cloud.sandbox().things.len(), 1);
    env.sound("after the second try").await;
}

/// Remembers what it is told.
#[derive(Debug, Default)]
struct Notes(Mutex<Vec<String>>);

#[async_trait]
impl Recorder for Notes {
    async fn created(&self, id: &RemoteId) -> Result<(), ResourceError> {
        self.progress(&format!("created {id}"));
        Ok(())
    }

    fn progress(&self, message: &str) {
        self.0.lock().unwrap().push(message.to_owned());
    }

    fn may_change(&self) -> Result<(), ResourceError> {
        Ok(())
    }
}

fn call(timeout: Option<Duration>) -> (Call, Arc<Notes>) {
    let notes = Arc::new(Notes::default());
    let call = Call {
        request: None,
        address: "fake.thing.base".parse().unwrap(),
        stack: "env".to_owned(),
        environment: "dev".to_owned(),
        seed: "lineage/1".to_owned(),
        timeout,
        clock: Arc::new(TestClock::default()),
        recorder: Arc::clone(&notes) as Arc<_>,
    };
    (call, notes)
}

#[tokio::test]
async fn waits_grow_are_told_and_end() {
    let limit = Duration::from_mins(1);
    let (waiting, notes) = call(None);
    let asked = AtomicUsize::new(0);
    let ready = || async { Ok((asked.fetch_add(1, Ordering::SeqCst) == 3).then_some("ready")) };
    assert_eq!(waiting.until("the table", limit, ready).await.unwrap(), "ready");
    assert_eq!(
        *notes.0.lock().unwrap(),
        [
            "waiting for the table, 0s",
            "waiting for the table, 0s",
            "waiting for the table, 1s"
        ]
    );
    let (waiting, _) = call(Some(Duration::from_secs(5)));
    let error = waiting
        .until::<(), _>("the table", limit, || async { Ok(None) })
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (ErrorKind::Timeout, "waited 3s for the table")
    );
    let (waiting, _) = call(None);
    let failing = || async { Err::<Option<()>, _>(ResourceError::invalid("no")) };
    assert_eq!(
        waiting.until("the table", limit, failing).await.unwrap_err().kind,
        ErrorKind::Invalid
    );
}

#[tokio::test]
async fn retries_pass_over_what_passes_and_tell_the_last_error() {
    let limit = Duration::from_secs(10);
    let busy = || ResourceError {
        code: "Busy".to_owned(),
        ..ResourceError::new(ErrorKind::Conflict, "in use")
    };
    let (calling, notes) = call(None);
    let asked = AtomicUsize::new(0);
    let third = || async {
        if asked.fetch_add(1, Ordering::SeqCst) == 2 {
            Ok(7)
        } else {
            Err(busy())
        }
    };
    let passes = |error: &ResourceError| error.kind == ErrorKind::Conflict;
    assert_eq!(calling.retry("the role", limit, passes, third).await.unwrap(), 7);
    assert_eq!(notes.0.lock().unwrap()[0], "waiting for the role, 0s (Busy)");
    let never = || async { Err::<(), _>(busy()) };
    assert_eq!(
        calling
            .retry("the role", limit, passes, never)
            .await
            .unwrap_err()
            .to_string(),
        "Busy: in use"
    );
    assert!(calling.clock.now().as_second() >= 7);
    let (calling, notes) = call(None);
    let denied = || async { Err::<(), _>(ResourceError::new(ErrorKind::Denied, "")) };
    let error = calling.retry("the role", limit, passes, denied).await.unwrap_err();
    assert_eq!(error.to_string(), "access denied");
    assert!(notes.0.lock().unwrap().is_empty());
}

#[test]
fn tokens_repeat_with_the_call_and_differ_otherwise() {
    let (one, _) = call(None);
    let (mut other, _) = call(None);
    assert_eq!(one.token("create"), other.token("create"));
    assert_eq!(one.token("create").len(), 64);
    assert_ne!(one.token("create"), one.token("attach"));
    "lineage/2".clone_into(&mut other.seed);
    assert_ne!(one.token("create"), other.token("create"));
}

#[test]
fn a_graph_draws_itself() {
    let mut stack = one();
    let top = stack.add("top", Thing::builder().build());
    stack.add("use", Thing::builder().uses(vec![(&top.id).into()]).build());
    let needs = stack.nodes().values().map(|node| (&node.address, &node.dependencies));
    let drawn = Graph::new(needs.collect::<Vec<_>>()).dot();
    assert!(
        drawn.contains("  \"fake.thing.use\" -> \"fake.thing.top\"\n"),
        "{drawn}"
    );
    assert_eq!(drawn.lines().count(), 8, "{drawn}");
}
