//! A service that asks for fewer requests: it gets them, and nobody is told of a failure before the time is over.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use iac_core::{
    apply::{ApplyOptions, CancelToken, Run},
    model::{ErrorKind, LifecycleExt, Stack},
    plan::{self, Event, Observer, PlanOptions},
};
use support::{Fault, NAMES, TestEnv, Thing, stack};

#[derive(Clone, Default)]
struct Ears(Arc<Mutex<Vec<String>>>);

impl Ears {
    fn heard(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Observer for Ears {
    fn on(&self, event: Event) {
        let said = match event {
            Event::Throttled { service, at_once } => format!("{service}: {at_once} at once"),
            Event::StepProgress { address, message } => format!("{address}: {message}"),
            Event::StepFinished { address, .. } => format!("{address}: done"),
            _ => return,
        };
        self.0.lock().unwrap().push(said);
    }
}

fn things(count: usize) -> Stack {
    let mut stack = stack();
    for number in 0..count {
        stack.add(&format!("t{number}"), Thing::builder().build());
    }
    stack
}

#[tokio::test]
async fn a_throttled_call_is_made_again_and_fewer_go_on_at_once() {
    let (env, ears) = (TestEnv::default(), Ears::default());
    for call in 0..8 {
        env.cloud
            .sandbox()
            .faults
            .insert(call, Fault::Before(ErrorKind::Throttled));
    }
    let report = env
        .apply_watched(&things(8), &PlanOptions::default(), &ears)
        .await
        .unwrap();
    assert!(report.is_success(), "{report:#?}");
    let heard = ears.heard();
    assert!(heard.contains(&"fake: 4 at once".to_owned()), "{heard:#?}");
    assert!(
        heard.contains(&"fake.thing.t3: waiting for fake to take more requests, 0s (Injected)".to_owned()),
        "{heard:#?}"
    );
    assert!(env.plan(&things(8)).await.unwrap().is_empty());
    env.sound("after the wait").await;
}

#[tokio::test]
async fn a_create_that_was_carried_out_all_the_same_is_not_made_twice() {
    let env = TestEnv::default();
    env.cloud.sandbox().faults.insert(0, Fault::After(ErrorKind::Throttled));
    let report = env.apply_with(&things(1), &PlanOptions::default()).await.unwrap();
    // the type cannot finish what an earlier try made: it says so, and the next run makes it anew
    let [failure] = report.failed.as_slice() else {
        panic!("{report:#?}");
    };
    assert_eq!(
        failure.error.message,
        "an earlier try made thing-1, and its answer was that there are too many requests"
    );
    assert_eq!(env.cloud.sandbox().things.len(), 1);
    env.apply(&things(1)).await;
    assert_eq!(env.cloud.sandbox().things.len(), 1);
    env.sound("after the next run").await;
}

/// From the first call on, everything is throttled.
fn for_ever(env: &TestEnv) {
    let calls = env.cloud.sandbox().calls.len();
    let mut sandbox = env.cloud.sandbox();
    sandbox
        .faults
        .extend((calls..calls + 10_000).map(|call| (call, Fault::Before(ErrorKind::Throttled))));
}

#[tokio::test]
async fn the_wait_ends_with_the_resources_timeout() {
    let env = TestEnv::default();
    let mut stack = stack();
    stack.add("hasty", Thing::builder().build().timeout(Duration::from_secs(5)));
    stack.add("patient", Thing::builder().build().timeout(Duration::from_secs(50)));
    for_ever(&env);
    let report = env.apply_with(&stack, &PlanOptions::default()).await.unwrap();
    assert_eq!(report.failed.len(), 2);
    assert!(
        report
            .failed
            .iter()
            .all(|failure| failure.error.kind == ErrorKind::Throttled),
        "{report:#?}"
    );
    let calls = env.cloud.sandbox().calls.clone();
    let tries = |name: &str| {
        calls
            .iter()
            .filter(|call| call.ends_with(&format!("fake.thing.{name}")))
            .count()
    };
    assert!(
        tries("hasty") > 2 && tries("hasty") < tries("patient"),
        "{} {}",
        tries("hasty"),
        tries("patient")
    );
    env.cloud.sandbox().faults.clear();
    env.apply(&stack).await;
    env.sound("after the service took requests again").await;
}

#[tokio::test]
async fn who_wants_to_stop_does_not_wait_for_the_service() {
    let env = TestEnv::default();
    for_ever(&env);
    let stop = CancelToken::default();
    let options = ApplyOptions {
        stop: stop.clone(),
        ..ApplyOptions::default()
    };
    let hears = move |event: Event| {
        if matches!(event, Event::StepProgress { .. }) {
            stop.request();
        }
    };
    let mut run = Run::begin(&env.session, NAMES, "apply", Duration::ZERO, &hears)
        .await
        .unwrap();
    let stack = things(2);
    let plan = plan::plan(&stack, run.snapshot(), &env.session, &PlanOptions::default(), &hears)
        .await
        .unwrap();
    let report = run.apply(&plan, &options, &hears).await;
    run.end().await.unwrap();
    assert!(report.interrupted);
    assert!(env.cloud.sandbox().calls.len() < 10, "{:?}", env.cloud.sandbox().calls);
}
