//! What reads stored documents, fed with damaged ones: it refuses them, or takes them and goes on; it never panics and never
//! hangs, and what it took it can write and read again.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

#[path = "support/documents.rs"]
mod documents;
#[path = "support/fuzz.rs"]
mod fuzzing;
mod support;

use std::{sync::Arc, time::Duration};

use documents::{Documents, block, second};
use fuzzing::fuzz;
use iac_core::{
    apply::{ApplyOptions, Run},
    model::Address,
    plan::{self, Mode, NoopObserver, PlanOptions, SavedPlan},
    state::{Backend, MemoryBackend, Precondition, Record, RecordBatch, STATE, State, replay},
};
use support::{NAMES, TestEnv, stack};

/// What was read can be written, and reads the same; so can what is written then.
fn lasts(state: &State) {
    let bytes = state.encode().unwrap();
    let again = State::decode(&bytes, "again").unwrap();
    assert_eq!(again, *state);
    assert_eq!(again.encode().unwrap(), bytes);
}

/// Plans on a state that lies in a backend as these bytes.
async fn planned(documents: &Documents, bytes: &[u8], recalled: &State) {
    let env = TestEnv::over(documents.env.cloud.clone(), MemoryBackend::new());
    env.backend.put(STATE, bytes, &Precondition::Absent).await.unwrap();
    let Ok(snapshot) = iac_core::state::Snapshot::read(&env.backend, NAMES.0, NAMES.1).await else {
        return;
    };
    let Ok(stack) = plan::stack_from_state(recalled, &snapshot.state, &env.session.registry) else {
        return;
    };
    for mode in [Mode::Normal, Mode::Destroy, Mode::RefreshOnly] {
        let options = PlanOptions {
            mode,
            ..PlanOptions::default()
        };
        if let Ok(plan) = plan::plan(&stack, &snapshot, &env.session, &options, &NoopObserver).await {
            serde_json::to_string(&plan).unwrap();
        }
    }
    env.cloud.sandbox().calls.clear();
}

#[test]
fn a_damaged_state_is_refused_or_goes_on() {
    let documents = &block(Documents::made());
    let whole = &State::decode(&documents.states[0], "whole").unwrap();
    let (here, there): (Address, Address) = (
        "fake.thing.base".parse().unwrap(),
        "fake.thing.elsewhere".parse().unwrap(),
    );
    fuzz("state", &documents.states, || {
        |input: &[u8]| {
            let Ok(state) = State::decode(input, "input") else {
                return false;
            };
            lasts(&state);
            let mut renamed = state.clone();
            renamed.rename(&here, &there);
            lasts(&renamed);
            block(async {
                planned(documents, input, whole).await;
                planned(documents, input, &state).await;
                planned(documents, &documents.states[0], &state).await;
            });
            true
        }
    });
}

#[test]
fn a_damaged_record_is_refused_or_folded() {
    let documents = &block(Documents::made());
    let states: &Vec<State> = &documents
        .states
        .iter()
        .map(|state| State::decode(state, "whole").unwrap())
        .collect();
    fuzz("record", &documents.records, || {
        let mut latest: Vec<RecordBatch> = Vec::new();
        move |input: &[u8]| {
            let Ok(batch) = RecordBatch::decode(input) else {
                return false;
            };
            // what was of format 1 is written without one
            if let Ok(bytes) = batch.encode() {
                assert_eq!(RecordBatch::decode(&bytes).unwrap(), batch);
            }
            if latest.len() == 12 {
                latest.remove(0);
            }
            latest.push(batch);
            for state in states {
                let begun = Record::Begun {
                    lineage: state.lineage.clone(),
                    serial: state.serial,
                    run: "a run".to_owned(),
                    continues: None,
                };
                let journal = latest.iter().cloned().map(|batch| RecordBatch {
                    run: Some("a run".to_owned()),
                    ..batch
                });
                let journal = std::iter::once(RecordBatch::new("a run", vec![begun])).chain(journal);
                let journal: Vec<(u64, RecordBatch)> = (1..).zip(journal).collect();
                let mut folded = state.clone();
                assert!(replay(&mut folded, &journal).is_some(), "a journal of this state");
                lasts(&folded);
            }
            true
        }
    });
}

/// Applies a plan that was taken for one, in a sandbox of its own.
async fn applied(env: &TestEnv, saved: &SavedPlan) {
    let env = env.fork().await;
    let mut run = Run::begin(&env.session, NAMES, "apply", Duration::ZERO, &NoopObserver)
        .await
        .unwrap();
    if let Ok(plan) = run.restore(saved, &second(), &NoopObserver).await {
        run.apply(&plan, &ApplyOptions::default(), &NoopObserver).await;
        lasts(&run.snapshot().state);
    }
    run.end().await.unwrap();
}

#[test]
fn a_damaged_plan_is_refused_or_restored() {
    let documents = &block(Documents::made());
    let env = &documents.env;
    let snapshot = &Arc::new(block(env.snapshot()));
    fuzz("plan", &documents.plans, || {
        |input: &[u8]| {
            let Ok(saved) = SavedPlan::decode(input, "input") else {
                return false;
            };
            let bytes = saved.encode().unwrap();
            let again = SavedPlan::decode(&bytes, "again").unwrap();
            assert_eq!(again.encode().unwrap(), bytes);
            block(async {
                for source in [second(), stack()] {
                    if let Ok(plan) = saved.restore(&source, snapshot, &env.session, &NoopObserver).await {
                        serde_json::to_string(&plan).unwrap();
                        applied(env, &saved).await;
                    }
                }
                env.cloud.sandbox().calls.clear();
            });
            true
        }
    });
}
