//! Plans in files: applied as they are, or refused with the reason.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::{sync::Arc, time::Duration};

use iac_core::{
    apply::{ApplyOptions, ApplyReport, Run},
    model::{ErrorKind, Hint, Input, Mark, Secret, Stack},
    plan::{Mode, Plan, PlanOptions, SavedPlan, SavedPlanError, Silent, Stale},
    state::{Backend, MemoryBackend},
};
use support::{Fault, Lab, NAMES, Thing, keyless, stack};

/// The bytes of a plan in a file.
async fn save_with(lab: &Lab, stack: &Stack, options: &PlanOptions) -> Vec<u8> {
    let snapshot = lab.snapshot().await;
    let plan = iac_core::plan::plan(stack, &snapshot, &lab.session, options, &Silent)
        .await
        .unwrap();
    let saved = SavedPlan::new(&plan, &snapshot, &lab.session).await.unwrap();
    saved.encode().unwrap()
}

async fn save(lab: &Lab, stack: &Stack) -> Vec<u8> {
    save_with(lab, stack, &PlanOptions::default()).await
}

/// Applies a file, the program's source being `stack` now.
async fn apply(lab: &Lab, bytes: &[u8], stack: &Stack) -> Result<(Plan, ApplyReport), SavedPlanError> {
    let saved = SavedPlan::decode(bytes, "file")?;
    let mut run = Run::begin(&lab.session, NAMES, "apply", Duration::ZERO, &Silent)
        .await
        .unwrap();
    let plan = match run.restore(&saved, stack, &Silent).await {
        Ok(plan) => plan,
        Err(error) => {
            run.end().await.unwrap();
            return Err(error);
        }
    };
    run.settle(&Silent).await.unwrap();
    let report = run.apply(&plan, &ApplyOptions::default(), &Silent).await;
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

async fn refused(lab: &Lab, bytes: &[u8], stack: &Stack) -> String {
    let calls = changing(lab);
    let error = apply(lab, bytes, stack).await.unwrap_err();
    let of_a_type = matches!(error, SavedPlanError::Read { .. });
    assert_eq!(error.hints().is_empty(), of_a_type, "{error}");
    assert_eq!(changing(lab), calls, "a plan that is refused changes nothing");
    error.to_string()
}

/// How many changing calls there were.
fn changing(lab: &Lab) -> usize {
    let world = lab.cloud.world();
    world.calls.iter().filter(|call| !call.starts_with("read")).count()
}

#[tokio::test]
async fn a_saved_plan_is_applied_as_it_is_though_the_code_changed() {
    let lab = Lab::default();
    // the first plan of an environment, too: there is no state yet
    let bytes = save(&lab, &pair(3)).await;
    apply(&lab, &bytes, &pair(9)).await.unwrap();
    assert!(lab.plan(&pair(3)).await.unwrap().is_empty());
    lab.sound("after the first").await;
    let bytes = save(&lab, &pair(4)).await;
    apply(&lab, &bytes, &stack()).await.unwrap();
    assert!(lab.plan(&pair(4)).await.unwrap().is_empty());
    let destroy = PlanOptions {
        mode: Mode::Destroy,
        ..PlanOptions::default()
    };
    let bytes = save_with(&lab, &stack(), &destroy).await;
    apply(&lab, &bytes, &pair(4)).await.unwrap();
    assert!(lab.cloud.world().things.is_empty());
}

#[tokio::test]
async fn a_plan_of_a_state_that_is_not_there_any_more_is_refused() {
    let lab = Lab::default();
    lab.apply(&pair(1)).await;
    let bytes = save(&lab, &pair(2)).await;
    apply(&lab, &bytes, &pair(2)).await.unwrap();
    let twice = refused(&lab, &bytes, &pair(2)).await;
    assert_eq!(
        twice,
        "the plan is stale: it was made on serial 1, the state is at 2 (apply by tester@lab, 1970-01-01T00:00:00Z)"
    );
    let other = Lab::default();
    other.apply(&pair(1)).await;
    assert_eq!(
        refused(&other, &bytes, &pair(2)).await,
        "the plan is stale: it was made on a state of another lineage"
    );
    let elsewhere = Stack::new(NAMES.0, "prod");
    assert_eq!(
        refused(&lab, &bytes, &elsewhere).await,
        "the plan is of lab/dev, not of lab/prod"
    );
}

#[tokio::test]
async fn a_plan_of_a_world_that_changed_since_is_refused_and_says_where() {
    let lab = Lab::default();
    lab.apply(&pair(1)).await;
    let bytes = save(&lab, &pair(2)).await;
    let of = |lab: &Lab, name: &str| {
        let world = lab.cloud.world();
        let found = world
            .things
            .iter()
            .find(|(_, held)| held.inputs.tags["iac:address"].ends_with(name));
        found.map(|(id, _)| id.clone()).unwrap()
    };
    let id = of(&lab, "user");
    lab.cloud.world().things.get_mut(&id).unwrap().inputs.size = 7;
    // an output that changes by itself is none of the plan's business
    lab.cloud.world().things.get_mut(&id).unwrap().revision = 70;
    assert_eq!(
        refused(&lab, &bytes, &pair(2)).await,
        "the plan is stale: fake.thing.user was changed since: size"
    );
    let taken = lab.cloud.world().things.remove(&id).unwrap();
    assert_eq!(
        refused(&lab, &bytes, &pair(2)).await,
        "the plan is stale: fake.thing.user was deleted since"
    );
    let without = save(&lab, &pair(2)).await;
    lab.cloud.world().things.insert(id, taken);
    assert_eq!(
        refused(&lab, &without, &pair(2)).await,
        "the plan is stale: fake.thing.user is there again"
    );
    // what was not looked at is not compared
    let blind = PlanOptions {
        refresh: false,
        ..PlanOptions::default()
    };
    let bytes = save_with(&lab, &pair(2), &blind).await;
    apply(&lab, &bytes, &pair(2)).await.unwrap();
}

#[tokio::test]
async fn a_run_that_was_cut_off_since_makes_it_stale() {
    let lab = Lab::default();
    lab.apply(&pair(1)).await;
    let bytes = save(&lab, &pair(2)).await;
    let calls = lab.cloud.world().calls.len();
    lab.cloud.world().faults.insert(calls + 2, Fault::HangAfter);
    let (stack, options) = (pair(3), PlanOptions::default());
    tokio::select! {
        _ = lab.apply_with(&stack, &options) => panic!("it was to hang"),
        () = lab.cloud.hangs() => {}
    }
    lab.unlock().await;
    assert_eq!(
        refused(&lab, &bytes, &pair(2)).await,
        "the plan is stale: a run began since and was cut off"
    );
    // and a plan made now could not be applied later: what is open is settled first
    let snapshot = lab.snapshot().await;
    let plan = lab.plan(&pair(2)).await.unwrap();
    let error = SavedPlan::new(&plan, &snapshot, &lab.session).await.unwrap_err();
    assert!(matches!(error, SavedPlanError::Unsettled));
}

#[tokio::test]
async fn an_object_that_cannot_be_looked_at_again_is_an_error() {
    let lab = Lab::default();
    lab.apply(&pair(1)).await;
    let bytes = save(&lab, &pair(2)).await;
    let calls = lab.cloud.world().calls.len();
    lab.cloud.world().faults.insert(calls, Fault::Before(ErrorKind::Denied));
    assert!(
        refused(&lab, &bytes, &pair(2))
            .await
            .starts_with("cannot read fake.thing.")
    );
}

#[tokio::test]
async fn adoptions_renames_and_replacements_survive_in_a_file() {
    let lab = Lab::default();
    let mut first = stack();
    first.add("old", Thing::builder().name("kept").build());
    first.add("moves", Thing::builder().zone("zone-a").build());
    lab.apply(&first).await;
    let foreign = Lab::over(lab.cloud.clone(), MemoryBackend::new());
    let mut other = stack();
    other.add("foreign", Thing::builder().name("foreign").size(2).build());
    foreign.apply(&other).await;
    let id = lab.cloud.world().things.keys().last().unwrap().clone();
    let second = || {
        let mut stack = stack();
        stack.add("new", Thing::builder().name("kept").build());
        stack.moved("fake.thing.old", "fake.thing.new");
        stack.add("foreign", Thing::builder().name("foreign").size(5).build().import(&id));
        stack.add("moves", Thing::builder().zone("zone-b").build().create_before_delete());
        stack
    };
    let bytes = save(&lab, &second()).await;
    let (plan, report) = apply(&lab, &bytes, &stack()).await.unwrap();
    assert_eq!(plan.summary().import, 1);
    assert_eq!(report.done.len(), 3, "{:?}", report.done);
    assert!(lab.plan(&second()).await.unwrap().is_empty());
    lab.sound("after the file").await;
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
    let lab = Lab::default();
    lab.apply(&guarded("canary-one", 1)).await;
    let bytes = save(&lab, &guarded("canary-two", 2)).await;
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.contains("aes-siv:") && !text.contains("canary"), "{text}");
    // the source has another one by now: the file's is applied
    apply(&lab, &bytes, &guarded("canary-three", 3)).await.unwrap();
    assert!(lab.plan(&guarded("canary-two", 2)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_secret_is_absent_from_the_file_where_there_is_no_key() {
    let lab = keyless();
    lab.apply(&guarded("canary-one", 1)).await;
    let bytes = save(&lab, &guarded("canary-two", 2)).await;
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(!text.contains("aes-siv:") && !text.contains("canary"), "{text}");
    assert_eq!(
        refused(&lab, &bytes, &guarded("canary-three", 2)).await,
        "a secret of fake.thing.safe is not in the plan, and the source has another one now"
    );
    apply(&lab, &bytes, &guarded("canary-two", 9)).await.unwrap();
    assert!(lab.plan(&guarded("canary-two", 2)).await.unwrap().is_empty());
    for name in lab.backend.list("").await.unwrap() {
        let object = lab.backend.get(&name).await.unwrap().unwrap();
        assert!(!String::from_utf8(object.bytes).unwrap().contains("canary"), "{name}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_plan_is_told() {
    let lab = Arc::new(Lab::default());
    let malformed = |bytes: &[u8]| SavedPlan::decode(bytes, "it").unwrap_err().to_string();
    assert_eq!(malformed(b"{\"format_version\": 1}"), "it holds no saved plan");
    assert_eq!(malformed(b"PK"), "it holds no saved plan");
    assert_eq!(
        malformed(b"{\"format_version\": 7}"),
        "the plan in it has format 7, this version reads 1"
    );
    let bytes = save(&lab, &pair(1)).await;
    assert_eq!(malformed(&bytes[..bytes.len() / 2]), "it holds no saved plan");
    let mut cut: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    cut["work"].as_object_mut().unwrap().clear();
    let error = refused(&lab, cut.to_string().as_bytes(), &pair(1)).await;
    assert_eq!(error, "the plan lacks what it works with for fake.thing.base");
    assert_eq!(Stale::Journal.to_string(), "a run began since and was cut off");
}
