//! VPCs: made, changed, drifted, imported, interrupted and deleted.

use aws_sdk_ec2::types::Filter;
use iac_aws::ec2::{Tenancy, Vpc};
use iac_core::model::{ErrorKind, RemoteId};
use iac_sandbox::Fault;

use crate::common::{Lab, NONE, OURS, problems};

pub(crate) fn plain() -> Vpc {
    Vpc::builder().cidr_block("10.0.0.0/16").tags(OURS).build()
}

fn full() -> Vpc {
    Vpc::builder()
        .cidr_block("10.0.0.0/16")
        .secondary_cidr_blocks(["10.1.0.0/16", "10.2.0.0/16"])
        .enable_dns_hostnames(true)
        .enable_network_address_usage_metrics(true)
        .assign_generated_ipv6_cidr_block(true)
        .tags(OURS.into_iter().chain([("team", "web")]))
        .build()
}

/// The VPCs of a world that are not the default one.
async fn count(lab: &Lab) -> usize {
    let own = Filter::builder().name("is-default").values("false").build();
    let found = lab.ec2().describe_vpcs().filters(own).send().await.unwrap();
    found.vpcs().len()
}

#[tokio::test]
async fn a_plain_vpc_comes_and_goes() {
    let lab = Lab::new();
    let outputs = lab.create(&plain()).await.unwrap();
    assert_eq!(outputs["id"], lab.id().as_str());
    assert_eq!(
        outputs["arn"],
        format!("arn:aws:ec2:eu-west-1:123456789012:vpc/{}", lab.id())
    );
    for (output, prefix) in [
        ("main_route_table_id", "rtb-"),
        ("default_network_acl_id", "acl-"),
        ("default_security_group_id", "sg-"),
        ("dhcp_options_id", "dopt-"),
    ] {
        assert!(outputs[output].as_str().unwrap().starts_with(prefix), "{outputs}");
    }
    lab.assert_settled(&plain()).await;
    let live = lab.read::<Vpc>(&lab.id(), None).await.unwrap();
    assert_eq!(live.outputs, outputs);
    lab.delete(&plain()).await.unwrap();
    assert_eq!(lab.read::<Vpc>(&lab.id(), None).await, None);
    lab.delete(&plain()).await.unwrap();
    assert!(lab.world.is_empty());
}

#[tokio::test]
async fn what_is_there_already_is_not_asked_for_again() {
    let lab = Lab::new();
    let outputs = lab.create(&full()).await.unwrap();
    assert_eq!(outputs["ipv6_cidr_blocks"].as_array().map(Vec::len), Some(1));
    lab.assert_settled(&full()).await;
    lab.world.clear_requests();
    lab.update(&full(), Some(&full())).await.unwrap();
    assert_eq!(lab.written(), NONE);
}

#[tokio::test]
async fn blocks_that_are_not_spoken_of_survive_an_import() {
    let lab = Lab::new();
    lab.create(&full()).await.unwrap();
    let silent = Vpc {
        secondary_cidr_blocks: None,
        tags: plain().tags,
        ..full()
    };
    assert_eq!(lab.changes(&lab.id(), &silent, None).await, ["tags.team"]);
    lab.world.clear_requests();
    lab.update(&silent, None).await.unwrap();
    assert_eq!(lab.written(), ["DeleteTags"]);
    lab.assert_settled(&silent).await;
    // an empty list is something that is said
    let none = Vpc {
        secondary_cidr_blocks: Some([].into()),
        ..silent.clone()
    };
    lab.update(&none, Some(&silent)).await.unwrap();
    assert_eq!(lab.written()[1..], ["DisassociateVpcCidrBlock"; 2]);
    lab.assert_settled(&none).await;
}

