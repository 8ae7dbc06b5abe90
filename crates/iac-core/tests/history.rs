//! Earlier serials: each is kept, and can be brought back without the source it was made from.

mod support;

use std::{collections::BTreeSet, time::Duration};

use iac_core::{
    apply::{ApplyOptions, Run},
    model::{LifecycleExt, Stack},
    plan::{self, NoopObserver, PlanOptions, StackFromStateError, stack_from_state},
    state::{Backend, EditError, PushError, State, history, serial},
};
use support::{NAMES, TestEnv, Thing, stack};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Two things, the second of which uses the first and has a note made of its address.
fn pair(size: i32, zone: &str) -> Stack {
    let mut stack = stack();
    let base = stack.add("base", Thing::builder().zone(zone).build().create_before_delete());
    let user = Thing::builder()
        .size(size)
        .uses([(&base.id).into()])
        .note(iac_core::model::Input::join(["at ".into(), (&base.url).into()]));
    let user = stack.add("user", user.build());
    stack.output("user", &user.id);
    stack
}

async fn roll_back(env: &TestEnv, to: u64) -> Outcome {
    let mut run = Run::begin(&env.session, NAMES, "rollback", Duration::ZERO, &NoopObserver).await?;
    let then = serial(&env.backend, to).await?.ok_or("it is not kept")?;
    let stack = stack_from_state(&then, &run.snapshot().state, &env.session.registry)?;
    let plan = plan::plan(
        &stack,
        run.snapshot(),
        &env.session,
        &PlanOptions::default(),
        &NoopObserver,
    )
    .await?;
    let report = run.apply(&plan, &ApplyOptions::default(), &NoopObserver).await;
    run.end().await?;
    assert!(report.is_success(), "{report:#?}");
    Ok(())
}

