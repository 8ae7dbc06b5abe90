//! Reads that are older than the last change: right after a create, in a plan, in the search for what a create left.

use iac_aws::ec2::{Rule, SecurityGroup, Vpc};
use iac_core::model::Reconciled;
use iac_sandbox::Fault;

use crate::{
    common::{NONE, TestEnv},
    security_group, subnet, vpc,
};

/// More than a type's reads in one create can be.
const READS: usize = 12;

/// Creates `resource` while any two successive reads of `operation` find nothing; expects the outputs of a create without
/// that, and one object.
async fn is_made_all_the_same<R: Reconciled>(
    operation: &'static str,
    prepare: impl AsyncFn(&TestEnv) -> R,
    outputs: &[&str],
) {
    for from in 1..READS {
        let env = TestEnv::new();
        let resource = prepare(&env).await;
        let before = env.sandbox.inventory().len();
        let (stale, reads) = env.with_empty_reads(operation, from, 2);
        let made = stale
            .create(&resource)
            .await
            .unwrap_or_else(|error| panic!("{operation} {from}: {error}"));
        env.assert_in_sync(&resource).await;
        let live = env.read(&env.id(), Some(&resource)).await.unwrap();
        for output in outputs {
            assert_eq!(made[*output], live.outputs[*output], "{operation} {from}");
        }
        assert_eq!(env.sandbox.inventory().len(), before + 1, "{operation} {from}");
        if reads.seen() < from {
            assert!(from > 1, "{operation} is not read");
            return;
        }
    }
    panic!("{operation}: more than {READS} reads");
}

#[tokio::test]
async fn a_vpc_is_made_all_the_same() {
    for operation in [
        "DescribeVpcs",
        "DescribeRouteTables",
        "DescribeNetworkAcls",
        "DescribeSecurityGroups",
    ] {
        let full = async |_: &TestEnv| vpc::full();
        is_made_all_the_same(operation, full, &["ipv6_cidr_blocks", "main_route_table_id"]).await;
    }
}

#[tokio::test]
async fn a_subnet_is_made_all_the_same() {
    let full = async |env: &TestEnv| {
        let (vpc, ipv6) = subnet::network(env).await;
        subnet::full(&vpc, &ipv6)
    };
    is_made_all_the_same("DescribeSubnets", full, &["ipv6_cidr_blocks", "arn"]).await;
}

#[tokio::test]
async fn a_security_group_is_made_all_the_same() {
    let full = async |env: &TestEnv| security_group::full(&security_group::network(env).await);
    is_made_all_the_same("DescribeSecurityGroups", full, &["arn", "vpc_id"]).await;
}

#[tokio::test]
async fn not_found_right_after_a_create_means_not_yet() {
    for operation in ["DescribeVpcs", "DescribeVpcAttribute"] {
        let env = TestEnv::new();
        env.sandbox.inject(Fault::not_found().on_operation(operation).nth(1));
        env.create(&vpc::full()).await.unwrap();
        env.assert_in_sync(&vpc::full()).await;
    }
}

#[tokio::test]
async fn what_a_read_does_not_list_is_looked_for_again() {
    let env = TestEnv::new();
    env.create(&vpc::plain()).await.unwrap();
    for (times, there) in [(1, true), (3, true), (4, false)] {
        let (stale, _) = env.with_empty_reads("DescribeVpcs", 1, times);
        assert_eq!(stale.read::<Vpc>(&env.id(), None).await.is_some(), there, "{times}");
    }
}

#[tokio::test]
async fn a_missing_part_does_not_make_a_vpc_gone() {
    let env = TestEnv::new();
    env.create(&vpc::plain()).await.unwrap();
    env.sandbox
        .inject(Fault::not_found().on_operation("DescribeVpcAttribute").first(2));
    env.assert_in_sync(&vpc::plain()).await;
}

#[tokio::test]
async fn what_an_interrupted_create_left_is_looked_for_again() {
    let env = TestEnv::new();
    env.sandbox
        .inject(Fault::response_lost().on_operation("CreateVpc").nth(1));
    // the search begins after the lost answer
    let (stale, _) = env.with_empty_reads("DescribeVpcs", 1, 5);
    stale.create(&vpc::plain()).await.unwrap();
    assert_eq!(vpc::count(&env).await, 1);
    let (stale, _) = env.with_empty_reads("DescribeVpcs", 1, 5);
    assert_eq!(stale.recover(&vpc::plain()).await, Some(env.id()));
}

#[tokio::test]
async fn rules_that_are_seen_late_are_waited_for() {
    let env = TestEnv::new();
    let vpc = security_group::network(&env).await;
    let group = security_group::full(&vpc);
    let duplicate = Fault::error(400, "InvalidPermission.Duplicate", "already exists");
    env.sandbox
        .inject(duplicate.on_operation("AuthorizeSecurityGroupIngress").first(6));
    env.create(&group).await.unwrap();
    env.assert_in_sync(&group).await;
    let fewer = SecurityGroup {
        ingress: Some(vec![Rule::tcp(443).from_anywhere()]),
        ..group.clone()
    };
    env.update(&fewer, Some(&group)).await.unwrap();
    assert_eq!(env.changes(&env.id(), &fewer, Some(&fewer)).await, NONE);
}
