//! Whatever goes wrong at whatever call, the next run brings the environment to what the stack says: nothing is lost, nothing
//! is made twice, nothing is left over.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends there"
)]

mod support;

use std::time::Duration;

use iac_core::{
    apply::ApplyReport,
    model::{ErrorKind, LifecycleExt, Stack},
    plan::{Mode, PlanOptions},
    state::LEASE,
    text,
};
use support::{Fault, TestEnv, Thing, stack};

/// What makes one environment differ from the other.
#[derive(Clone, Copy, Default)]
struct Variant {
    /// Of some things: a change in place.
    size: i32,
    /// Of what everything stands on; it is replaced create-first.
    ground: Option<&'static str>,
    /// Of two things at the top of each other; they are replaced delete-first.
    top: Option<&'static str>,
}

/// Eight things that use each other: net <- left, right <- app (and role) <- front <- name; right <- data.
fn eight(variant: Variant) -> Stack {
    let Variant { size, ground, top } = variant;
    let mut stack = stack();
    let net = Thing::builder().maybe_zone(ground).size(size).build();
    let net = stack.add("net", net.create_before_delete());
    let left = stack.add(
        "left",
        Thing::builder().name("left").uses(vec![(&net.id).into()]).build(),
    );
    let right = Thing::builder().name("right").size(size).uses(vec![(&net.id).into()]);
    let right = stack.add("right", right.build());
    let role = stack.add("role", Thing::builder().name("role").size(size).build());
    let app = Thing::builder()
        .maybe_zone(top)
        .uses(vec![(&left.id).into(), (&role.id).into()]);
    let app = stack.add("app", app.build());
    let data = Thing::builder()
        .uses(vec![(&right.id).into()])
        .note(text!("for {}", role.id));
    stack.add("data", data.build());
    let front = Thing::builder()
        .maybe_zone(top)
        .size(size)
        .uses(vec![(&app.id).into(), (&left.id).into()]);
    let front = stack.add("front", front.build());
    stack.add(
        "name",
        Thing::builder()
            .name("name")
            .note(text!("{} of {}", front.url, net.id))
            .build(),
    );
    stack.output("front", &front.url);
    stack
}

/// A run to be interrupted: from one environment to another.
struct Way {
    name: &'static str,
    from: Option<Variant>,
    to: Option<Variant>,
}

const PLAIN: Variant = Variant {
    size: 1,
    ground: None,
    top: None,
};

const WAYS: [Way; 5] = [
    Way {
        name: "create",
        from: None,
        to: Some(PLAIN),
    },
    Way {
        name: "update",
        from: Some(PLAIN),
        to: Some(Variant { size: 2, ..PLAIN }),
    },
    Way {
        name: "replace create-first",
        from: Some(PLAIN),
        to: Some(Variant {
            ground: Some("zone-b"),
            size: 2,
            ..PLAIN
        }),
    },
    Way {
        name: "replace delete-first",
        from: Some(PLAIN),
        to: Some(Variant {
            top: Some("zone-b"),
            ..PLAIN
        }),
    },
    Way {
        name: "destroy",
        from: Some(PLAIN),
        to: None,
    },
];

impl Way {
    /// An environment at the beginning of the way, and how many calls it has seen.
    async fn begin(&self) -> (TestEnv, usize) {
        let env = TestEnv::default();
        if let Some(from) = self.from {
            env.apply(&eight(from)).await;
        }
        let calls = env.cloud.sandbox().calls.len();
        (env, calls)
    }

    async fn go(&self, env: &TestEnv) -> Result<ApplyReport, Box<dyn std::error::Error>> {
        let mode = if self.to.is_some() { Mode::Normal } else { Mode::Destroy };
        let options = PlanOptions {
            mode,
            ..PlanOptions::default()
        };
        env.apply_with(&eight(self.to.unwrap_or(PLAIN)), &options).await
    }

