//! Renames, adoption and what is forgotten; and what a plan is made for: a part, the state alone, a replacement by request.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::collections::BTreeSet;

use iac_core::{
    model::{Address, ErrorKind, LifecycleExt},
    plan::{Action, Mode, PlanOptions, Reason},
};
use support::{Fault, TestEnv, Thing, address, pair, stack};

fn set(names: &[&str]) -> BTreeSet<Address> {
    names.iter().map(|name| address(name)).collect()
}

fn changes(env: &TestEnv) -> Vec<String> {
    let sandbox = env.cloud.sandbox();
    sandbox
        .calls
        .iter()
        .filter(|call| !call.starts_with("read"))
        .cloned()
        .collect()
}

#[tokio::test]
async fn renames_follow_chains_and_refuse_what_is_ambiguous() {
    let env = TestEnv::default();
    let build = |name: &str, moves: &[(&str, &str)]| {
        let mut stack = stack();
        stack.add(name, Thing::builder().name("thing").build());
        for (from, to) in moves {
            stack.moved(&address(from).to_string(), &address(to).to_string());
        }
        stack
    };
    env.apply(&build("one", &[])).await;
    let made = changes(&env);
    let chained = build("three", &[("two", "three"), ("one", "two")]);
    assert_eq!(env.actions(&chained).await, ["  fake.thing.three"]);
    env.apply(&chained).await;
    assert_eq!(changes(&env), made);
    assert!(
        env.plan(&chained).await.unwrap().is_empty(),
        "a move that was made does nothing"
    );
    let told = |error: iac_core::plan::PlanError| error.errors()[0].to_string();
    for (moves, reason) in [
        (vec![("three", "a"), ("three", "b")], "it is moved to two places"),
        (vec![("three", "a"), ("x", "a")], "two resources are moved there"),
        (vec![("three", "a"), ("a", "three")], "the moves go in a circle"),
    ] {
        let error = env.plan(&build("a", &moves)).await.unwrap_err();
        assert!(told(error).ends_with(reason), "{reason}");
    }
    let mut two = stack();
    two.add("three", Thing::builder().name("thing").build());
    two.add("four", Thing::builder().name("other").build());
    env.apply(&two).await;
    two.moved("fake.thing.three", "fake.thing.four");
    let error = env.plan(&two).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot move fake.thing.three to fake.thing.four: the target is in the state already"
    );
    two = stack();
    two.moved("fake.thing.three", "fake.other.three");
    assert!(
        env.plan(&two)
            .await
            .unwrap_err()
            .to_string()
            .ends_with("a move does not change the type")
    );
}

#[tokio::test]
async fn a_rename_holds_for_destroy_and_for_a_part() {
    let env = TestEnv::default();
    let build = |base: &str, size: i32| {
        let mut stack = stack();
        let base = stack.add(base, Thing::builder().name("base").build());
        let top = Thing::builder()
            .name("top")
            .size(size)
            .note(base.id.text())
            .uses(vec![(&base.id).into()]);
        stack.add("top", top.build());
        stack.moved("fake.thing.base", "fake.thing.ground");
        stack
    };
    env.apply(&build("base", 1)).await;
    let options = PlanOptions {
        excludes: set(&["ground"]),
        ..PlanOptions::default()
    };
    let report = env.apply_with(&build("ground", 1), &options).await.unwrap();
    assert!(report.is_success());
    assert!(env.state().await.resources.contains_key(&address("ground")));
    let env = TestEnv::default();
    env.apply(&build("base", 1)).await;
    env.destroy(&build("ground", 1)).await;
    assert!(env.cloud.sandbox().things.is_empty());
    env.sound("after the destroy").await;
}

#[tokio::test]
async fn an_object_is_adopted_and_brought_to_what_is_declared() {
    let env = TestEnv::default();
    let mut made = stack();
    made.add("base", Thing::builder().name("base").build());
    env.apply(&made).await;
    // the cloud outlives the state
    let env = TestEnv::over(env.cloud.clone(), iac_core::state::MemoryBackend::new());
    let build = |id: &str, size: i32| {
        let mut stack = stack();
        stack.add("base", Thing::builder().name("base").size(size).build().import(id));
        stack
    };
    let error = env.plan(&build("thing-9", 1)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot import thing-9 as fake.thing.base: there is no such object"
    );
    let plan = env.plan(&build("thing-1", 3)).await.unwrap();
    assert_eq!((plan.summary().import, plan.summary().update), (1, 1), "{plan:#?}");
    env.apply(&build("thing-1", 3)).await;
    assert_eq!(env.cloud.sandbox().things.len(), 1);
    assert_eq!(env.cloud.thing("base").unwrap().inputs.size, 3);
    assert!(env.plan(&build("thing-1", 3)).await.unwrap().is_empty());
    env.sound("after the import").await;
    let mut twice = build("thing-1", 3);
    twice.add("again", Thing::builder().name("base").build().import("thing-1"));
    let error = env.plan(&twice).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "fake.thing.again and fake.thing.base are both thing-1"
    );
}

