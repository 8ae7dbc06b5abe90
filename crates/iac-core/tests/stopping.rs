//! Runs that end before their end: asked to stop, stopped by the first failure, or cut off from their lock.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::{sync::Mutex, time::Duration};

use iac_core::{
    apply::{ApplyOptions, ApplyReport, CancelToken, Run},
    model::{ErrorKind, Stack},
    plan::{self, Event, NoopObserver, PlanOptions},
    state::{LEASE, State},
};
use support::{Fault, NAMES, TestEnv, Thing, stack};

/// Two chains of three.
fn chains() -> Stack {
    let mut stack = stack();
    for chain in ["a", "b"] {
        let mut last = stack.add(&format!("{chain}-0"), Thing::builder().build());
        for number in 1..3 {
            let thing = Thing::builder().uses(vec![(&last.id).into()]).build();
            last = stack.add(&format!("{chain}-{number}"), thing);
        }
    }
    stack
}

/// Applies and lets `watch` do what it wants at every event.
async fn watched(env: &TestEnv, options: &ApplyOptions, watch: &(dyn Fn(&Event) + Send + Sync)) -> ApplyReport {
    let mut run = Run::begin(&env.session, NAMES, "apply", Duration::ZERO, &NoopObserver)
        .await
        .unwrap();
    run.recover(&NoopObserver).await.unwrap();
    let (stack, wanted) = (chains(), PlanOptions::default());
    let planning = plan::plan(&stack, run.snapshot(), &env.session, &wanted, &NoopObserver);
    let plan = run.holding(planning).await.unwrap();
    let report = run.apply(&plan, options, &|event: Event| watch(&event)).await;
    drop(run.end().await);
    report
}

#[tokio::test]
async fn a_run_that_is_asked_to_stop_finishes_what_is_in_flight_and_saves() {
    let env = TestEnv::default();
    let stop = CancelToken::default();
    let options = ApplyOptions {
        stop: stop.clone(),
        ..ApplyOptions::default()
    };
    let report = watched(&env, &options, &|event| {
        if matches!(event, Event::StepFinished { .. }) {
            stop.request();
        }
    })
    .await;
    assert!(report.interrupted && !report.is_success());
    assert!((1..=2).contains(&report.done.len()), "{report:#?}");
    assert_eq!(report.done.len() + report.skipped.len(), 6);
    assert!(report.skipped.iter().all(|skipped| skipped.because.is_none()));
    env.sound("after the stop").await;
    assert_eq!(env.state().await.resources.len(), report.done.len());
    env.apply(&chains()).await;
    env.sound("after the rest").await;
    let stop = CancelToken::default();
    stop.request();
    stop.requested().await;
    assert!(stop.is_requested());
}

#[tokio::test]
async fn the_first_failure_may_stop_everything_that_has_not_begun() {
    let env = TestEnv::default();
    env.cloud.sandbox().faults.insert(0, Fault::Before(ErrorKind::Denied));
    let options = ApplyOptions {
        parallelism: 1,
        fail_fast: true,
        ..ApplyOptions::default()
    };
    let report = watched(&env, &options, &|_| {}).await;
    assert_eq!(
        (report.done.len(), report.failed.len(), report.skipped.len()),
        (0, 1, 5)
    );
    let options = ApplyOptions {
        fail_fast: false,
        ..options
    };
    let at = env.cloud.sandbox().calls.len();
    env.cloud.sandbox().faults.insert(at, Fault::Before(ErrorKind::Denied));
    let report = watched(&env, &options, &|_| {}).await;
    assert_eq!(
        (report.done.len(), report.failed.len(), report.skipped.len()),
        (3, 1, 2)
    );
    env.apply(&chains()).await;
    env.sound("after both").await;
}

#[tokio::test]
async fn a_run_whose_lease_ran_out_changes_nothing_more_and_hands_out_its_state() {
    let env = TestEnv::default();
    let finished = Mutex::new(0);
    let options = ApplyOptions {
        parallelism: 1,
        ..ApplyOptions::default()
    };
    let report = watched(&env, &options, &|event| {
        if matches!(event, Event::StepFinished { .. }) {
            *finished.lock().unwrap() += 1;
            if *finished.lock().unwrap() == 2 {
                env.clock.advance(iac_core::state::LEASE * 2);
            }
        }
    })
    .await;
    assert_eq!(env.cloud.sandbox().things.len(), 2, "nothing is called without a lock");
    assert_eq!(report.done.len(), 2);
    assert!(
        report
            .failed
            .iter()
            .all(|failure| failure.error.message.contains("ran out")),
        "{report:#?}"
    );
    let unsaved = report.unsaved.unwrap();
    assert_eq!(
        unsaved.error.to_string(),
        "the state lock ran out before it could be renewed"
    );
    let kept = State::decode(&unsaved.state, "kept").unwrap();
    assert_eq!((kept.serial, kept.resources.len()), (1, 2));
    // the journal holds the same, and the next run goes on from it
    env.apply(&chains()).await;
    assert_eq!(env.cloud.sandbox().things.len(), 6);
    env.sound("after the next run").await;
}

#[tokio::test]
async fn who_lost_the_lock_says_who_has_it() {
    let env = TestEnv::default();
    let mut stack = stack();
    stack.add("base", Thing::builder().build());
    let mut run = Run::begin(&env.session, NAMES, "apply", Duration::ZERO, &NoopObserver)
        .await
        .unwrap();
    let options = PlanOptions::default();
    let plan = plan::plan(&stack, run.snapshot(), &env.session, &options, &NoopObserver)
        .await
        .unwrap();
    env.clock.advance(LEASE * 2);
    let mut other = env.session.clone();
    other.who = "other@desk".to_owned();
    let next = Run::begin(&other, NAMES, "destroy", Duration::ZERO, &NoopObserver)
        .await
        .unwrap();
    let report = run.apply(&plan, &ApplyOptions::default(), &NoopObserver).await;
    let said = report.lost_lock.unwrap();
    assert!(
        said.starts_with("the state lock ran out before it could be renewed; it is held by other@desk (destroy, since"),
        "{said}"
    );
    assert!(env.cloud.sandbox().things.is_empty());
    next.end().await.unwrap();
}