#[tokio::test]
async fn every_serial_is_kept_with_what_it_changed() -> Outcome {
    let env = TestEnv::default();
    env.apply(&pair(1, "zone-a")).await;
    env.apply(&pair(2, "zone-a")).await;
    env.apply(&pair(2, "zone-a")).await;
    env.destroy(&pair(2, "zone-a")).await;
    let history = history(&env.backend).await?;
    let told: Vec<String> = history
        .iter()
        .map(|serial| {
            let author = serial
                .author
                .as_ref()
                .map(|author| format!("{} {}", author.who, author.operation));
            let [added, changed, removed] = [&serial.added, &serial.changed, &serial.removed].map(BTreeSet::len);
            format!(
                "{} {}: +{added} ~{changed} -{removed}",
                serial.serial,
                author.unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "3 tester@env apply: +0 ~0 -2",
            "2 tester@env apply: +0 ~1 -0",
            "1 tester@env apply: +2 ~0 -0",
        ]
    );
    Ok(())
}

#[tokio::test]
async fn an_earlier_serial_comes_back_without_its_source() -> Outcome {
    let env = TestEnv::default();
    let first = pair(1, "zone-a");
    env.apply(&first).await;
    let before = env.census();
    // everything is another object: the ids of the first serial are gone
    env.apply(&pair(5, "zone-b")).await;
    assert_ne!(env.census(), before);
    roll_back(&env, 1).await?;
    assert_eq!(env.census(), before);
    env.sound("after the rollback").await;
    assert!(env.plan(&first).await?.is_empty());
    // from nothing at all, too
    env.destroy(&first).await;
    roll_back(&env, 1).await?;
    assert_eq!(env.census(), before);
    assert!(env.plan(&first).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn what_was_renamed_since_is_renamed_back() -> Outcome {
    let env = TestEnv::default();
    let mut first = stack();
    first.add("old", Thing::builder().build());
    env.apply(&first).await;
    let mut second = stack();
    second.add("new", Thing::builder().build());
    second.moved("fake.thing.old", "fake.thing.new");
    env.apply(&second).await;
    let calls = env.cloud.sandbox().calls.len();
    roll_back(&env, 1).await?;
    assert!(env.plan(&first).await?.is_empty());
    let sandbox = env.cloud.sandbox();
    let changed = sandbox.calls[calls..].iter().find(|call| !call.starts_with("read"));
    assert_eq!(changed, None, "a rename calls nothing");
    Ok(())
}

#[tokio::test]
async fn what_had_been_let_go_of_is_a_value_to_those_that_referred_to_it() -> Outcome {
    let env = TestEnv::default();
    env.apply(&pair(1, "zone-a")).await;
    let base = "fake.thing.base".parse()?;
    let mut run = Run::begin(&env.session, NAMES, "forget", Duration::ZERO, &NoopObserver).await?;
    let mut state = run.snapshot().state.clone();
    let id = state.forget(&base)?.current.ok_or("it has no object")?.id;
    run.rewrite(state).await?;
    run.end().await?;
    let before = env.census();
    let mut changed = stack();
    changed.add(
        "user",
        Thing::builder()
            .size(7)
            .uses([id.as_str().into()])
            .note("another")
            .build(),
    );
    env.apply(&changed).await;
    roll_back(&env, 2).await?;
    assert_eq!(env.census(), before);
    Ok(())
}

#[tokio::test]
async fn marks_come_back_and_protection_holds() -> Outcome {
    let env = TestEnv::default();
    env.apply(&pair(1, "zone-a")).await;
    let mut more = pair(1, "zone-a");
    more.add("kept", Thing::builder().build().protect());
    env.apply(&more).await;
    let refused = roll_back(&env, 1).await.err().ok_or("it was not refused")?;
    assert!(
        refused.to_string().contains("fake.thing.kept is protected"),
        "{refused}"
    );
    Ok(())
}

#[tokio::test]
async fn a_type_that_is_not_known_is_told() -> Outcome {
    let env = TestEnv::default();
    env.apply(&pair(1, "zone-a")).await;
    let state = env.state().await;
    let error = stack_from_state(&state, &state, &iac_core::model::Registry::new()).err();
    assert!(
        matches!(error, Some(StackFromStateError::UnknownType { serial: 1, .. })),
        "{error:?}"
    );
    Ok(())
}

#[tokio::test]
async fn edits_refuse_what_makes_no_sense() -> Outcome {
    let env = TestEnv::default();
    env.apply(&pair(1, "zone-a")).await;
    let mut state = env.state().await;
    let [base, user] = ["fake.thing.base", "fake.thing.user"].map(str::parse);
    let (base, user) = (base?, user?);
    assert!(matches!(
        state.move_resource(&base, &user),
        Err(EditError::Exists { .. })
    ));
    assert!(matches!(
        state.move_resource(&base, &"fake.other.base".parse()?),
        Err(EditError::OtherType { .. })
    ));
    let nowhere = state.move_resource(&"fake.thing.bas".parse()?, &"fake.thing.x".parse()?);
    assert!(matches!(nowhere, Err(EditError::NoSuchResource { nearest: Some(near), .. }) if near == base));
    // a rename is told to those that refer to it
    state.move_resource(&base, &"fake.thing.ground".parse()?)?;
    let declared = serde_json::to_string(&state.resources[&user])?;
    assert!(
        declared.contains("fake.thing.ground") && !declared.contains("fake.thing.base"),
        "{declared}"
    );
    let let_go = state.forget(&user)?;
    assert!(let_go.current.is_some());
    assert_eq!(env.cloud.sandbox().things.len(), 2, "the cloud is left alone");
    Ok(())
}

#[tokio::test]
async fn a_push_is_refused_for_three_different_reasons() -> Outcome {
    let env = TestEnv::default();
    env.apply(&pair(1, "zone-a")).await;
    let first = env.state().await;
    env.apply(&pair(2, "zone-a")).await;
    let stored = env.state().await;
    let other = State::new(NAMES.0, NAMES.1);
    assert!(matches!(stored.accepts(&other), Err(PushError::OtherLineage { .. })));
    assert!(matches!(
        stored.accepts(&first),
        Err(PushError::Older { stored: 2, pushed: 1 })
    ));
    let mut edited = stored.clone();
    edited.forget(&"fake.thing.user".parse()?)?;
    assert!(matches!(stored.accepts(&edited), Err(PushError::Differs { serial: 2 })));
    assert_eq!(stored.accepts(&stored), Ok(()));
    // by force it takes the next serial, and what it replaces is kept
    let mut run = Run::begin(&env.session, NAMES, "state push", Duration::ZERO, &NoopObserver).await?;
    assert_eq!(run.rewrite(stored.clone()).await?, 2, "the same is not written again");
    assert_eq!(run.rewrite(first).await?, 3);
    run.end().await?;
    assert_eq!(env.state().await.author.ok_or("no author")?.operation, "state push");
    assert_eq!(serial(&env.backend, 2).await?, Some(stored));
    Ok(())
}

#[tokio::test]
async fn what_an_interrupted_run_knew_is_kept_when_its_state_is_replaced() -> Outcome {
    let env = TestEnv::default();
    env.apply(&pair(1, "zone-a")).await;
    let earlier = env.state().await;
    // the run made something and is gone before the state is saved
    let calls = env.cloud.sandbox().calls.len();
    env.cloud.sandbox().faults.insert(calls + 3, support::Fault::HangAfter);
    let mut more = pair(1, "zone-a");
    more.add("third", Thing::builder().build());
    more.add("fourth", Thing::builder().build());
    let options = PlanOptions {
        parallelism: 1,
        ..PlanOptions::default()
    };
    tokio::select! {
        _ = env.apply_with(&more, &options) => return Err("it did not hang".into()),
        () = env.cloud.hangs() => {}
    }
    env.unlock().await;
    let mut run = Run::begin(&env.session, NAMES, "state push", Duration::ZERO, &NoopObserver).await?;
    let journaled = run.snapshot().state.clone();
    assert!(run.snapshot().is_interrupted() && journaled != earlier);
    run.rewrite(earlier).await?;
    run.end().await?;
    assert_eq!(serial(&env.backend, 1).await?, Some(journaled));
    assert!(env.backend.list("journal/").await?.is_empty());
    Ok(())
}
