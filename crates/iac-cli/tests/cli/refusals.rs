//! Bad input, answered before anything is done.

use iac_cli::{App, Exit};
use iac_core::{
    model::{Clock, Stack},
    state::{Lock, LockInfo, Precondition},
};
use insta::assert_snapshot;

use crate::test_env::{TestEnv, thing};

#[tokio::test]
async fn words_that_are_not_understood() {
    let env = TestEnv::default();
    let app = env.app(1);
    assert_snapshot!(env.types(&app, "plan dvv").await.all(), @r#"
    --- stderr
    error: there is no environment `dvv`
      hint: did you mean `dev`?
      hint: the environments are dev, prod, empty
    --- exit 1
    "#);
    assert_snapshot!(env.types(&app, "plan").await.all(), @r#"
    --- stderr
    error: no environment is named
      hint: the environments are dev, prod, empty
    --- exit 1
    "#);
    assert_snapshot!(env.types(&app, "plam dev").await.all(), @r#"
    --- stderr
    error: unrecognized subcommand 'plam'
      hint: a similar subcommand exists: 'plan'
      hint: usage: stacks [OPTIONS] <COMMAND>
      hint: all words are told by `stacks --help`
    --- exit 1
    "#);
    assert_snapshot!(env.types(&app, "plan dev --target site").await.all(), @r#"
    --- stderr
    error: invalid value 'site' for '--target <ADDR>': `site` is not an address: it needs three parts, like `s3.bucket.logs`
      hint: all words are told by `stacks --help`
    --- exit 1
    "#);
    assert_snapshot!(env.types(&app, "plan dev --lock-timeout soon").await.all(), @r#"
    --- stderr
    error: invalid value 'soon' for '--lock-timeout <DURATION>': `soon` is not a duration like `30s`, `5m` or `1h 30m`
      hint: all words are told by `stacks --help`
    --- exit 1
    "#);
    assert_snapshot!(env.types(&app, "plan dev --jsn").await.all(), @r#"
    --- stderr
    error: unexpected argument '--jsn' found
      hint: a similar argument exists: '--json'
      hint: usage: stacks plan --json <ENV>
      hint: all words are told by `stacks --help`
    --- exit 1
    "#);
    assert_snapshot!(env.types(&app, "plan dev --target fake.thing.sites").await.all(), @r#"
    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    error: `--target fake.thing.sites`: there is no such resource
      hint: did you mean fake.thing.site?
    --- exit 1
    "#);
    assert_snapshot!(env.types(&app, "state show dev").await.all(), @r#"
    --- stderr
    error: the following required arguments were not provided: <ADDR>
      hint: usage: stacks state show <ENV> <ADDR>
      hint: all words are told by `stacks --help`
    --- exit 1
    "#);
    assert_snapshot!(env.types(&app, "output dev site").await.all(), @r#"
    --- stderr
    error: dev has no output `site`
      hint: it has no outputs yet: they are made by an apply
    --- exit 1
    "#);
    assert_snapshot!(env.types(&app, "destroy prdo --yes").await.all(), @r#"
    --- stderr
    error: there is no environment `prdo`
      hint: did you mean `prod`?
      hint: the environments are dev, prod, empty
    --- exit 1
    "#);
}

#[tokio::test]
async fn flags_that_do_not_fit() {
    let env = TestEnv::default();
    let app = env.app(1);
    assert_snapshot!(env.types(&app, "plan dev --parallelism 0").await.stderr, @r#"
    error: invalid value '0' for '--parallelism <N>': it is a whole number, at least 1
      hint: all words are told by `stacks --help`
    "#);
    assert_snapshot!(env.types(&app, "plan dev --destroy --refresh-only").await.stderr, @r#"
    error: the argument '--destroy' cannot be used with '--refresh-only'
      hint: usage: stacks plan --destroy <ENV>
      hint: all words are told by `stacks --help`
    "#);
    assert_snapshot!(env.types(&app, "output dev --raw").await.stderr, @r#"
    error: the following required arguments were not provided: <NAME>
      hint: usage: stacks output --raw <ENV> <NAME>
      hint: all words are told by `stacks --help`
    "#);
    assert_eq!(env.types(&app, "validate dev --sandbox").await.exit, Exit::Failed);
}

#[tokio::test]
async fn names_that_cannot_be() {
    let env = TestEnv::default();
    let twice = App::new("shop").environment("dev", |_| ()).environment("dev", |_| ());
    assert_snapshot!(env.types(&twice, "validate").await.stderr, @r#"
    error: the environment `dev` is declared twice
      hint: give each call of `App::environment` another name
    "#);
    let path = App::new("shop").environment("../dev", |_| ());
    assert_snapshot!(env.types(&path, "validate").await.stderr, @r#"
    error: `../dev` cannot be the name of a stack or an environment
      hint: a name holds letters, digits, `-` and `_`, and begins with a letter or a digit
    "#);
}

#[tokio::test]
async fn nobody_to_ask() {
    let env = TestEnv::default();
    let app = env.app(1);
    assert_snapshot!(env.types(&app, "apply dev").await.all(), @r#"
    --- stderr
    error: apply asks before it changes anything, and there is no terminal to ask on
      hint: say yes beforehand with `--yes`; look at it first with `plan`
    --- exit 1
    "#);
    assert_eq!(env.types(&app, "destroy dev").await.exit, Exit::Failed);
}

#[tokio::test]
async fn apps_that_lack_something() {
    let env = TestEnv::default();
    let app = App::new("shop").environment("dev", |stack| drop(stack.add("a", thing("a", 1))));
    assert_snapshot!(env.types(&app, "plan dev").await.all(), @r#"
    --- stderr
    error: this program has no platform to work on
      hint: give the program one: `App::platform(..)`
    --- exit 1
    "#);
    assert_snapshot!(env.types(&app, "plan dev --sandbox").await.all(), @r#"
    --- stderr
    error: this program has no sandbox
      hint: leave `--sandbox` away, or build the program with its sandbox: `App::sandbox(..)`
    --- exit 1
    "#);
    assert_snapshot!(env.types(&env.app(1), "apply empty --yes").await.all(), @r#"
    --- stderr
    error: the stack of empty is empty
      hint: add resources to it in the function given to `App::environment`
      hint: to remove everything that is there: `stacks destroy empty`
    --- exit 1
    "#);
}

#[tokio::test]
async fn stacks_that_are_not_sound() {
    let env = TestEnv::default();
    let wrong = |stack: &mut Stack| {
        stack.add("a", thing("a", 1));
        stack.add("a", thing("b", 1));
        stack.add("a b", thing("c", 1));
    };
    let app = App::new("shop")
        .environment("dev", wrong)
        .environment("prod", |_: &mut Stack| Err::<(), _>("the price list is not there"))
        .platform(env.clone());
    let told = env.types(&app, "validate").await;
    insta::with_settings!({filters => vec![(r"at \S*refusals.rs:\d+", "at PLACE")]}, {
        assert_snapshot!(told.all(), @r#"
        --- stderr
        error: fake.thing.a is declared twice: at PLACE and at PLACE
          hint: give one of them another name, or put it in a `stack.scope(..)`
        error: at PLACE: `fake.thing.a b` is not an address: the name holds letters, digits, `-` and `_`, with `/` after a scope
        error: the stack of dev has 2 errors
        error: the stack of prod could not be built
          cause: the price list is not there
        error: 2 environments are not sound
        --- exit 1
        "#);
    });
}

#[tokio::test]
async fn a_state_that_is_locked() {
    let env = TestEnv::default();
    let app = env.app(1);
    let info = LockInfo {
        id: "7d9a".to_owned(),
        operation: "apply".to_owned(),
        info: String::new(),
        who: "bob@runner".to_owned(),
        version: "0.1.0".to_owned(),
        created: "2026-01-01T00:00:00Z".parse().unwrap(),
        path: "memory".to_owned(),
    };
    let lock = Lock { info, expires: None };
    env.backend.lock(&lock, None).await.unwrap();
    assert_snapshot!(env.types(&app, "plan dev --sandbox").await.all(), @r#"
    --- stderr
    shop/dev in the sandbox (account 123456789012, eu-central-1); state in memory
    error: the state is locked by bob@runner (apply, since 2026-01-01T00:00:00Z, lock id 7d9a)
      hint: wait for it with `--lock-timeout 5m`
      hint: if that run is surely dead, take the lock away with `stacks unlock dev 7d9a --sandbox`
    --- exit 1
    "#);
    assert_eq!(env.types(&app, "plan dev --no-lock").await.exit, Exit::Done);
    assert_snapshot!(env.types(&app, "plan dev --lock-timeout 2s").await.stderr, @r#"
    shop/dev in account 123456789012, eu-central-1; state in memory
    waiting: the state is locked by bob@runner (apply, since 2026-01-01T00:00:00Z, lock id 7d9a)
    error: the state is locked by bob@runner (apply, since 2026-01-01T00:00:00Z, lock id 7d9a)
      hint: wait for it with `--lock-timeout 5m`
      hint: if that run is surely dead, take the lock away with `stacks unlock dev 7d9a`
    "#);
    assert_snapshot!(env.types(&app, "unlock dev 1234").await.all(), @r#"
    --- stderr
    error: dev is locked, but not with the id 1234: by bob@runner (apply, since 2026-01-01T00:00:00Z, lock id 7d9a)
      hint: if that run is surely dead: `stacks unlock dev 7d9a`
    --- exit 1
    "#);
    assert_snapshot!(env.types(&app, "unlock dev 7d9a").await.all(), @r#"
    --- stderr
    dev is unlocked; it was locked by bob@runner (apply, since 2026-01-01T00:00:00Z, lock id 7d9a)
    --- exit 0
    "#);
    assert_snapshot!(env.types(&app, "unlock dev 7d9a").await.all(), @r#"
    --- stderr
    error: dev is not locked
      hint: there is nothing to take away: go on with what you wanted to do
    --- exit 1
    "#);
}

#[tokio::test]
async fn states_that_cannot_be_used() {
    let states = [
        ("truncated", "{\"format_version\": 1, \"lin"),
        ("newer", "{\"format_version\": 99}"),
        (
            "another's",
            r#"{"format_version":1,"lineage":"l","serial":1,"stack":"blog","environment":"dev","outputs":{},"resources":{}}"#,
        ),
    ];
    let mut told = String::new();
    for (what, state) in states {
        let env = TestEnv::default();
        env.backend
            .put("state.json", state.as_bytes(), &Precondition::Absent)
            .await
            .unwrap();
        let typed = env.types(&env.app(1), "apply dev --yes").await;
        assert_eq!(typed.exit, Exit::Failed);
        assert_eq!(env.backend.holder().await.unwrap(), None, "the lock is given back");
        told.extend(["--- ", what, "\n", &typed.stderr]);
    }
    assert_snapshot!(told, @r#"
    --- truncated
    shop/dev in account 123456789012, eu-central-1; state in memory
    error: the state at memory cannot be read
      cause: EOF while parsing a string at line 1 column 26
      hint: the bucket or folder memory may keep earlier versions: put the last good one back
    --- newer
    shop/dev in account 123456789012, eu-central-1; state in memory
    error: the state at memory has format 99, this version reads up to 1
      hint: use the version of the program that wrote it, or a newer one
    --- another's
    shop/dev in account 123456789012, eu-central-1; state in memory
    error: the state at memory belongs to blog/dev, not to shop/dev
      hint: give every stack and environment a state of its own
    "#);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_to() {
    let env = TestEnv::default();
    // a file where a folder should be refuses everybody, the superuser too
    let blocked = env.folder().join("blocked");
    std::fs::write(&blocked, "").unwrap();
    let command = format!("plan dev --state-dir {}", blocked.display());
    let typed = env.types(&env.app(1), &command).await;
    assert_eq!(typed.exit, Exit::Failed);
    insta::with_settings!({filters => vec![(r"/\S*/blocked", "FOLDER")]}, {
        assert_snapshot!(typed.stderr, @r#"
        shop/dev in account 123456789012, eu-central-1; state in FOLDER/dev
        error: cannot make the folder FOLDER/dev
          cause: Not a directory (os error 20)
          hint: a file is in the way of a folder: move it, or choose another folder with `--state-dir DIR`
        "#);
    });
}

#[test]
fn the_real_clock_tells_the_time() {
    assert!(iac_cli::RealClock.now() > "2026-01-01T00:00:00Z".parse().unwrap());
}
