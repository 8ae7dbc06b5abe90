//! Runs that end before their end: asked to stop, stopped by the first failure, or cut off from their lock.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::{sync::Mutex, time::Duration};

use iac_core::{
    apply::{ApplyOptions, ApplyReport, Run, Stop},
    model::{ErrorKind, Stack},
    plan::{self, Event, PlanOptions, Silent},
    state::{LEASE, State},
};
use support::{Fault, Lab, NAMES, Thing, stack};

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
async fn watched(lab: &Lab, options: &ApplyOptions, watch: &(dyn Fn(&Event) + Send + Sync)) -> ApplyReport {
    let mut run = Run::begin(&lab.session, NAMES, "apply", Duration::ZERO, &Silent)
        .await
        .unwrap();
    run.settle(&Silent).await.unwrap();
    let (stack, wanted) = (chains(), PlanOptions::default());
    let planning = plan::plan(&stack, run.snapshot(), &lab.session, &wanted, &Silent);
    let plan = run.holding(planning).await.unwrap();
    let report = run.apply(&plan, options, &|event: Event| watch(&event)).await;
    drop(run.end().await);
    report
}

#[tokio::test]
async fn a_run_that_is_asked_to_stop_finishes_what_is_in_flight_and_saves() {
    let lab = Lab::default();
    let stop = Stop::default();
    let options = ApplyOptions {
        stop: stop.clone(),
        ..ApplyOptions::default()
    };
    let report = watched(&lab, &options, &|event| {
        if matches!(event, Event::StepFinished { .. }) {
            stop.request();
        }
    })
    .await;
    assert!(report.interrupted && !report.is_success());
    assert!((1..=2).contains(&report.done.len()), "{report:#?}");
    assert_eq!(report.done.len() + report.skipped.len(), 6);
    assert!(report.skipped.iter().all(|skipped| skipped.because.is_none()));
    lab.sound("after the stop").await;
    assert_eq!(lab.state().await.resources.len(), report.done.len());
    lab.apply(&chains()).await;
    lab.sound("after the rest").await;
    let stop = Stop::default();
    stop.request();
    stop.requested().await;
    assert!(stop.is_requested());
}

#[tokio::test]
async fn the_first_failure_may_stop_everything_that_has_not_begun() {
    let lab = Lab::default();
    lab.cloud.world().faults.insert(0, Fault::Before(ErrorKind::Denied));
    let options = ApplyOptions {
        parallelism: 1,
        fail_fast: true,
        ..ApplyOptions::default()
    };
    let report = watched(&lab, &options, &|_| {}).await;
    assert_eq!(
        (report.done.len(), report.failed.len(), report.skipped.len()),
        (0, 1, 5)
    );
    let options = ApplyOptions {
        fail_fast: false,
        ..options
    };
    let at = lab.cloud.world().calls.len();
    lab.cloud.world().faults.insert(at, Fault::Before(ErrorKind::Denied));
    let report = watched(&lab, &options, &|_| {}).await;
    assert_eq!(
        (report.done.len(), report.failed.len(), report.skipped.len()),
        (3, 1, 2)
    );
    lab.apply(&chains()).await;
    lab.sound("after both").await;
}

#[tokio::test]
async fn a_run_whose_lease_ran_out_changes_nothing_more_and_hands_out_its_state() {
    let lab = Lab::default();
    let finished = Mutex::new(0);
    let options = ApplyOptions {
        parallelism: 1,
        ..ApplyOptions::default()
    };
    let report = watched(&lab, &options, &|event| {
        if matches!(event, Event::StepFinished { .. }) {
            *finished.lock().unwrap() += 1;
            if *finished.lock().unwrap() == 2 {
                lab.clock.advance(iac_core::state::LEASE * 2);
            }
        }
    })
    .await;
    assert_eq!(lab.cloud.world().things.len(), 2, "nothing is called without a lock");
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
    lab.apply(&chains()).await;
    assert_eq!(lab.cloud.world().things.len(), 6);
    lab.sound("after the next run").await;
}

#[tokio::test]
async fn who_lost_the_lock_says_who_has_it() {
    let lab = Lab::default();
    let mut stack = stack();
    stack.add("base", Thing::builder().build());
    let mut run = Run::begin(&lab.session, NAMES, "apply", Duration::ZERO, &Silent)
        .await
        .unwrap();
    let options = PlanOptions::default();
    let plan = plan::plan(&stack, run.snapshot(), &lab.session, &options, &Silent)
        .await
        .unwrap();
    lab.clock.advance(LEASE * 2);
    let mut other = lab.session.clone();
    other.who = "other@desk".to_owned();
    let next = Run::begin(&other, NAMES, "destroy", Duration::ZERO, &Silent)
        .await
        .unwrap();
    let report = run.apply(&plan, &ApplyOptions::default(), &Silent).await;
    let said = report.lost_lock.unwrap();
    assert!(
        said.starts_with("the state lock ran out before it could be renewed; it is held by other@desk (destroy, since"),
        "{said}"
    );
    assert!(lab.cloud.world().things.is_empty());
    next.end().await.unwrap();
}
