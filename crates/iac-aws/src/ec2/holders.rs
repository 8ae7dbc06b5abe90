//! What keeps a subnet, a security group or a VPC from being deleted, for hints. Reads that fail leave hints out.
//!
//! Source: `GuardDuty` user guide, "Disabling, uninstalling, and cleaning up resources in Runtime Monitoring"; the descriptions
//! that services give to their network interfaces.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{NetworkInterface, SecurityGroup, VpcEndpoint};
use iac_core::model::{RemoteId, ResourceError};

use super::filter::filter;
use crate::{Aws, error::failed};

/// How many interfaces are named.
const NAMED: usize = 5;

/// The network interfaces in a subnet, a security group or a VPC.
pub(super) async fn interfaces(
    name: &'static str,
    id: &RemoteId,
    aws: &Aws,
) -> Result<Vec<NetworkInterface>, ResourceError> {
    let request = aws.ec2.describe_network_interfaces();
    let request = request.filters(filter(name, [id.as_str()]));
    let found = request.into_paginator().items().send().collect::<Result<_, _>>().await;
    found.map_err(failed("ec2:DescribeNetworkInterfaces"))
}

/// One hint for each thing that is still there, and one for what `GuardDuty` has made.
pub(super) async fn hints(name: &'static str, id: &RemoteId, aws: &Aws) -> Vec<String> {
    let found = interfaces(name, id, aws).await.unwrap_or_default();
    let vpc = found.iter().find_map(NetworkInterface::vpc_id);
    let vpc = vpc.or_else(|| (name == "vpc-id").then_some(id.as_str()));
    let guard_duty = match vpc {
        Some(vpc) => GuardDuty::within(vpc, aws).await,
        None => GuardDuty::default(),
    };
    let others = found.iter().filter(|interface| !guard_duty.has(interface));
    let mut hints: Vec<String> = others.clone().take(NAMED).map(named).collect();
    let more = others.count().saturating_sub(NAMED);
    if more > 0 {
        hints.push(format!("and {more} more network interfaces"));
    }
    hints.extend(guard_duty.hint());
    hints
}

/// An interface by what uses it.
fn named(interface: &NetworkInterface) -> String {
    let id = interface.network_interface_id().unwrap_or_default();
    let user = user(interface);
    format!("{user} has the network interface `{id}` in it: delete it or move it first")
}

fn user(interface: &NetworkInterface) -> String {
    let description = interface.description().unwrap_or_default();
    let instance = interface.attachment().and_then(|attachment| attachment.instance_id());
    if let Some(instance) = instance {
        return format!("the instance `{instance}`");
    }
    if let Some(function) = description.strip_prefix("AWS Lambda VPC ENI-") {
        // the function's name, and a UUID
        let name = function.len().checked_sub(37).and_then(|end| function.get(..end));
        let name = name.unwrap_or(function);
        return format!("the Lambda function `{name}` (for up to 45 minutes after it was deleted)");
    }
    if let Some(balancer) = description.strip_prefix("ELB ") {
        // `app/name/id` and `net/name/id`; a classic one has its name alone
        let name = balancer.split('/').nth(1).unwrap_or(balancer);
        return format!("the load balancer `{name}`");
    }
    for (prefix, what) in [
        ("Interface for NAT Gateway ", "the NAT gateway"),
        ("VPC Endpoint Interface ", "the endpoint"),
        ("EFS mount target for ", "the mount target of the file system"),
    ] {
        if let Some(named) = description.strip_prefix(prefix) {
            return format!("{what} `{named}`");
        }
    }
    match description {
        "" => "something".to_owned(),
        "RDSNetworkInterface" => "a database of RDS".to_owned(),
        other => format!("`{other}`"),
    }
}

/// What `GuardDuty` has made in a VPC.
#[derive(Debug, Default)]
struct GuardDuty {
    endpoints: BTreeSet<String>,
    groups: BTreeSet<String>,
}

impl GuardDuty {
    async fn within(vpc: &str, aws: &Aws) -> Self {
        let (within, its) = (filter("vpc-id", [vpc]), filter("tag:GuardDutyManaged", ["true"]));
        let endpoints = aws.ec2.describe_vpc_endpoints();
        let endpoints = endpoints.filters(within.clone()).filters(its.clone());
        let endpoints: Result<Vec<VpcEndpoint>, _> = endpoints.into_paginator().items().send().collect().await;
        let groups = aws.ec2.describe_security_groups().filters(within).filters(its);
        let groups: Result<Vec<SecurityGroup>, _> = groups.into_paginator().items().send().collect().await;
        let endpoints = endpoints.unwrap_or_default().into_iter();
        let groups = groups.unwrap_or_default().into_iter();
        Self {
            endpoints: endpoints.filter_map(|endpoint| endpoint.vpc_endpoint_id).collect(),
            groups: groups.filter_map(|group| group.group_id).collect(),
        }
    }

    fn has(&self, interface: &NetworkInterface) -> bool {
        let description = interface.description().unwrap_or_default();
        let endpoint = description.strip_prefix("VPC Endpoint Interface ");
        endpoint.is_some_and(|endpoint| self.endpoints.contains(endpoint))
    }

    fn hint(&self) -> Option<String> {
        let names = |kind: &str, ids: &BTreeSet<String>| {
            let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
            (!ids.is_empty()).then(|| format!("the {kind} {}", ids.join(", ")))
        };
        let parts = [
            names("endpoint", &self.endpoints),
            names("security group", &self.groups),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| {
            format!(
                "GuardDuty has made {}, and does not delete them with the VPC: delete the endpoint first, then the group",
                parts.join(" and ")
            )
        })
    }
}
