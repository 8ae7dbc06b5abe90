//! The whole stack, cut off before and after every request that changes something: the process is gone, without any clean-up;
//! the next run brings the environment to what an uninterrupted one would have made, with nothing twice and nothing left over.

mod support;

use support::{Outcome, s1};

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
