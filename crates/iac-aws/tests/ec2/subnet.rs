//! Subnets: made, changed, imported, interrupted and deleted.

use iac_aws::ec2::{HostnameType, Subnet, Vpc};
use iac_core::model::ErrorKind;
use iac_sandbox::Fault;
use ipnet::Ipv6Net;

use crate::common::{NONE, OURS, TestEnv};

/// A VPC with IPv6 addresses: its id and the first `/64` of them.
pub(crate) async fn network(env: &TestEnv) -> (String, String) {
    let vpc: Vpc = Vpc::builder()
        .cidr_block("10.0.0.0/16")
        .assign_generated_ipv6_cidr_block(true)
        .build();
    let outputs = env.create(&vpc).await.unwrap();
    let block = outputs["ipv6_cidr_blocks"][0].as_str().unwrap().replace("/56", "/64");
    env.sandbox.clear_requests();
    (env.id().to_string(), block)
}

pub(crate) fn plain(vpc: &str) -> Subnet {
    Subnet::builder()
        .vpc_id(vpc)
        .cidr_block("10.0.1.0/24")
        .availability_zone("eu-west-1b")
        .tags(OURS)
        .build()
}

pub(crate) fn full(vpc: &str, ipv6: &str) -> Subnet {
    Subnet::builder()
        .vpc_id(vpc)
        .cidr_block("10.0.1.0/24")
        .availability_zone("eu-west-1b")
        .map_public_ip_on_launch(true)
        .ipv6_cidr_block(ipv6)
        .assign_ipv6_address_on_creation(true)
        .enable_dns64(true)
        .private_dns_hostname_type_on_launch(HostnameType::ResourceName)
        .enable_resource_name_dns_a_record_on_launch(true)
        .enable_resource_name_dns_aaaa_record_on_launch(true)
        .tags(OURS.into_iter().chain([("tier", "public")]))
        .build()
}

#[tokio::test]
async fn a_plain_subnet_comes_and_goes() {
    let env = TestEnv::new();
    let (vpc, _) = network(&env).await;
    let outputs = env.create(&plain(&vpc)).await.unwrap();
    assert_eq!(outputs["availability_zone"], "eu-west-1b");
    assert_eq!(outputs["cidr_blocks"][0], "10.0.1.0/24");
    env.assert_in_sync(&plain(&vpc)).await;
    assert_eq!(env.read::<Subnet>(&env.id(), None).await.unwrap().outputs, outputs);
    env.delete(&plain(&vpc)).await.unwrap();
    assert_eq!(env.read::<Subnet>(&env.id(), None).await, None);
    env.delete(&plain(&vpc)).await.unwrap();
}

#[tokio::test]
async fn what_is_there_already_is_not_asked_for_again() {
    let env = TestEnv::new();
    let (vpc, ipv6) = network(&env).await;
    let full = full(&vpc, &ipv6);
    let outputs = env.create(&full).await.unwrap();
    assert_eq!(outputs["ipv6_cidr_blocks"][0], ipv6);
    env.sandbox.clear_requests();
    env.update(&full, Some(&full)).await.unwrap();
    assert_eq!(env.written(), NONE);
    let plain = Subnet {
        private_dns_hostname_type_on_launch: Some(HostnameType::IpName),
        ..plain(&vpc)
    };
    let outputs = env.update(&plain, Some(&full)).await.unwrap();
    assert_eq!(outputs["ipv6_cidr_blocks"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn other_ipv6_addresses_take_the_place_of_the_first() {
    let env = TestEnv::new();
    let (vpc, ipv6) = network(&env).await;
    let blocks: Ipv6Net = ipv6.replace("/64", "/56").parse().unwrap();
    let second = blocks.subnets(64).unwrap().nth(1).unwrap().to_string();
    let (first, second) = (full(&vpc, &ipv6), full(&vpc, &second));
    env.create(&first).await.unwrap();
    env.sandbox.clear_requests();
    env.update(&second, Some(&first)).await.unwrap();
    env.assert_in_sync(&second).await;
    assert_eq!(
        env.written(),
        [
            "ModifySubnetAttribute",
            "ModifySubnetAttribute",
            "DisassociateSubnetCidrBlock",
            "AssociateSubnetCidrBlock",
            "ModifySubnetAttribute",
            "ModifySubnetAttribute"
        ]
    );
}

#[tokio::test]
async fn a_subnet_is_made_once_whatever_happens() {
    for fault in [
        Fault::response_lost(),
        Fault::timeout_after_effect(),
        Fault::throttling(),
    ] {
        let env = TestEnv::new();
        let (vpc, _) = network(&env).await;
        env.sandbox.inject(fault.on_operation("CreateSubnet").nth(1));
        env.create(&plain(&vpc)).await.unwrap();
        env.assert_in_sync(&plain(&vpc)).await;
        assert_eq!(env.recover(&plain(&vpc)).await, Some(env.id()));
        assert_eq!(env.attempt("another").recover(&plain(&vpc)).await, None);
    }
}

#[tokio::test]
async fn a_vpc_that_is_not_known_yet_is_waited_for() {
    let env = TestEnv::new();
    let (vpc, _) = network(&env).await;
    let unknown = || Fault::error(400, "InvalidVpcID.NotFound", "The vpc ID does not exist");
    env.sandbox.inject(unknown().on_operation("CreateSubnet").first(3));
    let stale = || Fault::error(400, "InvalidSubnetID.NotFound", "The subnet ID does not exist");
    env.sandbox
        .inject(stale().on_operation("ModifySubnetAttribute").first(2));
    let public = Subnet {
        map_public_ip_on_launch: true,
        ..plain(&vpc)
    };
    env.create(&public).await.unwrap();
    env.assert_in_sync(&public).await;
}

#[tokio::test]
async fn addresses_that_are_taken_say_what_to_do() {
    let env = TestEnv::new();
    let (vpc, _) = network(&env).await;
    env.create(&plain(&vpc)).await.unwrap();
    let error = env.attempt("another").create(&plain(&vpc)).await.unwrap_err();
    assert_eq!(
        (error.kind, error.code.as_str()),
        (ErrorKind::Conflict, "InvalidSubnet.Conflict")
    );
    assert!(!error.hints.is_empty());
}
