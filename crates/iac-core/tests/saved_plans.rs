//! Plans in files: applied as they are, or refused with the reason.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::{sync::Arc, time::Duration};

use iac_core::{
    apply::{ApplyOptions, ApplyReport, Run},
    model::{ErrorKind, Hint, Input, LifecycleExt, Secret, Stack},
    plan::{Mode, NoopObserver, Plan, PlanOptions, SavedPlan, SavedPlanError, Stale},
    state::{Backend, MemoryBackend},
};
use support::{Fault, NAMES, TestEnv, Thing, keyless, stack};

/// The bytes of a plan in a file.
async fn save_with(env: &TestEnv, stack: &Stack, options: &PlanOptions) -> Vec<u8> {
    let snapshot = env.snapshot().await;
    let plan = iac_core::plan::plan(stack, &snapshot, &env.session, options, &NoopObserver)
        .await
        .unwrap();
    let saved = SavedPlan::new(&plan, &snapshot, &env.session).await.unwrap();
    saved.encode().unwrap()
}

async fn save(env: &TestEnv, stack: &Stack) -> Vec<u8> {
    save_with(env, stack, &PlanOptions::default()).await
}

/// Applies a file, the program's source being `stack` now.
async fn apply(env: &TestEnv, bytes: &[u8], stack: &Stack) -> Result<(Plan, ApplyReport), SavedPlanError> {
    let saved = SavedPlan::decode(bytes, "file")?;
    let mut run = Run::begin(&env.session, NAMES, "apply", Duration::ZERO, &NoopObserver)
        .await
        .unwrap();
    let plan = match run.restore(&saved, stack, &NoopObserver).await {
        Ok(plan) => plan,
        Err(error) => {
            run.end().await.unwrap();
            return Err(error);
        }
    };
    run.recover(&NoopObserver).await.unwrap();
    let report = run.apply(&plan, &ApplyOptions::default(), &NoopObserver).await;
    run.end().await.unwrap();
    assert!(report.is_success(), "{report:#?}");
    Ok((plan, report))
}

fn pair(size: i32) -> Stack {
    let mut stack = stack();
    let base = stack.add("base", Thing::builder().size(size).build());
    let user = Thing::builder().uses([(&base.id).into()]).note(&base.url);
    stack.add("user", user.build());
    stack.output("base", &base.id);
    stack
}

async fn refused(env: &TestEnv, bytes: &[u8], stack: &Stack) -> String {
    let calls = changing(env);
    let error = apply(env, bytes, stack).await.unwrap_err();
    let of_a_type = matches!(error, SavedPlanError::Read { .. });
    assert_eq!(error.hints().is_empty(), of_a_type, "{error}");
    assert_eq!(changing(env), calls, "a plan that is refused changes nothing");
    error.to_string()
}

/// How many changing calls there were.
fn changing(env: &TestEnv) -> usize {
    let sandbox = env.cloud.sandbox();
    sandbox.calls.iter().filter(|call| !call.starts_with("read")).count()
}

#[tokio::test]
async fn a_saved_plan_is_applied_as_it_is_though_the_code_changed() {
    let env = TestEnv::default();
    // the first plan of an environment, too: there is no state yet
    let bytes = save(&env, &pair(3)).await;
    apply(&env, &bytes, &pair(9)).await.unwrap();
    assert!(env.plan(&pair(3)).await.unwrap().is_empty());
    env.sound("after the first").await;
    let bytes = save(&env, &pair(4)).await;
    apply(&env, &bytes, &stack()).await.unwrap();
    assert!(env.plan(&pair(4)).await.unwrap().is_empty());
    let destroy = PlanOptions {
        mode: Mode::Destroy,
        ..PlanOptions::default()
    };
    let bytes = save_with(&env, &stack(), &destroy).await;
    apply(&env, &bytes, &pair(4)).await.unwrap();
    assert!(env.cloud.sandbox().things.is_empty());
}

