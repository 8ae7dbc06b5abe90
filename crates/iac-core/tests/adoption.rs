//! Objects that are there already become resources, beside what earlier replacements left.

mod support;

use std::time::Duration;

use iac_core::{
    apply::{ApplyOptions, Run},
    model::{Address, Mark, RemoteId, Stack},
    plan::{self, Mode, PlanOptions, Silent},
};
use support::{Lab, NAMES, Thing, stack};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn base(zone: &str) -> Stack {
    let mut stack = stack();
    stack.add("base", Thing::builder().zone(zone).build().create_before_delete());
    stack
}

/// Adopts and does nothing else; gives the calls that were made.
async fn adopt(lab: &Lab, stack: &Stack, id: &str) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let calls = lab.cloud.world().calls.len();
    let options = PlanOptions {
        imports: [("fake.thing.base".parse::<Address>()?, RemoteId::new(id))].into(),
        ..PlanOptions::default()
    };
    let mut run = Run::begin(&lab.session, NAMES, "import", Duration::ZERO, &Silent).await?;
    let plan = plan::plan(stack, run.snapshot(), &lab.session, &options, &Silent).await?;
    let report = run.apply(&plan.adoptions(), &ApplyOptions::default(), &Silent).await;
    run.end().await?;
    assert!(report.is_success(), "{report:#?}");
    Ok(lab.cloud.world().calls[calls..].to_vec())
}

/// A lab in which the resource has no object, but one that a replacement left; gives the ids of that one and of another.
async fn with_one_left() -> Result<(Lab, String, String), Box<dyn std::error::Error>> {
    let lab = Lab::default();
    lab.apply(&base("zone-a")).await;
    let old = lab
        .cloud
        .world()
        .things
        .keys()
        .next()
        .cloned()
        .ok_or("nothing was made")?;
    // the old one is in use, so that it stays
    let user = {
        let mut world = lab.cloud.world();
        let mut user = world.things[&old].clone();
        user.inputs.uses = vec![old.as_str().into()];
        world.things.insert("user".to_owned(), user);
        "user"
    };
    let report = lab.apply_with(&base("zone-b"), &PlanOptions::default()).await?;
    assert_eq!(report.failed.len(), 1, "{report:#?}");
    let other = {
        let mut world = lab.cloud.world();
        world.things.remove(user);
        let new = world
            .things
            .keys()
            .find(|id| **id != old)
            .cloned()
            .ok_or("no new one")?;
        // somebody puts another in its place
        let object = world.things.remove(&new).ok_or("it is gone")?;
        world.things.insert("thing-other".to_owned(), object);
        "thing-other".to_owned()
    };
    let options = PlanOptions {
        mode: Mode::RefreshOnly,
        ..PlanOptions::default()
    };
    lab.apply_with(&base("zone-b"), &options).await?;
    let held = &lab.state().await.resources[&"fake.thing.base".parse()?];
    assert!(held.current.is_none() && held.deposed.len() == 1, "{held:#?}");
    Ok((lab, old, other))
}

#[tokio::test]
async fn what_a_replacement_left_is_not_lost_when_another_object_is_adopted() -> Outcome {
    let (lab, old, other) = with_one_left().await?;
    let calls = adopt(&lab, &base("zone-b"), &other).await?;
    assert!(calls.iter().all(|call| call.starts_with("read")), "{calls:?}");
    let held = lab.state().await.resources[&"fake.thing.base".parse()?].clone();
    assert_eq!(held.current.ok_or("nothing was adopted")?.id.as_str(), other);
    assert_eq!(held.deposed.first().ok_or("it is lost")?.id.as_str(), old);
    // the next apply deletes it at last
    lab.apply(&base("zone-b")).await;
    let left: Vec<String> = lab.cloud.world().things.keys().cloned().collect();
    assert_eq!(left, [other]);
    assert!(lab.plan(&base("zone-b")).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn what_a_replacement_left_can_be_adopted_itself() -> Outcome {
    let (lab, old, other) = with_one_left().await?;
    lab.cloud.world().things.remove(&other);
    adopt(&lab, &base("zone-a"), &old).await?;
    lab.apply(&base("zone-a")).await;
    let left: Vec<String> = lab.cloud.world().things.keys().cloned().collect();
    assert_eq!(left, [old], "it is not deleted as a leftover");
    assert!(lab.plan(&base("zone-a")).await?.is_empty());
    Ok(())
}
