//! Bad input is answered with a sentence that names it, before anything is called.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends there"
)]

mod support;

use std::{sync::Arc, time::Duration};

use iac_core::{
    apply::Run,
    model::{Hint, LifecycleExt, Registry, Stack},
    plan::{self, NoopObserver, PlanOptions},
    state::{
        Backend, BackendError, FileBackend, LEASE, Lease, Lock, LockInfo, MemoryBackend, Precondition, STATE, Snapshot,
        StateWriter, StoreError,
    },
};
use support::{NAMES, TestEnv, Thing, stack};

fn errors(stack: &Stack) -> Vec<String> {
    stack.errors().iter().map(ToString::to_string).collect()
}

#[test]
fn a_name_given_twice_tells_both_places() {
    let mut stack = stack();
    stack.add("base", Thing::builder().build());
    let first = line!() - 1;
    stack.add("base", Thing::builder().build());
    let second = line!() - 1;
    stack.output("id", "a");
    stack.output("id", "b");
    let file = file!();
    assert_eq!(
        errors(&stack),
        [
            format!("fake.thing.base is declared twice: at {file}:{first} and at {file}:{second}"),
            "the output `id` is declared twice".to_owned(),
        ]
    );
}

#[test]
fn a_name_that_is_no_name_is_told_with_its_place() {
    let mut stack = stack();
    stack.scope("site", |stack| stack.add("a b", Thing::builder().build()));
    stack.moved("thing", "fake.thing.a");
    stack.forget("fake.thing");
    let told = errors(&stack);
    assert_eq!(told.len(), 3, "{told:#?}");
    assert!(told[0].starts_with(&format!("at {}:", file!())), "{}", told[0]);
    assert!(told[0].ends_with(
        "`fake.thing.site/a b` is not an address: the name holds letters, digits, `-` and `_`, with `/` after a scope"
    ));
}

#[tokio::test]
async fn a_ring_is_told_by_its_shortest_way() {
    let mut stack = stack();
    let a = stack.add("a", Thing::builder().build());
    let b = stack.add("b", Thing::builder().uses(vec![(&a.id).into()]).build());
    let c = stack.add("c", Thing::builder().uses(vec![(&b.id).into()]).build());
    let d = stack.add("d", Thing::builder().build().depends_on(&c));
    stack.depend_on(&a, &d);
    stack.depend_on(&b, &c);
    let env = TestEnv::default();
    let error = env.plan(&stack).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "resources need each other: fake.thing.b -> fake.thing.c -> fake.thing.b"
    );
    assert_eq!(error.hints().len(), 1);
    assert!(env.cloud.sandbox().calls.is_empty());
}

#[tokio::test]
async fn references_out_of_the_stack_are_told() {
    let mut other = stack();
    let elsewhere = other.add("elsewhere", Thing::builder().build());
    let mut stack = stack();
    stack.add("a", Thing::builder().uses(vec![(&elsewhere.id).into()]).build());
    stack.add("b", Thing::builder().build().depends_on(&elsewhere));
    let c = stack.add("c", Thing::builder().build().replace_when(&elsewhere.url));
    stack.depend_on(&elsewhere, &c);
    stack.output("id", &elsewhere.id);
    let told = errors(&stack);
    assert_eq!(
        told,
        [
            "an explicit dependency refers to `fake.thing.elsewhere`, which is not in this stack",
            "fake.thing.a refers to `fake.thing.elsewhere.id`, which is not in this stack",
            "fake.thing.b refers to `fake.thing.elsewhere`, which is not in this stack",
            "fake.thing.c refers to `fake.thing.elsewhere.url`, which is not in this stack",
            "the output `id` refers to `fake.thing.elsewhere.id`, which is not in this stack",
        ]
    );
    let env = TestEnv::default();
    assert_eq!(env.plan(&stack).await.unwrap_err().errors().len(), 5);
}

