//! Lifecycle marks: what each does, and what of it the state keeps.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use iac_core::{
    model::{ErrorKind, Mark},
    plan::{Action, Mode, PlanOptions, Reason},
};
use support::{Fault, Lab, Thing, address, pair, stack};

#[tokio::test]
async fn a_mark_put_on_later_is_kept_without_touching_the_cloud() {
    let lab = Lab::default();
    let mut plain = stack();
    plain.add("base", Thing::builder().name("base").build());
    lab.apply(&plain).await;
    let mut protected = stack();
    protected.add("base", Thing::builder().name("base").build().protect());
    assert!(lab.plan(&protected).await.unwrap().is_empty());
    assert_eq!(lab.apply(&protected).await.done.len(), 0);
    assert!(lab.state().await.resources[&address("base")].lifecycle.protect);
    assert!(lab.plan(&stack()).await.is_err(), "the code is gone, the mark is not");
    let destroy = PlanOptions {
        mode: Mode::Destroy,
        ..PlanOptions::default()
    };
    assert!(
        lab.plan_with(&plain, &destroy).await.is_ok(),
        "while the code is there it has the say"
    );
    assert!(lab.plan_with(&protected, &destroy).await.is_err());
    assert!(lab.plan_with(&stack(), &destroy).await.is_err());
    lab.apply(&plain).await;
    lab.apply(&stack()).await;
    assert!(lab.cloud.world().things.is_empty());
}

#[tokio::test]
async fn a_protected_resource_is_not_replaced() {
    let lab = Lab::default();
    let build = |zone: &str| {
        let mut stack = stack();
        stack.add("base", Thing::builder().zone(zone).build().protect());
        stack
    };
    lab.apply(&build("zone-a")).await;
    let error = lab.plan(&build("zone-b")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "fake.thing.base is protected and would be replaced: `zone` cannot be changed in place"
    );
}

#[tokio::test]
async fn create_first_is_forced_on_what_is_needed_and_kept() {
    let lab = Lab::default();
    let base = |zone: &str| Thing::builder().zone(zone).build();
    lab.apply(&pair(base("zone-a"), None, true)).await;
    assert!(
        lab.state().await.resources[&address("base")]
            .lifecycle
            .create_before_delete
    );
    let changed = pair(base("zone-b"), None, true);
    let plan = lab.plan(&changed).await.unwrap();
    let change = plan.change(&address("base")).unwrap();
    assert_eq!(change.action, Action::ReplaceCreateFirst);
    assert!(
        change
            .reasons
            .contains(&Reason::CreateFirstForced { by: address("top") })
    );
    lab.apply(&changed).await;
    assert!(
        lab.state().await.resources[&address("base")]
            .lifecycle
            .create_before_delete
    );
    assert!(lab.plan(&changed).await.unwrap().is_empty());
    let serial = lab.state().await.serial;
    assert_eq!(
        lab.apply(&changed).await.serial,
        serial,
        "kept as it is by an apply of nothing"
    );
}

