//! The history of a state, and its changes by hand.

use iac_cli::{App, Exit};
use iac_core::state::{Lock, LockInfo, Precondition};
use insta::assert_snapshot;

use crate::{
    documents::fits,
    test_env::{TestEnv, thing},
};

#[tokio::test]
async fn history_tells_who_did_what_and_when() {
    let env = TestEnv::default();
    let app = env.app(1);
    assert_snapshot!(env.types(&app, "history dev").await.all(), @r#"
    --- stderr
    dev has no history yet; `stacks apply dev` begins it
    --- exit 0
    "#);
    env.types(&app, "apply dev --yes").await;
    env.types(&env.app(2), "apply dev --yes").await;
    env.types(&app, "state mv dev fake.thing.site fake.thing.web").await;
    env.types(&app, "destroy dev --yes").await;
    assert_snapshot!(env.types(&app, "history dev").await.all(), @r#"
    serial  when                  who         operation  resources  changes
         4  2026-01-01T00:00:00Z  ann@laptop  destroy            0  +0 ~0 -2
         3  2026-01-01T00:00:00Z  ann@laptop  state mv           2  +1 ~0 -1
         2  2026-01-01T00:00:00Z  ann@laptop  apply              2  +0 ~1 -0
         1  2026-01-01T00:00:00Z  ann@laptop  apply              2  +2 ~0 -0
    --- stderr
    --- exit 0
    "#);
    assert_snapshot!(env.types(&app, "history dev -n 2").await.all(), @r#"
    serial  when                  who         operation  resources  changes
         4  2026-01-01T00:00:00Z  ann@laptop  destroy            0  +0 ~0 -2
         3  2026-01-01T00:00:00Z  ann@laptop  state mv           2  +1 ~0 -1
    --- stderr
    the latest 2 of 4
    --- exit 0
    "#);
    assert_snapshot!(env.types(&app, "history dev --limit 0").await.stderr, @r#"
    error: invalid value '0' for '--limit <N>': it is a whole number, at least 1
      hint: all words are told by `stacks --help`
    "#);
    assert_snapshot!(env.types(&app, "history dvv").await.stderr, @r#"
    error: there is no environment `dvv`
      hint: did you mean `dev`?
      hint: the environments are dev, prod, empty
    "#);
}

#[tokio::test]
async fn what_is_forgotten_stays_and_its_id_is_told() {
    let (env, app) = TestEnv::applied().await;
    let before = env.stored().await;
    assert_snapshot!(env.types(&app, "forget dev fake.thing.site --dry-run").await.all(), @r#"
    . fake.thing.site: would be forgotten
        thing-site stays in the cloud
    --- stderr
    warning: the stack declares fake.thing.site: the next apply would make it again, unless it is taken out of the code before
    nothing was written; do it with: stacks forget dev fake.thing.site
    --- exit 0
    "#);
    assert_eq!(env.stored().await, before, "a dry run writes nothing");
    assert_snapshot!(env.types(&app, "forget dev fake.thing.site").await.all(), @r#"
    . fake.thing.site: forgotten
        thing-site stays in the cloud
    --- stderr
    warning: the stack declares fake.thing.site: the next apply would make it again, unless it is taken out of the code before
    state serial 2
    --- exit 0
    "#);
    assert!(env.cloud.sandbox().things.contains_key("thing-site"));
    let after = env.stored().await;
    assert_eq!((after.serial, after.resources.len()), (2, 1));
    assert_eq!(after.author.unwrap().operation, "forget");
    assert_snapshot!(env.types(&app, "forget dev fake.thing.site fake.thing.bas").await.all(), @r#"
    --- stderr
    error: the state holds no fake.thing.bas
    error: the state holds no fake.thing.site
    error: nothing was forgotten, for 2 reasons
      hint: did you mean fake.thing.base?
    --- exit 1
    "#);
    assert_snapshot!(env.types(&app, "forget dev").await.stderr, @r#"
    error: the following required arguments were not provided: <ADDR>...
      hint: usage: stacks forget <ENV> <ADDR>...
      hint: all words are told by `stacks --help`
    "#);
}

#[tokio::test]
async fn deposed_objects_are_told_too() {
    let (env, app) = TestEnv::applied().await;
    let mut state = env.stored().await;
    let site = state.resources.get_mut(&"fake.thing.site".parse().unwrap()).unwrap();
    let mut old = site.current.clone().unwrap();
    old.id = iac_core::model::RemoteId::new("thing-old");
    site.deposed.push(old);
    std::fs::write(env.folder().join("edited.json"), state.encode().unwrap()).unwrap();
    let pushed = env.types(&app, "state push dev edited.json --force").await;
    assert_eq!(pushed.exit, Exit::Done, "{pushed:?}");
    assert_snapshot!(env.types(&app, "state rm dev fake.thing.site").await.stdout, @r#"
    . fake.thing.site: forgotten
        thing-site stays in the cloud
        thing-old stays in the cloud, left of an earlier replacement
    "#);
    assert_eq!(env.stored().await.author.unwrap().operation, "state rm");
}

#[tokio::test]
async fn forgetting_needs_no_code() {
    let (env, app) = TestEnv::applied().await;
    env.types(&app, "apply prod --yes").await;
    let broken = App::new("shop")
        .environment("dev", |_: &mut iac_core::model::Stack| {
            Err::<(), _>("the price list is not there")
        })
        .platform(env.clone());
    let forgotten = env.types(&broken, "forget dev fake.thing.site").await;
    assert_snapshot!(forgotten.all(), @r#"
    . fake.thing.site: forgotten
        thing-site stays in the cloud
    --- stderr
    state serial 2
    --- exit 0
    "#);
    let gone = App::new("shop").environment("other", |_| ()).platform(env.clone());
    for command in [
        "history dev",
        "state pull dev",
        "state mv dev fake.thing.base fake.thing.ground",
        "forget dev fake.thing.ground",
    ] {
        let typed = env.types(&gone, command).await;
        assert_eq!(typed.exit, Exit::Done, "{command}: {typed:?}");
    }
    assert!(env.stored().await.resources.is_empty());
    // what never was is a slip of the hand
    let empty = TestEnv::default();
    let gone = App::new("shop").environment("other", |_| ()).platform(empty.clone());
    assert_snapshot!(empty.types(&gone, "forget dev fake.thing.a").await.stderr, @r#"
    error: there is no environment `dev`
      hint: the environments are other
    "#);
}

#[tokio::test]
async fn a_resource_is_called_otherwise() {
    let (env, app) = TestEnv::applied().await;
    assert_snapshot!(env.types(&app, "state mv dev fake.thing.site fake.thing.web --dry-run").await.all(), @r#"
    fake.thing.site would be fake.thing.web
    --- stderr
    warning: the stack declares fake.thing.site and no fake.thing.web: the next apply would make the one and delete the other, unless it is renamed in the code before
    nothing was written; do it with: stacks state mv dev fake.thing.site fake.thing.web
    --- exit 0
    "#);
    assert_eq!(env.stored().await.serial, 1);
    assert_snapshot!(env.types(&app, "state mv dev fake.thing.site fake.thing.web").await.all(), @r#"
    fake.thing.site is now fake.thing.web
    --- stderr
    warning: the stack declares fake.thing.site and no fake.thing.web: the next apply would make the one and delete the other, unless it is renamed in the code before
    state serial 2
    --- exit 0
    "#);
    assert_snapshot!(env.types(&app, "state mv dev fake.thing.web fake.thing.base").await.stderr, @r#"
    error: the state holds fake.thing.base already
      hint: choose another name, or forget that one first with `forget`
    "#);
    assert_snapshot!(env.types(&app, "state mv dev fake.thing.wep fake.thing.x").await.stderr, @r#"
    error: the state holds no fake.thing.wep
      hint: did you mean fake.thing.web?
    "#);
    assert_snapshot!(env.types(&app, "state mv dev fake.thing.web fake.other.web").await.stderr, @r#"
    error: fake.thing.web cannot become fake.other.web: a rename does not change the type
    "#);
    // once the code says so, too, nothing is left to do, and nobody is warned
    let renamed = App::new("shop")
        .environment("dev", |stack| {
            stack.add("base", thing("base", 1));
            stack.add("web", thing("site", 1));
        })
        .platform(env.clone());
    let again = env.types(&renamed, "state mv dev fake.thing.base fake.thing.b2").await;
    assert!(again.stderr.contains("warning:"), "{again:?}");
    let back = env.types(&renamed, "state mv dev fake.thing.b2 fake.thing.base").await;
    assert_eq!(back.stderr, "state serial 4\n");
}

#[tokio::test]
async fn changes_of_the_state_wait_for_the_lock() {
    let (env, app) = TestEnv::applied().await;
    let info = LockInfo {
        id: "7d9a".to_owned(),
        operation: "apply".to_owned(),
        info: String::new(),
        who: "bob@runner".to_owned(),
        version: "0.1.0".to_owned(),
        created: "2026-01-01T00:00:00Z".parse().unwrap(),
        path: "memory".to_owned(),
    };
    std::fs::write(env.folder().join("s.json"), env.stored().await.encode().unwrap()).unwrap();
    env.backend.lock(&Lock { info, expires: None }, None).await.unwrap();
    for command in [
        "forget dev fake.thing.site",
        "state mv dev fake.thing.site fake.thing.web",
        "state push dev s.json",
    ] {
        let typed = env.types(&app, command).await;
        assert!(typed.stderr.contains("locked by bob@runner"), "{command}: {typed:?}");
        let dry = env.types(&app, &format!("{command} --dry-run")).await;
        assert_eq!(dry.exit, Exit::Done, "{command}: a dry run takes no lock: {dry:?}");
    }
    for command in ["history dev", "state pull dev", "state list dev"] {
        assert_eq!(env.types(&app, command).await.exit, Exit::Done, "{command}");
    }
    assert_eq!(env.stored().await.serial, 1);
}

#[tokio::test]
async fn what_an_interrupted_run_left_open_is_not_forgotten() {
    let (env, app) = TestEnv::applied().await;
    let mut state = env.stored().await;
    let site = "fake.thing.site".parse().unwrap();
    state.pending_operations.push(iac_core::state::PendingOperation {
        request: None,
        intent: iac_core::state::Intent {
            step: 1,
            address: site,
            verb: iac_core::state::Verb::Create,
            seed: String::new(),
            inputs: serde_json::Value::Null,
            pending: None,
            prior_id: None,
        },
        id: None,
    });
    let version = env.backend.get("state.json").await.unwrap().unwrap().version;
    let bytes = state.encode().unwrap();
    env.backend
        .put("state.json", &bytes, &Precondition::Matches(version))
        .await
        .unwrap();
    let pulled = env.types(&app, "state pull dev").await;
    assert_eq!(pulled.json()["pending_operations"][0]["intent"]["step"], 1);
    fits(&pulled, "state");
    assert_snapshot!(env.types(&app, "forget dev fake.thing.site").await.stderr, @r#"
    error: an interrupted run left fake.thing.site open
      hint: run `apply` first: it recovers what is open
    "#);
}
