//! `ignore_changes`: how properties are named, and that what is named is left alone.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use iac_core::{
    model::{Hint, Input, LifecycleExt, PathStep, PropertyPath, Stack},
    plan::Action,
};
use proptest::prelude::*;
use support::{TestEnv, Thing, address, stack};

const CLUSTER: &str = "kubernetes.io/cluster/x";

fn tagged(size: i32, ignored: &[&str]) -> Stack {
    let mut stack = stack();
    let thing = Thing::builder()
        .name("base")
        .size(size)
        .tags([("team".to_owned(), Input::from("web"))])
        .build();
    stack.add("base", thing.ignore_changes(ignored.iter().copied()));
    stack
}

/// Sets tags of the one thing behind the engine's back.
fn set_tag(env: &TestEnv, key: &str, value: &str) {
    for held in env.cloud.sandbox().things.values_mut() {
        held.inputs.tags.insert(key.to_owned(), value.to_owned());
    }
}

fn refused(path: &str) -> (String, Vec<String>) {
    let errors = tagged(1, &[path]).errors();
    let error = errors.first().unwrap_or_else(|| panic!("{path} is accepted"));
    (error.to_string(), error.hints())
}

#[tokio::test]
async fn a_key_with_dots_and_slashes_can_be_ignored() {
    let env = TestEnv::default();
    let ignored = [r#"tags["kubernetes.io/cluster/x"]"#];
    env.apply(&tagged(1, &ignored)).await;
    set_tag(&env, CLUSTER, "owned");
    assert!(env.plan(&tagged(1, &ignored)).await.unwrap().is_empty());
    assert_eq!(
        env.plan(&tagged(1, &ignored)).await.unwrap().drift,
        [],
        "what is ignored is no drift"
    );
    env.apply(&tagged(2, &ignored)).await;
    let held = env.cloud.thing("base").unwrap();
    assert_eq!((held.inputs.size, held.inputs.tags[CLUSTER].as_str()), (2, "owned"));
    let plan = env.plan(&tagged(2, &[])).await.unwrap();
    let change = plan.change(&address("base")).unwrap();
    assert_eq!(change.action, Action::Update, "without the mark it is taken away");
    assert_eq!(change.attributes[0].path, "tags.kubernetes.io/cluster/x");
}

#[tokio::test]
async fn every_key_can_be_ignored_at_once() {
    let env = TestEnv::default();
    env.apply(&tagged(1, &["tags.*"])).await;
    set_tag(&env, CLUSTER, "owned");
    set_tag(&env, "team", "other");
    assert!(env.plan(&tagged(1, &["tags.*"])).await.unwrap().is_empty());
    assert_eq!(env.plan(&tagged(1, &[])).await.unwrap().actions().count(), 1);
}

#[tokio::test]
async fn a_key_that_is_nowhere_is_told_and_hinders_nothing() {
    let env = TestEnv::default();
    let ignored = ["tags.taem"];
    let first = env.plan(&tagged(1, &ignored)).await.unwrap();
    assert!(first.warnings.is_empty(), "nothing is there yet to compare");
    env.apply(&tagged(1, &ignored)).await;
    let plan = env.plan(&tagged(1, &ignored)).await.unwrap();
    assert!(plan.is_empty());
    assert_eq!(
        plan.warnings,
        [
            "fake.thing.base: `ignore_changes` names `tags.taem`, which is not there now; beside it there are \
          `iac:address`, `iac:environment`, `iac:stack`, `team`"
        ]
    );
    set_tag(&env, "taem", "1");
    let plan = env.plan(&tagged(1, &ignored)).await.unwrap();
    assert!(plan.is_empty() && plan.warnings.is_empty(), "{:?}", plan.warnings);
}

#[test]
fn a_property_that_the_type_does_not_have_is_refused_with_the_nearest() {
    let (message, hints) = refused("tag.team");
    let expected = "fake.thing.base: `ignore_changes`: `tag.team`: the type has no property `tag` (declared at ";
    assert!(message.starts_with(expected), "{message}");
    assert_eq!(hints, ["did you mean `tags`?"]);
}

#[test]
fn a_key_without_quotes_is_refused_with_the_quoted_form() {
    let (message, hints) = refused("tags.kubernetes.io/cluster/x");
    assert!(
        message.contains("`tags.kubernetes` is Text, which has nothing inside"),
        "{message}"
    );
    assert_eq!(
        hints,
        [r#"a key with dots in it is put in quotes: `tags["kubernetes.io/cluster/x"]`"#]
    );
}

#[test]
fn what_has_no_parts_or_no_order_is_refused() {
    for (path, says) in [
        ("size[0]", "`size` is integer, which has nothing inside"),
        ("uses[0]", "`uses` is a set"),
        ("tags[3]", "`tags` is a map, whose keys are texts"),
        ("password.x", "`password` is compared as a whole"),
        (
            "tags[x]",
            "a number, a `*` or a key in quotes belongs here (at character 6)",
        ),
        ("tags[\"x", "this is no text in quotes (at character 6)"),
        ("tags[\"x\"", "a `]` is missing (at character 9)"),
        ("tags.", "a name is missing (at character 6)"),
        ("", "a name is missing (at character 1)"),
        ("tags[\"a\"]b", "a property's name belongs here (at character 10)"),
        (
            "tags.a b",
            "this key is written in brackets and quotes (at character 6)",
        ),
    ] {
        let (message, hints) = refused(path);
        assert!(message.contains(says), "{path}: {message}");
        assert_eq!(hints.len(), 1, "{path}");
    }
}

fn step() -> impl Strategy<Value = PathStep> {
    prop_oneof![
        ".{0,12}".prop_map(PathStep::Key),
        any::<u16>().prop_map(|index| PathStep::Index(index.into())),
        Just(PathStep::Every),
    ]
}

proptest! {
    #[test]
    fn any_key_can_be_named(first in "[a-z_]{1,8}", steps in prop::collection::vec(step(), 0..5)) {
        let mut text = first.clone();
        for step in &steps {
            text += &match step {
                PathStep::Key(key) => format!("[{}]", serde_json::to_string(key).unwrap()),
                PathStep::Index(index) => format!("[{index}]"),
                PathStep::Every => "[*]".to_owned(),
            };
        }
        let path: PropertyPath = text.parse().unwrap();
        prop_assert_eq!(&path.steps()[1..], &steps[..]);
        let again: PropertyPath = path.to_string().parse().unwrap();
        prop_assert_eq!(again, path, "what is printed is read as the same");
    }

    #[test]
    fn no_text_breaks_the_reader(text in ".{0,40}") {
        if let Ok(path) = text.parse::<PropertyPath>() {
            prop_assert!(!path.steps().is_empty());
            let again: PropertyPath = path.to_string().parse().unwrap();
            prop_assert_eq!(again, path);
        }
    }

    #[test]
    fn a_tag_of_any_name_is_left_alone(key in "[ -~]{1,20}", before in "[a-z]{0,4}", outside in "[a-z]{0,4}") {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let env = TestEnv::default();
            let path = format!("tags[{}]", serde_json::to_string(&key).unwrap());
            let build = |size: i32| {
                let mut stack = stack();
                let thing = Thing::builder()
                    .name("base")
                    .size(size)
                    .tags([(key.clone(), Input::from(before.as_str()))])
                    .build();
                stack.add("base", thing.ignore_changes([path.as_str()]));
                stack
            };
            env.apply(&build(1)).await;
            assert_eq!(env.cloud.thing("base").unwrap().inputs.tags[&key], before, "a create uses what is declared");
            set_tag(&env, &key, &outside);
            assert!(env.plan(&build(1)).await.unwrap().is_empty());
            env.apply(&build(2)).await;
            assert_eq!(env.cloud.thing("base").unwrap().inputs.tags[&key], outside);
        });
    }
}
