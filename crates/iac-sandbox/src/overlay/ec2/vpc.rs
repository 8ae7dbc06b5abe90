//! VPCs: create, delete, attributes, tenancy, and further blocks of addresses.

use ipnet::{Ipv4Net, Ipv6Net};

use super::model::{Kind, Outcome, Region, association, done, invalid};
use super::network::add_vpc;
use super::tags;
use crate::call::Call;
use crate::reply::Failure;
use crate::xml::Element;

const IPV6_SET: &str = "ipv6CidrBlockAssociationSet";
const IPV4_SET: &str = "cidrBlockAssociationSet";

fn id_of(call: &Call) -> &str {
    call.param("VpcId").unwrap_or_default()
}

/// A block of a VPC is /16 to /28 and begins at its own network address.
fn block(text: &str) -> Result<Ipv4Net, Failure> {
    let net: Ipv4Net = text.parse().map_err(|_| {
        invalid(format!(
            "Value ({text}) for parameter cidrBlock is invalid. This is not a valid CIDR block."
        ))
    })?;
    if !(16..=28).contains(&net.prefix_len()) {
        let message = format!("The CIDR '{text}' is invalid.");
        return Err(Failure::new(400, "InvalidVpc.Range", message));
    }
    Ok(net.trunc())
}

/// Creates a VPC; it is pending in this answer and available in every later one.
pub(super) fn create(region: &mut Region, call: &Call) -> Outcome {
    let cidr = block(call.param("CidrBlock").unwrap_or_default())?.to_string();
    let tenancy = call.param("InstanceTenancy").unwrap_or("default");
    let tags = tags::specified(call, Kind::Vpc)?;
    let id = add_vpc(region, &cidr, tenancy, tags);
    if call.param("AmazonProvidedIpv6CidrBlock") == Some("true") {
        add_ipv6(region, &id)?;
    }
    let mut shown = region.get(Kind::Vpc, &id)?.item.clone();
    "vpc".clone_into(&mut shown.name);
    shown.set(Element::text("state", "pending"));
    Ok(vec![shown])
}

/// Deletes a VPC that has no subnets and no groups but its own; what came along with it goes too.
pub(super) fn delete(region: &mut Region, call: &Call) -> Outcome {
    let id = id_of(call);
    region.get(Kind::Vpc, id)?;
    let inside = |kind: Kind| {
        region
            .of_kind(kind)
            .filter(|(_, resource)| resource.field("vpcId") == id)
    };
    let has_groups = inside(Kind::SecurityGroup).any(|(_, resource)| resource.field("groupName") != "default");
    if inside(Kind::Subnet).next().is_some() || has_groups {
        let message = format!("The vpc '{id}' has dependencies and cannot be deleted.");
        return Err(Failure::new(400, "DependencyViolation", message));
    }
    let groups: Vec<String> = inside(Kind::SecurityGroup).map(|(id, _)| id.to_owned()).collect();
    region.resources.retain(|own, resource| {
        own != id && resource.field("vpcId") != id && !groups.iter().any(|group| group == resource.field("groupId"))
    });
    Ok(done())
}

/// Describes one attribute.
pub(super) fn attribute(region: &Region, call: &Call) -> Outcome {
    let id = id_of(call);
    let name = call.param("Attribute").unwrap_or_default();
    let resource = region.get(Kind::Vpc, id)?;
    let value = resource
        .attributes
        .get(name)
        .ok_or_else(|| invalid(format!("Value ({name}) for parameter attribute is invalid.")))?;
    Ok(vec![
        Element::text("vpcId", id),
        Element::new(name).field("value", value.as_str()),
    ])
}

/// Changes one attribute. Host names need DNS support.
pub(super) fn modify_attribute(region: &mut Region, call: &Call) -> Outcome {
    const ATTRIBUTES: [(&str, &str); 3] = [
        ("EnableDnsSupport.Value", "enableDnsSupport"),
        ("EnableDnsHostnames.Value", "enableDnsHostnames"),
        (
            "EnableNetworkAddressUsageMetrics.Value",
            "enableNetworkAddressUsageMetrics",
        ),
    ];
    let resource = region.get_mut(Kind::Vpc, id_of(call))?;
    let given: Vec<(&str, &str)> = ATTRIBUTES
        .iter()
        .filter_map(|(parameter, name)| Some((*name, call.param(parameter)?)))
        .collect();
    let [(name, value)] = given.as_slice() else {
        let message = "Exactly one attribute must be specified";
        return Err(Failure::new(400, "InvalidParameterCombination", message));
    };
    let is_on = |name: &str| resource.attributes.get(name).is_some_and(|on| on == "true");
    let needs = match *name {
        "enableDnsHostnames" => *value == "true" && !is_on("enableDnsSupport"),
        "enableDnsSupport" => *value == "false" && is_on("enableDnsHostnames"),
        _ => false,
    };
    if needs {
        let message = "DNS hostnames need DNS support";
        return Err(Failure::new(400, "InvalidParameterCombination", message));
    }
    resource.attributes.insert((*name).to_owned(), (*value).to_owned());
    Ok(done())
}

