//! VPCs: made, changed, drifted, imported, interrupted and deleted.

use aws_sdk_ec2::types::Filter;
use iac_aws::ec2::{Tenancy, Vpc};
use iac_core::model::{ErrorKind, RemoteId};
use iac_sandbox::Fault;

use crate::common::{Alteration, Answer, NONE, OURS, TestEnv, problems};

pub(crate) fn plain() -> Vpc {
    Vpc::builder().cidr_block("10.0.0.0/16").tags(OURS).build()
}

pub(crate) fn full() -> Vpc {
    Vpc::builder()
        .cidr_block("10.0.0.0/16")
        .secondary_cidr_blocks(["10.1.0.0/16", "10.2.0.0/16"])
        .enable_dns_hostnames(true)
        .enable_network_address_usage_metrics(true)
        .assign_generated_ipv6_cidr_block(true)
        .tags(OURS.into_iter().chain([("team", "web")]))
        .build()
}

/// How often what is not listed is looked for again before it counts as gone.
const SECOND_LOOKS: usize = 3;

/// The VPCs of a sandbox that are not the default one.
pub(crate) async fn count(env: &TestEnv) -> usize {
    let own = Filter::builder().name("is-default").values("false").build();
    let found = env.ec2().describe_vpcs().filters(own).send().await.unwrap();
    found.vpcs().len()
}

#[tokio::test]
async fn a_plain_vpc_comes_and_goes() {
    let env = TestEnv::new();
    let outputs = env.create(&plain()).await.unwrap();
    assert_eq!(outputs["id"], env.id().as_str());
    assert_eq!(
        outputs["arn"],
        format!("arn:aws:ec2:eu-west-1:123456789012:vpc/{}", env.id())
    );
    for (output, prefix) in [
        ("main_route_table_id", "rtb-"),
        ("default_network_acl_id", "acl-"),
        ("default_security_group_id", "sg-"),
        ("dhcp_options_id", "dopt-"),
    ] {
        assert!(outputs[output].as_str().unwrap().starts_with(prefix), "{outputs}");
    }
    env.assert_in_sync(&plain()).await;
    let live = env.read::<Vpc>(&env.id(), None).await.unwrap();
    assert_eq!(live.outputs, outputs);
    env.delete(&plain()).await.unwrap();
    assert_eq!(env.read::<Vpc>(&env.id(), None).await, None);
    env.delete(&plain()).await.unwrap();
    assert!(env.sandbox.is_empty());
}

#[tokio::test]
async fn what_is_there_already_is_not_asked_for_again() {
    let env = TestEnv::new();
    let outputs = env.create(&full()).await.unwrap();
    assert_eq!(outputs["ipv6_cidr_blocks"].as_array().map(Vec::len), Some(1));
    env.assert_in_sync(&full()).await;
    env.sandbox.clear_requests();
    env.update(&full(), Some(&full())).await.unwrap();
    assert_eq!(env.written(), NONE);
}

#[tokio::test]
async fn blocks_that_are_not_spoken_of_survive_an_import() {
    let env = TestEnv::new();
    env.create(&full()).await.unwrap();
    let silent = Vpc {
        secondary_cidr_blocks: None,
        tags: plain().tags,
        ..full()
    };
    assert_eq!(env.changes(&env.id(), &silent, None).await, ["tags.team"]);
    env.sandbox.clear_requests();
    env.update(&silent, None).await.unwrap();
    assert_eq!(env.written(), ["DeleteTags"]);
    env.assert_in_sync(&silent).await;
    // an empty list is something that is said
    let none = Vpc {
        secondary_cidr_blocks: Some([].into()),
        ..silent.clone()
    };
    env.update(&none, Some(&silent)).await.unwrap();
    assert_eq!(env.written()[1..], ["DisassociateVpcCidrBlock"; 2]);
    env.assert_in_sync(&none).await;
}

#[tokio::test]
async fn blocks_and_tags_of_others_are_no_drift_unless_declared() {
    let env = TestEnv::new();
    env.create(&plain()).await.unwrap();
    let associate = env.ec2().associate_vpc_cidr_block().vpc_id(env.id().as_str());
    associate.cidr_block("10.9.0.0/16").send().await.unwrap();
    let associate = env.ec2().associate_vpc_cidr_block().vpc_id(env.id().as_str());
    associate.amazon_provided_ipv6_cidr_block(true).send().await.unwrap();
    assert_eq!(env.changes(&env.id(), &plain(), Some(&plain())).await, NONE);
    let declared = Vpc {
        secondary_cidr_blocks: Some(["10.1.0.0/16".into()].into()),
        ..plain()
    };
    env.update(&declared, Some(&plain())).await.unwrap();
    env.assert_in_sync(&declared).await;
}

