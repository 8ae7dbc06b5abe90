//! Renames, adoption and what is forgotten; and what a plan is made for: a part, the state alone, a replacement by request.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::collections::BTreeSet;

use iac_core::{
    model::{Address, ErrorKind, Mark},
    plan::{Action, Mode, PlanOptions, Reason},
};
use support::{Fault, Lab, Thing, address, pair, stack};

fn set(names: &[&str]) -> BTreeSet<Address> {
    names.iter().map(|name| address(name)).collect()
}

fn changes(lab: &Lab) -> Vec<String> {
    let world = lab.cloud.world();
    world
        .calls
        .iter()
        .filter(|call| !call.starts_with("read"))
        .cloned()
        .collect()
}

#[tokio::test]
async fn renames_follow_chains_and_refuse_what_is_ambiguous() {
    let lab = Lab::default();
    let build = |name: &str, moves: &[(&str, &str)]| {
        let mut stack = stack();
        stack.add(name, Thing::builder().name("thing").build());
        for (from, to) in moves {
            stack.moved(&address(from).to_string(), &address(to).to_string());
        }
        stack
    };
    lab.apply(&build("one", &[])).await;
    let made = changes(&lab);
    let chained = build("three", &[("two", "three"), ("one", "two")]);
    assert_eq!(lab.actions(&chained).await, ["  fake.thing.three"]);
    lab.apply(&chained).await;
    assert_eq!(changes(&lab), made);
    assert!(
        lab.plan(&chained).await.unwrap().is_empty(),
        "a move that was made does nothing"
    );
    let told = |error: iac_core::plan::PlanError| error.errors()[0].to_string();
    for (moves, reason) in [
        (vec![("three", "a"), ("three", "b")], "it is moved to two places"),
        (vec![("three", "a"), ("x", "a")], "two resources are moved there"),
        (vec![("three", "a"), ("a", "three")], "the moves go in a circle"),
    ] {
        let error = lab.plan(&build("a", &moves)).await.unwrap_err();
        assert!(told(error).ends_with(reason), "{reason}");
    }
    let mut two = stack();
    two.add("three", Thing::builder().name("thing").build());
    two.add("four", Thing::builder().name("other").build());
    lab.apply(&two).await;
    two.moved("fake.thing.three", "fake.thing.four");
    let error = lab.plan(&two).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot move fake.thing.three to fake.thing.four: the target is in the state already"
    );
    two = stack();
    two.moved("fake.thing.three", "fake.other.three");
    assert!(
        lab.plan(&two)
            .await
            .unwrap_err()
            .to_string()
            .ends_with("a move does not change the type")
    );
}

#[tokio::test]
async fn a_rename_holds_for_destroy_and_for_a_part() {
    let lab = Lab::default();
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
    lab.apply(&build("base", 1)).await;
    let options = PlanOptions {
        excludes: set(&["ground"]),
        ..PlanOptions::default()
    };
    let report = lab.apply_with(&build("ground", 1), &options).await.unwrap();
    assert!(report.is_success());
    assert!(lab.state().await.resources.contains_key(&address("ground")));
    let lab = Lab::default();
    lab.apply(&build("base", 1)).await;
    lab.destroy(&build("ground", 1)).await;
    assert!(lab.cloud.world().things.is_empty());
    lab.sound("after the destroy").await;
}

#[tokio::test]
async fn an_object_is_adopted_and_brought_to_what_is_declared() {
    let lab = Lab::default();
    let mut made = stack();
    made.add("base", Thing::builder().name("base").build());
    lab.apply(&made).await;
    // the cloud outlives the state
    let lab = Lab::over(lab.cloud.clone(), iac_core::state::MemoryBackend::new());
    let build = |id: &str, size: i32| {
        let mut stack = stack();
        stack.add("base", Thing::builder().name("base").size(size).build().import(id));
        stack
    };
    let error = lab.plan(&build("thing-9", 1)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot import thing-9 as fake.thing.base: there is no such object"
    );
    let plan = lab.plan(&build("thing-1", 3)).await.unwrap();
    assert_eq!((plan.summary().import, plan.summary().update), (1, 1), "{plan:#?}");
    lab.apply(&build("thing-1", 3)).await;
    assert_eq!(lab.cloud.world().things.len(), 1);
    assert_eq!(lab.cloud.thing("base").unwrap().inputs.size, 3);
    assert!(lab.plan(&build("thing-1", 3)).await.unwrap().is_empty());
    lab.sound("after the import").await;
    let mut twice = build("thing-1", 3);
    twice.add("again", Thing::builder().name("base").build().import("thing-1"));
    let error = lab.plan(&twice).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "fake.thing.again and fake.thing.base are both thing-1"
    );
}