    /// Goes it without a fault. Gives how many calls that took and what is there then.
    async fn undisturbed(&self) -> (usize, Vec<String>) {
        let (env, before) = self.begin().await;
        let report = self.go(&env).await.unwrap();
        assert!(report.is_success(), "{}: {report:#?}", self.name);
        env.sound(self.name).await;
        let calls = env.cloud.sandbox().calls.len() - before;
        (calls, env.census())
    }

    /// Goes it again after a fault and demands that everything is well.
    async fn converges(&self, env: &TestEnv, expected: &[String], when: &str) {
        let report = self.go(env).await.unwrap_or_else(|error| panic!("{when}: {error}"));
        assert!(report.is_success(), "{when}: {report:#?}");
        assert_eq!(env.census(), expected, "{when}");
        env.sound(when).await;
        if let Some(to) = self.to {
            let plan = env.plan(&eight(to)).await.unwrap();
            assert!(
                plan.is_empty(),
                "{when}: the next plan is not empty: {:#?}",
                plan.actions().collect::<Vec<_>>()
            );
        }
    }

    /// Goes it and is killed as soon as a call hangs; `patience` is how long the calls beside it go on.
    async fn killed(&self, env: &TestEnv, patience: usize) {
        env.cloud.sandbox().hung = false;
        tokio::select! {
            _ = self.go(env) => {}
            () = async {
                env.cloud.hangs().await;
                for _ in 0..patience {
                    tokio::task::yield_now().await;
                }
            } => {}
        }
    }
}

#[tokio::test]
async fn a_crash_before_or_after_any_call_leaves_nothing_behind() {
    for way in &WAYS {
        let (start, before) = way.begin().await;
        let (calls, expected) = way.undisturbed().await;
        assert!(calls >= 8, "{}: {calls}", way.name);
        for number in 0..calls {
            for (fault, patience) in [(Fault::HangBefore, 0), (Fault::HangAfter, 0), (Fault::HangAfter, 100)] {
                let env = start.fork().await;
                env.cloud.sandbox().faults.insert(before + number, fault);
                way.killed(&env, patience).await;
                let when = format!("{}, {fault:?} at call {number}", way.name);
                assert!(env.cloud.sandbox().hung, "{when}: did not come to it");
                if number % 2 == 0 {
                    env.unlock().await;
                } else {
                    env.clock.advance(LEASE * 2);
                }
                way.converges(&env, &expected, &when).await;
            }
        }
    }
}

#[tokio::test]
async fn a_crash_of_the_run_that_follows_a_crash_leaves_nothing_behind() {
    for way in &WAYS {
        let (start, before) = way.begin().await;
        let (calls, expected) = way.undisturbed().await;
        for number in (0..calls).filter(|number| number % 2 == 1) {
            for second in (0..calls).filter(|second| (number + second) % 7 == 0) {
                let env = start.fork().await;
                env.cloud.sandbox().faults.insert(before + number, Fault::HangAfter);
                way.killed(&env, 100).await;
                env.unlock().await;
                let before = env.cloud.sandbox().calls.len();
                env.cloud.sandbox().faults.insert(before + second, Fault::HangAfter);
                way.killed(&env, 0).await;
                env.unlock().await;
                env.cloud.sandbox().faults.clear();
                let when = format!("{}, crashes at calls {number} and {second}", way.name);
                way.converges(&env, &expected, &when).await;
            }
        }
    }
}

