//! What AWS makes on its own: the default VPC of a region, and of every VPC the main route table, the default network
//! ACL and the default security group.

use super::model::{Kind, Region, Resource, association};
use super::zone::ZONES;
use super::{group, subnet};
use crate::account_id::ACCOUNT_ID;
use crate::xml::Element;

/// A region of a new account: a default VPC with a default subnet in every zone.
pub(super) fn fresh(name: &str) -> Region {
    let mut region = Region {
        name: name.to_owned(),
        ..Region::default()
    };
    let vpc = add_vpc(&mut region, "172.31.0.0/16", "default", Element::new("tagSet"));
    if let Some(resource) = region.resources.get_mut(&vpc) {
        resource.set("isDefault", "true");
        resource
            .attributes
            .insert("enableDnsHostnames".to_owned(), "true".to_owned());
    }
    for (index, zone) in ZONES.iter().enumerate() {
        let request = subnet::Request {
            vpc: &vpc,
            cidr: Some(&format!("172.31.{}.0/20", index * 16)),
            ipv6: None,
            zone: &format!("{name}{zone}"),
            tags: Element::new("tagSet"),
        };
        let id = subnet::add(&mut region, request);
        if let Some(resource) = region.resources.get_mut(&id) {
            resource.set("defaultForAz", "true");
            resource.set("mapPublicIpOnLaunch", "true");
        }
    }
    for resource in region.resources.values_mut() {
        resource.implicit = true;
    }
    region
}

/// Adds a VPC with everything that comes along with it.
pub(super) fn add_vpc(region: &mut Region, cidr: &str, tenancy: &str, tags: Element) -> String {
    let block = association(&region.fresh_id("vpc-cidr-assoc"), "cidrBlock", cidr, "cidrBlockState");
    let item = Element::new("item")
        .field("ownerId", ACCOUNT_ID)
        .field("state", "available")
        .field("cidrBlock", cidr)
        .with(Element::new("cidrBlockAssociationSet").with(block))
        .with(Element::new("ipv6CidrBlockAssociationSet"))
        .field("dhcpOptionsId", format!("dopt-{:017x}", region.name.len()))
        .field("instanceTenancy", tenancy)
        .field("isDefault", "false")
        .with(tags);
    let mut resource = Resource::new(Kind::Vpc, item);
    for (name, value) in [
        ("enableDnsSupport", "true"),
        ("enableDnsHostnames", "false"),
        ("enableNetworkAddressUsageMetrics", "false"),
    ] {
        resource.attributes.insert(name.to_owned(), value.to_owned());
    }
    let vpc = region.add("vpcId", resource);
    add_main_route_table(region, &vpc, cidr);
    add_default_acl(region, &vpc);
    let default = group::Request {
        name: "default",
        description: "default VPC security group",
        vpc: &vpc,
        tags: Element::new("tagSet"),
    };
    let id = group::add(region, default);
    if let Some(resource) = region.resources.get_mut(&id) {
        resource.implicit = true;
    }
    vpc
}

fn add_main_route_table(region: &mut Region, vpc: &str, cidr: &str) {
    let local = Element::new("item")
        .field("destinationCidrBlock", cidr)
        .field("gatewayId", "local")
        .field("state", "active")
        .field("origin", "CreateRouteTable");
    let item = Element::new("item")
        .field("vpcId", vpc)
        .field("ownerId", ACCOUNT_ID)
        .with(Element::new("routeSet").with(local))
        .with(Element::new("propagatingVgwSet"))
        .with(Element::new("tagSet"));
    let mut resource = Resource::new(Kind::RouteTable, item);
    resource.implicit = true;
    let id = region.add("routeTableId", resource);
    let main = Element::new("item")
        .field("routeTableAssociationId", region.fresh_id("rtbassoc"))
        .field("routeTableId", id.as_str())
        .field("main", "true")
        .with(Element::new("associationState").field("state", "associated"));
    if let Some(resource) = region.resources.get_mut(&id) {
        resource.item.set(Element::new("associationSet").with(main));
    }
}

fn add_default_acl(region: &mut Region, vpc: &str) {
    let entry = |number: &str, action: &str, egress: bool| {
        Element::new("item")
            .field("ruleNumber", number)
            .field("protocol", "-1")
            .field("ruleAction", action)
            .field("egress", egress.to_string())
            .field("cidrBlock", "0.0.0.0/0")
    };
    let entries = [true, false]
        .into_iter()
        .flat_map(|egress| [entry("100", "allow", egress), entry("32767", "deny", egress)]);
    let item = Element::new("item")
        .field("vpcId", vpc)
        .field("ownerId", ACCOUNT_ID)
        .field("default", "true")
        .with(Element::new("entrySet").with_all(entries))
        .with(Element::new("associationSet"))
        .with(Element::new("tagSet"));
    let mut resource = Resource::new(Kind::NetworkAcl, item);
    resource.implicit = true;
    region.add("networkAclId", resource);
}
