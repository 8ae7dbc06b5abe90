//! Tags that others set: never shown, never stored, never removed. And resources without default tags.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::collections::BTreeMap;

use iac_core::{
    model::{Hint, IgnoreTags, LifecycleExt, Stack},
    plan::{self, Action, Mode, PlanOptions},
};
use proptest::{collection, prelude::*, sample};
use support::{TestEnv, Thing, address, stack};

fn env() -> TestEnv {
    let env = TestEnv::default();
    env.cloud.sandbox().ignore_tags = IgnoreTags::new(["awsApplication"], ["kubernetes.io/"]);
    env
}

fn one(size: i32, tags: &[(&str, &str)]) -> Stack {
    let mut stack = stack();
    let tags: BTreeMap<_, _> = tags
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).into()))
        .collect();
    stack.add("base", Thing::builder().name("base").size(size).tags(tags).build());
    stack
}

fn tags(env: &TestEnv) -> BTreeMap<String, String> {
    let mut tags = env.cloud.thing("base").unwrap().inputs.tags;
    tags.retain(|key, _| !key.starts_with("iac:"));
    tags
}

fn of<const N: usize>(tags: [(&str, &str); N]) -> BTreeMap<String, String> {
    tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

#[tokio::test]
async fn tags_of_others_are_neither_drift_nor_removed() {
    let env = env();
    env.apply(&one(1, &[("team", "web")])).await;
    let foreign = [("kubernetes.io/cluster/web", "owned"), ("awsApplication", "arn:x")];
    env.cloud.put_tags("base", &foreign);
    let plan = env.plan(&one(1, &[("team", "web")])).await.unwrap();
    assert!(plan.is_empty() && plan.drift.is_empty(), "{plan:#?}");

    env.apply(&one(2, &[("team", "shop")])).await;
    let all = [
        ("kubernetes.io/cluster/web", "owned"),
        ("awsApplication", "arn:x"),
        ("team", "shop"),
    ];
    assert_eq!(tags(&env), of(all));
    let state = serde_json::to_string(&env.state().await).unwrap();
    assert!(!state.contains("kubernetes.io"), "{state}");
    assert!(env.plan(&one(2, &[("team", "shop")])).await.unwrap().is_empty());

    // what does not match is repaired as ever
    env.cloud.put_tags("base", &[("awsApplications", "x")]);
    let plan = env.plan(&one(2, &[("team", "shop")])).await.unwrap();
    let change = plan.change(&address("base")).unwrap();
    assert_eq!(change.attributes[0].path, "tags.awsApplications");
    assert!(!plan.drift[0].attributes.iter().any(|it| it.path.contains("kubernetes")));
    env.apply(&one(2, &[("team", "shop")])).await;
    assert_eq!(tags(&env), of(all));
}

#[tokio::test]
async fn tags_that_came_after_the_plan_are_kept_and_do_not_make_it_stale() {
    let env = env();
    env.apply(&one(1, &[])).await;
    let snapshot = env.snapshot().await;
    let wanted = one(2, &[("team", "web")]);
    let plan = env.plan(&wanted).await.unwrap();
    let saved = plan::SavedPlan::new(&plan, &snapshot, &env.session).await.unwrap();
    env.cloud.put_tags("base", &[("kubernetes.io/cluster/web", "owned")]);
    let again = saved
        .restore(&stack(), &snapshot, &env.session, &plan::NoopObserver)
        .await;
    assert_eq!(again.unwrap(), plan);

    let unread = PlanOptions {
        refresh: false,
        ..PlanOptions::default()
    };
    assert!(env.apply_with(&wanted, &unread).await.unwrap().is_success());
    assert_eq!(
        tags(&env),
        of([("kubernetes.io/cluster/web", "owned"), ("team", "web")])
    );
}

#[tokio::test]
async fn a_state_of_before_they_were_ignored_is_no_drift_and_declares_nothing() {
    let env = env();
    env.cloud.sandbox().ignore_tags = IgnoreTags::default();
    env.apply(&one(1, &[("kubernetes.io/role", "elb")])).await;
    let then = env.state().await;
    env.cloud.sandbox().ignore_tags = IgnoreTags::new([""; 0], ["kubernetes.io/"]);
    for refresh in [true, false] {
        let options = PlanOptions {
            refresh,
            ..PlanOptions::default()
        };
        let plan = env.plan_with(&one(1, &[]), &options).await.unwrap();
        assert!(plan.is_empty() && plan.drift.is_empty(), "{plan:#?}");
    }
    let accept = PlanOptions {
        mode: Mode::RefreshOnly,
        ..PlanOptions::default()
    };
    let plan = env.plan_with(&one(1, &[]), &accept).await.unwrap();
    assert!(plan.drift.is_empty(), "{plan:#?}");
    let recalled = plan::stack_from_state(&then, &then, &env.session.registry).unwrap();
    assert!(env.plan(&recalled).await.unwrap().is_empty());
    env.apply(&one(2, &[])).await;
    assert_eq!(tags(&env), of([("kubernetes.io/role", "elb")]));
}

#[tokio::test]
async fn what_is_managed_cannot_be_ignored() {
    let env = env();
    let error = env.plan(&one(1, &[("kubernetes.io/role", "elb")])).await.unwrap_err();
    let told = error.to_string();
    assert!(
        told.starts_with(
            "fake.thing.base: the tag `kubernetes.io/role` is declared, and `ignore_tags` matches it (dec"
        ),
        "{told}"
    );
    assert!(told.contains("tests/ignored_tags.rs:"), "{told}");
    assert_eq!(
        error.hints(),
        ["take `kubernetes.io/role` out of the declaration, or out of the keys and prefixes of `ignore_tags`"]
    );

    {
        let mut sandbox = env.cloud.sandbox();
        sandbox.ignore_tags = IgnoreTags::new(["team"], ["iac:sta"]);
        sandbox.default_tags = of([("team", "web")]);
    }
    let mut two = one(1, &[]);
    two.add("other", Thing::builder().build());
    let error = env.plan(&two).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`ignore_tags` matches `team`, a default tag; \
         `ignore_tags` matches `iac:stack`, a tag that says whose the object is"
    );
    assert!(error.hints()[0].starts_with("make the keys and prefixes of `ignore_tags` narrower"));
    assert!(env.cloud.sandbox().calls.is_empty(), "nothing is read before that");
}

