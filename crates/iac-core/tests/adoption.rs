//! Objects that are there already become resources, beside what earlier replacements left.

mod support;

use std::time::Duration;

use iac_core::{
    apply::{ApplyOptions, Run},
    model::{Address, LifecycleExt, RemoteId, Stack},
    plan::{self, Mode, NoopObserver, PlanOptions},
};
use support::{NAMES, TestEnv, Thing, stack};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn base(zone: &str) -> Stack {
    let mut stack = stack();
    stack.add("base", Thing::builder().zone(zone).build().create_before_delete());
    stack
}

/// Adopts and does nothing else; gives the calls that were made.
async fn adopt(env: &TestEnv, stack: &Stack, id: &str) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let calls = env.cloud.sandbox().calls.len();
    let options = PlanOptions {
        imports: [("fake.thing.base".parse::<Address>()?, RemoteId::new(id))].into(),
        ..PlanOptions::default()
    };
    let mut run = Run::begin(&env.session, NAMES, "import", Duration::ZERO, &NoopObserver).await?;
    let plan = plan::plan(stack, run.snapshot(), &env.session, &options, &NoopObserver).await?;
    let report = run
        .apply(&plan.adoptions(), &ApplyOptions::default(), &NoopObserver)
        .await;
    run.end().await?;
    assert!(report.is_success(), "{report:#?}");
    Ok(env.cloud.sandbox().calls[calls..].to_vec())
}

/// A env in which the resource has no object, but one that a replacement left; gives the ids of that one and of another.
async fn with_one_left() -> Result<(TestEnv, String, String), Box<dyn std::error::Error>> {
    let env = TestEnv::default();
    env.apply(&base("zone-a")).await;
    let old = env
        .cloud
        .sandbox()
        .things
        .keys()
        .next()
        .cloned()
        .ok_or("nothing was made")?;
    // the old one is in use, so that it stays
    let user = {
        let mut sandbox = env.cloud.sandbox();
        let mut user = sandbox.things[&old].clone();
        user.inputs.uses = vec![old.as_str().into()];
        sandbox.things.insert("user".to_owned(), user);
        "user"
    };
    let report = env.apply_with(&base("zone-b"), &PlanOptions::default()).await?;
    assert_eq!(report.failed.len(), 1, "{report:#?}");
    let other = {
        let mut sandbox = env.cloud.sandbox();
        sandbox.things.remove(user);
        let new = sandbox
            .things
            .keys()
            .find(|id| **id != old)
            .cloned()
            .ok_or("no new one")?;
        // somebody puts another in its place
        let object = sandbox.things.remove(&new).ok_or("it is gone")?;
        sandbox.things.insert("thing-other".to_owned(), object);
        "thing-other".to_owned()
    };
    let options = PlanOptions {
        mode: Mode::RefreshOnly,
        ..PlanOptions::default()
    };
    env.apply_with(&base("zone-b"), &options).await?;
    let held = &env.state().await.resources[&"fake.thing.base".parse()?];
    assert!(held.current.is_none() && held.deposed.len() == 1, "{held:#?}");
    Ok((env, old, other))
}

#[tokio::test]
async fn what_a_replacement_left_is_not_lost_when_another_object_is_adopted() -> Outcome {
    let (env, old, other) = with_one_left().await?;
    let calls = adopt(&env, &base("zone-b"), &other).await?;
    assert!(calls.iter().all(|call| call.starts_with("read")), "{calls:?}");
    let held = env.state().await.resources[&"fake.thing.base".parse()?].clone();
    assert_eq!(held.current.ok_or("nothing was adopted")?.id.as_str(), other);
    assert_eq!(held.deposed.first().ok_or("it is lost")?.id.as_str(), old);
    // the next apply deletes it at last
    env.apply(&base("zone-b")).await;
    let left: Vec<String> = env.cloud.sandbox().things.keys().cloned().collect();
    assert_eq!(left, [other]);
    assert!(env.plan(&base("zone-b")).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn what_a_replacement_left_can_be_adopted_itself() -> Outcome {
    let (env, old, other) = with_one_left().await?;
    env.cloud.sandbox().things.remove(&other);
    adopt(&env, &base("zone-a"), &old).await?;
    env.apply(&base("zone-a")).await;
    let left: Vec<String> = env.cloud.sandbox().things.keys().cloned().collect();
    assert_eq!(left, [old], "it is not deleted as a leftover");
    assert!(env.plan(&base("zone-a")).await?.is_empty());
    Ok(())
}
