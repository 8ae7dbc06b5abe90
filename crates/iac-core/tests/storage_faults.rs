//! Whatever the backend does wrong: the state stays true, nothing is lost, and the next run converges.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::collections::BTreeMap;

use iac_core::{
    apply::ApplyReport,
    plan::{Mode, PlanOptions},
    state::State,
};
use support::{TestEnv, Wrong, flaky, three};

struct Way {
    name: &'static str,
    from: Option<i32>,
    to: Option<i32>,
}

const WAYS: [Way; 3] = [
    Way {
        name: "create",
        from: None,
        to: Some(1),
    },
    Way {
        name: "update",
        from: Some(1),
        to: Some(2),
    },
    Way {
        name: "destroy",
        from: Some(1),
        to: None,
    },
];

impl Way {
    async fn begin(&self) -> TestEnv {
        let env = TestEnv::default();
        if let Some(size) = self.from {
            env.apply(&three(size)).await;
        }
        env
    }

    async fn go(&self, env: &TestEnv) -> Result<ApplyReport, Box<dyn std::error::Error>> {
        let mode = if self.to.is_some() { Mode::Normal } else { Mode::Destroy };
        let options = PlanOptions {
            mode,
            ..PlanOptions::default()
        };
        env.apply_with(&three(self.to.unwrap_or(1)), &options).await
    }
}

/// The ids a state document tells of, in whatever role.
fn told(state: &State) -> Vec<String> {
    let objects = state.resources.values();
    let objects = objects.flat_map(|resource| resource.current.iter().chain(&resource.deposed));
    objects.map(|object| object.id.to_string()).collect()
}

/// What a run under a fault must have left: everything that is in the cloud is told somewhere.
async fn nothing_is_lost(env: &TestEnv, first: &Result<ApplyReport, Box<dyn std::error::Error>>, when: &str) {
    let stored = env.state().await;
    let mut known = told(&stored);
    known.extend(
        stored
            .pending_operations
            .iter()
            .filter_map(|open| open.id.as_ref().map(ToString::to_string)),
    );
    let open = stored.pending_operations.iter().any(|open| open.id.is_none());
    if let Ok(report) = first
        && let Some(unsaved) = report.unsaved.as_ref().filter(|unsaved| !unsaved.state.is_empty())
    {
        let kept = State::decode(&unsaved.state, "kept").unwrap();
        assert_eq!(kept.lineage, stored.lineage, "{when}");
        let mut ids = told(&kept);
        ids.sort();
        let there: Vec<String> = env.cloud.sandbox().things.keys().cloned().collect();
        assert_eq!(ids, there, "{when}: the document that was kept is not true");
    }
    for id in env.cloud.sandbox().things.keys() {
        // an intent without an id is found by its token
        assert!(known.contains(id) || open, "{when}: {id} is lost; {known:?}");
    }
}

#[tokio::test]
async fn no_failure_of_the_backend_loses_anything() {
    for way in &WAYS {
        let (env, backend) = flaky(way.begin().await);
        let report = way.go(&env).await.unwrap();
        assert!(report.is_success(), "{report:#?}");
        let expected = env.census();
        let calls = backend.plan().calls.clone();
        let start = way.begin().await;
        for (number, call) in calls.iter().enumerate() {
            for count in [1, 2, usize::MAX] {
                for wrong in [Wrong::Refused, Wrong::AnswerLost] {
                    let when = format!("{}, {count} of {wrong:?} from call {number} ({call}) on", way.name);
                    let (env, backend) = flaky(start.fork().await);
                    backend.plan().wrong = Some((number, count, wrong));
                    let first = way.go(&env).await;
                    backend.plan().wrong = None;
                    nothing_is_lost(&env, &first, &when).await;
                    let writes = call.starts_with("put") || call.starts_with("delete");
                    if count == 1 && writes {
                        let first = first.unwrap_or_else(|error| panic!("{when}: {error}"));
                        assert!(first.is_success(), "{when}: a single failure is got over: {first:#?}");
                    }
                    env.unlock().await;
                    let again = way.go(&env).await.unwrap_or_else(|error| panic!("{when}: {error}"));
                    assert!(again.is_success(), "{when}: {again:#?}");
                    assert_eq!(env.census(), expected, "{when}");
                    env.sound(&when).await;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_state_that_cannot_be_written_is_handed_out_whole() {
    let (env, backend) = flaky(TestEnv::default());
    let stack = three(1);
    env.apply(&stack).await;
    let calls = backend.plan().calls.clone();
    let put = calls.iter().position(|call| call == "put state.json").unwrap();
    let (env, backend) = flaky(TestEnv::default());
    backend.plan().wrong = Some((put, usize::MAX, Wrong::Refused));
    let report = env.apply_with(&stack, &PlanOptions::default()).await;
    let unsaved = report.unwrap().unsaved.unwrap();
    let kept = State::decode(&unsaved.state, "kept").unwrap();
    assert_eq!(
        (kept.serial, kept.resources.len(), kept.pending_operations.len()),
        (1, 3, 0)
    );
    assert_eq!(unsaved.error.to_string(), "store: unavailable: as arranged");
    backend.plan().wrong = None;
    env.unlock().await;
    let stored = env.state().await;
    assert_eq!(
        (stored.serial, stored.resources.len()),
        (0, 3),
        "the journal holds everything"
    );
    assert!(env.plan(&stack).await.unwrap().actions().next().is_none());
    let again = env.apply(&stack).await;
    assert_eq!((again.serial, again.done.len()), (1, 0));
    env.sound("after the journal was folded").await;
}

#[tokio::test]
async fn an_apply_of_nothing_writes_nothing() {
    let (env, backend) = flaky(TestEnv::default());
    env.apply(&three(1)).await;
    let before = backend.plan().calls.len();
    env.apply(&three(1)).await;
    let calls = backend.plan().calls.split_off(before);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for call in &calls {
        *counts.entry(call.clone()).or_default() += 1;
    }
    assert!(
        !calls
            .iter()
            .any(|call| call.starts_with("put") || call.starts_with("delete")),
        "{counts:?}"
    );
}
