//! The line through the engine: plan, apply, plan again, change, replace, drift, destroy.

mod support;

use iac_core::{
    model::{LifecycleExt, Stack},
    plan::{Action, PlanOptions, Reason},
    text,
};
use support::{TestEnv, Thing, stack};

/// base <- middle <- top, where top refers to both.
fn three(size: i32, zone: Option<&str>) -> Stack {
    let mut stack = stack();
    let base = stack.add(
        "base",
        Thing::builder().name("base").size(size).maybe_zone(zone).build(),
    );
    let middle = stack.add(
        "middle",
        Thing::builder().name("middle").uses(vec![(&base.id).into()]).build(),
    );
    stack.add(
        "top",
        Thing::builder()
            .uses(vec![(&middle.id).into()])
            .note(text!("{} at {}", base.id, middle.url))
            .build(),
    );
    stack.output("base", &base.id);
    stack
}

#[tokio::test]
async fn an_apply_is_followed_by_an_empty_plan() {
    let env = TestEnv::default();
    let stack = three(1, None);
    assert_eq!(
        env.actions(&stack).await,
        ["+ fake.thing.base", "+ fake.thing.middle", "+ fake.thing.top"]
    );
    let report = env.apply(&stack).await;
    assert_eq!(report.outputs["base"].value, "thing-1");
    assert!(env.plan(&stack).await.unwrap().is_empty());
    let state = env.state().await;
    assert_eq!(state.serial, 1);
    let again = env.apply(&stack).await;
    assert_eq!(
        (again.serial, again.done.len()),
        (1, 0),
        "an apply that changes nothing writes nothing"
    );
    assert_eq!(env.state().await, state);
}

#[tokio::test]
async fn an_update_changes_in_place_and_what_follows_from_it() {
    let env = TestEnv::default();
    env.apply(&three(1, None)).await;
    let changed = three(2, None);
    assert_eq!(env.actions(&changed).await, ["~ fake.thing.base"]);
    env.apply(&changed).await;
    assert_eq!(env.cloud.thing("base").unwrap().inputs.size, 2);
    assert!(env.plan(&changed).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_create_only_change_replaces_and_dependents_follow() {
    let env = TestEnv::default();
    env.apply(&three(1, None)).await;
    let changed = three(1, Some("zone-b"));
    let plan = env.plan(&changed).await.unwrap();
    let base = plan.change(&"fake.thing.base".parse().unwrap()).unwrap();
    assert_eq!(base.action, Action::Replace);
    assert_eq!(
        base.reasons,
        [Reason::CreateOnly {
            attribute: "zone".to_owned()
        }]
    );
    // the fake cloud refuses to delete what is in use, so delete-first cannot work here: that is told, and nothing is lost
    let report = env.apply_with(&changed, &PlanOptions::default()).await.unwrap();
    assert_eq!(report.failed.len(), 1);
    assert_eq!(report.skipped.len(), 3, "{report:#?}");
    assert!(env.cloud.thing("base").is_some());
}

#[tokio::test]
async fn create_first_replaces_what_is_in_use() {
    let env = TestEnv::default();
    let build = |zone: &str| {
        let mut stack = stack();
        let base = stack.add("base", Thing::builder().zone(zone).build().create_before_delete());
        stack.add(
            "top",
            Thing::builder().name("top").uses(vec![(&base.id).into()]).build(),
        );
        stack
    };
    env.apply(&build("zone-a")).await;
    let changed = build("zone-b");
    assert_eq!(env.actions(&changed).await, ["+/- fake.thing.base", "~ fake.thing.top"]);
    env.apply(&changed).await;
    assert_eq!(env.cloud.sandbox().things.len(), 2);
    assert!(env.plan(&changed).await.unwrap().is_empty());
}

#[tokio::test]
async fn drift_is_told_and_repaired() {
    let env = TestEnv::default();
    let stack = three(1, None);
    env.apply(&stack).await;
    for held in env.cloud.sandbox().things.values_mut() {
        held.inputs.size = 7;
    }
    let plan = env.plan(&stack).await.unwrap();
    assert_eq!(plan.drift.len(), 3);
    assert_eq!(plan.summary().update, 3);
    env.apply(&stack).await;
    assert_eq!(env.cloud.thing("base").unwrap().inputs.size, 1);
    let gone = env.cloud.sandbox().things.keys().last().cloned().unwrap();
    env.cloud.sandbox().things.remove(&gone);
    assert_eq!(env.actions(&stack).await.len(), 1);
    env.apply(&stack).await;
    assert_eq!(env.cloud.sandbox().things.len(), 3);
}

#[tokio::test]
async fn what_leaves_the_stack_is_deleted_in_a_safe_order() {
    let env = TestEnv::default();
    env.apply(&three(1, None)).await;
    assert_eq!(env.actions(&stack()).await.len(), 3);
    env.apply(&stack()).await;
    assert!(env.cloud.sandbox().things.is_empty());
}

#[tokio::test]
async fn destroy_leaves_nothing() {
    let env = TestEnv::default();
    let stack = three(1, None);
    env.apply(&stack).await;
    env.destroy(&stack).await;
    assert!(env.cloud.sandbox().things.is_empty());
    let state = env.state().await;
    assert!(state.resources.is_empty() && state.outputs.is_empty(), "{state:#?}");
    env.destroy(&stack).await;
}

#[tokio::test]
async fn protection_stays_when_the_code_goes() {
    let env = TestEnv::default();
    let mut protected = stack();
    protected.add("base", Thing::builder().name("base").build().protect());
    env.apply(&protected).await;
    let error = env.plan(&stack()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "fake.thing.base is protected and would be deleted: no longer in the stack"
    );
    let options = PlanOptions {
        unprotect: ["fake.thing.base".parse().unwrap()].into(),
        ..PlanOptions::default()
    };
    assert!(env.apply_with(&stack(), &options).await.unwrap().is_success());
    assert!(env.cloud.sandbox().things.is_empty());
}

#[tokio::test]
async fn a_rename_touches_nothing() {
    let env = TestEnv::default();
    env.apply(&three(1, None)).await;
    let calls = |env: &TestEnv| {
        env.cloud
            .sandbox()
            .calls
            .iter()
            .filter(|call| !call.starts_with("read"))
            .count()
    };
    let before = calls(&env);
    let mut renamed = stack();
    let base = renamed.add("foundation", Thing::builder().name("base").build());
    let middle = renamed.add(
        "middle",
        Thing::builder().name("middle").uses(vec![(&base.id).into()]).build(),
    );
    renamed.add(
        "top",
        Thing::builder()
            .uses(vec![(&middle.id).into()])
            .note(text!("{} at {}", base.id, middle.url))
            .build(),
    );
    renamed.output("base", &base.id);
    renamed.moved("fake.thing.base", "fake.thing.foundation");
    let plan = env.plan(&renamed).await.unwrap();
    assert!(
        plan.changes.iter().all(|change| change.action == Action::NoOp),
        "{plan:#?}"
    );
    env.apply(&renamed).await;
    assert_eq!(calls(&env), before);
    assert!(env.plan(&renamed).await.unwrap().is_empty());
}
