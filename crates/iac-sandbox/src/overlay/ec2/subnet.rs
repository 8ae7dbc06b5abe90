//! Subnets: create, delete, attributes, and their block of IPv6 addresses.

use ipnet::{Ipv4Net, Ipv6Net};

use super::model::{Kind, Outcome, Region, Resource, association, done, invalid};
use super::tags;
use super::zone::{zone_id, zone_of_id};
use crate::account_id::ACCOUNT_ID;
use crate::call::Call;
use crate::reply::Failure;
use crate::xml::Element;

const IPV6_SET: &str = "ipv6CidrBlockAssociationSet";

/// What a subnet is made of.
pub(super) struct Request<'a> {
    pub(super) vpc: &'a str,
    /// None in a subnet of IPv6 alone.
    pub(super) cidr: Option<&'a str>,
    pub(super) ipv6: Option<&'a str>,
    pub(super) zone: &'a str,
    pub(super) tags: Element,
}

fn id_of(call: &Call) -> &str {
    call.param("SubnetId").unwrap_or_default()
}

/// Adds a subnet that was checked.
pub(super) fn add(region: &mut Region, request: Request<'_>) -> String {
    let usable = request
        .cidr
        .and_then(|cidr| cidr.parse::<Ipv4Net>().ok())
        .map_or(0, |net| (1_u64 << (32 - net.prefix_len())) - 5);
    // what has IPv6 alone assigns it, and names instances by their id
    let native = request.cidr.is_none();
    let names = if native { "resource-name" } else { "ip-name" };
    let mut ipv6 = Element::new(IPV6_SET);
    ipv6.children
        .extend(request.ipv6.map(|cidr| ipv6_association(region, cidr)));
    let dns = Element::new("privateDnsNameOptionsOnLaunch")
        .field("hostnameType", names)
        .field("enableResourceNameDnsARecord", "false")
        .field("enableResourceNameDnsAAAARecord", "false");
    let item = Element::new("item")
        .field("ownerId", ACCOUNT_ID)
        .field("state", "available")
        .field("vpcId", request.vpc)
        .maybe("cidrBlock", request.cidr)
        .with(ipv6)
        .field("availableIpAddressCount", usable.to_string())
        .field("availabilityZone", request.zone)
        .maybe("availabilityZoneId", zone_id(&region.name, request.zone))
        .field("defaultForAz", "false")
        .field("mapPublicIpOnLaunch", "false")
        .field("mapCustomerOwnedIpOnLaunch", "false")
        .field("assignIpv6AddressOnCreation", native.to_string())
        .field("enableDns64", "false")
        .field("ipv6Native", native.to_string())
        .with(dns)
        .with(request.tags);
    let id = region.add("subnetId", Resource::new(Kind::Subnet, item));
    let arn = region.arn(Kind::Subnet, &id);
    if let Some(resource) = region.resources.get_mut(&id) {
        resource.set("subnetArn", arn);
    }
    id
}

fn ipv6_association(region: &mut Region, cidr: &str) -> Element {
    association(
        &region.fresh_id("subnet-cidr-assoc"),
        "ipv6CidrBlock",
        cidr,
        "ipv6CidrBlockState",
    )
}

/// Creates a subnet; it is pending in this answer and available in every later one.
pub(super) fn create(region: &mut Region, call: &Call) -> Outcome {
    let vpc = call.param("VpcId").unwrap_or_default();
    let cidr = if call.param("Ipv6Native") == Some("true") {
        check_native(call)?;
        None
    } else {
        Some(check_block(region, vpc, call.param("CidrBlock").unwrap_or_default())?)
    };
    if let Some(ipv6) = call.param("Ipv6CidrBlock") {
        check_ipv6(region, vpc, ipv6)?;
    }
    let by_id = call
        .param("AvailabilityZoneId")
        .and_then(|id| zone_of_id(&region.name, id));
    let first = format!("{}a", region.name);
    let zone = call
        .param("AvailabilityZone")
        .map_or_else(|| by_id.unwrap_or(first), str::to_owned);
    if zone_id(&region.name, &zone).is_none() {
        return Err(invalid(format!(
            "Value ({zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones of {}: a, b, c.",
            region.name
        )));
    }
    let request = Request {
        vpc,
        cidr: cidr.as_deref(),
        ipv6: call.param("Ipv6CidrBlock"),
        zone: &zone,
        tags: tags::specified(call, Kind::Subnet)?,
    };
    let id = add(region, request);
    let mut shown = region.get(Kind::Subnet, &id)?.item.clone();
    "subnet".clone_into(&mut shown.name);
    shown.set(Element::text("state", "pending"));
    Ok(vec![shown])
}

