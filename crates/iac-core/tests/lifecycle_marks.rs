//! Lifecycle marks: what each does, and what of it the state keeps.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use iac_core::{
    model::{ErrorKind, LifecycleExt},
    plan::{Action, Mode, PlanOptions, Reason},
};
use support::{Fault, TestEnv, Thing, address, pair, stack};

#[tokio::test]
async fn a_mark_put_on_later_is_kept_without_touching_the_cloud() {
    let env = TestEnv::default();
    let mut plain = stack();
    plain.add("base", Thing::builder().name("base").build());
    env.apply(&plain).await;
    let mut protected = stack();
    protected.add("base", Thing::builder().name("base").build().protect());
    assert!(env.plan(&protected).await.unwrap().is_empty());
    assert_eq!(env.apply(&protected).await.done.len(), 0);
    assert!(env.state().await.resources[&address("base")].lifecycle.protect);
    assert!(env.plan(&stack()).await.is_err(), "the code is gone, the mark is not");
    let destroy = PlanOptions {
        mode: Mode::Destroy,
        ..PlanOptions::default()
    };
    assert!(
        env.plan_with(&plain, &destroy).await.is_ok(),
        "while the code is there it has the say"
    );
    assert!(env.plan_with(&protected, &destroy).await.is_err());
    assert!(env.plan_with(&stack(), &destroy).await.is_err());
    env.apply(&plain).await;
    env.apply(&stack()).await;
    assert!(env.cloud.sandbox().things.is_empty());
}

#[tokio::test]
async fn a_protected_resource_is_not_replaced() {
    let env = TestEnv::default();
    let build = |zone: &str| {
        let mut stack = stack();
        stack.add("base", Thing::builder().zone(zone).build().protect());
        stack
    };
    env.apply(&build("zone-a")).await;
    let error = env.plan(&build("zone-b")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "fake.thing.base is protected and would be replaced: `zone` cannot be changed in place"
    );
}

#[tokio::test]
async fn create_first_is_forced_on_what_is_needed_and_kept() {
    let env = TestEnv::default();
    let base = |zone: &str| Thing::builder().zone(zone).build();
    env.apply(&pair(base("zone-a"), None, true)).await;
    assert!(
        env.state().await.resources[&address("base")]
            .lifecycle
            .create_before_delete
    );
    let changed = pair(base("zone-b"), None, true);
    let plan = env.plan(&changed).await.unwrap();
    let change = plan.change(&address("base")).unwrap();
    assert_eq!(change.action, Action::ReplaceCreateFirst);
    assert!(
        change
            .reasons
            .contains(&Reason::CreateFirstForced { by: address("top") })
    );
    env.apply(&changed).await;
    assert!(
        env.state().await.resources[&address("base")]
            .lifecycle
            .create_before_delete
    );
    assert!(env.plan(&changed).await.unwrap().is_empty());
    let serial = env.state().await.serial;
    assert_eq!(
        env.apply(&changed).await.serial,
        serial,
        "kept as it is by an apply of nothing"
    );
}

