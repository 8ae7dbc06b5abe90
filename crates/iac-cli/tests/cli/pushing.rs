//! The state taken out and put back.

use iac_cli::Exit;
use iac_core::state::{Precondition, State};
use insta::assert_snapshot;

use crate::test_env::TestEnv;

#[tokio::test]
async fn a_state_goes_out_and_in_again() {
    let (env, app) = TestEnv::applied().await;
    let pulled = env.types(&app, "state pull dev").await;
    assert_eq!(
        State::decode(pulled.stdout.as_bytes(), "stdout").unwrap(),
        env.stored().await
    );
    let file = env.folder().join("pulled.json");
    std::fs::write(&file, &pulled.stdout).unwrap();
    assert_snapshot!(env.types(&app, "state push dev pulled.json").await.all(), @r#"
    dev holds just that state: nothing was written
    --- stderr
    --- exit 0
    "#);
    env.types(&env.app(2), "apply dev --yes").await;
    assert_snapshot!(env.types(&app, "state push dev pulled.json").await.all(), @r#"
    --- stderr
    error: the pushed state has serial 1, the stored one is at 2 already
      hint: something was written since: look at it with `history` and `state pull`
      hint: `--force` puts it in place all the same; what is stored is kept in the history
    --- exit 1
    "#);
    assert_snapshot!(env.types(&app, "state push dev pulled.json --force --dry-run").await.all(), @r#"
    dev would hold 2 resources, in place of serial 2
    --- stderr
    warning: by force: the pushed state has serial 1, the stored one is at 2 already
    nothing was written; do it with: stacks state push dev pulled.json --force
    --- exit 0
    "#);
    assert_eq!(env.stored().await.serial, 2);
    let from_stdin = env
        .types_at(&app, "state push dev - --force", |mut host| {
            host.stdin = Box::new(std::io::Cursor::new(pulled.stdout.clone().into_bytes()));
            host
        })
        .await;
    assert_snapshot!(from_stdin.all(), @r#"
    dev holds 2 resources now; serial 2 is kept in the history
    --- stderr
    warning: by force: the pushed state has serial 1, the stored one is at 2 already
    state serial 3
    --- exit 0
    "#);
    let now = env.stored().await;
    let earlier = State::decode(pulled.stdout.as_bytes(), "stdout").unwrap();
    assert_eq!(now.resources, earlier.resources);
    assert!(env.backend.get("history/00000002.json").await.unwrap().is_some());
    // where nothing is stored anything valid is taken, under its own serial
    let mut fresh = TestEnv::default();
    fresh.cloud = env.cloud.clone();
    std::fs::write(fresh.folder().join("s.json"), now.encode().unwrap()).unwrap();
    assert_snapshot!(fresh.types(&fresh.app(1), "state pull dev").await.stderr, @r#"
    error: nothing is stored of dev yet
      hint: `stacks apply dev` makes its first state
    "#);
    assert_snapshot!(fresh.types(&fresh.app(1), "state push dev s.json --dry-run").await.all(), @r#"
    dev would hold 2 resources; nothing is stored of it yet
    --- stderr
    nothing was written; do it with: stacks state push dev s.json
    --- exit 0
    "#);
    assert_snapshot!(fresh.types(&fresh.app(1), "state push dev s.json").await.all(), @r#"
    dev holds 2 resources now
    --- stderr
    state serial 3
    --- exit 0
    "#);
    assert_eq!(fresh.stored().await.lineage, now.lineage);
    let plan = fresh.types(&fresh.app(2), "plan dev --detailed-exitcode").await;
    assert_eq!(plan.exit, Exit::Done, "{plan:?}");
}

#[tokio::test]
async fn what_is_no_state_of_this_environment_is_refused() {
    let (env, app) = TestEnv::applied().await;
    let pulled = env.types(&app, "state pull dev").await.stdout;
    let mut told = String::new();
    for (name, text) in [
        ("truncated.json", pulled[..pulled.len() / 2].to_owned()),
        (
            "newer.json",
            pulled.replacen("\"format_version\": 1", "\"format_version\": 99", 1),
        ),
        (
            "prod.json",
            pulled.replacen("\"environment\": \"dev\"", "\"environment\": \"prod\"", 1),
        ),
        (
            "other.json",
            String::from_utf8(State::new("shop", "dev").encode().unwrap()).unwrap(),
        ),
        ("edited.json", pulled.replacen("thing-site", "thing-sits", 1)),
    ] {
        std::fs::write(env.folder().join(name), text).unwrap();
        let typed = env.types(&app, &format!("state push dev {name}")).await;
        assert_eq!(typed.exit, Exit::Failed, "{name}");
        told.extend(["--- ", name, "\n", &typed.stderr]);
    }
    told += "--- none\n";
    told += &env.types(&app, "state push dev none.json").await.stderr;
    insta::with_settings!({filters => vec![
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "LINEAGE"),
        (r"line \d+ column \d+", "line N column N"),
    ]}, {
        assert_snapshot!(told, @r#"
        --- truncated.json
        error: the state at truncated.json cannot be read
          cause: EOF while parsing a string at line N column N
          hint: a state is what `state pull` prints, whole and as it is
        --- newer.json
        error: the state at newer.json has format 99, this version reads up to 1
          hint: use the version of the program that wrote it, or a newer one
        --- prod.json
        error: the state at prod.json belongs to shop/prod, not to shop/dev
          hint: push it to the environment it belongs to: its resources are not those of this one
        --- other.json
        error: the pushed state is of lineage LINEAGE, the stored one of LINEAGE
          hint: they are states of different origin: check that the file belongs to this environment
          hint: `--force` puts it in place all the same; what is stored is kept in the history
        --- edited.json
        error: the pushed state has serial 1 as the stored one, but other content
          hint: compare them: `state pull` prints the stored one
          hint: `--force` puts it in place all the same; what is stored is kept in the history
        --- none
        error: none.json cannot be read
          cause: No such file or directory (os error 2)
          hint: name a file that `state pull` has written, or `-` for standard input
        "#);
    });
    assert_eq!(env.stored().await.serial, 1, "nothing was written");
    // force is for the ones that are states of this environment
    for (name, exit) in [
        ("truncated.json", Exit::Failed),
        ("prod.json", Exit::Failed),
        ("other.json", Exit::Done),
    ] {
        let typed = env.types(&app, &format!("state push dev {name} --force")).await;
        assert_eq!(typed.exit, exit, "{name}: {typed:?}");
    }
    assert!(env.stored().await.resources.is_empty());
}

#[tokio::test]
async fn a_stored_state_that_cannot_be_read_is_not_replaced_unseen() {
    let (env, app) = TestEnv::applied().await;
    let pulled = env.types(&app, "state pull dev").await.stdout;
    std::fs::write(env.folder().join("s.json"), &pulled).unwrap();
    let version = env.backend.get("state.json").await.unwrap().unwrap().version;
    env.backend
        .put(
            "state.json",
            b"{\"format_version\": 1, \"lin",
            &Precondition::Matches(version),
        )
        .await
        .unwrap();
    assert_snapshot!(env.types(&app, "state push dev s.json --force").await.stderr, @r#"
    error: the state at memory cannot be read
      cause: EOF while parsing a string at line 1 column 26
      hint: move `state.json` in memory elsewhere and keep it, then push again with `--force`: where none is stored any state of dev is taken
    "#);
    // as it was told
    env.backend.delete("state.json").await.unwrap();
    let pushed = env.types(&app, "state push dev s.json --force").await;
    assert_eq!(pushed.exit, Exit::Done, "{pushed:?}");
    assert_eq!(env.types(&app, "plan dev --detailed-exitcode").await.exit, Exit::Done);
}
