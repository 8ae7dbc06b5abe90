//! Objects that are there already are adopted, and changed by nobody but the next apply.

use iac_cli::{App, Exit};
use iac_core::model::LifecycleExt;
use insta::assert_snapshot;

use crate::test_env::{TestEnv, thing};

/// A env in which `thing-site` is there and nothing is stored.
async fn with_objects() -> (TestEnv, App) {
    let (made, _) = TestEnv::applied().await;
    let mut env = TestEnv::default();
    env.cloud = made.cloud.clone();
    let app = env.app(1);
    (env, app)
}

#[tokio::test]
async fn an_object_is_adopted_and_left_as_it_is() {
    let (env, app) = with_objects().await;
    assert_snapshot!(env.types(&app, "import dev fake.thing.base thing-base").await.all(), @r#"
    fake.thing.base is thing-base now; the next apply leaves it as it is
    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    reading 1 object
    reading 1 object
    state serial 1
    --- exit 0
    "#);
    let state = env.stored().await;
    assert_eq!((state.serial, state.resources.len()), (1, 1));
    assert_eq!(state.author.unwrap().operation, "import");
    assert_snapshot!(env.types(&app, "import dev fake.thing.base thing-base").await.all(), @r#"
    fake.thing.base is thing-base already: nothing was written
    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    --- exit 0
    "#);
    assert_eq!(env.stored().await.serial, 1, "nothing was written");
    // another size: the import leaves it, the next apply changes it
    env.cloud.sandbox().things.get_mut("thing-site").unwrap().size = 3;
    assert_snapshot!(env.types(&app, "import dev fake.thing.site thing-site").await.all(), @r#"
    fake.thing.site is thing-site now; the next apply would change it:

    ~ fake.thing.site: update
        ~ size: 3 -> 1
        + password: (secret)

    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    reading 2 objects
    reading 2 objects
    state serial 2
    --- exit 0
    "#);
    assert_eq!(env.cloud.sandbox().things["thing-site"].size, 3);
    let applied = env.types(&app, "apply dev --yes").await;
    assert_eq!(applied.exit, Exit::Done, "{applied:?}");
    assert_eq!(env.cloud.sandbox().things["thing-site"].size, 1);
    assert_eq!(env.cloud.sandbox().things.len(), 2, "nothing was made beside them");
    assert_eq!(env.types(&app, "plan dev --detailed-exitcode").await.exit, Exit::Done);
}

#[tokio::test]
async fn what_cannot_be_adopted_is_refused() {
    let (env, app) = with_objects().await;
    assert_snapshot!(env.types(&app, "import dev fake.thing.base thing-9 --sandbox").await.all(), @r#"
    --- stderr
    shop/dev in the sandbox (account 123456789012, eu-central-1); state in memory
    reading 1 object
    error: cannot import thing-9 as fake.thing.base: there is no such object
      hint: check the id, the account and the region
    --- exit 1
    "#);
    assert_snapshot!(env.types(&app, "import dev fake.thing.bass thing-base").await.stderr, @r#"
    shop/dev in account 123456789012, eu-central-1; state in memory
    error: cannot import fake.thing.bass: the stack does not declare it
      hint: did you mean fake.thing.base?
    "#);
    assert_snapshot!(env.types(&app, "import dev fake.thing.other thing-base").await.stderr, @r#"
    shop/dev in account 123456789012, eu-central-1; state in memory
    error: cannot import fake.thing.other: the stack does not declare it
      hint: did you mean fake.thing.site?
    "#);
    assert!(env.stored().await.resources.is_empty());
    assert_eq!(
        env.types(&app, "import dev fake.thing.base thing-base").await.exit,
        Exit::Done
    );
    assert_snapshot!(env.types(&app, "import dev fake.thing.base thing-site --sandbox").await.stderr, @r#"
    shop/dev in the sandbox (account 123456789012, eu-central-1); state in memory
    error: cannot import fake.thing.base: it is thing-base already
      hint: forget that one first: `stacks forget dev fake.thing.base --sandbox`
    "#);
    // an object that is another resource already
    let twice = App::new("shop")
        .environment("dev", |stack| {
            stack.add("base", thing("base", 1));
            stack.add("again", thing("base", 1));
        })
        .platform(env.clone());
    assert_snapshot!(env.types(&twice, "import dev fake.thing.again thing-base").await.stderr, @r#"
    shop/dev in account 123456789012, eu-central-1; state in memory
    reading 1 object
    error: fake.thing.again and fake.thing.base are both thing-base
      hint: drop one of them with `forget`
    "#);
    assert_eq!(env.backend.holder().await.unwrap(), None, "the lock is given back");
}

#[tokio::test]
async fn what_the_next_apply_is_not_let_do_is_told() {
    let (env, _) = with_objects().await;
    let app = App::new("shop")
        .environment("dev", |stack| drop(stack.add("base", thing("other", 1).protect())))
        .platform(env.clone());
    assert_snapshot!(env.types(&app, "import dev fake.thing.base thing-base").await.all(), @r#"
    fake.thing.base is thing-base now
    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    reading 1 object
    reading 1 object
    warning: the next apply would be refused: fake.thing.base is protected and would be replaced: `name` cannot be changed in place
    state serial 1
    --- exit 0
    "#);
    assert_eq!(env.stored().await.resources.len(), 1);
}

#[tokio::test]
async fn only_the_one_that_is_named_is_adopted() {
    let (env, _) = with_objects().await;
    let app = App::new("shop")
        .environment("dev", |stack| {
            let base = stack.add("base", thing("base", 1).import("thing-base"));
            let mut site = thing("site", 1);
            site.uses = Some((&base.id).into());
            stack.add("site", site);
        })
        .platform(env.clone());
    let imported = env.types(&app, "import dev fake.thing.site thing-site").await;
    assert_eq!(imported.exit, Exit::Done, "{imported:?}");
    let held = env.stored().await;
    let held: Vec<String> = held.resources.keys().map(ToString::to_string).collect();
    assert_eq!(held, ["fake.thing.site"]);
}
