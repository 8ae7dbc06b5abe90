//! Describe operations: items by id and filter, in pages.

use super::model::{Kind, Outcome, Region, missing};
use super::{filter, group};
use crate::call::Call;
use crate::reply::Failure;
use crate::xml::Element;

/// What describes what: operation, kind, element of the answer, parameter of ids.
const DESCRIBE: [(&str, Kind, &str, &str); 6] = [
    ("DescribeVpcs", Kind::Vpc, "vpcSet", "VpcId"),
    ("DescribeSubnets", Kind::Subnet, "subnetSet", "SubnetId"),
    (
        "DescribeSecurityGroups",
        Kind::SecurityGroup,
        "securityGroupInfo",
        "GroupId",
    ),
    (
        "DescribeSecurityGroupRules",
        Kind::SecurityGroupRule,
        "securityGroupRuleSet",
        "SecurityGroupRuleId",
    ),
    ("DescribeRouteTables", Kind::RouteTable, "routeTableSet", "RouteTableId"),
    ("DescribeNetworkAcls", Kind::NetworkAcl, "networkAclSet", "NetworkAclId"),
];

/// Kinds that no sandbox has: they are described as none.
const NONE: [(&str, &str); 6] = [
    ("DescribeNetworkInterfaces", "networkInterfaceSet"),
    ("DescribeInternetGateways", "internetGatewaySet"),
    ("DescribeNatGateways", "natGatewaySet"),
    ("DescribeVpcEndpoints", "vpcEndpointSet"),
    ("DescribeInstances", "reservationSet"),
    ("DescribeAddresses", "addressesSet"),
];

/// Answers a describe operation.
pub(super) fn answer(region: &Region, call: &Call) -> Outcome {
    let operation = call.operation.as_str();
    if let Some((_, set)) = NONE.iter().find(|(name, _)| *name == operation) {
        return Ok(vec![Element::new(set)]);
    }
    let known = DESCRIBE.iter().find(|(name, ..)| *name == operation);
    let Some((_, kind, set, parameter)) = known else {
        let message = format!("the sandbox does not know {operation}");
        return Err(Failure::new(501, "NotImplemented", message));
    };
    let ids = call.list(parameter);
    if let Some(id) = ids.iter().find(|id| region.get(*kind, id).is_err()) {
        return Err(missing(*kind, id));
    }
    let names = call.list("GroupName");
    let filters = filter::filters(call);
    filter::check(*kind, &filters)?;
    let items = region
        .of_kind(*kind)
        .filter(|(id, _)| ids.is_empty() || ids.iter().any(|wanted| wanted == id))
        .filter(|(_, resource)| names.is_empty() || names.iter().any(|name| name == resource.field("groupName")))
        .map(|(id, resource)| match kind {
            Kind::SecurityGroup => group::with_permissions(region, id, resource),
            _ => resource.item.clone(),
        })
        .filter(|item| filter::passes(item, &filters));
    Ok(page(call, set, items.collect()))
}

/// One page of items; the token is the number of items before the next page.
fn page(call: &Call, set: &str, items: Vec<Element>) -> Vec<Element> {
    let number = |name: &str| call.param(name).and_then(|text| text.parse::<usize>().ok());
    let from = number("NextToken").unwrap_or(0);
    let limit = number("MaxResults").unwrap_or(1000);
    let total = items.len();
    let page = items.into_iter().skip(from).take(limit);
    let mut elements = vec![Element::new(set).with_all(page)];
    if from + limit < total {
        elements.push(Element::text("nextToken", (from + limit).to_string()));
    }
    elements
}