#[tokio::test]
async fn tenancy_loosens_only() {
    let env = TestEnv::new();
    let dedicated = Vpc {
        instance_tenancy: Tenancy::Dedicated,
        ..plain()
    };
    env.create(&dedicated).await.unwrap();
    env.assert_in_sync(&dedicated).await;
    env.update(&plain(), Some(&dedicated)).await.unwrap();
    env.assert_in_sync(&plain()).await;
    let error = env.update(&dedicated, Some(&plain())).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
}

#[tokio::test]
async fn a_lost_answer_makes_no_second_vpc() {
    for fault in [
        Fault::response_lost(),
        Fault::timeout_after_effect(),
        Fault::connection_error(),
        Fault::internal_error(),
        Fault::throttling(),
    ] {
        let env = TestEnv::new();
        env.sandbox.inject(fault.on_operation("CreateVpc").nth(1));
        env.create(&plain()).await.unwrap();
        env.assert_in_sync(&plain()).await;
        assert_eq!(count(&env).await, 1);
    }
}

#[tokio::test]
async fn an_interrupted_create_is_found_and_finished() {
    let env = TestEnv::new();
    env.sandbox
        .inject(Fault::response_lost().on_operation("CreateVpc").nth(1));
    env.sandbox
        .inject(Fault::access_denied().on_operation("DescribeVpcs").first(1));
    assert!(env.create(&full()).await.is_err());
    assert_eq!(count(&env).await, 1);
    let id = env.recover(&full()).await.unwrap();
    env.adopt(&id);
    env.update(&full(), Some(&full())).await.unwrap();
    env.assert_in_sync(&full()).await;
    assert_eq!(count(&env).await, 1);
}

#[tokio::test]
async fn only_what_this_create_made_is_found() {
    let env = TestEnv::new();
    assert_eq!(env.recover(&plain()).await, None);
    env.create(&plain()).await.unwrap();
    assert_eq!(env.recover(&plain()).await, Some(env.id()));
    // the same tags, another attempt: as when a replacement is made before the old one goes
    assert_eq!(env.attempt("another").recover(&plain()).await, None);
}

#[tokio::test]
async fn many_are_read_by_few_requests() {
    let env = TestEnv::new();
    let mut ids = Vec::new();
    for _ in 0..3 {
        env.create(&plain()).await.unwrap();
        ids.push(env.id());
    }
    ids.push(RemoteId::new("vpc-0123456789abcdef0"));
    env.sandbox.clear_requests();
    let read = env.read_many::<Vpc>(&ids).await;
    assert_eq!(
        read.iter().map(Option::is_some).collect::<Vec<_>>(),
        [true, true, true, false]
    );
    let requests = env.sandbox.requests();
    assert_eq!(
        requests
            .iter()
            .filter(|request| request.operation == "DescribeVpcs")
            .count(),
        1 + SECOND_LOOKS
    );
    // the parts of those that are there are asked for once, and three attributes of each
    assert_eq!(requests.len(), 1 + SECOND_LOOKS + 3 + 3 * 3);
}

#[tokio::test]
async fn a_vpc_in_use_stays_and_says_why() {
    let env = TestEnv::new();
    env.create(&plain()).await.unwrap();
    let subnet = env
        .ec2()
        .create_subnet()
        .vpc_id(env.id().as_str())
        .cidr_block("10.0.0.0/24");
    subnet.send().await.unwrap();
    let error = env.delete(&plain()).await.unwrap_err();
    assert_eq!(
        (error.kind, error.code.as_str()),
        (ErrorKind::Conflict, "DependencyViolation")
    );
    assert!(error.hints[0].contains("still in the VPC"), "{error:?}");
}

#[test]
fn bad_blocks_are_told_before_anything_is_called() {
    let vpc: Vpc = Vpc::builder().cidr_block("10.0.0.1/16").build();
    assert_eq!(
        problems(&vpc),
        ["cidr_block: `10.0.0.1/16` has bits set behind its prefix; write `10.0.0.0/16`"]
    );
}

#[tokio::test]
async fn a_block_from_an_ipam_pool_is_not_asked_for_again() {
    let env = TestEnv::new();
    let generated = Vpc {
        assign_generated_ipv6_cidr_block: true,
        ..plain()
    };
    env.create(&generated).await.unwrap();
    // which pool it is AWS does not tell
    let pool = Alteration::all(
        "DescribeVpcs",
        Answer::Rewritten("<ipv6Pool>Amazon<", "<ipv6Pool>IPAM Managed<"),
    );
    let altered = env.altered([&pool]);
    let from_pool = Vpc {
        ipv6_ipam_pool_id: Some("ipam-pool-0a1b2c3d".into()),
        ..plain()
    };
    assert_eq!(altered.changes(&env.id(), &from_pool, Some(&from_pool)).await, NONE);
    env.sandbox.clear_requests();
    altered.update(&from_pool, Some(&from_pool)).await.unwrap();
    assert_eq!(env.written(), NONE);
}
