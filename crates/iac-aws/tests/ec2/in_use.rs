//! Deletes of what others may still use: left interfaces, what keeps an object there, and reads that still show it.

use std::sync::Arc;

use iac_aws::ec2::{SecurityGroup, Subnet, Vpc};
use iac_core::model::{ErrorKind, Reconciled};
use iac_sandbox::Fault;

use crate::{
    common::{Alteration, Answer, TestEnv},
    security_group, subnet, vpc,
};

/// A network interface as EC2 lists it.
fn interface(id: &str, description: &str, rest: &str) -> String {
    format!(
        "<item><networkInterfaceId>{id}</networkInterfaceId><vpcId>vpc-1</vpcId>\
         <description>{description}</description>{rest}</item>"
    )
}

const FREE: &str = "<status>available</status>";
const TAKEN: &str = "<status>in-use</status><attachment><attachmentId>eni-attach-1</attachmentId><status>attached</status></attachment>";

fn listed(interfaces: &[String]) -> Arc<Alteration> {
    let set = format!("<networkInterfaceSet>{}</networkInterfaceSet>", interfaces.concat());
    Alteration::all("DescribeNetworkInterfaces", Answer::Elements(set))
}

fn lambda(id: &str, rest: &str) -> String {
    let uuid = "8ce48986-c60e-4a85-9fad-9d5d17ad4d04";
    interface(id, &format!("AWS Lambda VPC ENI-shop-resize-{uuid}"), rest)
}

/// A subnet whose delete is refused `times` times.
async fn used_subnet(env: &TestEnv, times: u64) -> Subnet {
    let (vpc, _) = subnet::network(env).await;
    let subnet = subnet::plain(&vpc);
    env.create(&subnet).await.unwrap();
    env.sandbox.clear_requests();
    let used = Fault::error(
        400,
        "DependencyViolation",
        "The subnet has dependencies and cannot be deleted.",
    );
    env.sandbox.inject(used.on_operation("DeleteSubnet").first(times));
    subnet
}

fn deletes(env: &TestEnv) -> usize {
    let requests = env.sandbox.requests();
    requests
        .iter()
        .filter(|request| request.operation == "DeleteSubnet")
        .count()
}

#[tokio::test]
async fn only_left_interfaces_that_nothing_is_attached_to_are_deleted() {
    let env = TestEnv::new();
    let subnet = used_subnet(&env, 1).await;
    let found = listed(&[
        lambda("eni-lambda", FREE),
        lambda("eni-lambda-taken", TAKEN),
        interface("eni-own", "my own", FREE),
        interface(
            "eni-comprehend",
            "",
            &format!("<requesterId>AIDA:Comprehend</requesterId>{FREE}"),
        ),
        interface("eni-dms", "DMSNetworkInterface", FREE),
        interface("eni-dms-taken", "DMSNetworkInterface", TAKEN),
        interface("eni-mine-too", "Comprehend, but made by hand", FREE),
    ]);
    let deleted = Alteration::all("DeleteNetworkInterface", Answer::Empty);
    env.altered([&found, &deleted]).delete(&subnet).await.unwrap();
    let asked = deleted.bodies();
    let named = |id: &str| {
        asked.iter().any(|body| {
            body.contains(&format!("NetworkInterfaceId={id}&")) || body.ends_with(&format!("NetworkInterfaceId={id}"))
        })
    };
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(
        named("eni-lambda") && named("eni-comprehend") && named("eni-dms"),
        "{asked:?}"
    );
    assert_eq!(env.read::<Subnet>(&env.id(), None).await, None);
}

#[tokio::test]
async fn interfaces_are_looked_for_only_when_something_is_in_the_way() {
    let env = TestEnv::new();
    let subnet = used_subnet(&env, 0).await;
    let found = listed(&[lambda("eni-lambda", FREE)]);
    env.altered([&found]).delete(&subnet).await.unwrap();
    assert_eq!(found.seen(), 0);
}

#[tokio::test]
async fn what_cannot_be_listed_or_deleted_does_not_fail_the_delete() {
    for code in [
        "UnauthorizedOperation",
        "OperationNotPermitted",
        "InvalidParameterValue",
    ] {
        let env = TestEnv::new();
        let subnet = used_subnet(&env, 3).await;
        let found = listed(&[lambda("eni-lambda", FREE)]);
        let refused = Alteration::all("DeleteNetworkInterface", Answer::Refusal(code));
        env.altered([&found, &refused]).delete(&subnet).await.unwrap();
        assert!(refused.seen() > 0);
    }
    let env = TestEnv::new();
    let subnet = used_subnet(&env, 3).await;
    let denied = Alteration::all("DescribeNetworkInterfaces", Answer::Refusal("UnauthorizedOperation"));
    env.altered([&denied]).delete(&subnet).await.unwrap();
    assert!(denied.seen() > 0);
}

