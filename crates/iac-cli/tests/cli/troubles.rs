//! Applies that go wrong, are stopped, or cannot save.

use std::sync::Arc;

use async_trait::async_trait;
use iac_cli::Exit;
use iac_core::state::{Backend, BackendError, Lock, MemoryBackend, Object, Precondition, Version};
use insta::assert_snapshot;
use jiff::Timestamp;
use tokio::sync::watch;

use crate::test_env::TestEnv;

#[tokio::test]
async fn a_failure_is_told_with_all_that_helps() {
    let env = TestEnv::default();
    let app = env.app(1);
    env.cloud.sandbox().broken = Some("site");
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
      token: (secret)

    --- stderr
    shop/dev in account 123456789012, eu-central-1; state in memory
    + fake.thing.base: creating
    + fake.thing.base: created in 0.0s (thing-base)
    + fake.thing.site: creating
    ! fake.thing.site: create failed: fake:CreateThing: ThingNameTaken: that name is taken (request req-7)


    Done:
      + fake.thing.base: created

    error: fake.thing.site: create failed
      cause: fake:CreateThing: ThingNameTaken: that name is taken (request req-7)
      hint: choose another name
    error: the apply of dev did not finish: 1 done, 1 failed, 0 pending
      hint: run `stacks apply dev` again when the cause is dealt with: it goes on from here
    --- exit 1
    "#);
    env.cloud.sandbox().broken = Some("base");
    let other = TestEnv::default();
    other.cloud.sandbox().broken = Some("base");
    assert_snapshot!(other.types(&app_of(&other), "apply dev --yes").await.stderr, @r#"
    shop/dev in account 123456789012, eu-central-1; state in memory
    + fake.thing.base: creating
    ! fake.thing.base: create failed: fake:CreateThing: ThingNameTaken: that name is taken (request req-7)
    ! fake.thing.site: create not tried, it needs fake.thing.base

    Pending:
      + fake.thing.site: create (it needs fake.thing.base)

    error: fake.thing.base: create failed
      cause: fake:CreateThing: ThingNameTaken: that name is taken (request req-7)
      hint: choose another name
    error: the apply of dev did not finish: 0 done, 1 failed, 1 pending
      hint: run `stacks apply dev` again when the cause is dealt with: it goes on from here
    "#);
    env.cloud.sandbox().broken = None;
    let again = env.types(&app, "apply dev --yes").await;
    assert_eq!(again.exit, Exit::Done, "{again:?}");
    assert_eq!(env.types(&app, "plan dev --detailed-exitcode").await.exit, Exit::Done);
}

fn app_of(env: &TestEnv) -> iac_cli::App {
    env.app(1)
}

#[tokio::test]
async fn stopped_once_it_finishes_what_is_in_flight() {
    let env = TestEnv::default();
    let app = env.app(1);
    let (sender, receiver) = watch::channel(0);
    env.cloud.sandbox().stops = Some(("base", 1, sender));
    let stopped = env
        .types_at(&app, "apply dev --yes", |mut host| {
            host.interrupts = receiver;
            host
        })
        .await;
    assert_snapshot!(stopped.stderr, @r#"
    shop/dev in account 123456789012, eu-central-1; state in memory
    + fake.thing.base: creating
    warning: stopping: what is in flight is finished and saved, nothing more is begun; ask again to leave at once
    + fake.thing.base: created in 0.0s (thing-base)
    ! fake.thing.site: create not tried, the run was stopped


    Done:
      + fake.thing.base: created

    Pending:
      + fake.thing.site: create (not begun)

    error: the apply of dev was stopped: 1 done, 0 failed, 1 pending
      hint: run `stacks apply dev` again: it goes on from here
    "#);
    assert_eq!(stopped.exit, Exit::Failed);
    assert_eq!(env.backend.holder().await.unwrap(), None, "the lock is given back");
    env.cloud.sandbox().stops = None;
    let again = env.types(&app, "apply dev --yes").await;
    assert_eq!(again.exit, Exit::Done, "{again:?}");
}

#[tokio::test]
async fn stopped_twice_it_leaves_and_the_journal_holds() {
    let env = TestEnv::default();
    let app = env.app(1);
    let (sender, receiver) = watch::channel(0);
    env.cloud.sandbox().stops = Some(("base", 2, sender));
    let left = env
        .types_at(&app, "apply dev --yes", |mut host| {
            host.interrupts = receiver;
            host
        })
        .await;
    assert_eq!(left.exit, Exit::Left);
    assert_snapshot!(left.stderr, @r#"
    shop/dev in account 123456789012, eu-central-1; state in memory
    + fake.thing.base: creating
    warning: stopping: what is in flight is finished and saved, nothing more is begun; ask again to leave at once
    error: left at once: what was in flight is not waited for
      hint: nothing is lost: it is in the journal, and the next apply recovers it
      hint: the lock runs out by itself within a minute
    "#);
    env.cloud.sandbox().stops = None;
    let holder = env.backend.holder().await.unwrap().unwrap();
    env.backend.unlock(&holder.info.id).await.unwrap();
    assert_snapshot!(env.types(&app, "plan dev").await.stdout, @r#"
    Left by an interrupted run; the next apply recovers it first:
      the create of fake.thing.base was cut off

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
    "#);
    let again = env.types(&app, "apply dev --yes").await;
    assert_eq!(again.exit, Exit::Done, "{again:?}");
    assert_snapshot!(again.stderr, @r#"
    shop/dev in account 123456789012, eu-central-1; state in memory
    recovered: fake.thing.base: a create was cut off before it made anything
    + fake.thing.base: creating
    + fake.thing.base: created in 0.0s (thing-base)
    + fake.thing.site: creating
    + fake.thing.site: created in 0.0s (thing-site)

    Applied in 0.0s: 2 created. state serial 1
    "#);
}

#[tokio::test]
async fn stopped_while_planning_nothing_is_left_behind() {
    let env = TestEnv::default();
    let app = env.app(1);
    assert_eq!(env.types(&app, "apply dev --yes").await.exit, Exit::Done);
    for command in ["plan dev", "plan dev --no-lock", "apply dev --yes"] {
        let (sender, receiver) = watch::channel(0);
        env.cloud.sandbox().stops_at_read = Some(sender);
        let stopped = env
            .types_at(&app, command, |mut host| {
                host.interrupts = receiver;
                host
            })
            .await;
        let told = "reading 2 objects\nerror: stopped: nothing was changed\n";
        assert!(stopped.stderr.ends_with(told), "{command}: {}", stopped.stderr);
        assert_eq!(stopped.exit, Exit::Failed);
        assert_eq!(env.backend.holder().await.unwrap(), None, "the lock is given back");
    }
}

/// A backend whose disk is full when it comes to the state.
#[derive(Debug, Default)]
struct Full(MemoryBackend);

/// A stream that takes nothing.
struct Broken(std::io::ErrorKind);

impl std::io::Write for Broken {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(self.0.into())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_reader_that_leaves_is_no_error_and_a_full_disk_is() {
    let env = TestEnv::default();
    let app = env.app(1);
    for (kind, exit) in [
        (std::io::ErrorKind::BrokenPipe, Exit::Done),
        (std::io::ErrorKind::StorageFull, Exit::Failed),
    ] {
        let typed = env
            .types_at(&app, "graph dev", |mut host| {
                host.stdout = Box::new(Broken(kind));
                host
            })
            .await;
        assert_eq!(typed.exit, exit, "{typed:?}");
    }
}

#[async_trait]
impl Backend for Full {
    fn place(&self) -> String {
        "full-disk".to_owned()
    }
    async fn get(&self, name: &str) -> Result<Option<Object>, BackendError> {
        self.0.get(name).await
    }
    async fn put(&self, name: &str, bytes: &[u8], precondition: &Precondition) -> Result<Version, BackendError> {
        if name == "state.json" {
            return Err(BackendError::Io {
                action: "write",
                path: "full-disk/state.json".into(),
                source: std::io::ErrorKind::StorageFull.into(),
            });
        }
        self.0.put(name, bytes, precondition).await
    }
    async fn delete(&self, name: &str) -> Result<(), BackendError> {
        self.0.delete(name).await
    }
    async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        self.0.list(prefix).await
    }
    async fn lock(&self, lock: &Lock, over: Option<&Lock>) -> Result<(), BackendError> {
        self.0.lock(lock, over).await
    }
    async fn renew(&self, held: &Lock, expires: Timestamp) -> Result<Lock, BackendError> {
        self.0.renew(held, expires).await
    }
    async fn unlock(&self, id: &str) -> Result<(), BackendError> {
        self.0.unlock(id).await
    }
    async fn holder(&self) -> Result<Option<Lock>, BackendError> {
        self.0.holder().await
    }
}

#[tokio::test]
async fn a_state_that_cannot_be_saved_is_kept_in_a_file() {
    let env = TestEnv::over(Arc::new(Full::default()));
    let typed = env.types(&env.app(1), "apply dev --yes").await;
    assert_eq!(typed.exit, Exit::Failed);
    insta::with_settings!({filters => vec![(r"/\S*/errored", "FOLDER/errored")]}, {
        assert_snapshot!(typed.stderr, @r#"
        shop/dev in account 123456789012, eu-central-1; state in full-disk
        + fake.thing.base: creating
        + fake.thing.base: created in 0.0s (thing-base)
        + fake.thing.site: creating
        + fake.thing.site: created in 0.0s (thing-site)
        warning: the state cannot be saved, trying again: cannot write full-disk/state.json
        warning: the state cannot be saved, trying again: cannot write full-disk/state.json
        warning: the state cannot be saved, trying again: cannot write full-disk/state.json
        warning: the state cannot be saved, trying again: cannot write full-disk/state.json


        Done:
          + fake.thing.base: created
          + fake.thing.site: created

        error: the state could not be saved
          cause: cannot write full-disk/state.json
          cause: no storage space
          hint: free some space on that disk, then run the command again
          hint: run `stacks apply dev` first: what the journal holds is taken up from there
          hint: the state as it should be is kept in FOLDER/errored-shop-dev-1.json: should a plan still want to make what is there already, put it in place with `stacks state push dev errored-shop-dev-1.json`
        "#);
    });
    let file = env.folder().join("errored-shop-dev-1.json");
    let state = iac_core::state::State::decode(&std::fs::read(&file).unwrap(), "file").unwrap();
    assert_eq!(state.resources.len(), 2);
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
}