#[tokio::test]
async fn a_state_that_cannot_be_used_is_refused() {
    let env = TestEnv::default();
    let mut one = stack();
    one.add("base", Thing::builder().build());
    env.apply(&one).await;
    let object = env.backend.get(STATE).await.unwrap().unwrap();
    let text = String::from_utf8(object.bytes.clone()).unwrap();
    for (bytes, told) in [
        (text[..text.len() / 2].to_owned(), "the state at memory cannot be read"),
        (
            text.replace("\"format_version\": 1", "\"format_version\": 9"),
            "the state at memory has format 9, this version reads up to 1",
        ),
        (
            text.replace("\"environment\": \"dev\"", "\"environment\": \"prod\""),
            "the state at memory belongs to env/prod, not to env/dev",
        ),
        (
            text.replace("\"lineage\"", "\"line\""),
            "the state at memory cannot be read",
        ),
    ] {
        let backend = MemoryBackend::new();
        backend
            .put(STATE, bytes.as_bytes(), &Precondition::Absent)
            .await
            .unwrap();
        let error = Snapshot::read(&backend, NAMES.0, NAMES.1).await.unwrap_err();
        assert_eq!(error.to_string(), told);
        assert_eq!(error.hints().len(), 1);
        let env = TestEnv::over(env.cloud.clone(), backend);
        assert!(
            Run::begin(&env.session, NAMES, "apply", Duration::ZERO, &NoopObserver)
                .await
                .is_err()
        );
        assert!(env.backend.holder().await.unwrap().is_none(), "the lock is given back");
    }
    let backend = MemoryBackend::new();
    backend
        .put("journal/00000001.json", b"{", &Precondition::Absent)
        .await
        .unwrap();
    let error = Snapshot::read(&backend, NAMES.0, NAMES.1).await.unwrap_err();
    assert!(
        error.to_string().starts_with("`journal/00000001.json` cannot be read"),
        "{error}"
    );
}

#[tokio::test]
async fn a_held_lock_shows_its_holder() {
    let env = TestEnv::default();
    let run = Run::begin(&env.session, NAMES, "apply", Duration::ZERO, &NoopObserver)
        .await
        .unwrap();
    let error = Run::begin(&env.session, NAMES, "plan", Duration::ZERO, &NoopObserver)
        .await
        .unwrap_err();
    let holder = env.backend.holder().await.unwrap().unwrap();
    assert_eq!(
        error.to_string(),
        format!(
            "the state is locked by tester@env (apply, since 1970-01-01T00:00:00Z, lock id {})",
            holder.info.id
        )
    );
    assert!(
        error
            .hints()
            .iter()
            .any(|hint| hint.contains(&format!("unlock ENV {}", holder.info.id)))
    );
    run.end().await.unwrap();
    assert!(env.backend.holder().await.unwrap().is_none());
}

#[tokio::test]
async fn a_lock_past_its_end_is_taken_over_and_its_holder_can_write_no_more() {
    let env = TestEnv::default();
    let mut one = stack();
    one.add("base", Thing::builder().name("base").build());
    let mut stale = Run::begin(&env.session, NAMES, "apply", Duration::ZERO, &NoopObserver)
        .await
        .unwrap();
    let plan = plan::plan(
        &one,
        stale.snapshot(),
        &env.session,
        &PlanOptions::default(),
        &NoopObserver,
    )
    .await
    .unwrap();
    env.clock.advance(LEASE * 2);
    env.apply(&one).await;
    let before = env.state().await;
    let report = stale
        .apply(&plan, &iac_core::apply::ApplyOptions::default(), &NoopObserver)
        .await;
    assert!(!report.is_success());
    assert_eq!(
        (report.done.len(), env.cloud.sandbox().things.len()),
        (0, 1),
        "{report:#?}"
    );
    assert!(stale.end().await.is_err());
    assert_eq!(env.state().await, before);
}

fn info(id: &str) -> LockInfo {
    LockInfo {
        id: id.to_owned(),
        operation: "apply".to_owned(),
        info: String::new(),
        who: "tester@env".to_owned(),
        version: "1".to_owned(),
        created: jiff::Timestamp::UNIX_EPOCH,
        path: "memory".to_owned(),
    }
}

#[tokio::test]
async fn a_writer_that_lost_its_lock_overwrites_nothing() {
    let env = TestEnv::default();
    let (backend, clock) = (&env.session.backend, &env.session.clock);
    let tell = |_| {};
    let first = Lease::acquire(backend, clock, info("first"), Duration::ZERO, &tell)
        .await
        .unwrap();
    let writer = StateWriter::open(backend, &Arc::new(first), &env.snapshot().await);
    // taken away by hand: the writer does not know yet
    env.unlock().await;
    let second = Lease::acquire(backend, clock, info("second"), Duration::ZERO, &tell)
        .await
        .unwrap();
    let other = StateWriter::open(backend, &Arc::new(second), &env.snapshot().await);
    let mut theirs = env.state().await;
    other.commit(&mut theirs).await.unwrap();
    let mut ours = env.state().await;
    "ours".clone_into(&mut ours.lineage);
    let error = writer.commit(&mut ours).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Backend(BackendError::Changed { .. })),
        "{error}"
    );
    assert_eq!(env.state().await, theirs);
}

