//! What a person does in the life of an environment.

use iac_cli::Exit;
use insta::assert_snapshot;

use crate::test_env::TestEnv;

#[tokio::test]
async fn the_first_apply() {
    let env = TestEnv::default();
    let app = env.app(1);
    assert_snapshot!(env.types(&app, "plan dev --sandbox").await.all(), @r#"
    + fake.thing.base: create
        name: "base"
        size: 1
        ownership tags: iac:address, iac:environment, iac:stack

    + fake.thing.site: create
        name: "site"
        size: 1
        uses: (known after apply)
        password: (secret)
        tags: { team: "web" }
        ownership tags: iac:address, iac:environment, iac:stack

    Outputs:
      + site_id: (known after apply)
      + token: (secret)

    Plan: 2 to create, 0 to update, 0 to replace, 0 to delete.
    --- stderr
    shop/dev in the sandbox (account 123456789012, eu-central-1); state in memory
    apply it with: stacks apply dev --sandbox
    --- exit 0
    "#);
    assert_eq!(
        env.types(&app, "plan dev --detailed-exitcode").await.exit,
        Exit::Changes
    );
    assert_snapshot!(env.types(&app, "apply dev --yes").await.all(), @r#"
    + fake.thing.base: create
        name: "base"
        size: 1
        ownership tags: iac:address, iac:environment, iac:stack

    + fake.thing.site: create
        name: "site"
        size: 1
        uses: (known after apply)
        password: (secret)
        tags: { team: "web" }
        ownership tags: iac:address, iac:environment, iac:stack

    Outputs:
      + site_id: (known after apply)
      + token: (secret)

    Plan: 2 to create, 0 to update, 0 to replace, 0 to delete.

    Outputs:
      site_id: "thing-site"
      token: (secret)

    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    + fake.thing.base: creating
    + fake.thing.base: created in 0.0s (thing-base)
    + fake.thing.site: creating
    + fake.thing.site: created in 0.0s (thing-site)

    Applied in 0.0s: 2 created. state serial 1
    --- exit 0
    "#);
    assert_snapshot!(env.types(&app, "plan dev --detailed-exitcode").await.all(), @r#"
    No changes. dev is what the stack says.
    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    reading 2 objects
    --- exit 0
    "#);
    assert_snapshot!(env.types(&app, "apply dev --yes --detailed-exitcode").await.all(), @r#"
    No changes. dev is what the stack says.

    Outputs:
      site_id: "thing-site"
      token: (secret)

    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    reading 2 objects
    --- exit 0
    "#);
}

#[tokio::test]
async fn a_look_at_what_is_there() {
    let env = TestEnv::default();
    let app = env.app(1);
    assert_eq!(env.types(&app, "apply dev --yes").await.exit, Exit::Done);
    assert_snapshot!(env.types(&app, "output dev").await.all(), @r#"
    site_id: "thing-site"
    token: (secret)
    --- stderr
    --- exit 0
    "#);
    assert_eq!(env.types(&app, "output dev site_id --raw").await.stdout, "thing-site");
    assert_eq!(
        env.types(&app, "output dev site_id --json").await.stdout,
        "\"thing-site\"\n"
    );
    assert_snapshot!(env.types(&app, "state list dev").await.all(), @r#"
    fake.thing.base  thing-base
    fake.thing.site  thing-site
    --- stderr
    --- exit 0
    "#);
    assert_snapshot!(env.types(&app, "state show dev fake.thing.site").await.all(), @r#"
    fake.thing.site
      id: thing-site
      in: account 123456789012, eu-central-1
      created: 2026-01-01T00:00:00Z
      updated: 2026-01-01T00:00:00Z
      inputs:
        name: "site"
        password: (secret)
        size: 1
        tags: {
          iac:address: "fake.thing.site"
          iac:environment: "dev"
          iac:stack: "shop"
          team: "web"
        }
        uses: "thing-base"
      outputs:
        id: "thing-site"
      needs: fake.thing.base
    --- stderr
    --- exit 0
    "#);
}

#[tokio::test]
async fn changes_and_the_end() {
    let env = TestEnv::default();
    let app = env.app(1);
    assert_eq!(env.types(&app, "apply dev --yes").await.exit, Exit::Done);
    let larger = env.app(2);
    assert_snapshot!(env.types(&larger, "plan dev --no-lock").await.all(), @r#"
    ~ fake.thing.base: update
        ~ size: 1 -> 2

    Plan: 0 to create, 1 to update, 0 to replace, 0 to delete.
    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    reading 2 objects
    apply it with: stacks apply dev
    --- exit 0
    "#);
    assert_eq!(env.types(&larger, "apply dev --yes --quiet").await.stderr, "");
    assert_snapshot!(env.types(&larger, "apply dev --yes --replace fake.thing.site").await.all(), @r#"
    -/+ fake.thing.site: replace thing-site, delete first (as asked)

    Outputs:
      ~ site_id: "thing-site" -> (known after apply)

    Plan: 0 to create, 0 to update, 1 to replace, 0 to delete.

    Outputs:
      site_id: "thing-site"
      token: (secret)

    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    reading 2 objects
    - fake.thing.site: deleting
    - fake.thing.site: deleted in 0.0s (thing-site)
    + fake.thing.site: creating
    + fake.thing.site: created in 0.0s (thing-site)

    Applied in 0.0s: 1 created, 1 deleted. state serial 3
    --- exit 0
    "#);

    env.cloud.sandbox().things.remove("thing-site");
    assert_snapshot!(env.types(&larger, "plan dev").await.all(), @r#"
    Changed outside since the last run:
    ! fake.thing.site: deleted

    + fake.thing.site: create (deleted outside)
        name: "site"
        size: 1
        uses: "thing-base"
        password: (secret)
        tags: { team: "web" }
        ownership tags: iac:address, iac:environment, iac:stack

    Outputs:
      ~ site_id: "thing-site" -> (known after apply)

    Plan: 1 to create, 0 to update, 0 to replace, 0 to delete.
    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    reading 2 objects
    apply it with: stacks apply dev
    --- exit 0
    "#);
    assert_snapshot!(env.types(&larger, "plan dev --refresh-only").await.all(), @r#"
    Changed outside since the last run:
    ! fake.thing.site: deleted

    . fake.thing.site: forget thing-site (deleted outside)

    Plan: 0 to create, 0 to update, 0 to replace, 0 to delete, 1 to forget.
    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    reading 2 objects
    apply it with: stacks apply dev --refresh-only
    --- exit 0
    "#);

    assert_snapshot!(env.types(&app, "plan dev --destroy").await.all(), @r#"
    - fake.thing.site: delete thing-site (the environment is destroyed)

    - fake.thing.base: delete thing-base (the environment is destroyed)

    Outputs:
      - site_id: "thing-site"
      - token: (secret)

    Plan: 0 to create, 0 to update, 0 to replace, 2 to delete.
    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    do it with: stacks destroy dev
    --- exit 0
    "#);
    assert_snapshot!(env.types(&app, "destroy dev --yes").await.all(), @r#"
    - fake.thing.site: delete thing-site (the environment is destroyed)

    - fake.thing.base: delete thing-base (the environment is destroyed)

    Outputs:
      - site_id: "thing-site"
      - token: (secret)

    Plan: 0 to create, 0 to update, 0 to replace, 2 to delete.

    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    - fake.thing.site: deleting
    - fake.thing.site: deleted in 0.0s (thing-site)
    - fake.thing.base: deleting
    - fake.thing.base: deleted in 0.0s (thing-base)
    Destroyed in 0.0s: 2 deleted. state serial 4
    --- exit 0
    "#);
    assert!(env.cloud.sandbox().things.is_empty());
    assert_snapshot!(env.types(&app, "destroy dev --yes").await.all(), @r#"
    No changes. dev has nothing left to destroy.

    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    --- exit 0
    "#);
}

#[tokio::test]
async fn a_person_is_asked_and_may_say_no() {
    let env = TestEnv::default();
    let app = env.app(1);
    let said_no = env.types_at(&app, "apply dev", |host| host.answering("no\n")).await;
    assert_snapshot!(said_no.stderr, @r#"
    shop/dev in account 123456789012, eu-central-1; state in memory
    Apply this to dev of shop (account 123456789012, eu-central-1)? Type yes: error: not confirmed: nothing was changed in dev
    "#);
    assert_eq!(said_no.exit, Exit::Failed);
    assert!(env.cloud.sandbox().things.is_empty());
    let gone = env.types_at(&app, "apply dev", |host| host.answering("")).await;
    assert_eq!(gone.exit, Exit::Failed);
    let said_yes = env.types_at(&app, "apply dev", |host| host.answering("yes\n")).await;
    assert_eq!(said_yes.exit, Exit::Done, "{said_yes:?}");

    let yes_is_not_enough = env.types_at(&app, "destroy dev", |host| host.answering("yes\n")).await;
    assert_eq!(yes_is_not_enough.exit, Exit::Failed);
    let named = env.types_at(&app, "destroy dev", |host| host.answering("dev\n")).await;
    assert_eq!(named.exit, Exit::Done, "{named:?}");
    assert!(env.cloud.sandbox().things.is_empty());
}

#[tokio::test]
async fn what_calls_nothing() {
    let env = TestEnv::default();
    let app = env.app(1);
    assert_snapshot!(env.types(&app, "validate").await.all(), @r#"
    dev: sound (2 resources)
    prod: sound (2 resources)
    empty: sound (0 resources)
    --- stderr
    --- exit 0
    "#);
    assert_snapshot!(env.types(&app, "graph dev").await.all(), @r#"
    digraph {
      rankdir = "LR"
      node [shape = box]
      "fake.thing.base"
      "fake.thing.site"
      "fake.thing.site" -> "fake.thing.base"
    }
    --- stderr
    --- exit 0
    "#);
    assert_snapshot!(env.types(&app, "bootstrap dev").await.all(), @r#"
    the place for dev is there
    --- stderr
    go on with: stacks plan dev
    --- exit 0
    "#);
    assert_snapshot!(env.types(&app, "output dev").await.all(), @r#"
    --- stderr
    dev has no outputs; `stacks apply dev` makes them
    --- exit 0
    "#);
    assert_snapshot!(env.types(&app, "--help").await.all(), @r#"
    Plans and applies the environments of shop

    Usage: stacks [OPTIONS] <COMMAND>

    Commands:
      plan       Show what apply would do
      apply      Bring an environment to what the stack says
      destroy    Delete everything in an environment
      refresh    Bring the state to what is there; change nothing there
      drift      Show what was changed outside
      import     Adopt an object that is there already
      forget     Let go of resources without deleting them
      history    List the serials of an environment's state
      rollback   Bring an environment back to an earlier serial
      output     Show the outputs of an environment
      state      Look at what the state holds, and change it
      bootstrap  Make the place where an environment's state is kept; may be repeated
      unlock     Take the lock away from a run that is surely dead
      validate   Check environments without calling anything; all of them when none is named
      graph      Print the dependency graph in the DOT language

    Options:
          --json      Print one JSON document on standard output
      -q, --quiet     Say only what was asked for: no progress, no next steps
          --no-color  Use no colours (as with `NO_COLOR` set)
      -h, --help      Print help
      -V, --version   Print version

    Environments: dev, prod, empty

    Start with: stacks plan dev --sandbox
    --- stderr
    --- exit 0
    "#);
    assert_snapshot!(env.types(&app, "--version").await.all(), @r#"
    shop (iac 0.1.0)
    --- stderr
    --- exit 0
    "#);
    assert_eq!(env.types(&app, "").await.exit, Exit::Failed);
}

#[tokio::test]
async fn destroy_needs_no_code() {
    let env = TestEnv::default();
    let app = env.app(1);
    assert_eq!(env.types(&app, "apply prod --yes").await.exit, Exit::Done);
    let without = iac_cli::App::new("shop")
        .environment("dev", |_| ())
        .platform(env.clone());
    let destroyed = env.types(&without, "destroy prod --yes").await;
    assert_eq!(destroyed.exit, Exit::Done, "{destroyed:?}");
    assert!(env.cloud.sandbox().things.is_empty());
}
