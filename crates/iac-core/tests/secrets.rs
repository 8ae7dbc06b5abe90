//! A canary: a secret input shows nowhere but in the cloud.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends there"
)]

mod support;

use std::sync::{Arc, Mutex};

use iac_core::{
    model::{LifecycleExt, Secret, Stack},
    plan::{self, Event, Observer, PlanOptions},
    state::{Backend, serial},
};
use support::{Fault, TestEnv, Thing, keyless, stack};

const CANARY: &str = "canary-7f3a";
const SECOND: &str = "canary-of-later";

fn guarded(password: &str, size: i32) -> Stack {
    let mut stack = stack();
    let base = Thing::builder().size(size).password(Secret::from(password)).build();
    let trigger = iac_core::model::Input::from(Secret::<String>::from(password));
    let base = stack.add("base", base.create_before_delete().replace_when(trigger));
    stack.add(
        "top",
        Thing::builder().name("top").uses(vec![(&base.id).into()]).build(),
    );
    stack.output(
        "password",
        iac_core::model::Input::from(Secret::<String>::from(password)),
    );
    stack
}

fn hides(text: &str, what: &str) {
    assert!(!text.contains("canary"), "{what} shows the secret: {text}");
}

/// Everything the backend holds, as text.
async fn stored(env: &TestEnv) -> String {
    let mut all = String::new();
    for name in env.backend.list("").await.unwrap() {
        let object = env.backend.get(&name).await.unwrap().unwrap();
        all += &String::from_utf8(object.bytes).unwrap();
    }
    all
}

#[derive(Clone, Default)]
struct Ears(Arc<Mutex<Vec<String>>>);

impl Observer for Ears {
    fn on(&self, event: Event) {
        self.0.lock().unwrap().push(format!("{event:?}"));
    }
}

async fn look(env: &TestEnv, stack: &Stack, when: &str) {
    hides(&format!("{stack:?}"), &format!("{when}: the stack"));
    let plan = env.plan(stack).await.unwrap();
    hides(&format!("{plan:?}"), &format!("{when}: the plan in Debug"));
    hides(
        &serde_json::to_string(&plan).unwrap(),
        &format!("{when}: the plan in JSON"),
    );
}

