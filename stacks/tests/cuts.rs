//! The whole stack, cut off before and after every request that changes something: the process is gone, without any clean-up;
//! the next run brings the environment to what an uninterrupted one would have made, with nothing twice and nothing left over.

mod support;

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