/// A subnet of IPv6 alone has a block of it and none of IPv4.
fn check_native(call: &Call) -> Result<(), Failure> {
    if call.param("CidrBlock").is_none() && call.param("Ipv6CidrBlock").is_some() {
        return Ok(());
    }
    let message = "An IPv6-only subnet has an IPv6 CIDR block, and no IPv4 CIDR block";
    Err(Failure::new(400, "InvalidParameterCombination", message))
}

/// A block lies in one of the VPC's and overlaps no other subnet.
fn check_block(region: &Region, vpc: &str, text: &str) -> Result<String, Failure> {
    let resource = region.get(Kind::Vpc, vpc)?;
    let range = || Failure::new(400, "InvalidSubnet.Range", format!("The CIDR '{text}' is invalid."));
    let net: Ipv4Net = text.parse().map_err(|_| {
        invalid(format!(
            "Value ({text}) for parameter cidrBlock is invalid. This is not a valid CIDR block."
        ))
    })?;
    if !(16..=28).contains(&net.prefix_len()) {
        return Err(range());
    }
    let net = net.trunc();
    let blocks = resource.item.child("cidrBlockAssociationSet");
    let inside = blocks.is_some_and(|set| {
        set.children
            .iter()
            .filter_map(|item| item.value(&["cidrBlock"])?.parse::<Ipv4Net>().ok())
            .any(|block| block.contains(&net))
    });
    if !inside {
        return Err(range());
    }
    let conflict = region
        .of_kind(Kind::Subnet)
        .filter(|(_, subnet)| subnet.field("vpcId") == vpc)
        .filter_map(|(_, subnet)| subnet.field("cidrBlock").parse::<Ipv4Net>().ok())
        .any(|other| other.contains(&net) || net.contains(&other));
    if conflict {
        let message = format!("The CIDR '{text}' conflicts with another subnet");
        return Err(Failure::new(400, "InvalidSubnet.Conflict", message));
    }
    Ok(net.to_string())
}

/// A block of IPv6 addresses is a /44 to /64 of the VPC's.
fn check_ipv6(region: &Region, vpc: &str, text: &str) -> Result<(), Failure> {
    let resource = region.get(Kind::Vpc, vpc)?;
    let net: Option<Ipv6Net> = text.parse().ok();
    let blocks = resource.item.child(IPV6_SET);
    let inside = blocks.is_some_and(|set| {
        set.children
            .iter()
            .filter_map(|item| item.value(&["ipv6CidrBlock"])?.parse::<Ipv6Net>().ok())
            .any(|block| net.is_some_and(|net| block.contains(&net)))
    });
    if inside {
        return Ok(());
    }
    let message = format!("The CIDR '{text}' is invalid.");
    Err(Failure::new(400, "InvalidSubnet.Range", message))
}

/// Deletes a subnet.
pub(super) fn delete(region: &mut Region, call: &Call) -> Outcome {
    let id = id_of(call);
    region.get(Kind::Subnet, id)?;
    region.resources.remove(id);
    Ok(done())
}

