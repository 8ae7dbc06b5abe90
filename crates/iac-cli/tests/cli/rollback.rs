//! Earlier serials brought back.

use iac_cli::{App, Exit};
use iac_core::model::Stack;
use insta::assert_snapshot;

use crate::test_env::{TestEnv, sized, twice_applied};

#[tokio::test]
async fn an_earlier_serial_comes_back() {
    let (env, app) = twice_applied().await;
    assert_snapshot!(env.types(&app, "rollback dev --to 1 --yes").await.all(), @r#"
    ~ fake.thing.base: update
        ~ size: 2 -> 1

    Plan: 0 to create, 1 to update, 0 to replace, 0 to delete.

    Outputs:
      site_id: "thing-site"

    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    reading 2 objects
    ~ fake.thing.base: updating
    ~ fake.thing.base: updated in 0.0s (thing-base)

    Rolled back in 0.0s: 1 updated. state serial 3
    the code says what it said: bring it to this, too, before the next apply
    --- exit 0
    "#);
    assert_eq!(env.cloud.sandbox().things["thing-base"].size, 1);
    assert_eq!(env.stored().await.author.unwrap().operation, "rollback");
    assert_eq!(
        env.types(&sized(&env, 1), "plan dev --detailed-exitcode").await.exit,
        Exit::Done
    );
    assert_snapshot!(env.types(&app, "rollback dev --to 1 --yes --detailed-exitcode").await.all(), @r#"
    No changes. dev is what it was at serial 1.

    Outputs:
      site_id: "thing-site"

    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    reading 2 objects
    --- exit 0
    "#);
    let forth = env.types(&app, "rollback dev --to 2 --yes --detailed-exitcode").await;
    assert_eq!(forth.exit, Exit::Changes, "{forth:?}");
    assert_eq!(env.cloud.sandbox().things["thing-base"].size, 2);
}

#[tokio::test]
async fn a_person_is_asked_with_the_serial_and_the_environment() {
    let (env, app) = twice_applied().await;
    let said_no = env
        .types_at(&app, "rollback dev --to 1", |host| host.answering("no\n"))
        .await;
    assert_snapshot!(said_no.stderr, @r#"
    shop/dev in account 123456789012, eu-central-1; state in memory
    reading 2 objects
    Bring dev of shop (account 123456789012, eu-central-1) back to serial 1? Type yes: error: not confirmed: nothing was changed in dev
    "#);
    assert_eq!((said_no.exit, env.stored().await.serial), (Exit::Failed, 2));
    assert_snapshot!(env.types(&app, "rollback dev --to 1").await.stderr, @r#"
    error: rollback asks before it changes anything, and there is no terminal to ask on
      hint: say yes beforehand with `--yes`
    "#);
    let said_yes = env
        .types_at(&app, "rollback dev --to 1", |host| host.answering("yes\n"))
        .await;
    assert_eq!(said_yes.exit, Exit::Done, "{said_yes:?}");
    assert_eq!(env.stored().await.serial, 3);
}

#[tokio::test]
async fn no_code_is_needed_to_go_back() {
    let (env, _) = twice_applied().await;
    let broken = App::new("shop")
        .environment("dev", |_: &mut Stack| Err::<(), _>("the price list is not there"))
        .platform(env.clone());
    let back = env.types(&broken, "rollback dev --to 1 --yes").await;
    assert_eq!(back.exit, Exit::Done, "{back:?}");
    let gone = App::new("shop").environment("other", |_| ()).platform(env.clone());
    let forth = env.types(&gone, "rollback dev --to 2 --yes").await;
    assert_eq!(forth.exit, Exit::Done, "{forth:?}");
    assert_eq!(env.cloud.sandbox().things["thing-base"].size, 2);
    // from nothing at all, too
    assert_eq!(env.types(&gone, "destroy dev --yes").await.exit, Exit::Done);
    let again = env.types(&gone, "rollback dev --to 2 --yes").await;
    assert_eq!(again.exit, Exit::Done, "{again:?}");
    assert_eq!(env.cloud.sandbox().things.len(), 2);
    assert_snapshot!(env.types(&gone, "rollback prod --to 1 --yes").await.stderr, @r#"
    error: there is no environment `prod`
      hint: the environments are other
    "#);
}

#[tokio::test]
async fn serials_that_cannot_be_brought_back() {
    let (env, app) = twice_applied().await;
    assert_snapshot!(env.types(&app, "rollback dev --to 7 --yes").await.all(), @r#"
    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    error: serial 7 of dev is not kept
      hint: the serials 1 to 2 are
      hint: what is kept is listed by `stacks history dev`
    --- exit 1
    "#);
    assert_snapshot!(env.types(&app, "rollback dev --yes").await.stderr, @r#"
    error: the following required arguments were not provided: --to <SERIAL>
      hint: usage: stacks rollback --to <SERIAL> --yes <ENV>
      hint: all words are told by `stacks --help`
    "#);
    assert_eq!(env.types(&app, "destroy dev --yes").await.exit, Exit::Done);
    assert_snapshot!(env.types(&app, "rollback dev --to 3 --yes").await.stderr, @r#"
    shop/dev in account 123456789012, eu-central-1; state in memory
    error: serial 3 of dev holds nothing
      hint: to remove everything that is there: `stacks destroy dev`
    "#);
    assert_eq!(env.backend.holder().await.unwrap(), None, "the lock is given back");
}

#[tokio::test]
async fn a_secret_comes_back_as_it_was() {
    let (env, app) = TestEnv::applied().await;
    let before = env.cloud.sandbox().things.clone();
    assert_eq!(env.types(&app, "destroy dev --yes").await.exit, Exit::Done);
    let gone = App::new("shop").environment("other", |_| ()).platform(env.clone());
    let back = env.types(&gone, "rollback dev --to 1 --yes").await;
    assert_eq!(back.exit, Exit::Done, "{back:?}");
    assert_eq!(env.cloud.sandbox().things, before);
}

#[tokio::test]
async fn a_rollback_that_fails_goes_on_from_where_it_stopped() {
    let (env, app) = twice_applied().await;
    assert_eq!(env.types(&app, "destroy dev --yes").await.exit, Exit::Done);
    env.cloud.sandbox().broken = Some("site");
    let failed = env
        .types(&app, "rollback dev --to 2 --yes --target fake.thing.site")
        .await;
    assert_eq!(failed.exit, Exit::Failed);
    let hint = "run `stacks rollback dev --to 2 --target fake.thing.site` again";
    assert!(failed.stderr.contains(hint), "{failed:?}");
    env.cloud.sandbox().broken = None;
    let again = env.types(&app, "rollback dev --to 2 --yes").await;
    assert_eq!(again.exit, Exit::Done, "{again:?}");
    assert_eq!(env.cloud.sandbox().things.len(), 2);
}

#[tokio::test]
async fn what_was_let_go_of_is_not_in_the_way_of_what_referred_to_it() {
    let (env, app) = twice_applied().await;
    assert_eq!(env.types(&app, "forget dev fake.thing.base").await.exit, Exit::Done);
    env.types(&sized(&env, 2), "destroy dev --yes").await;
    let back = env.types(&app, "rollback dev --to 3 --yes").await;
    assert_eq!(back.exit, Exit::Done, "{back:?}");
    let uses = env.cloud.sandbox().things["thing-site"].uses.clone();
    assert_eq!(uses, Some("thing-base".into()), "the value that it was");
}
