//! The types together, planned and applied, and cut off at any call.

use std::sync::Arc;

use iac_aws::{
    Aws, AwsConfig,
    ec2::{Rule, SecurityGroup, Subnet, Vpc},
};
use iac_core::model::{LifecycleExt, Stack};
use iac_sandbox::Sandbox;

use crate::common::{Crashes, Engine, REGION};

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