#[tokio::test]
async fn a_secret_of_an_adopted_object_shows_nowhere() {
    let env = TestEnv::default();
    env.apply(&guarded(CANARY, 1)).await;
    let env = TestEnv::over(env.cloud.clone(), iac_core::state::MemoryBackend::new());
    let build = |size: i32| {
        let mut stack = stack();
        let base = Thing::builder().name("other").size(size).password(Secret::from(CANARY));
        let trigger = iac_core::model::Input::from(Secret::<String>::from(CANARY));
        stack.add(
            "base",
            base.build()
                .replace_when(trigger)
                .import("thing-1")
                .ignore_changes(["name"]),
        );
        stack
    };
    look(&env, &build(2), "before it is adopted").await;
    // cut off, so that the journal stays
    let at = env.cloud.sandbox().calls.len() + 1;
    env.cloud.sandbox().faults.insert(at, Fault::HangAfter);
    let (options, ears) = (PlanOptions::default(), Ears::default());
    let stack = build(2);
    tokio::select! {
        _ = env.apply_watched(&stack, &options, &ears) => panic!("it was to hang"),
        () = env.cloud.hangs() => {}
    }
    hides(&stored(&env).await, "the journal");
    env.unlock().await;
    env.apply(&stack).await;
    hides(&stored(&env).await, "the state");
    assert!(env.plan(&stack).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_secret_shows_nowhere() {
    let env = TestEnv::default();
    let ears = Ears::default();
    let first = guarded(CANARY, 1);
    look(&env, &first, "before it is made").await;
    // cut off, so that the journal stays
    let at = env.cloud.sandbox().calls.len();
    env.cloud.sandbox().faults.insert(at, Fault::HangAfter);
    let options = PlanOptions::default();
    tokio::select! {
        _ = env.apply_watched(&first, &options, &ears) => panic!("it was to hang"),
        () = env.cloud.hangs() => {}
    }
    let journal = stored(&env).await;
    assert!(journal.contains("hmac-sha256:"), "{journal}");
    hides(&journal, "the journal");
    env.unlock().await;
    let report = env.apply_watched(&first, &PlanOptions::default(), &ears).await.unwrap();
    assert!(report.is_success(), "{report:#?}");
    hides(&format!("{report:?}"), "the report");
    let held = env
        .cloud
        .sandbox()
        .things
        .values()
        .find_map(|held| held.inputs.password.clone());
    assert_eq!(held.unwrap().reveal(), CANARY, "the cloud has the secret itself");
    let state = stored(&env).await;
    assert!(state.contains("hmac-sha256:"));
    hides(&state, "the state");
    look(&env, &first, "after it is made").await;
    assert!(env.plan(&first).await.unwrap().is_empty());
    let second = guarded(SECOND, 2);
    look(&env, &second, "before it is changed").await;
    let plan = env.plan(&second).await.unwrap();
    assert!(
        plan.changes
            .iter()
            .any(|change| change.attributes.iter().any(|attribute| attribute.secret))
    );
    let at = env.cloud.sandbox().calls.len() + 2;
    env.cloud
        .sandbox()
        .faults
        .insert(at, Fault::Before(iac_core::model::ErrorKind::Denied));
    let report = env
        .apply_watched(&second, &PlanOptions::default(), &ears)
        .await
        .unwrap();
    hides(&format!("{report:?}"), "the report of a failure");
    let report = env
        .apply_watched(&second, &PlanOptions::default(), &ears)
        .await
        .unwrap();
    assert!(report.is_success(), "{report:#?}");
    assert!(env.plan(&second).await.unwrap().is_empty());
    let drifted = second.clone();
    for held in env.cloud.sandbox().things.values_mut() {
        held.inputs.password = held
            .inputs
            .password
            .is_some()
            .then(|| Secret::from("canary-from-outside"));
    }
    look(&env, &drifted, "after it was changed outside").await;
    assert_eq!(env.plan(&drifted).await.unwrap().drift.len(), 1);
    let destroy = PlanOptions {
        mode: plan::Mode::Destroy,
        ..PlanOptions::default()
    };
    hides(
        &format!("{:?}", env.plan_with(&drifted, &destroy).await.unwrap()),
        "the plan of a destroy",
    );
    env.apply_watched(&drifted, &destroy, &ears).await.unwrap();
    hides(&stored(&env).await, "what is left");
    hides(&ears.0.lock().unwrap().concat(), "an event");
}

fn passwords(env: &TestEnv) -> Vec<String> {
    let sandbox = env.cloud.sandbox();
    let held = sandbox.things.values().filter_map(|held| held.inputs.password.as_ref());
    held.map(|password| password.reveal().clone()).collect()
}

/// The first serial, as a stack.
async fn first_serial(env: &TestEnv) -> Stack {
    let then = serial(&env.backend, 1).await.unwrap().unwrap();
    plan::stack_from_state(&then, &env.state().await, &env.session.registry).unwrap()
}

#[tokio::test]
async fn an_earlier_secret_comes_back_where_there_is_a_key() {
    let env = TestEnv::default();
    env.apply(&guarded(CANARY, 1)).await;
    env.apply(&guarded(SECOND, 2)).await;
    env.apply(&first_serial(&env).await).await;
    assert_eq!(passwords(&env), [CANARY]);
    assert!(env.plan(&guarded(CANARY, 1)).await.unwrap().is_empty());
    hides(&stored(&env).await, "what is stored");
    env.destroy(&stack()).await;
    env.apply(&first_serial(&env).await).await;
    assert_eq!(passwords(&env), [CANARY]);
    hides(&stored(&env).await, "what is stored");
}

#[tokio::test]
async fn without_a_key_a_lost_secret_is_told_and_no_hash_is_sent() {
    let env = keyless();
    env.apply(&guarded(CANARY, 1)).await;
    env.apply(&guarded(CANARY, 2)).await;
    // what is there has the hash that is wanted: it stands in
    env.apply(&first_serial(&env).await).await;
    assert_eq!(passwords(&env), [CANARY]);
    env.apply(&guarded(SECOND, 2)).await;
    let refused = env.plan(&first_serial(&env).await).await.unwrap_err().to_string();
    assert!(
        refused.contains("fake.thing.base: the secret `password` is known by its hash alone"),
        "{refused}"
    );
    assert_eq!(passwords(&env), [SECOND]);
    assert!(!stored(&env).await.contains("aes-siv"));
}

/// A thing whose password is the pin of another.
fn chained(size: i32) -> Stack {
    let mut stack = stack();
    let base = stack.add("base", Thing::builder().name("base").build());
    stack.add(
        "top",
        Thing::builder().name("top").size(size).password(&base.pin).build(),
    );
    stack.output("pin", &base.pin);
    stack
}

#[tokio::test]
async fn a_secret_output_is_at_hand_though_its_resource_is_not_read() {
    let blind = PlanOptions {
        refresh: false,
        ..PlanOptions::default()
    };
    for (env, has_key) in [(TestEnv::default(), true), (keyless(), false)] {
        env.apply(&chained(1)).await;
        let plan = env.plan_with(&chained(2), &blind).await.unwrap();
        let change = plan.change(&"fake.thing.top".parse().unwrap()).unwrap();
        let unknown = change.attributes.iter().any(|attribute| attribute.path == "password");
        assert_eq!(unknown, !has_key, "{change:#?}");
        if has_key {
            let report = env.apply_with(&chained(2), &blind).await.unwrap();
            assert!(report.is_success(), "{report:#?}");
            assert_eq!(passwords(&env), ["canary-pin-of-thing-1"]);
        }
        hides(&stored(&env).await, "what is stored");
        look(&env, &chained(3), "with a secret output").await;
    }
}

#[tokio::test]
async fn a_key_is_made_with_the_first_secret_and_stays() {
    let env = TestEnv::default();
    let mut plain = stack();
    plain.output("nothing", "secret");
    env.apply(&plain).await;
    assert!(env.backend.key(false).await.unwrap().is_none());
    drop(env.plan(&chained(1)).await.unwrap());
    assert!(env.backend.key(false).await.unwrap().is_none(), "a plan makes nothing");
    env.apply(&chained(1)).await;
    let key = env.backend.key(false).await.unwrap().unwrap();
    env.apply(&chained(2)).await;
    assert_eq!(env.backend.key(true).await.unwrap().unwrap().as_bytes(), key.as_bytes());
    let serial = env.state().await.serial;
    assert_eq!(
        env.apply(&chained(2)).await.serial,
        serial,
        "nothing is written when nothing changed"
    );
}

#[tokio::test]
async fn a_key_in_a_folder_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let backend = iac_core::state::FileBackend::new(folder.path().join("state"));
    assert!(backend.key(false).await.unwrap().is_none());
    let key = backend.key(true).await.unwrap().unwrap();
    let again = iac_core::state::FileBackend::new(folder.path().join("state"));
    assert_eq!(again.key(true).await.unwrap().unwrap().as_bytes(), key.as_bytes());
    let path = folder.path().join("state/.secret.key");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(backend.list("").await.unwrap().is_empty(), "it is no object");
    std::fs::write(&path, "cut off").unwrap();
    let broken = backend.key(true).await.unwrap_err().to_string();
    assert!(broken.contains("128") || broken.contains("64 bytes"), "{broken}");
}