#[tokio::test]
async fn what_is_forgotten_stays_in_the_cloud() {
    let lab = Lab::default();
    let base = Thing::builder().name("base").build();
    lab.apply(&pair(base.clone(), None, false)).await;
    let mut forgetting = stack();
    forgetting.add("base", base);
    forgetting.forget("fake.thing.top");
    assert_eq!(lab.actions(&forgetting).await, [". fake.thing.top"]);
    lab.apply(&forgetting).await;
    assert_eq!(lab.cloud.world().things.len(), 2);
    assert_eq!(lab.state().await.resources.len(), 1);
    assert!(lab.plan(&forgetting).await.unwrap().is_empty());
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
    let names = |lab: &Lab| lab.cloud.summary().into_keys().collect::<Vec<_>>();
    let options = |mode, targets: &[&str], excludes: &[&str]| PlanOptions {
        mode,
        targets: set(targets),
        excludes: set(excludes),
        ..PlanOptions::default()
    };
    let lab = Lab::default();
    let report = lab
        .apply_with(&build(), &options(Mode::Normal, &["b"], &[]))
        .await
        .unwrap();
    assert!(report.is_success(), "{report:#?}");
    assert_eq!(names(&lab), ["a", "b"]);
    assert_eq!(report.outputs["b"].value, "thing-2");
    let plan = lab
        .plan_with(&build(), &options(Mode::Normal, &[], &["c"]))
        .await
        .unwrap();
    assert_eq!(plan.warnings.len(), 1);
    lab.apply_with(&build(), &options(Mode::Normal, &[], &["c"]))
        .await
        .unwrap();
    assert_eq!(names(&lab), ["a", "b", "d"]);
    lab.apply(&build()).await;
    let report = lab
        .apply_with(&build(), &options(Mode::Destroy, &["b"], &[]))
        .await
        .unwrap();
    assert!(report.is_success(), "{report:#?}");
    assert_eq!(names(&lab), ["a", "d"], "what needs the target goes with it");
    lab.apply(&build()).await;
    lab.apply_with(&build(), &options(Mode::Destroy, &[], &["b"]))
        .await
        .unwrap();
    assert_eq!(names(&lab), ["a", "b"], "what the excluded one needs stays");
    let error = lab
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
    let lab = Lab::default();
    let base = |zone: &str| Thing::builder().zone(zone).build();
    lab.apply(&pair(base("zone-a"), None, true)).await;
    // an old object that could not be deleted is no business of a refresh
    let changed = pair(base("zone-b"), None, true);
    let at = lab.cloud.world().calls.len() + 4;
    lab.cloud.world().faults.insert(at, Fault::Before(ErrorKind::Denied));
    lab.apply_with(&changed, &PlanOptions::default()).await.unwrap();
    assert_eq!(lab.state().await.resources[&address("base")].deposed.len(), 1);
    for held in lab.cloud.world().things.values_mut() {
        held.inputs.size = 7;
    }
    let before = changes(&lab);
    let options = PlanOptions {
        mode: Mode::RefreshOnly,
        ..PlanOptions::default()
    };
    let plan = lab.plan_with(&changed, &options).await.unwrap();
    assert_eq!(plan.drift.len(), 2, "{plan:#?}");
    let report = lab.apply_with(&changed, &options).await.unwrap();
    assert!(report.is_success());
    assert_eq!(changes(&lab), before);
    let state = lab.state().await;
    assert_eq!(state.current(&address("top")).unwrap().inputs["size"], 7);
    assert_eq!(state.resources[&address("base")].deposed.len(), 1);
    assert!(lab.plan_with(&changed, &options).await.unwrap().drift.is_empty());
    lab.cloud.world().things.clear();
    lab.apply_with(&changed, &options).await.unwrap();
    let state = lab.state().await;
    assert!(state.current(&address("top")).is_none() && state.current(&address("base")).is_none());
    lab.apply(&changed).await;
    lab.sound("after everything was made again").await;
}

#[tokio::test]
async fn outputs_of_what_is_removed_go_with_it() {
    let lab = Lab::default();
    let mut with = stack();
    let base = with.add("base", Thing::builder().name("base").build());
    with.output("id", &base.id);
    with.output("text", "plain");
    lab.apply(&with).await;
    let mut without = stack();
    without.output("text", "plain");
    assert!(!lab.plan(&without).await.unwrap().is_empty());
    let report = lab.apply(&without).await;
    assert_eq!(report.outputs.keys().collect::<Vec<_>>(), ["text"]);
    assert!(lab.plan(&without).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_replacement_can_be_asked_for() {
    let lab = Lab::default();
    let stack = pair(Thing::builder().name("base").build(), None, false);
    lab.apply(&stack).await;
    let options = PlanOptions {
        replace: set(&["top"]),
        ..PlanOptions::default()
    };
    let plan = lab.plan_with(&stack, &options).await.unwrap();
    let change = plan.change(&address("top")).unwrap();
    assert_eq!(
        (change.action, &change.reasons[..]),
        (Action::Replace, &[Reason::Requested][..])
    );
    lab.apply_with(&stack, &options).await.unwrap();
    lab.sound("after the replacement").await;
    assert!(lab.plan(&stack).await.unwrap().is_empty());
}