#[tokio::test]
async fn a_replaced_object_that_cannot_be_deleted_is_tried_again_by_every_plan() {
    let lab = Lab::default();
    let base = |zone: &str| Thing::builder().zone(zone).build();
    lab.apply(&pair(base("zone-a"), None, true)).await;
    let changed = pair(base("zone-b"), None, true);
    for attempt in 0..2 {
        // somebody else uses the old one
        let old = lab.cloud.world().things.keys().next().cloned().unwrap();
        let squatter = {
            let mut world = lab.cloud.world();
            let mut squatter = world.things[&old].clone();
            squatter.inputs.uses = vec![old.as_str().into()];
            world.things.insert("squatter".to_owned(), squatter);
            "squatter"
        };
        let report = lab.apply_with(&changed, &PlanOptions::default()).await.unwrap();
        assert_eq!(report.failed.len(), 1, "{report:#?}");
        assert_eq!(report.failed[0].error.kind, ErrorKind::Conflict);
        assert_eq!(
            lab.state().await.resources[&address("base")].deposed.len(),
            1,
            "attempt {attempt}"
        );
        let plan = lab.plan(&changed).await.unwrap();
        assert!(!plan.is_empty());
        assert!(matches!(
            plan.change(&address("base")).unwrap().reasons[..],
            [Reason::Deposed { .. }]
        ));
        lab.cloud.world().things.remove(squatter);
    }
    lab.apply(&changed).await;
    lab.sound("after the squatter left").await;
    assert!(lab.plan(&changed).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_create_first_replacement_that_fails_keeps_the_old() {
    let lab = Lab::default();
    let base = |zone: &str| Thing::builder().zone(zone).build();
    lab.apply(&pair(base("zone-a"), None, true)).await;
    let before = lab.state().await;
    let changed = pair(base("zone-b"), None, true);
    let reads = 2;
    let at = lab.cloud.world().calls.len() + reads;
    lab.cloud.world().faults.insert(at, Fault::Before(ErrorKind::Denied));
    let report = lab.apply_with(&changed, &PlanOptions::default()).await.unwrap();
    assert_eq!((report.failed.len(), report.done.len()), (1, 0), "{report:#?}");
    let after = lab.state().await;
    assert_eq!(
        after.resources[&address("base")].current,
        before.resources[&address("base")].current
    );
    lab.sound("after the failure").await;
    lab.apply(&changed).await;
    lab.sound("after the second try").await;
}

#[tokio::test]
async fn a_retained_object_outlives_its_resource_and_its_replacement() {
    let lab = Lab::default();
    let build = |zone: &str| {
        let mut stack = stack();
        stack.add("base", Thing::builder().zone(zone).build().retain_on_delete());
        stack
    };
    lab.apply(&build("zone-a")).await;
    let plan = lab.plan(&build("zone-b")).await.unwrap();
    assert!(
        plan.change(&address("base"))
            .unwrap()
            .reasons
            .contains(&Reason::Retained)
    );
    lab.apply(&build("zone-b")).await;
    assert_eq!(lab.cloud.world().things.len(), 2, "the old one stays");
    assert_eq!(lab.actions(&stack()).await, [". fake.thing.base"]);
    lab.apply(&stack()).await;
    assert_eq!(lab.cloud.world().things.len(), 2);
    assert!(lab.state().await.resources.is_empty());
    lab.apply(&build("zone-b")).await;
    lab.destroy(&build("zone-b")).await;
    assert_eq!(lab.cloud.world().things.len(), 3);
}

#[tokio::test]
async fn ignored_changes_are_passed_over_when_updating_and_used_when_creating() {
    let lab = Lab::default();
    let build = |size: i32, note: &str| {
        let mut stack = stack();
        let thing = Thing::builder().name("base").size(size).note(note).build();
        stack.add("base", thing.ignore_changes(["note"]));
        stack
    };
    lab.apply(&build(1, "first")).await;
    assert_eq!(lab.cloud.thing("base").unwrap().inputs.note.as_deref(), Some("first"));
    assert!(lab.plan(&build(1, "second")).await.unwrap().is_empty());
    lab.apply(&build(2, "second")).await;
    let held = lab.cloud.thing("base").unwrap().inputs;
    assert_eq!((held.size, held.note.as_deref()), (2, Some("first")));
    let serial = lab.state().await.serial;
    for held in lab.cloud.world().things.values_mut() {
        held.inputs.note = Some("from outside".to_owned());
    }
    let plan = lab.plan(&build(2, "second")).await.unwrap();
    assert!(plan.is_empty() && plan.drift.is_empty(), "{plan:#?}");
    lab.apply(&build(2, "second")).await;
    assert!(lab.state().await.serial <= serial + 1);
    assert!(lab.plan(&build(2, "second")).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_trigger_replaces_when_its_value_changes() {
    let lab = Lab::default();
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
    lab.apply(&build("zone-a", false)).await;
    // a trigger that is new does not trigger
    assert!(lab.plan(&build("zone-a", true)).await.unwrap().is_empty());
    lab.apply(&build("zone-a", true)).await;
    assert!(lab.plan(&build("zone-a", true)).await.unwrap().is_empty());
    let plan = lab.plan(&build("zone-b", true)).await.unwrap();
    let by = Some("fake.thing.base.id".to_owned());
    assert_eq!(
        plan.change(&address("top")).unwrap().reasons,
        [Reason::Triggered { by }]
    );
    lab.apply(&build("zone-b", true)).await;
    assert!(lab.plan(&build("zone-b", true)).await.unwrap().is_empty());
    assert!(lab.plan(&build("zone-b", false)).await.unwrap().is_empty());
}
