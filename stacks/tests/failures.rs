//! The whole stack, with every request that changes something answered by an error in its turn: throttled, failed inside, timed
//! out after its effect, refused, or with a body that is no document. What does not depend on the one that failed is done, the
//! state tells the truth, the report says what failed and why, and the next run brings everything to where it would have been.
#![allow(clippy::print_stderr, reason = "the figures are told by `--nocapture`")]

mod support;

use std::collections::BTreeSet;

use iac_core::{
    apply::ApplyReport,
    model::{Address, ErrorKind},
    plan::{Action, Plan},
};
use iac_sandbox::{Fault, Request};
use support::{
    Outcome, s1, synthetic,
    truth::{Failed, expect_no_drift},
    way::{Course, Way, everything},
};

/// What befalls a request. What is held on to comes through the SDK's retries; the others pass by them, if the SDK retries.
struct Trouble {
    name: &'static str,
    fault: fn() -> Fault,
    /// What it is when it comes through.
    kinds: &'static [ErrorKind],
    /// Whether the request may have taken effect.
    open: bool,
}

const TROUBLES: [Trouble; 8] = [
    Trouble {
        name: "throttled",
        fault: || Fault::throttling().holding(u64::MAX),
        kinds: &[ErrorKind::Throttled],
        open: false,
    },
    Trouble {
        name: "throttled once",
        fault: Fault::throttling,
        kinds: &[ErrorKind::Throttled],
        open: false,
    },
    Trouble {
        name: "failed inside",
        fault: || Fault::internal_error().holding(u64::MAX),
        kinds: &[ErrorKind::Unavailable],
        open: false,
    },
    Trouble {
        name: "failed inside once",
        fault: Fault::internal_error,
        kinds: &[ErrorKind::Unavailable],
        open: false,
    },
    Trouble {
        name: "timed out after its effect",
        fault: || Fault::timeout_after_effect().holding(u64::MAX),
        kinds: &[ErrorKind::Timeout],
        open: true,
    },
    Trouble {
        name: "timed out once after its effect",
        fault: Fault::timeout_after_effect,
        kinds: &[ErrorKind::Timeout],
        open: true,
    },
    Trouble {
        name: "refused",
        fault: || Fault::access_denied().holding(u64::MAX),
        kinds: &[ErrorKind::Denied],
        open: false,
    },
    Trouble {
        name: "answered with no document",
        fault: || Fault::malformed_body().holding(u64::MAX),
        kinds: &[ErrorKind::Other, ErrorKind::Unavailable],
        open: true,
    },
];

impl Way {
    /// Answers every changing request with every trouble; in a usual run every `stride`-th, and the troubles take turns.
    async fn fail_everywhere(&self, stride: u64) -> Outcome<()> {
        let course = self.course().await?;
        let (mut told, mut passed) = (0, 0);
        for n in 1..=course.requests {
            for (turn, trouble) in (0..).zip(&TROUBLES) {
                if !(everything() || (n % stride == 0 && (n / stride) % 8 == turn)) {
                    continue;
                }
                let came_through = self.fail(&course, n, trouble).await?;
                told += usize::from(came_through);
                passed += usize::from(!came_through);
            }
        }
        let requests = course.requests;
        eprintln!(
            "{}, {} stale reads: {told} faults told, {passed} passed by a retry, {requests} changing requests",
            self.name, self.stale_reads
        );
        assert!(told > 2 && passed > 2, "{}: {told} told, {passed} passed", self.name);
        Ok(())
    }

    /// Gives whether the trouble came through.
    async fn fail(&self, course: &Course, n: u64, trouble: &Trouble) -> Outcome<bool> {
        let at = format!("{}, request {n} {}", self.name, trouble.name);
        let env = self.begin(course).await?;
        let fault = (trouble.fault)().on_mutations().nth(n);
        let ran = env.apply(&self.stack, &course.plan, fault).await;
        let report = ran.map_err(|error| format!("{at}: {error}"))?;
        let struck = env.changing().into_iter().nth(usize::try_from(n)? - 1);
        let struck = struck.ok_or_else(|| format!("{at}: did not come to it"))?;
        let at = format!("{at}, {}", struck.action());
        let failed = Failed {
            address: told(&course.plan, &report, trouble, &struck, &at),
            open: trouble.open,
        };
        env.expect_true(&env.state(&self.stack).await?, &failed, &at);
        let next = self.finish(course, &env, &at).await?;
        // a plan that is made from stale reads may see values of before
        if self.stale_reads == 0 {
            expect_no_drift(&next, &failed, &at);
        }
        Ok(!report.failed.is_empty())
    }
}

/// Demands that the report tells what happened: nothing when it passed, else where and what. Gives the resource that failed.
fn told(plan: &Plan, report: &ApplyReport, trouble: &Trouble, struck: &Request, at: &str) -> Option<Address> {
    assert!(report.unsaved.is_none() && !report.interrupted, "{at}: {report:#?}");
    let [failure] = report.failed.as_slice() else {
        assert!(report.is_success(), "{at}: {report:#?}");
        return None;
    };
    let error = &failure.error;
    // when the SDK tries again, the first try may be in the way of the second, and that is what is told
    let own_way = trouble.open && error.repeated;
    assert!(own_way || trouble.kinds.contains(&error.kind), "{at}: {failure:#?}");
    assert_eq!(error.operation, struck.action(), "{at}: {failure:#?}");
    if let Some(code) = &struck.error_code {
        assert_eq!(&error.code, code, "{at}: {failure:#?}");
    }
    let behind = Reach::of(plan).from(failure.address.clone(), failure.action);
    for skipped in &report.skipped {
        assert_eq!(skipped.because.as_ref(), Some(&failure.address), "{at}");
        assert!(
            behind.contains(&(skipped.address.clone(), is_delete(skipped.action))),
            "{at}: {} {:?} was skipped, and does not depend on {}",
            skipped.address,
            skipped.action,
            failure.address
        );
    }
    Some(failure.address.clone())
}