#[tokio::test]
async fn blocks_and_tags_of_others_are_no_drift_unless_declared() {
    let lab = Lab::new();
    lab.create(&plain()).await.unwrap();
    let associate = lab.ec2().associate_vpc_cidr_block().vpc_id(lab.id().as_str());
    associate.cidr_block("10.9.0.0/16").send().await.unwrap();
    let associate = lab.ec2().associate_vpc_cidr_block().vpc_id(lab.id().as_str());
    associate.amazon_provided_ipv6_cidr_block(true).send().await.unwrap();
    assert_eq!(lab.changes(&lab.id(), &plain(), Some(&plain())).await, NONE);
    let declared = Vpc {
        secondary_cidr_blocks: Some(["10.1.0.0/16".into()].into()),
        ..plain()
    };
    lab.update(&declared, Some(&plain())).await.unwrap();
    lab.assert_settled(&declared).await;
}

#[tokio::test]
async fn tenancy_loosens_only() {
    let lab = Lab::new();
    let dedicated = Vpc {
        instance_tenancy: Tenancy::Dedicated,
        ..plain()
    };
    lab.create(&dedicated).await.unwrap();
    lab.assert_settled(&dedicated).await;
    lab.update(&plain(), Some(&dedicated)).await.unwrap();
    lab.assert_settled(&plain()).await;
    let error = lab.update(&dedicated, Some(&plain())).await.unwrap_err();
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
        let lab = Lab::new();
        lab.world.inject(fault.on_operation("CreateVpc").nth(1));
        lab.create(&plain()).await.unwrap();
        lab.assert_settled(&plain()).await;
        assert_eq!(count(&lab).await, 1);
    }
}

#[tokio::test]
async fn an_interrupted_create_is_found_and_finished() {
    let lab = Lab::new();
    lab.world
        .inject(Fault::response_lost().on_operation("CreateVpc").nth(1));
    lab.world
        .inject(Fault::access_denied().on_operation("DescribeVpcs").first(1));
    assert!(lab.create(&full()).await.is_err());
    assert_eq!(count(&lab).await, 1);
    let id = lab.recover(&full()).await.unwrap();
    lab.adopt(&id);
    lab.update(&full(), Some(&full())).await.unwrap();
    lab.assert_settled(&full()).await;
    assert_eq!(count(&lab).await, 1);
}

#[tokio::test]
async fn only_what_this_create_made_is_found() {
    let lab = Lab::new();
    assert_eq!(lab.recover(&plain()).await, None);
    lab.create(&plain()).await.unwrap();
    assert_eq!(lab.recover(&plain()).await, Some(lab.id()));
    // the same tags, another attempt: as when a replacement is made before the old one goes
    assert_eq!(lab.attempt("another").recover(&plain()).await, None);
}

#[tokio::test]
async fn many_are_read_by_few_requests() {
    let lab = Lab::new();
    let mut ids = Vec::new();
    for _ in 0..3 {
        lab.create(&plain()).await.unwrap();
        ids.push(lab.id());
    }
    ids.push(RemoteId::new("vpc-0123456789abcdef0"));
    lab.world.clear_requests();
    let read = lab.read_many::<Vpc>(&ids).await;
    assert_eq!(
        read.iter().map(Option::is_some).collect::<Vec<_>>(),
        [true, true, true, false]
    );
    let requests = lab.world.requests();
    assert_eq!(
        requests
            .iter()
            .filter(|request| request.operation == "DescribeVpcs")
            .count(),
        1
    );
    assert_eq!(requests.len(), 4 + 3 * 3);
}

#[tokio::test]
async fn a_vpc_in_use_stays_and_says_why() {
    let lab = Lab::new();
    lab.create(&plain()).await.unwrap();
    let subnet = lab
        .ec2()
        .create_subnet()
        .vpc_id(lab.id().as_str())
        .cidr_block("10.0.0.0/24");
    subnet.send().await.unwrap();
    let error = lab.delete(&plain()).await.unwrap_err();
    assert_eq!(
        (error.kind, error.code.as_str()),
        (ErrorKind::Conflict, "DependencyViolation")
    );
    assert!(error.hints[0].contains("still in the VPC"));
}

#[test]
fn bad_blocks_are_told_before_anything_is_called() {
    let vpc: Vpc = Vpc::builder().cidr_block("10.0.0.1/16").build();
    assert_eq!(
        problems(&vpc),
        ["cidr_block: `10.0.0.1/16` has bits set behind its prefix; write `10.0.0.0/16`"]
    );
}