/// Changes the tenancy, which only ever goes to the default.
pub(super) fn modify_tenancy(region: &mut Region, call: &Call) -> Outcome {
    let resource = region.get_mut(Kind::Vpc, id_of(call))?;
    if call.param("InstanceTenancy") != Some("default") {
        return Err(invalid("The tenancy of a VPC can only be changed to default."));
    }
    resource.set("instanceTenancy", "default");
    Ok(vec![Element::text("returnValue", "true")])
}

fn add_ipv6(region: &mut Region, id: &str) -> Result<Element, Failure> {
    let number = region.of_kind(Kind::Vpc).count();
    let border = region.name.clone();
    let association_id = region.fresh_id("vpc-cidr-assoc");
    let resource = region.get_mut(Kind::Vpc, id)?;
    let cidr = format!("2600:1f18:{number:x}:100::/56");
    let mut added = association(&association_id, "ipv6CidrBlock", &cidr, "ipv6CidrBlockState");
    added.children.push(Element::text("ipv6Pool", "Amazon"));
    added.children.push(Element::text("networkBorderGroup", border));
    let resource_set = resource.item.child_mut(IPV6_SET);
    if let Some(set) = resource_set {
        set.children.push(added.clone());
    }
    Ok(added)
}

/// Adds a block of IPv4 addresses, or one of IPv6 that Amazon chooses.
pub(super) fn associate(region: &mut Region, call: &Call) -> Outcome {
    let id = id_of(call).to_owned();
    region.get(Kind::Vpc, &id)?;
    let vpc = Element::text("vpcId", id.as_str());
    if call.param("AmazonProvidedIpv6CidrBlock") == Some("true") {
        let mut added = add_ipv6(region, &id)?;
        "ipv6CidrBlockAssociation".clone_into(&mut added.name);
        return Ok(vec![vpc, added]);
    }
    let cidr = block(call.param("CidrBlock").unwrap_or_default())?.to_string();
    let association_id = region.fresh_id("vpc-cidr-assoc");
    let mut added = association(&association_id, "cidrBlock", &cidr, "cidrBlockState");
    let resource = region.get_mut(Kind::Vpc, &id)?;
    if let Some(set) = resource.item.child_mut(IPV4_SET) {
        set.children.push(added.clone());
    }
    "cidrBlockAssociation".clone_into(&mut added.name);
    Ok(vec![vpc, added])
}

/// Removes a block no subnet uses; never the one the VPC was created with.
pub(super) fn disassociate(region: &mut Region, call: &Call) -> Outcome {
    let association = call.param("AssociationId").unwrap_or_default();
    let found = region.of_kind(Kind::Vpc).find_map(|(id, resource)| {
        [IPV4_SET, IPV6_SET].into_iter().find_map(|set| {
            let item = resource
                .item
                .child(set)?
                .children
                .iter()
                .find(|item| item.value(&["associationId"]) == Some(association))?;
            Some((id.to_owned(), set, item.clone()))
        })
    });
    let Some((id, set, item)) = found else {
        let message = format!("The association ID '{association}' does not exist");
        return Err(Failure::new(400, "InvalidVpcCidrBlockAssociationID.NotFound", message));
    };
    let resource = region.get(Kind::Vpc, &id)?;
    if item.value(&["cidrBlock"]) == Some(resource.field("cidrBlock")) {
        let message = "The primary CIDR block of a VPC cannot be disassociated";
        return Err(Failure::new(400, "OperationNotPermitted", message));
    }
    let used = region
        .of_kind(Kind::Subnet)
        .any(|(_, subnet)| subnet.field("vpcId") == id && overlaps(&item, subnet.field("cidrBlock"), &subnet.item));
    if used {
        let message = format!("The association '{association}' has dependencies and cannot be removed");
        return Err(Failure::new(400, "InvalidCidrBlock.InUse", message));
    }
    let resource = region.get_mut(Kind::Vpc, &id)?;
    if let Some(set) = resource.item.child_mut(set) {
        set.children
            .retain(|item| item.value(&["associationId"]) != Some(association));
    }
    let mut removed = item;
    let name = set.trim_end_matches("Set").to_owned();
    removed.name = name;
    Ok(vec![Element::text("vpcId", id), removed])
}

/// Whether a subnet lies in an associated block.
fn overlaps(block: &Element, subnet_cidr: &str, subnet: &Element) -> bool {
    let inside_v4 = block
        .value(&["cidrBlock"])
        .and_then(|text| text.parse::<Ipv4Net>().ok())
        .zip(subnet_cidr.parse::<Ipv4Net>().ok())
        .is_some_and(|(block, subnet)| block.contains(&subnet));
    let v6 = block
        .value(&["ipv6CidrBlock"])
        .and_then(|text| text.parse::<Ipv6Net>().ok());
    let inside_v6 = subnet.child(IPV6_SET).is_some_and(|set| {
        set.children
            .iter()
            .filter_map(|item| item.value(&["ipv6CidrBlock"])?.parse::<Ipv6Net>().ok())
            .any(|subnet| v6.is_some_and(|block| block.contains(&subnet)))
    });
    inside_v4 || inside_v6
}