#[tokio::test]
async fn a_resource_can_go_without_default_tags() {
    let env = TestEnv::default();
    env.cloud.sandbox().default_tags = of([("team", "web")]);
    let build = |bare: bool| {
        let mut stack = stack();
        let thing = Thing::builder()
            .name("base")
            .tags(BTreeMap::from([("kind".to_owned(), "a".into())]));
        let mark = |lifecycle: &mut iac_core::model::Lifecycle| lifecycle.without_default_tags = bare;
        stack.add("base", thing.build().lifecycle(mark));
        stack
    };
    env.apply(&build(false)).await;
    assert_eq!(tags(&env), of([("kind", "a"), ("team", "web")]));
    let plan = env.plan(&build(true)).await.unwrap();
    assert_eq!(plan.change(&address("base")).unwrap().action, Action::Update);
    env.apply(&build(true)).await;
    assert_eq!(tags(&env), of([("kind", "a")]));
    assert!(env.plan(&build(true)).await.unwrap().is_empty());
    let owned = env.cloud.thing("base").unwrap().inputs.tags;
    assert_eq!(owned.get("iac:address").map(String::as_str), Some("fake.thing.base"));
    // the state keeps the mark: a rollback puts no default tags on
    let then = env.state().await;
    let recalled = plan::stack_from_state(&then, &then, &env.session.registry).unwrap();
    assert!(env.plan(&recalled).await.unwrap().is_empty());
    let mut marked = stack();
    marked.add("base", Thing::builder().name("base").build().without_default_tags());
    assert!(marked.nodes()[&address("base")].lifecycle.without_default_tags);
}

/// A key of a tag: some match, some are nearly so.
fn key() -> impl Strategy<Value = String> {
    sample::select(vec![
        "awsApplication",
        "kubernetes.io/role",
        "kubernetes.io/cluster/a",
        "kubernetes.i",
        "team",
        "cost",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn foreign_tags_survive_any_update(
        rounds in collection::vec((
            0..3i32,
            collection::btree_map(key(), "[ab]", 0..4),
            collection::btree_map(key(), "[ab]", 0..4),
            any::<bool>(),
        ), 1..6)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let env = env();
            let ignored = env.cloud.sandbox().ignore_tags.clone();
            let mut foreign = BTreeMap::new();
            for (size, own, put, refresh) in rounds {
                let own: BTreeMap<_, _> = own.into_iter().filter(|(key, _)| !ignored.matches(key)).collect();
                let declared: Vec<_> = own.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
                let wanted = one(size, &declared);
                let options = PlanOptions { refresh, ..PlanOptions::default() };
                let planned = env.plan_with(&wanted, &options).await.unwrap();
                let paths = planned.changes.iter().flat_map(|it| &it.attributes);
                let shown = serde_json::to_string(&paths.collect::<Vec<_>>()).unwrap();
                assert!(!shown.contains("kubernetes.io") && !shown.contains("awsApplication"), "{shown}");
                assert!(env.apply_with(&wanted, &options).await.unwrap().is_success());
                let mut expected = own;
                expected.extend(foreign.clone());
                if refresh {
                    assert_eq!(tags(&env), expected);
                }
                for (key, value) in &foreign {
                    assert_eq!(tags(&env).get(key), Some(value), "{key}");
                }
                foreign.extend(put.clone().into_iter().filter(|(key, _)| ignored.matches(key)));
                let put: Vec<_> = put.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
                env.cloud.put_tags("base", &put);
            }
        });
    }
}