#[tokio::test]
async fn an_error_at_any_call_stops_its_dependents_only_and_the_next_run_converges() {
    let faults = [
        Fault::Before(ErrorKind::Throttled),
        Fault::Before(ErrorKind::Unavailable),
        Fault::After(ErrorKind::Timeout),
        Fault::Before(ErrorKind::Denied),
        Fault::After(ErrorKind::Other),
        Fault::After(ErrorKind::AlreadyExists),
    ];
    for way in &WAYS {
        let (start, before) = way.begin().await;
        let (calls, expected) = way.undisturbed().await;
        for number in 0..calls {
            for fault in faults {
                let env = start.fork().await;
                env.cloud.sandbox().faults.insert(before + number, fault);
                let when = format!("{}, {fault:?} at call {number}", way.name);
                let first = way.go(&env).await;
                let hit = env.cloud.sandbox().calls[before + number].clone();
                let waited = fault == Fault::Before(ErrorKind::Throttled);
                match first {
                    // too many requests is nothing to tell of: it is tried again
                    Ok(report) if waited => assert!(report.is_success(), "{when}: {hit}: {report:#?}"),
                    Ok(report) => {
                        let [failure] = report.failed.as_slice() else {
                            panic!("{when}: {hit}: {report:#?}");
                        };
                        assert!(
                            hit.ends_with(&failure.address.to_string()),
                            "{when}: {hit}: {failure:?}"
                        );
                        assert_eq!(failure.error.code, "Injected", "{when}");
                        for skipped in &report.skipped {
                            assert_eq!(skipped.because.as_ref(), Some(&failure.address), "{when}");
                        }
                        assert!(report.unsaved.is_none() && !report.interrupted, "{when}");
                    }
                    Err(error) => {
                        assert!(hit.starts_with("read"), "{when}: {error}");
                        let address = hit.trim_start_matches("read ");
                        assert!(
                            error.to_string().starts_with("cannot read"),
                            "{when}: {address}: {error}"
                        );
                    }
                }
                way.converges(&env, &expected, &when).await;
            }
        }
    }
}

/// One thing with a name of its own choice, replaced create-first when that changes.
fn named(name: &str) -> Stack {
    let mut stack = stack();
    let net = Thing::builder().name(name).build();
    let net = stack.add("net", net.create_before_delete());
    stack.add("app", Thing::builder().name("app").uses(vec![(&net.id).into()]).build());
    stack
}

/// A run that is killed when a call hangs.
async fn until_it_hangs(env: &TestEnv, stack: &Stack) {
    let options = PlanOptions::default();
    tokio::select! {
        _ = env.apply_with(stack, &options) => {}
        () = env.cloud.hangs() => {}
    }
    assert!(env.cloud.sandbox().hung);
    env.cloud.sandbox().hung = false;
    env.unlock().await;
}

#[tokio::test]
async fn a_replacement_that_was_cut_off_makes_place_for_itself_whatever_the_clocks_say() {
    for ahead in [Duration::ZERO, Duration::from_hours(1)] {
        let start = TestEnv::default();
        start.clock.advance(ahead);
        start.apply(&named("one")).await;
        let whole = start.fork().await;
        let before = whole.cloud.sandbox().calls.len();
        whole.apply(&named("two")).await;
        let calls = whole.cloud.sandbox().calls.len() - before;
        for number in 0..calls {
            for fault in [Fault::HangBefore, Fault::HangAfter] {
                let env = start.fork().await;
                env.cloud.sandbox().faults.insert(before + number, fault);
                until_it_hangs(&env, &named("two")).await;
                // another machine goes on: it knows nothing of the first one's clock
                let next = env.fork().await;
                next.apply(&named("two")).await;
                let when = format!("{fault:?} at call {number}, the first clock {ahead:?} ahead");
                assert_eq!(next.census(), whole.census(), "{when}");
                next.sound(&when).await;
            }
        }
    }
}

#[tokio::test]
async fn protection_does_not_keep_what_was_never_finished() {
    let env = TestEnv::default();
    let mut protected = stack();
    protected.add("net", Thing::builder().name("net").build().protect());
    env.cloud.sandbox().faults.insert(0, Fault::HangAfter);
    until_it_hangs(&env, &protected).await;
    env.apply(&protected).await;
    env.sound("after the second run").await;
    let mut other = stack();
    other.add("net", Thing::builder().name("other").build().protect());
    assert!(env.plan(&other).await.is_err(), "what is finished is kept");
}
