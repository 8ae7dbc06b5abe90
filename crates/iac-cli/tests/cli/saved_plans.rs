//! Plans in files: `plan --out`, `apply --plan`.

use iac_cli::{App, Exit};
use iac_core::model::Stack;
use insta::assert_snapshot;

use crate::test_env::{TestEnv, sized, twice_applied};

/// The env, the program, and a folder that holds a plan of another size.
async fn planned() -> (TestEnv, App, tempfile::TempDir) {
    let (env, _) = twice_applied().await;
    let app = sized(&env, 7);
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().to_owned();
    let saved = env
        .types_at(&app, "plan dev --out dev.plan", |mut host| {
            host.folder = here;
            host
        })
        .await;
    assert_eq!(saved.exit, Exit::Done, "{saved:?}");
    (env, app, folder)
}

async fn in_folder(env: &TestEnv, app: &App, words: &str, folder: &tempfile::TempDir) -> crate::test_env::Typed {
    let here = folder.path().to_owned();
    env.types_at(app, words, |mut host| {
        host.folder = here;
        host
    })
    .await
}

#[tokio::test]
async fn a_saved_plan_is_applied_without_a_question() {
    let (env, _, folder) = planned().await;
    // the code says something else by now, and even that is broken
    let broken = App::new("shop")
        .environment("dev", |_: &mut Stack| Err::<(), _>("the price list is not there"))
        .platform(env.clone());
    assert_snapshot!(in_folder(&env, &broken, "apply dev --plan dev.plan", &folder).await.all(), @r#"
    ~ fake.thing.base: update
        ~ size: 2 -> 7

    Plan: 0 to create, 1 to update, 0 to replace, 0 to delete.

    Outputs:
      site_id: "thing-site"

    --- stderr
    warning: the stack of dev could not be built; going by the state alone
    shop/dev in account 123456789012, eu-central-1; state in memory
    reading 2 objects
    ~ fake.thing.base: updating
    ~ fake.thing.base: updated in 0.0s (thing-base)

    Applied in 0.0s: 1 updated. state serial 3
    --- exit 0
    "#);
    assert_eq!(env.cloud.sandbox().things["thing-base"].size, 7);
    assert_snapshot!(in_folder(&env, &broken, "apply dev --plan dev.plan", &folder).await.all(), @r#"
    --- stderr
    warning: the stack of dev could not be built; going by the state alone
    shop/dev in account 123456789012, eu-central-1; state in memory
    error: the plan is stale: what it was made on is not what is there
      cause: it was made on serial 2, the state is at 3 (apply by ann@laptop, 2026-01-01T00:00:00Z)
      hint: nothing was changed; make a new plan: `plan ENV --out FILE`
    --- exit 1
    "#);
}

#[tokio::test]
async fn saving_a_plan_says_how_to_apply_it() {
    let (env, app, folder) = planned().await;
    assert_snapshot!(in_folder(&env, &app, "plan dev --out dev.plan --detailed-exitcode", &folder).await.all(), @r#"
    ~ fake.thing.base: update
        ~ size: 2 -> 7

    Plan: 0 to create, 1 to update, 0 to replace, 0 to delete.
    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    reading 2 objects
    saved to dev.plan; apply it with: stacks apply dev --plan dev.plan
    --- exit 2
    "#);
    let file = std::fs::metadata(folder.path().join("dev.plan")).unwrap();
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&file.permissions()) & 0o777,
        0o600
    );
    let json = in_folder(&env, &app, "plan dev --out dev.plan --json", &folder).await;
    assert!(
        serde_json::from_str::<serde_json::Value>(&json.stdout).is_ok(),
        "{json:?}"
    );
    // a destroy, too
    let gone = in_folder(&env, &app, "plan dev --destroy --out gone.plan", &folder).await;
    assert_eq!(gone.exit, Exit::Done, "{gone:?}");
    let gone = in_folder(&env, &app, "apply dev --plan gone.plan --detailed-exitcode", &folder).await;
    assert_eq!(gone.exit, Exit::Changes, "{gone:?}");
    assert!(env.cloud.sandbox().things.is_empty());
}

#[tokio::test]
async fn a_world_that_changed_since_is_told() {
    let (env, app, folder) = planned().await;
    env.cloud.sandbox().things.get_mut("thing-base").unwrap().size = 70;
    assert_snapshot!(in_folder(&env, &app, "apply dev --plan dev.plan", &folder).await.all(), @r#"
    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    reading 2 objects
    error: the plan is stale: what it was made on is not what is there
      cause: fake.thing.base was changed since: size
      hint: nothing was changed; make a new plan: `plan ENV --out FILE`
    --- exit 1
    "#);
    assert_eq!(env.cloud.sandbox().things["thing-base"].size, 70);
}

#[tokio::test]
async fn files_that_will_not_do_are_told_before_anything_is_called() {
    let (env, app, folder) = planned().await;
    std::fs::write(folder.path().join("other.txt"), "not a plan").unwrap();
    let place = folder.path().to_string_lossy().into_owned();
    let said = async |words: &str| {
        let typed = in_folder(&env, &app, words, &folder).await;
        assert_eq!(typed.exit, Exit::Failed);
        typed.stderr.replace(&place, "FOLDER")
    };
    assert_snapshot!(said("apply dev --plan none.plan").await, @r#"
    error: the plan in FOLDER/none.plan cannot be read
      cause: No such file or directory (os error 2)
      hint: give the file that `plan ENV --out FILE` wrote
    "#);
    assert_snapshot!(said("apply dev --plan other.txt").await, @r#"
    error: FOLDER/other.txt holds no saved plan
      cause: expected ident at line 1 column 2
      hint: give the file that `plan ENV --out FILE` wrote
    "#);
    assert_snapshot!(said("apply dev --plan dev.plan --target fake.thing.base").await, @r#"
    error: the argument '--plan <FILE>' cannot be used with '--target <ADDR>'
      hint: usage: stacks apply --plan <FILE> <ENV>
      hint: all words are told by `stacks --help`
    "#);
    assert_snapshot!(said("plan dev --out none/dev.plan").await, @r#"
    error: the plan cannot be written to FOLDER/none/dev.plan
      cause: No such file or directory (os error 2)
      hint: name a file in a folder that is there and may be written to
    "#);
    assert_snapshot!(said("plan dev --out .").await, @r#"
    error: the plan cannot be written to FOLDER/.
      cause: is a directory
      hint: name a file in a folder that is there and may be written to
    "#);
    let elsewhere = App::new("shop").environment("prod", |_| ()).platform(env.clone());
    let typed = in_folder(&env, &elsewhere, "apply prod --plan dev.plan", &folder).await;
    assert_snapshot!(typed.stderr, @r#"
    error: the plan is of shop/dev, not of shop/prod
      hint: name the environment that the plan was made for
    "#);
}
