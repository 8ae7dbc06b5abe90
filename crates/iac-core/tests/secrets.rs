//! A canary: a secret input shows nowhere but in the cloud.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends there"
)]

mod support;

use std::sync::{Arc, Mutex};

use iac_core::{
    model::{Mark, Secret, Stack},
    plan::{self, Event, Observer, PlanOptions},
    state::Backend,
};
use support::{Fault, Lab, Thing, stack};

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
async fn stored(lab: &Lab) -> String {
    let mut all = String::new();
    for name in lab.backend.list("").await.unwrap() {
        let object = lab.backend.get(&name).await.unwrap().unwrap();
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

async fn look(lab: &Lab, stack: &Stack, when: &str) {
    hides(&format!("{stack:?}"), &format!("{when}: the stack"));
    let plan = lab.plan(stack).await.unwrap();
    hides(&format!("{plan:?}"), &format!("{when}: the plan in Debug"));
    hides(
        &serde_json::to_string(&plan).unwrap(),
        &format!("{when}: the plan in JSON"),
    );
}

#[tokio::test]
async fn a_secret_of_an_adopted_object_shows_nowhere() {
    let lab = Lab::default();
    lab.apply(&guarded(CANARY, 1)).await;
    let lab = Lab::over(lab.cloud.clone(), iac_core::state::MemoryBackend::new());
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
    look(&lab, &build(2), "before it is adopted").await;
    // cut off, so that the journal stays
    let at = lab.cloud.world().calls.len() + 1;
    lab.cloud.world().faults.insert(at, Fault::HangAfter);
    let (options, ears) = (PlanOptions::default(), Ears::default());
    let stack = build(2);
    tokio::select! {
        _ = lab.apply_watched(&stack, &options, &ears) => panic!("it was to hang"),
        () = lab.cloud.hangs() => {}
    }
    hides(&stored(&lab).await, "the journal");
    lab.unlock().await;
    lab.apply(&stack).await;
    hides(&stored(&lab).await, "the state");
    assert!(lab.plan(&stack).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_secret_shows_nowhere() {
    let lab = Lab::default();
    let ears = Ears::default();
    let first = guarded(CANARY, 1);
    look(&lab, &first, "before it is made").await;
    // cut off, so that the journal stays
    let at = lab.cloud.world().calls.len();
    lab.cloud.world().faults.insert(at, Fault::HangAfter);
    let options = PlanOptions::default();
    tokio::select! {
        _ = lab.apply_watched(&first, &options, &ears) => panic!("it was to hang"),
        () = lab.cloud.hangs() => {}
    }
    let journal = stored(&lab).await;
    assert!(journal.contains("hmac-sha256:"), "{journal}");
    hides(&journal, "the journal");
    lab.unlock().await;
    let report = lab.apply_watched(&first, &PlanOptions::default(), &ears).await.unwrap();
    assert!(report.is_success(), "{report:#?}");
    hides(&format!("{report:?}"), "the report");
    let held = lab
        .cloud
        .world()
        .things
        .values()
        .find_map(|held| held.inputs.password.clone());
    assert_eq!(held.unwrap().reveal(), CANARY, "the cloud has the secret itself");
    let state = stored(&lab).await;
    assert!(state.contains("hmac-sha256:"));
    hides(&state, "the state");
    look(&lab, &first, "after it is made").await;
    assert!(lab.plan(&first).await.unwrap().is_empty());
    let second = guarded(SECOND, 2);
    look(&lab, &second, "before it is changed").await;
    let plan = lab.plan(&second).await.unwrap();
    assert!(
        plan.changes
            .iter()
            .any(|change| change.attributes.iter().any(|attribute| attribute.secret))
    );
    let at = lab.cloud.world().calls.len() + 2;
    lab.cloud
        .world()
        .faults
        .insert(at, Fault::Before(iac_core::model::ErrorKind::Denied));
    let report = lab
        .apply_watched(&second, &PlanOptions::default(), &ears)
        .await
        .unwrap();
    hides(&format!("{report:?}"), "the report of a failure");
    let report = lab
        .apply_watched(&second, &PlanOptions::default(), &ears)
        .await
        .unwrap();
    assert!(report.is_success(), "{report:#?}");
    assert!(lab.plan(&second).await.unwrap().is_empty());
    let drifted = second.clone();
    for held in lab.cloud.world().things.values_mut() {
        held.inputs.password = held
            .inputs
            .password
            .is_some()
            .then(|| Secret::from("canary-from-outside"));
    }
    look(&lab, &drifted, "after it was changed outside").await;
    assert_eq!(lab.plan(&drifted).await.unwrap().drift.len(), 1);
    let destroy = PlanOptions {
        mode: plan::Mode::Destroy,
        ..PlanOptions::default()
    };
    hides(
        &format!("{:?}", lab.plan_with(&drifted, &destroy).await.unwrap()),
        "the plan of a destroy",
    );
    lab.apply_watched(&drifted, &destroy, &ears).await.unwrap();
    hides(&stored(&lab).await, "what is left");
    hides(&ears.0.lock().unwrap().concat(), "an event");
}
