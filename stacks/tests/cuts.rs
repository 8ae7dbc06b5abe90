//! The whole stack, cut off before and after every request that changes something: the process is gone, without any clean-up;
//! the next run brings the environment to what an uninterrupted one would have made, with nothing twice and nothing left over.

mod support;

use std::collections::BTreeSet;

use iac_core::plan::{Action, Plan, Reason};
use support::{Outcome, s1, synthetic};

/// Of the runs with every mark, every so many requests are enough for a usual run.
const STRIDE: u64 = 3;

#[tokio::test]
async fn a_create_cut_anywhere_is_finished_by_the_next_run() -> Outcome<()> {
    s1::create().cut_everywhere(1).await
}

#[tokio::test]
async fn an_update_cut_anywhere_is_finished_by_the_next_run() -> Outcome<()> {
    s1::update().cut_everywhere(1).await
}

#[tokio::test]
async fn a_replacement_cut_anywhere_is_finished_by_the_next_run() -> Outcome<()> {
    s1::replace().cut_everywhere(1).await
}

#[tokio::test]
async fn a_destroy_cut_anywhere_is_finished_by_the_next_run() -> Outcome<()> {
    s1::destroy().cut_everywhere(1).await
}

#[tokio::test]
async fn with_every_mark_a_create_cut_anywhere_is_finished() -> Outcome<()> {
    synthetic::create().cut_everywhere(STRIDE).await
}

#[tokio::test]
async fn with_every_mark_an_update_cut_anywhere_is_finished() -> Outcome<()> {
    synthetic::update().cut_everywhere(STRIDE).await
}

#[tokio::test]
async fn with_every_mark_a_replacement_cut_anywhere_is_finished() -> Outcome<()> {
    synthetic::replace().cut_everywhere(STRIDE).await
}

#[tokio::test]
async fn with_every_mark_a_destroy_cut_anywhere_is_finished() -> Outcome<()> {
    synthetic::destroy().cut_everywhere(STRIDE).await
}

#[tokio::test]
async fn with_stale_reads_a_create_cut_anywhere_is_finished() -> Outcome<()> {
    s1::create().with_stale_reads().cut_everywhere(2).await
}

#[tokio::test]
async fn with_stale_reads_an_update_cut_anywhere_is_finished() -> Outcome<()> {
    s1::update().with_stale_reads().cut_everywhere(2).await
}

#[tokio::test]
async fn with_stale_reads_a_replacement_cut_anywhere_is_finished() -> Outcome<()> {
    s1::replace().with_stale_reads().cut_everywhere(2).await
}

#[tokio::test]
async fn with_stale_reads_a_destroy_cut_anywhere_is_finished() -> Outcome<()> {
    s1::destroy().with_stale_reads().cut_everywhere(2).await
}

#[tokio::test]
async fn with_every_mark_and_stale_reads_a_create_cut_anywhere_is_finished() -> Outcome<()> {
    synthetic::create().with_stale_reads().cut_everywhere(STRIDE).await
}

#[tokio::test]
async fn with_every_mark_and_stale_reads_an_update_cut_anywhere_is_finished() -> Outcome<()> {
    synthetic::update().with_stale_reads().cut_everywhere(STRIDE).await
}

#[tokio::test]
async fn with_every_mark_and_stale_reads_a_replacement_cut_anywhere_is_finished() -> Outcome<()> {
    synthetic::replace().with_stale_reads().cut_everywhere(STRIDE).await
}

#[tokio::test]
async fn with_every_mark_and_stale_reads_a_destroy_cut_anywhere_is_finished() -> Outcome<()> {
    synthetic::destroy().with_stale_reads().cut_everywhere(STRIDE).await
}

/// The types something is done to.
fn types(plan: &Plan, action: Action) -> BTreeSet<&str> {
    let changes = plan.changes.iter().filter(|change| change.action == action);
    changes.map(|change| change.address.type_name()).collect()
}

/// Whether something that is replaced so is needed by something that is changed, too.
fn with_dependents(plan: &Plan, action: Action) -> bool {
    let mut replaced = plan.changes.iter().filter(|change| change.action == action);
    replaced.any(|change| {
        let mut others = plan.actions();
        others.any(|other| other.data.dependencies.contains(&change.address))
    })
}

fn has(plan: &Plan, wanted: fn(&Reason) -> bool) -> bool {
    plan.changes.iter().flat_map(|change| &change.reasons).any(wanted)
}

#[tokio::test]
async fn the_runs_do_what_they_are_cut_off_for() -> Outcome<()> {
    let everything = types(&s1::create().course().await?.plan, Action::Create).len();
    let update = s1::update().course().await?.plan;
    // an attachment has nothing that could change
    assert_eq!(types(&update, Action::Update).len(), everything - 1);
    assert_eq!(update.summary().update, update.actions().count());
    for replace in [s1::replace(), synthetic::replace()] {
        let plan = replace.course().await?.plan;
        for action in [Action::Replace, Action::ReplaceCreateFirst] {
            let types = types(&plan, action);
            assert!(types.len() > 3, "{}: {action:?}: {types:?}", replace.name);
            assert!(with_dependents(&plan, action), "{}: {action:?}", replace.name);
        }
        assert!(has(&plan, |reason| matches!(reason, Reason::CreateFirstForced { .. })));
    }
    let replace = synthetic::replace().course().await?.plan;
    assert!(has(&replace, |reason| matches!(reason, Reason::Triggered { .. })));
    assert!(has(&replace, |reason| matches!(reason, Reason::Retained)));
    let create = synthetic::create().course().await?.plan;
    assert!(has(&create, |reason| matches!(reason, Reason::Imported { .. })));
    let update = synthetic::update().course().await?.plan;
    assert!(has(&update, |reason| matches!(reason, Reason::Moved { .. })));
    for action in [Action::Create, Action::Update, Action::Delete, Action::Forget] {
        assert!(!types(&update, action).is_empty(), "{action:?}");
    }
    let destroy = synthetic::destroy().course().await?.plan;
    assert!(has(&destroy, |reason| matches!(reason, Reason::Retained)));
    Ok(())
}