#[tokio::test]
async fn a_replaced_object_that_cannot_be_deleted_is_tried_again_by_every_plan() {
    let env = TestEnv::default();
    let base = |zone: &str| Thing::builder().zone(zone).build();
    env.apply(&pair(base("zone-a"), None, true)).await;
    let changed = pair(base("zone-b"), None, true);
    for attempt in 0..2 {
        // somebody else uses the old one
        let old = env.cloud.sandbox().things.keys().next().cloned().unwrap();
        let squatter = {
            let mut sandbox = env.cloud.sandbox();
            let mut squatter = sandbox.things[&old].clone();
            squatter.inputs.uses = vec![old.as_str().into()];
            sandbox.things.insert("squatter".to_owned(), squatter);
            "squatter"
        };
        let report = env.apply_with(&changed, &PlanOptions::default()).await.unwrap();
        assert_eq!(report.failed.len(), 1, "{report:#?}");
        assert_eq!(report.failed[0].error.kind, ErrorKind::Conflict);
        assert_eq!(
            env.state().await.resources[&address("base")].deposed.len(),
            1,
            "attempt {attempt}"
        );
        let plan = env.plan(&changed).await.unwrap();
        assert!(!plan.is_empty());
        assert!(matches!(
            plan.change(&address("base")).unwrap().reasons[..],
            [Reason::Deposed { .. }]
        ));
        env.cloud.sandbox().things.remove(squatter);
    }
    env.apply(&changed).await;
    env.sound("after the squatter left").await;
    assert!(env.plan(&changed).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_create_first_replacement_that_fails_keeps_the_old() {
    let env = TestEnv::default();
    let base = |zone: &str| Thing::builder().zone(zone).build();
    env.apply(&pair(base("zone-a"), None, true)).await;
    let before = env.state().await;
    let changed = pair(base("zone-b"), None, true);
    let reads = 2;
    let at = env.cloud.sandbox().calls.len() + reads;
    env.cloud.sandbox().faults.insert(at, Fault::Before(ErrorKind::Denied));
    let report = env.apply_with(&changed, &PlanOptions::default()).await.unwrap();
    assert_eq!((report.failed.len(), report.done.len()), (1, 0), "{report:#?}");
    let after = env.state().await;
    assert_eq!(
        after.resources[&address("base")].current,
        before.resources[&address("base")].current
    );
    env.sound("after the failure").await;
    env.apply(&changed).await;
    env.sound("after the second try").await;
}

#[tokio::test]
async fn a_retained_object_outlives_its_resource_and_its_replacement() {
    let env = TestEnv::default();
    let build = |zone: &str| {
        let mut stack = stack();
        stack.add("base", Thing::builder().zone(zone).build().retain_on_delete());
        stack
    };
    env.apply(&build("zone-a")).await;
    let plan = env.plan(&build("zone-b")).await.unwrap();
    assert!(
        plan.change(&address("base"))
            .unwrap()
            .reasons
            .contains(&Reason::Retained)
    );
    env.apply(&build("zone-b")).await;
    assert_eq!(env.cloud.sandbox().things.len(), 2, "the old one stays");
    assert_eq!(env.actions(&stack()).await, [". fake.thing.base"]);
    env.apply(&stack()).await;
    assert_eq!(env.cloud.sandbox().things.len(), 2);
    assert!(env.state().await.resources.is_empty());
    env.apply(&build("zone-b")).await;
    env.destroy(&build("zone-b")).await;
    assert_eq!(env.cloud.sandbox().things.len(), 3);
}

#[tokio::test]
async fn ignored_changes_are_passed_over_when_updating_and_used_when_creating() {
    let env = TestEnv::default();
    let build = |size: i32, note: &str| {
        let mut stack = stack();
        let thing = Thing::builder().name("base").size(size).note(note).build();
        stack.add("base", thing.ignore_changes(["note"]));
        stack
    };
    env.apply(&build(1, "first")).await;
    assert_eq!(env.cloud.thing("base").unwrap().inputs.note.as_deref(), Some("first"));
    assert!(env.plan(&build(1, "second")).await.unwrap().is_empty());
    env.apply(&build(2, "second")).await;
    let held = env.cloud.thing("base").unwrap().inputs;
    assert_eq!((held.size, held.note.as_deref()), (2, Some("first")));
    let serial = env.state().await.serial;
    for held in env.cloud.sandbox().things.values_mut() {
        held.inputs.note = Some("from outside".to_owned());
    }
    let plan = env.plan(&build(2, "second")).await.unwrap();
    assert!(plan.is_empty() && plan.drift.is_empty(), "{plan:#?}");
    env.apply(&build(2, "second")).await;
    assert!(env.state().await.serial <= serial + 1);
    assert!(env.plan(&build(2, "second")).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_trigger_replaces_when_its_value_changes() {
    let env = TestEnv::default();
    let build = |zone: &str, mark: bool| {
        let mut stack = stack();
        let base = stack.add("base", Thing::builder().zone(zone).build());
        let top = Thing::builder().name("top").build();
        if mark {
            stack.add("top", top.replace_when(&base.id));
        } else {
            stack.add("top", top);
        }
        stack
    };
    env.apply(&build("zone-a", false)).await;
    // a trigger that is new does not trigger
    assert!(env.plan(&build("zone-a", true)).await.unwrap().is_empty());
    env.apply(&build("zone-a", true)).await;
    assert!(env.plan(&build("zone-a", true)).await.unwrap().is_empty());
    let plan = env.plan(&build("zone-b", true)).await.unwrap();
    let by = Some("fake.thing.base.id".to_owned());
    assert_eq!(
        plan.change(&address("top")).unwrap().reasons,
        [Reason::Triggered { by }]
    );
    env.apply(&build("zone-b", true)).await;
    assert!(env.plan(&build("zone-b", true)).await.unwrap().is_empty());
    assert!(env.plan(&build("zone-b", false)).await.unwrap().is_empty());
}
