//! The types together, planned and applied, and cut off at any call.

use std::sync::Arc;

use aws_sdk_ec2::types::Filter;
use iac_aws::{
    Aws, AwsConfig,
    ec2::{Rule, SecurityGroup, Subnet, Vpc},
};
use iac_core::{
    model::{LifecycleExt, Stack},
    plan::Mode,
};
use iac_sandbox::Sandbox;
use ipnet::Ipv6Net;

use crate::common::{Crashes, Engine, REGION, config as config_of};

/// A network for a web site and its database.
fn stack(public: bool, description: &str, port: u16) -> Stack {
    let mut stack = Stack::new("shop", "dev");
    let vpc = Vpc::builder()
        .cidr_block("10.0.0.0/16")
        .enable_dns_hostnames(public)
        .assign_generated_ipv6_cidr_block(public)
        .build();
    let vpc = stack.add("main", vpc);
    for (name, block, zone) in [("a", "10.0.1.0/24", "eu-west-1a"), ("b", "10.0.2.0/24", "eu-west-1b")] {
        let subnet = Subnet::builder()
            .vpc_id(&vpc.id)
            .cidr_block(block)
            .availability_zone(zone)
            .map_public_ip_on_launch(public)
            .build();
        stack.add(name, subnet);
    }
    let web = SecurityGroup::builder()
        .vpc_id(&vpc.id)
        .description(description)
        .ingress([
            Rule::tcp(port).from_anywhere().description("https"),
            Rule::tcp(80).from_self(),
        ])
        .egress([Rule::tcp(port).to_anywhere()])
        .build();
    let web = stack.add("web", web.create_before_delete());
    let database = SecurityGroup::builder()
        .vpc_id(&vpc.id)
        .ingress([
            Rule::tcp(5432).from_group(&web.id),
            Rule::tcp(5432).from_cidr(&vpc.cidr_block),
        ])
        .egress([])
        .build();
    stack.add("database", database);
    stack
}

/// What there is, but for the rules of groups.
fn things(sandbox: &Sandbox) -> Vec<String> {
    let things = sandbox.inventory().into_iter();
    things.filter(|id| !id.contains("rule")).collect()
}

#[tokio::test]
async fn a_crash_at_any_call_leaves_nothing_to_clean_up() {
    let crashes = Crashes {
        wanted: stack(false, "web", 443),
        // another description replaces the group, and it is made before the old one goes
        changed: stack(true, "the web", 8443),
        things,
        made: 5,
        calls: 20,
    };
    crashes
        .leave_nothing_to_clean_up(async || {
            let sandbox = Sandbox::new();
            let config = AwsConfig::builder()
                .region(REGION)
                .allowed_accounts([sandbox.account_id()])
                .default_tags([("team", "web")])
                .retry_attempts(1)
                .http_client(sandbox.http_client())
                .build();
            let aws = Arc::new(Aws::connect(&config).await.unwrap());
            (sandbox, Engine::new(&aws))
        })
        .await;
}

/// A VPC whose IPv6 addresses AWS chooses, and subnets in them.
fn dual_stack(numbers: std::ops::Range<u64>) -> Stack {
    let mut stack = Stack::new("shop", "dev");
    let vpc = Vpc::builder()
        .cidr_block("10.0.0.0/16")
        .assign_generated_ipv6_cidr_block(true)
        .build();
    let vpc = stack.add("main", vpc);
    for number in numbers {
        let subnet = Subnet::builder()
            .vpc_id(&vpc.id)
            .cidr_block(vpc.cidr_block.subnet(8, number))
            .ipv6_cidr_block(vpc.ipv6_cidr_blocks.index(0).subnet(8, number))
            .assign_ipv6_address_on_creation(true)
            .build();
        stack.add(&format!("s{number}"), subnet);
    }
    stack
}

#[tokio::test]
async fn subnets_get_parts_of_a_block_that_is_known_only_once_it_is_there() {
    let sandbox = Sandbox::new();
    let config = AwsConfig::builder()
        .region(REGION)
        .allowed_accounts([sandbox.account_id()])
        .http_client(sandbox.http_client())
        .build();
    let aws = Arc::new(Aws::connect(&config).await.unwrap());
    let engine = Engine::new(&aws);
    let stack = dual_stack(0..3);
    let report = engine.run(&stack, Mode::Normal).await.unwrap();
    assert!(report.is_success(), "{report:#?}");
    assert_eq!(engine.actions(&stack).await, [""; 0]);

    let ec2 = aws_sdk_ec2::Client::new(&config_of(&sandbox));
    let own = Filter::builder().name("default-for-az").values("false").build();
    let subnets = ec2.describe_subnets().filters(own).send().await.unwrap();
    let mut blocks: Vec<(String, String)> = subnets
        .subnets()
        .iter()
        .map(|subnet| {
            let ipv6 = subnet.ipv6_cidr_block_association_set()[0].ipv6_cidr_block().unwrap();
            (subnet.cidr_block().unwrap().to_owned(), ipv6.to_owned())
        })
        .collect();
    blocks.sort();
    let (ipv4, ipv6): (Vec<_>, Vec<_>) = blocks.into_iter().unzip();
    assert_eq!(ipv4, ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]);
    let ipv6: Vec<Ipv6Net> = ipv6.iter().map(|block| block.parse().unwrap()).collect();
    let whole = Ipv6Net::new(ipv6[0].network(), 56).unwrap();
    assert_eq!(ipv6, whole.subnets(64).unwrap().take(3).collect::<Vec<_>>());

    let report = engine.run(&stack, Mode::Destroy).await.unwrap();
    assert!(report.is_success(), "{report:#?}");
    assert!(sandbox.is_empty());
    // a /56 has 256 parts of 8 more bits: told before anything is made
    let error = engine.run(&dual_stack(256..257), Mode::Normal).await.unwrap_err();
    assert!(format!("{error:?}").contains("number: 256"), "{error:?}");
    assert!(sandbox.is_empty());
}