#[tokio::test]
async fn a_plan_of_a_state_that_is_not_there_any_more_is_refused() {
    let env = TestEnv::default();
    env.apply(&pair(1)).await;
    let bytes = save(&env, &pair(2)).await;
    apply(&env, &bytes, &pair(2)).await.unwrap();
    let twice = refused(&env, &bytes, &pair(2)).await;
    assert_eq!(
        twice,
        "the plan is stale: it was made on serial 1, the state is at 2 (apply by tester@env, 1970-01-01T00:00:00Z)"
    );
    let other = TestEnv::default();
    other.apply(&pair(1)).await;
    assert_eq!(
        refused(&other, &bytes, &pair(2)).await,
        "the plan is stale: it was made on a state of another lineage"
    );
    let elsewhere = Stack::new(NAMES.0, "prod");
    assert_eq!(
        refused(&env, &bytes, &elsewhere).await,
        "the plan is of env/dev, not of env/prod"
    );
}

#[tokio::test]
async fn a_plan_of_a_world_that_changed_since_is_refused_and_says_where() {
    let env = TestEnv::default();
    env.apply(&pair(1)).await;
    let bytes = save(&env, &pair(2)).await;
    let of = |env: &TestEnv, name: &str| {
        let sandbox = env.cloud.sandbox();
        let found = sandbox
            .things
            .iter()
            .find(|(_, held)| held.inputs.tags["iac:address"].ends_with(name));
        found.map(|(id, _)| id.clone()).unwrap()
    };
    let id = of(&env, "user");
    env.cloud.sandbox().things.get_mut(&id).unwrap().inputs.size = 7;
    // an output that changes by itself is none of the plan's business
    env.cloud.sandbox().things.get_mut(&id).unwrap().revision = 70;
    assert_eq!(
        refused(&env, &bytes, &pair(2)).await,
        "the plan is stale: fake.thing.user was changed since: size"
    );
    let taken = env.cloud.sandbox().things.remove(&id).unwrap();
    assert_eq!(
        refused(&env, &bytes, &pair(2)).await,
        "the plan is stale: fake.thing.user was deleted since"
    );
    let without = save(&env, &pair(2)).await;
    env.cloud.sandbox().things.insert(id, taken);
    assert_eq!(
        refused(&env, &without, &pair(2)).await,
        "the plan is stale: fake.thing.user is there again"
    );
    // what was not looked at is not compared
    let blind = PlanOptions {
        refresh: false,
        ..PlanOptions::default()
    };
    let bytes = save_with(&env, &pair(2), &blind).await;
    apply(&env, &bytes, &pair(2)).await.unwrap();
}

#[tokio::test]
async fn a_run_that_was_cut_off_since_makes_it_stale() {
    let env = TestEnv::default();
    env.apply(&pair(1)).await;
    let bytes = save(&env, &pair(2)).await;
    let calls = env.cloud.sandbox().calls.len();
    env.cloud.sandbox().faults.insert(calls + 2, Fault::HangAfter);
    let (stack, options) = (pair(3), PlanOptions::default());
    tokio::select! {
        _ = env.apply_with(&stack, &options) => panic!("it was to hang"),
        () = env.cloud.hangs() => {}
    }
    env.unlock().await;
    assert_eq!(
        refused(&env, &bytes, &pair(2)).await,
        "the plan is stale: a run began since and was cut off"
    );
    // and a plan made now could not be applied later: what is open is finished first
    let snapshot = env.snapshot().await;
    let plan = env.plan(&pair(2)).await.unwrap();
    let error = SavedPlan::new(&plan, &snapshot, &env.session).await.unwrap_err();
    assert!(matches!(error, SavedPlanError::PendingOperation));
}

#[tokio::test]
async fn an_object_that_cannot_be_looked_at_again_is_an_error() {
    let env = TestEnv::default();
    env.apply(&pair(1)).await;
    let bytes = save(&env, &pair(2)).await;
    let calls = env.cloud.sandbox().calls.len();
    env.cloud
        .sandbox()
        .faults
        .insert(calls, Fault::Before(ErrorKind::Denied));
    assert!(
        refused(&env, &bytes, &pair(2))
            .await
            .starts_with("cannot read fake.thing.")
    );
}

