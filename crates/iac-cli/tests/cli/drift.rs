//! What was changed outside: shown, undone, or taken into the state.

use iac_cli::{App, Exit};
use iac_core::model::Stack;
use insta::assert_snapshot;

use crate::test_env::twice_applied;

#[tokio::test]
async fn drift_is_shown_undone_or_taken_in() {
    let (env, app) = twice_applied().await;
    assert_snapshot!(env.types(&app, "drift dev --detailed-exitcode").await.all(), @r#"
    No drift. dev is as the state says.
    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    reading 2 objects
    --- exit 0
    "#);
    env.cloud.sandbox().things.get_mut("thing-base").unwrap().size = 9;
    env.cloud.sandbox().things.remove("thing-site");
    assert_snapshot!(env.types(&app, "drift dev --detailed-exitcode").await.all(), @r#"
    ! fake.thing.base
        ~ size: 2 -> 9
    ! fake.thing.site: deleted

    Drift: 1 changed outside, 1 deleted.
    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    reading 2 objects
    undo it with: stacks apply dev
    take it into the state with: stacks refresh dev
    --- exit 2
    "#);
    assert_eq!(env.types(&app, "drift dev --no-lock").await.exit, Exit::Done);
    assert_eq!(env.stored().await.serial, 2, "a look changes nothing");
    let only = env.types(&app, "drift dev --exclude fake.thing.site").await;
    assert!(
        only.stdout.ends_with("Drift: 1 changed outside, 0 deleted.\n"),
        "{only:?}"
    );
    let broken = App::new("shop")
        .environment("dev", |_: &mut Stack| Err::<(), _>("the price list is not there"))
        .platform(env.clone());
    assert_eq!(
        env.types(&broken, "drift dev --detailed-exitcode").await.exit,
        Exit::Changes
    );
    assert_snapshot!(env.types(&app, "refresh dev").await.stderr, @r#"
    error: apply asks before it changes anything, and there is no terminal to ask on
      hint: say yes beforehand with `--yes`; look at it first with `plan`
    "#);
    assert_snapshot!(env.types(&app, "refresh dev --yes").await.all(), @r#"
    Changed outside since the last run:
    ! fake.thing.base
        ~ size: 2 -> 9
    ! fake.thing.site: deleted

    = fake.thing.base: only the state changes

    . fake.thing.site: forget thing-site (deleted outside)

    Plan: 0 to create, 0 to update, 0 to replace, 0 to delete, 1 to forget.

    Outputs:
      site_id: "thing-site"

    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    reading 2 objects
    Applied in 0.0s: nothing in the cloud had to change. state serial 3
    --- exit 0
    "#);
    let state = env.stored().await;
    assert_eq!((state.serial, state.resources.len()), (3, 1));
    assert_eq!(env.types(&app, "drift dev --detailed-exitcode").await.exit, Exit::Done);
    assert_eq!(
        env.cloud.sandbox().things["thing-base"].size,
        9,
        "nothing was changed in the cloud"
    );
}