fn is_delete(action: Action) -> bool {
    action == Action::Delete
}

/// What must be done before what, written down from the rules and not from the engine: a step is a resource, and whether it
/// is its delete.
struct Reach(Vec<[(Address, bool); 2]>);

impl Reach {
    fn of(plan: &Plan) -> Self {
        let mut edges = Vec::new();
        for change in &plan.changes {
            let user = &change.address;
            let mut edge = |first: (&Address, bool), then: (&Address, bool)| {
                edges.push([(first.0.clone(), first.1), (then.0.clone(), then.1)]);
            };
            match change.action {
                Action::Replace => edge((user, true), (user, false)),
                Action::ReplaceCreateFirst => edge((user, false), (user, true)),
                _ => {}
            }
            for need in change.data.dependencies.union(&change.data.old_dependencies) {
                // what is needed is made first; what was needed goes when its users have gone or use another
                edge((need, false), (user, false));
                edge((user, false), (need, true));
                edge((user, true), (need, true));
                if change.action == Action::Delete {
                    edge((user, true), (need, false));
                }
            }
        }
        Self(edges)
    }

    /// All that waits for this step.
    fn from(&self, address: Address, action: Action) -> BTreeSet<(Address, bool)> {
        let mut reached = BTreeSet::new();
        let mut queue = vec![(address, is_delete(action))];
        while let Some(step) = queue.pop() {
            for [first, then] in &self.0 {
                if *first == step && reached.insert(then.clone()) {
                    queue.push(then.clone());
                }
            }
        }
        reached
    }
}

#[tokio::test]
async fn a_create_that_fails_anywhere_is_finished_by_the_next_run() -> Outcome<()> {
    s1::create().fail_everywhere(1).await
}

#[tokio::test]
async fn an_update_that_fails_anywhere_is_finished_by_the_next_run() -> Outcome<()> {
    s1::update().fail_everywhere(1).await
}

#[tokio::test]
async fn a_replacement_that_fails_anywhere_is_finished_by_the_next_run() -> Outcome<()> {
    s1::replace().fail_everywhere(1).await
}

#[tokio::test]
async fn a_destroy_that_fails_anywhere_is_finished_by_the_next_run() -> Outcome<()> {
    s1::destroy().fail_everywhere(1).await
}

#[tokio::test]
async fn with_every_mark_a_create_that_fails_anywhere_is_finished() -> Outcome<()> {
    synthetic::create().fail_everywhere(2).await
}

#[tokio::test]
async fn with_every_mark_an_update_that_fails_anywhere_is_finished() -> Outcome<()> {
    synthetic::update().fail_everywhere(2).await
}

#[tokio::test]
async fn with_every_mark_a_replacement_that_fails_anywhere_is_finished() -> Outcome<()> {
    synthetic::replace().fail_everywhere(2).await
}

#[tokio::test]
async fn with_every_mark_a_destroy_that_fails_anywhere_is_finished() -> Outcome<()> {
    synthetic::destroy().fail_everywhere(2).await
}

#[tokio::test]
async fn with_stale_reads_a_create_that_fails_anywhere_is_finished() -> Outcome<()> {
    s1::create().with_stale_reads().fail_everywhere(2).await
}

#[tokio::test]
async fn with_stale_reads_an_update_that_fails_anywhere_is_finished() -> Outcome<()> {
    s1::update().with_stale_reads().fail_everywhere(2).await
}

#[tokio::test]
async fn with_stale_reads_a_replacement_that_fails_anywhere_is_finished() -> Outcome<()> {
    s1::replace().with_stale_reads().fail_everywhere(2).await
}

#[tokio::test]
async fn with_stale_reads_a_destroy_that_fails_anywhere_is_finished() -> Outcome<()> {
    s1::destroy().with_stale_reads().fail_everywhere(2).await
}

#[tokio::test]
async fn with_every_mark_and_stale_reads_a_create_that_fails_anywhere_is_finished() -> Outcome<()> {
    synthetic::create().with_stale_reads().fail_everywhere(4).await
}

#[tokio::test]
async fn with_every_mark_and_stale_reads_an_update_that_fails_anywhere_is_finished() -> Outcome<()> {
    synthetic::update().with_stale_reads().fail_everywhere(4).await
}

#[tokio::test]
async fn with_every_mark_and_stale_reads_a_replacement_that_fails_anywhere_is_finished() -> Outcome<()> {
    synthetic::replace().with_stale_reads().fail_everywhere(4).await
}

#[tokio::test]
async fn with_every_mark_and_stale_reads_a_destroy_that_fails_anywhere_is_finished() -> Outcome<()> {
    synthetic::destroy().with_stale_reads().fail_everywhere(4).await
}