#[tokio::test]
async fn a_lock_of_another_program_has_no_end() {
    let env = TestEnv::default();
    let foreign = Lock {
        info: info("foreign"),
        expires: None,
    };
    env.backend.lock(&foreign, None).await.unwrap();
    env.clock.advance(LEASE * 100);
    let error = Run::begin(&env.session, NAMES, "apply", LEASE, &NoopObserver)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("lock id foreign"), "{error}");
}

#[tokio::test]
async fn a_file_in_the_way_of_the_folder_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dev");
    std::fs::write(&path, "in the way").unwrap();
    let backend = FileBackend::new(&path);
    let error = backend.put(STATE, b"{}", &Precondition::Absent).await.unwrap_err();
    assert_eq!(error.to_string(), format!("cannot make the folder {}", path.display()));
    assert!(
        error.hints()[0].starts_with("a file is in the way"),
        "{:?}",
        error.hints()
    );
}

#[tokio::test]
async fn a_write_that_was_cut_off_is_no_object() {
    let folder = tempfile::tempdir().unwrap();
    let backend = FileBackend::new(folder.path());
    backend
        .put("journal/00000001.json", b"{}", &Precondition::Absent)
        .await
        .unwrap();
    std::fs::write(folder.path().join("journal/.tmpAbC"), "hal").unwrap();
    assert_eq!(backend.list("").await.unwrap(), ["journal/00000001.json"]);
}

#[tokio::test]
async fn objects_of_another_account_or_region_are_not_looked_for_here() {
    for (account, region, told) in [
        (
            "2",
            "here",
            "fake.thing.base is in account 1, but this session is in account 2",
        ),
        (
            "1",
            "there",
            "fake.thing.base is in account 1 (here), but this session is in account 1 (there)",
        ),
    ] {
        let env = TestEnv::default();
        let mut one = stack();
        one.add("base", Thing::builder().name("base").build());
        env.apply(&one).await;
        let mut other = env.clone();
        let mut registry = Registry::new();
        let cloud = env.cloud.elsewhere(account, region);
        registry.add::<Thing>(&Arc::new(cloud));
        other.session.registry = registry;
        let calls = env.cloud.sandbox().calls.len();
        for mode in [plan::Mode::Normal, plan::Mode::Destroy, plan::Mode::RefreshOnly] {
            let options = PlanOptions {
                mode,
                ..PlanOptions::default()
            };
            let error = other.plan_with(&one, &options).await.unwrap_err();
            assert_eq!(error.to_string(), told, "{mode:?}");
        }
        assert_eq!(env.cloud.sandbox().calls.len(), calls);
    }
}

#[tokio::test]
async fn an_output_that_leads_nowhere_is_told() {
    let mut env = TestEnv::default();
    let mut one = stack();
    let base = one.add("base", Thing::builder().name("base").build());
    env.apply(&one).await;
    one.output(
        "gone",
        &iac_core::model::Output::<String>::new(base.address(), "nothing"),
    );
    let error = env.plan(&one).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the output `gone` refers to `fake.thing.base.nothing`, which is not in this stack"
    );
    // a type that this program does not know
    env.session.registry = Registry::new();
    let error = env.plan(&stack()).await.unwrap_err();
    assert_eq!(error.to_string(), "cannot read fake.thing.base");
    assert_eq!(
        error.hints(),
        ["build with the cargo feature of its service, or drop it with `forget`"]
    );
}

#[tokio::test]
async fn a_value_that_could_not_be_read_again_is_refused() {
    let nested = |levels: usize| (0..levels).fold(serde_json::json!(1), |inner, _| serde_json::json!([inner]));
    let with = |levels: usize| {
        let mut stack = stack();
        let value = nested(levels);
        stack.output("deep", iac_core::model::Input::Literal(value));
        stack
    };
    let env = TestEnv::default();
    let refused = env.plan(&with(97)).await.unwrap_err().to_string();
    assert_eq!(refused, "the output `deep`: a value is nested deeper than 96 levels");
    env.apply(&with(96)).await;
    assert!(env.plan(&with(96)).await.unwrap().is_empty());
}