#[tokio::test]
async fn adoptions_renames_and_replacements_survive_in_a_file() {
    let env = TestEnv::default();
    let mut first = stack();
    first.add("old", Thing::builder().name("kept").build());
    first.add("moves", Thing::builder().zone("zone-a").build());
    env.apply(&first).await;
    let foreign = TestEnv::over(env.cloud.clone(), MemoryBackend::new());
    let mut other = stack();
    other.add("foreign", Thing::builder().name("foreign").size(2).build());
    foreign.apply(&other).await;
    let id = env.cloud.sandbox().things.keys().last().unwrap().clone();
    let second = || {
        let mut stack = stack();
        stack.add("new", Thing::builder().name("kept").build());
        stack.moved("fake.thing.old", "fake.thing.new");
        stack.add("foreign", Thing::builder().name("foreign").size(5).build().import(&id));
        stack.add("moves", Thing::builder().zone("zone-b").build().create_before_delete());
        stack
    };
    let bytes = save(&env, &second()).await;
    let (plan, report) = apply(&env, &bytes, &stack()).await.unwrap();
    assert_eq!(plan.summary().import, 1);
    assert_eq!(report.done.len(), 3, "{:?}", report.done);
    assert!(env.plan(&second()).await.unwrap().is_empty());
    env.sound("after the file").await;
}

fn guarded(password: &str, size: i32) -> Stack {
    let mut stack = stack();
    let secret = || Input::from(Secret::<String>::from(password));
    let thing = Thing::builder().name("safe").size(size).password(secret());
    stack.add("safe", thing.build().replace_when(secret()));
    stack.output("password", secret());
    stack
}

#[tokio::test]
async fn a_secret_is_encrypted_in_the_file_where_there_is_a_key() {
    let env = TestEnv::default();
    env.apply(&guarded("canary-one", 1)).await;
    let bytes = save(&env, &guarded("canary-two", 2)).await;
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.contains("aes-siv:") && !text.contains("canary"), "{text}");
    // the source has another one by now: the file's is applied
    apply(&env, &bytes, &guarded("canary-three", 3)).await.unwrap();
    assert!(env.plan(&guarded("canary-two", 2)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_secret_is_absent_from_the_file_where_there_is_no_key() {
    let env = keyless();
    env.apply(&guarded("canary-one", 1)).await;
    let bytes = save(&env, &guarded("canary-two", 2)).await;
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(!text.contains("aes-siv:") && !text.contains("canary"), "{text}");
    assert_eq!(
        refused(&env, &bytes, &guarded("canary-three", 2)).await,
        "a secret of fake.thing.safe is not in the plan, and the source has another one now"
    );
    apply(&env, &bytes, &guarded("canary-two", 9)).await.unwrap();
    assert!(env.plan(&guarded("canary-two", 2)).await.unwrap().is_empty());
    for name in env.backend.list("").await.unwrap() {
        let object = env.backend.get(&name).await.unwrap().unwrap();
        assert!(!String::from_utf8(object.bytes).unwrap().contains("canary"), "{name}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_plan_is_told() {
    let env = Arc::new(TestEnv::default());
    let malformed = |bytes: &[u8]| SavedPlan::decode(bytes, "it").unwrap_err().to_string();
    assert_eq!(malformed(b"{\"format_version\": 1}"), "it holds no saved plan");
    assert_eq!(malformed(b"PK"), "it holds no saved plan");
    assert_eq!(
        malformed(b"{\"format_version\": 7}"),
        "the plan in it has format 7, this version reads 1"
    );
    let bytes = save(&env, &pair(1)).await;
    assert_eq!(malformed(&bytes[..bytes.len() / 2]), "it holds no saved plan");
    let mut cut: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    cut["work"].as_object_mut().unwrap().clear();
    let error = refused(&env, cut.to_string().as_bytes(), &pair(1)).await;
    assert_eq!(error, "the plan lacks what it works with for fake.thing.base");
    assert_eq!(Stale::Journal.to_string(), "a run began since and was cut off");
}