/// Changes one attribute.
pub(super) fn modify_attribute(region: &mut Region, call: &Call) -> Outcome {
    const FLAGS: [(&str, &str); 4] = [
        ("MapPublicIpOnLaunch.Value", "mapPublicIpOnLaunch"),
        ("AssignIpv6AddressOnCreation.Value", "assignIpv6AddressOnCreation"),
        ("EnableDns64.Value", "enableDns64"),
        ("MapCustomerOwnedIpOnLaunch.Value", "mapCustomerOwnedIpOnLaunch"),
    ];
    const DNS: [(&str, &str); 3] = [
        ("PrivateDnsHostnameTypeOnLaunch", "hostnameType"),
        (
            "EnableResourceNameDnsARecordOnLaunch.Value",
            "enableResourceNameDnsARecord",
        ),
        (
            "EnableResourceNameDnsAAAARecordOnLaunch.Value",
            "enableResourceNameDnsAAAARecord",
        ),
    ];
    let resource = region.get_mut(Kind::Subnet, id_of(call))?;
    let given = FLAGS
        .iter()
        .chain(&DNS)
        .filter(|(parameter, _)| call.param(parameter).is_some());
    if given.count() != 1 {
        let message = "Exactly one attribute must be specified";
        return Err(Failure::new(400, "InvalidParameterCombination", message));
    }
    for (parameter, name) in FLAGS {
        let Some(value) = call.param(parameter) else {
            continue;
        };
        let has_ipv6 = resource
            .item
            .child(IPV6_SET)
            .is_some_and(|set| !set.children.is_empty());
        if name == "assignIpv6AddressOnCreation" && value == "true" && !has_ipv6 {
            return Err(invalid("The subnet has no IPv6 CIDR block associated"));
        }
        resource.set(name, value);
    }
    for (parameter, name) in DNS {
        if let Some(value) = call.param(parameter)
            && let Some(options) = resource.item.child_mut("privateDnsNameOptionsOnLaunch")
        {
            options.set(Element::text(name, value));
        }
    }
    Ok(done())
}

/// Gives a subnet a block of IPv6 addresses; it has at most one.
pub(super) fn associate(region: &mut Region, call: &Call) -> Outcome {
    let id = id_of(call);
    let cidr = call.param("Ipv6CidrBlock").unwrap_or_default();
    let vpc = region.get(Kind::Subnet, id)?.field("vpcId").to_owned();
    check_ipv6(region, &vpc, cidr)?;
    let mut added = ipv6_association(region, cidr);
    let resource = region.get_mut(Kind::Subnet, id)?;
    if let Some(set) = resource.item.child_mut(IPV6_SET) {
        if !set.children.is_empty() {
            let message = "The subnet already has an IPv6 CIDR block associated";
            return Err(Failure::new(400, "SubnetAlreadyHasIpv6CidrBlock", message));
        }
        set.children.push(added.clone());
    }
    "ipv6CidrBlockAssociation".clone_into(&mut added.name);
    Ok(vec![Element::text("subnetId", id), added])
}

/// Takes the block away; addresses must no longer be assigned from it.
pub(super) fn disassociate(region: &mut Region, call: &Call) -> Outcome {
    let association = call.param("AssociationId").unwrap_or_default();
    let is_it = |item: &Element| item.value(&["associationId"]) == Some(association);
    let found = region.of_kind(Kind::Subnet).find_map(|(id, resource)| {
        let set = resource.item.child(IPV6_SET)?;
        let item = set.children.iter().find(|item| is_it(item))?;
        Some((id.to_owned(), item.clone()))
    });
    let Some((id, mut removed)) = found else {
        let message = format!("The association ID '{association}' does not exist");
        return Err(Failure::new(
            400,
            "InvalidSubnetCidrBlockAssociationID.NotFound",
            message,
        ));
    };
    let resource = region.get_mut(Kind::Subnet, &id)?;
    if resource.field("assignIpv6AddressOnCreation") == "true" || resource.field("enableDns64") == "true" {
        let message = "The subnet assigns IPv6 addresses or has DNS64 enabled";
        return Err(Failure::new(400, "InvalidParameterCombination", message));
    }
    if let Some(set) = resource.item.child_mut(IPV6_SET) {
        set.children.retain(|item| !is_it(item));
    }
    "ipv6CidrBlockAssociation".clone_into(&mut removed.name);
    Ok(vec![Element::text("subnetId", id), removed])
}
