//! What AWS answers where a table in a sandbox would be changed at once: nothing, late, or that it is as it was asked to be.

use iac_aws::dynamodb::{Billing, GlobalIndex, Key, StreamView, Table, WarmThroughput};
use iac_core::model::ErrorKind;
use iac_sandbox::Fault;

use crate::common::{NONE, OURS, TestEnv, problems};

fn plain() -> Table {
    Table::builder()
        .name("orders")
        .partition_key(Key::string("pk"))
        .tags(OURS)
        .build()
}

fn warm(reads: i64, writes: i64) -> WarmThroughput {
    WarmThroughput {
        read_units_per_second: reads,
        write_units_per_second: writes,
    }
}

fn count(env: &TestEnv, operation: &str) -> usize {
    let requests = env.sandbox.requests().into_iter();
    requests.filter(|request| request.operation == operation).count()
}

#[tokio::test]
async fn more_warm_throughput_than_asked_for_is_no_drift() {
    let env = TestEnv::new();
    let mut asked = plain();
    asked.warm_throughput = Some(warm(13_000, 5_000));
    let index = GlobalIndex::builder().partition_key(Key::string("a")).build();
    asked.global_indexes.insert("by-a".to_owned(), index);
    asked.global_indexes.get_mut("by-a").unwrap().warm_throughput = Some(warm(13_000, 5_000));
    env.create(&asked).await.unwrap();
    env.assert_in_sync(&asked).await;

    // AWS has raised it
    let mut less = asked.clone();
    less.warm_throughput = Some(warm(12_500, 4_500));
    less.global_indexes.get_mut("by-a").unwrap().warm_throughput = Some(warm(12_500, 4_500));
    assert_eq!(env.changes(&env.id(), &less, Some(&less)).await, NONE);
    env.sandbox.clear_requests();
    env.update(&less, Some(&asked)).await.unwrap();
    assert_eq!(count(&env, "UpdateTable"), 0, "it is never lowered");
    env.assert_in_sync(&less).await;

    let mut more = asked.clone();
    more.warm_throughput = Some(warm(13_000, 6_000));
    env.update(&more, Some(&asked)).await.unwrap();
    env.assert_in_sync(&more).await;
}

#[tokio::test]
async fn a_change_whose_answer_is_lost_is_looked_for_before_it_is_sent_again() {
    let index = GlobalIndex::builder().partition_key(Key::string("a")).build();
    let mut indexed = plain();
    indexed.global_indexes.insert("by-a".to_owned(), index);
    let mut streamed = plain();
    streamed.stream = Some(StreamView::KeysOnly);
    let mut provisioned = plain();
    provisioned.billing = Billing::provisioned(2, 2);
    for changed in [indexed, streamed, provisioned] {
        let env = TestEnv::new();
        env.create(&plain()).await.unwrap();
        env.sandbox
            .inject(Fault::response_lost().on_operation("UpdateTable").nth(1));
        // the SDK's own second try meets the first one
        let busy = Fault::error(
            400,
            "ResourceInUseException",
            "Attempt to change a resource which is still in use",
        );
        env.sandbox.inject(busy.on_operation("UpdateTable").nth(2));
        env.sandbox.clear_requests();
        env.update(&changed, Some(&plain())).await.unwrap();
        assert_eq!(count(&env, "UpdateTable"), 2);
        env.assert_in_sync(&changed).await;
    }
}

#[tokio::test]
async fn a_change_that_is_refused_because_it_is_made_already_is_made() {
    let env = TestEnv::new();
    let mut provisioned = plain();
    provisioned.billing = Billing::provisioned(2, 2);
    env.create(&provisioned).await.unwrap();
    let mut more = provisioned.clone();
    more.billing = Billing::provisioned(5, 5);
    let same = "The provisioned throughput for the table will not change.";
    let refused = || Fault::error(400, "ValidationException", same).on_operation("UpdateTable");
    env.sandbox
        .inject(Fault::response_lost().on_operation("UpdateTable").nth(1));
    env.sandbox.inject(refused().nth(2));
    env.update(&more, Some(&provisioned)).await.unwrap();
    env.assert_in_sync(&more).await;

    // a refusal of a first try is one
    env.sandbox.clear_faults();
    env.sandbox.inject(refused().first(1));
    let error = env.update(&provisioned, Some(&more)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
}

#[tokio::test]
async fn a_table_that_was_just_made_may_be_unknown_for_a_while() {
    let env = TestEnv::new();
    env.sandbox
        .inject(Fault::not_found().on_operation("DescribeTable").first(4));
    env.create(&plain()).await.unwrap();
    env.assert_in_sync(&plain()).await;

    // also to what looks for it after an interrupted create
    env.sandbox.clear_faults();
    env.sandbox
        .inject(Fault::not_found().on_operation("DescribeTable").first(4));
    assert_eq!(env.recover(&plain()).await, Some(env.id()));

    // one that stays unknown is not waited for as long as one that fills
    let other = TestEnv::new();
    other.sandbox.inject(Fault::not_found().on_operation("DescribeTable"));
    let error = other.create(&plain()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Timeout);
    assert!(count(&other, "DescribeTable") < 50, "five minutes");
}

#[test]
fn odd_characters_in_tags_are_refused_when_planned() {
    let mut table = plain();
    table.tags.insert("owner".to_owned(), "a;b".into());
    let problems = problems(&table);
    assert!(problems.len() == 1 && problems[0].contains("`;`"), "{problems:?}");
}