#[tokio::test]
async fn what_is_forgotten_stays_in_the_cloud() {
    let env = TestEnv::default();
    let base = Thing::builder().name("base").build();
    env.apply(&pair(base.clone(), None, false)).await;
    let mut forgetting = stack();
    forgetting.add("base", base);
    forgetting.forget("fake.thing.top");
    assert_eq!(env.actions(&forgetting).await, [". fake.thing.top"]);
    env.apply(&forgetting).await;
    assert_eq!(env.cloud.sandbox().things.len(), 2);
    assert_eq!(env.state().await.resources.len(), 1);
    assert!(env.plan(&forgetting).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_target_takes_what_it_needs_and_an_exclusion_what_needs_it() {
    let build = || {
        let mut stack = stack();
        let a = stack.add("a", Thing::builder().name("a").build());
        let b = stack.add("b", Thing::builder().name("b").uses(vec![(&a.id).into()]).build());
        stack.add("c", Thing::builder().name("c").uses(vec![(&b.id).into()]).build());
        stack.add("d", Thing::builder().name("d").build());
        stack.output("b", &b.id);
        stack
    };
    let names = |env: &TestEnv| env.cloud.summary().into_keys().collect::<Vec<_>>();
    let options = |mode, targets: &[&str], excludes: &[&str]| PlanOptions {
        mode,
        targets: set(targets),
        excludes: set(excludes),
        ..PlanOptions::default()
    };
    let env = TestEnv::default();
    let report = env
        .apply_with(&build(), &options(Mode::Normal, &["b"], &[]))
        .await
        .unwrap();
    assert!(report.is_success(), "{report:#?}");
    assert_eq!(names(&env), ["a", "b"]);
    assert_eq!(report.outputs["b"].value, "thing-2");
    let plan = env
        .plan_with(&build(), &options(Mode::Normal, &[], &["c"]))
        .await
        .unwrap();
    assert_eq!(plan.warnings.len(), 1);
    env.apply_with(&build(), &options(Mode::Normal, &[], &["c"]))
        .await
        .unwrap();
    assert_eq!(names(&env), ["a", "b", "d"]);
    env.apply(&build()).await;
    let report = env
        .apply_with(&build(), &options(Mode::Destroy, &["b"], &[]))
        .await
        .unwrap();
    assert!(report.is_success(), "{report:#?}");
    assert_eq!(names(&env), ["a", "d"], "what needs the target goes with it");
    env.apply(&build()).await;
    env.apply_with(&build(), &options(Mode::Destroy, &[], &["b"]))
        .await
        .unwrap();
    assert_eq!(names(&env), ["a", "b"], "what the excluded one needs stays");
    let error = env
        .plan_with(&build(), &options(Mode::Normal, &["e"], &[]))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("`--target fake.thing.e`: there is no such resource")
    );
    assert_eq!(iac_core::model::Hint::hints(&error).len(), 1, "the nearest is offered");
}

#[tokio::test]
async fn refresh_only_changes_the_state_and_nothing_else() {
    let env = TestEnv::default();
    let base = |zone: &str| Thing::builder().zone(zone).build();
    env.apply(&pair(base("zone-a"), None, true)).await;
    // an old object that could not be deleted is no business of a refresh
    let changed = pair(base("zone-b"), None, true);
    let at = env.cloud.sandbox().calls.len() + 4;
    env.cloud.sandbox().faults.insert(at, Fault::Before(ErrorKind::Denied));
    env.apply_with(&changed, &PlanOptions::default()).await.unwrap();
    assert_eq!(env.state().await.resources[&address("base")].deposed.len(), 1);
    for held in env.cloud.sandbox().things.values_mut() {
        held.inputs.size = 7;
    }
    let before = changes(&env);
    let options = PlanOptions {
        mode: Mode::RefreshOnly,
        ..PlanOptions::default()
    };
    let plan = env.plan_with(&changed, &options).await.unwrap();
    assert_eq!(plan.drift.len(), 2, "{plan:#?}");
    let report = env.apply_with(&changed, &options).await.unwrap();
    assert!(report.is_success());
    assert_eq!(changes(&env), before);
    let state = env.state().await;
    assert_eq!(state.current(&address("top")).unwrap().inputs["size"], 7);
    assert_eq!(state.resources[&address("base")].deposed.len(), 1);
    assert!(env.plan_with(&changed, &options).await.unwrap().drift.is_empty());
    env.cloud.sandbox().things.clear();
    env.apply_with(&changed, &options).await.unwrap();
    let state = env.state().await;
    assert!(state.current(&address("top")).is_none() && state.current(&address("base")).is_none());
    env.apply(&changed).await;
    env.sound("after everything was made again").await;
}

#[tokio::test]
async fn outputs_of_what_is_removed_go_with_it() {
    let env = TestEnv::default();
    let mut with = stack();
    let base = with.add("base", Thing::builder().name("base").build());
    with.output("id", &base.id);
    with.output("text", "plain");
    env.apply(&with).await;
    let mut without = stack();
    without.output("text", "plain");
    assert!(!env.plan(&without).await.unwrap().is_empty());
    let report = env.apply(&without).await;
    assert_eq!(report.outputs.keys().collect::<Vec<_>>(), ["text"]);
    assert!(env.plan(&without).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_replacement_can_be_asked_for() {
    let env = TestEnv::default();
    let stack = pair(Thing::builder().name("base").build(), None, false);
    env.apply(&stack).await;
    let options = PlanOptions {
        replace: set(&["top"]),
        ..PlanOptions::default()
    };
    let plan = env.plan_with(&stack, &options).await.unwrap();
    let change = plan.change(&address("top")).unwrap();
    assert_eq!(
        (change.action, &change.reasons[..]),
        (Action::Replace, &[Reason::Requested][..])
    );
    env.apply_with(&stack, &options).await.unwrap();
    env.sound("after the replacement").await;
    assert!(env.plan(&stack).await.unwrap().is_empty());
}