#[tokio::test]
async fn lambda_is_given_the_time_it_takes() {
    // a request every ten seconds in the end: 20 minutes, and 45
    for (interfaces, tries) in [(vec![], 110..135), (vec![lambda("eni-lambda", TAKEN)], 260..285)] {
        let env = TestEnv::new();
        let subnet = used_subnet(&env, u64::MAX).await;
        let error = env.altered([&listed(&interfaces)]).delete(&subnet).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Conflict);
        assert!(tries.contains(&deletes(&env)), "{}", deletes(&env));
    }
}

#[tokio::test]
async fn what_is_in_the_way_is_named() {
    let env = TestEnv::new();
    let subnet = used_subnet(&env, u64::MAX).await;
    let found = listed(&[
        lambda("eni-1", TAKEN),
        interface("eni-2", "ELB app/shop/50dc6c495c0c9188", TAKEN),
        interface("eni-3", "VPC Endpoint Interface vpce-1", TAKEN),
        interface("eni-4", "VPC Endpoint Interface vpce-2", TAKEN),
        interface("eni-5", "Interface for NAT Gateway nat-1", TAKEN),
        interface("eni-6", "", "<attachment><instanceId>i-1</instanceId></attachment>"),
    ]);
    let endpoint = "<vpcEndpointSet><item><vpcEndpointId>vpce-1</vpcEndpointId></item></vpcEndpointSet>";
    let endpoints = Alteration::all("DescribeVpcEndpoints", Answer::Elements(endpoint.to_owned()));
    let group = "<securityGroupInfo><item><groupId>sg-1</groupId></item></securityGroupInfo>";
    let groups = Alteration::all("DescribeSecurityGroups", Answer::Elements(group.to_owned()));
    let altered = env.altered([&found, &endpoints, &groups]);
    let error = altered.delete(&subnet).await.unwrap_err();
    let starts = [
        "the Lambda function `shop-resize` (for up to 45 minutes after it was deleted) has the network interface `eni-1`",
        "the load balancer `shop` has the network interface `eni-2`",
        "the endpoint `vpce-2` has the network interface `eni-4`",
        "the NAT gateway `nat-1` has the network interface `eni-5`",
        "the instance `i-1` has the network interface `eni-6`",
        "GuardDuty has made the endpoint `vpce-1` and the security group `sg-1`",
    ];
    assert_eq!(error.hints.len(), starts.len(), "{:#?}", error.hints);
    for (hint, start) in error.hints.iter().zip(starts) {
        assert!(hint.starts_with(start), "{hint}");
    }
    let asked = endpoints.bodies();
    assert!(asked[0].contains("GuardDutyManaged"), "{asked:?}");
}

#[tokio::test]
async fn a_vpc_names_what_guard_duty_has_made() {
    let env = TestEnv::new();
    env.create(&vpc::plain()).await.unwrap();
    let used = Fault::error(400, "DependencyViolation", "has dependencies");
    env.sandbox.inject(used.on_operation("DeleteVpc"));
    let group = "<securityGroupInfo><item><groupId>sg-1</groupId></item></securityGroupInfo>";
    let groups = Alteration::all("DescribeSecurityGroups", Answer::Elements(group.to_owned()));
    let error = env.altered([&groups]).delete(&vpc::plain()).await.unwrap_err();
    assert_eq!(error.hints.len(), 1);
    assert!(
        error.hints[0].starts_with("GuardDuty has made the security group `sg-1`"),
        "{error:?}"
    );
}

/// Deletes while three reads still show the object; expects that they are waited for.
async fn is_seen_to_be_gone<R: Reconciled>(env: &TestEnv, operation: &'static str, resource: &R) {
    let late = Alteration::new(operation, 2, 3, Answer::Earlier);
    let stale = env.altered([&late]);
    assert!(stale.read::<R>(&env.id(), None).await.is_some());
    stale.delete(resource).await.unwrap();
    assert_eq!(late.seen(), 5, "{operation}");
    assert_eq!(late.bodies().len(), 3, "{operation}");
}

#[tokio::test]
async fn what_was_deleted_is_waited_for_until_it_is_gone() {
    let env = TestEnv::new();
    env.create(&vpc::plain()).await.unwrap();
    is_seen_to_be_gone::<Vpc>(&env, "DescribeVpcs", &vpc::plain()).await;

    let env = TestEnv::new();
    let (vpc, _) = subnet::network(&env).await;
    env.create(&subnet::plain(&vpc)).await.unwrap();
    is_seen_to_be_gone::<Subnet>(&env, "DescribeSubnets", &subnet::plain(&vpc)).await;

    let env = TestEnv::new();
    let vpc = security_group::network(&env).await;
    env.create(&security_group::plain(&vpc)).await.unwrap();
    is_seen_to_be_gone::<SecurityGroup>(&env, "DescribeSecurityGroups", &security_group::plain(&vpc)).await;
}
