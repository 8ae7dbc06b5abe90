//! A process that is stopped in the middle of its work, for longer than its lease, and goes on: it sends not one more request
//! that changes something, not to the cloud and not to the state, wherever it stood.
#![allow(clippy::print_stderr, reason = "the figures are told by `--nocapture`")]

mod support;

use iac_core::{
    apply::ApplyOptions,
    plan::{Event, NoopObserver},
};
use support::{Outcome, s1, way::Way};

/// Stops it after each of its requests that change something.
async fn stopped_everywhere(way: &Way) -> Outcome<()> {
    let course = way.course().await?;
    for requests in 1..course.requests {
        let at = format!("{}, stopped after request {requests}", way.name);
        let mut env = way.begin(&course).await?;
        env.stop_after(usize::try_from(requests)?);
        let (mut run, plan) = env.begin(&way.stack, way.mode).await?;
        let report = run.apply(&plan, &ApplyOptions::default(), &NoopObserver).await;
        // it is as good as dead: the lock stays where it is
        drop(run);
        assert_eq!(
            env.changing().len(),
            usize::try_from(requests)?,
            "{at}: {:#?}",
            env.changing().last()
        );
        let said = report
            .unsaved
            .map(|unsaved| unsaved.error.to_string())
            .unwrap_or_default();
        assert!(said.starts_with("the state lock"), "{at}: {said}");
        // whoever comes next takes the lock over, and says so
        env.later();
        let (heard, hear) = std::sync::mpsc::channel();
        let tell = move |event: Event| {
            if let Event::LockTakenOver { holder } = event {
                drop(heard.send(holder.info.who));
            }
        };
        env.taken_over(&way.stack, &tell).await?;
        drop(tell);
        assert_eq!(hear.iter().collect::<Vec<_>>(), ["tester@env"], "{at}");
        way.finish(&course, &env, &at).await?;
    }
    eprintln!("{}: stopped at {} requests", way.name, course.requests - 1);
    Ok(())
}

#[tokio::test]
async fn a_create_that_goes_on_after_its_lease_changes_nothing_more() -> Outcome<()> {
    stopped_everywhere(&s1::create()).await
}

#[tokio::test]
async fn a_replacement_that_goes_on_after_its_lease_changes_nothing_more() -> Outcome<()> {
    stopped_everywhere(&s1::replace()).await
}

#[tokio::test]
async fn a_destroy_that_goes_on_after_its_lease_changes_nothing_more() -> Outcome<()> {
    stopped_everywhere(&s1::destroy()).await
}
