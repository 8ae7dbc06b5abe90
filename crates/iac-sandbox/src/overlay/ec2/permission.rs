//! The two shapes of security group rules: atoms, one per source, and permissions, which gather the atoms of one port
//! range.

use std::collections::BTreeMap;

use ipnet::{Ipv4Net, Ipv6Net};

use super::model::invalid;
use crate::account_id::ACCOUNT_ID;
use crate::call::Call;
use crate::reply::Failure;
use crate::xml::Element;

/// The sources an atom can have: its field in rules; list and field in permissions; list and field in requests.
const SOURCES: [(&str, &str, &str, &str, &str); 4] = [
    ("cidrIpv4", "ipRanges", "cidrIp", "IpRanges", "CidrIp"),
    ("cidrIpv6", "ipv6Ranges", "cidrIpv6", "Ipv6Ranges", "CidrIpv6"),
    (
        "prefixListId",
        "prefixListIds",
        "prefixListId",
        "PrefixListIds",
        "PrefixListId",
    ),
    ("referencedGroupInfo", "groups", "groupId", "Groups", "GroupId"),
];

/// One rule: a protocol, ports, and exactly one source or destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Atom {
    pub(super) egress: bool,
    pub(super) protocol: String,
    pub(super) ports: Option<(String, String)>,
    /// The field of the source in rules.
    pub(super) source: &'static str,
    pub(super) value: String,
    pub(super) description: Option<String>,
}

impl Atom {
    /// A rule for all protocols and ports.
    pub(super) fn everything(egress: bool, source: &'static str, value: &str) -> Self {
        Self {
            egress,
            protocol: "-1".to_owned(),
            ports: None,
            source,
            value: value.to_owned(),
            description: None,
        }
    }

    /// Whether two rules are the same but for their descriptions.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let mut other = other.clone();
        other.description.clone_from(&self.description);
        *self == other
    }

    /// The item of this rule, without id, group and tags.
    pub(super) fn item(&self) -> Element {
        let (from, to) = self.ports.clone().unwrap_or_else(|| ("-1".to_owned(), "-1".to_owned()));
        let source = if self.source == "referencedGroupInfo" {
            Element::new(self.source)
                .field("groupId", self.value.as_str())
                .field("userId", ACCOUNT_ID)
        } else {
            Element::text(self.source, self.value.as_str())
        };
        Element::new("item")
            .field("groupOwnerId", ACCOUNT_ID)
            .field("isEgress", self.egress.to_string())
            .field("ipProtocol", self.protocol.as_str())
            .field("fromPort", from)
            .field("toPort", to)
            .with(source)
            .maybe("description", self.description.as_deref())
    }

    /// The rule an item describes.
    pub(super) fn of(item: &Element) -> Option<Self> {
        let text = |name: &str| item.value(&[name]).map(str::to_owned);
        let (source, ..) = SOURCES.into_iter().find(|(field, ..)| item.child(field).is_some())?;
        let value = item.value(&[source, "groupId"]).or(item.value(&[source]))?;
        let protocol = text("ipProtocol")?;
        let ports = text("fromPort").zip(text("toPort"));
        Some(Self {
            egress: text("isEgress")? == "true",
            ports: ports.filter(|_| protocol != "-1"),
            protocol,
            source,
            value: value.to_owned(),
            description: text("description"),
        })
    }
}

/// Protocols have names where EC2 knows one.
fn protocol(text: &str) -> String {
    match text.to_lowercase().as_str() {
        "6" => "tcp".to_owned(),
        "17" => "udp".to_owned(),
        "1" => "icmp".to_owned(),
        "58" => "icmpv6".to_owned(),
        "all" => "-1".to_owned(),
        other => other.to_owned(),
    }
}

/// The ports of a protocol that has some; all protocols together have none.
fn ports(protocol: &str, from: Option<&str>, to: Option<&str>) -> Result<Option<(String, String)>, Failure> {
    if protocol == "-1" {
        return Ok(None);
    }
    match (from, to) {
        (Some(from), Some(to)) => Ok(Some((from.to_owned(), to.to_owned()))),
        _ if matches!(protocol, "tcp" | "udp") => Err(invalid(
            "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
        )),
        _ => Ok(Some(("-1".to_owned(), "-1".to_owned()))),
    }
}

/// Blocks of addresses are kept from their network address on.
fn source_value(source: &str, text: &str) -> Result<String, Failure> {
    let malformed = || invalid(format!("CIDR block {text} is malformed"));
    match source {
        "cidrIpv4" => {
            let net: Ipv4Net = text.parse().map_err(|_| malformed())?;
            Ok(net.trunc().to_string())
        }
        "cidrIpv6" => {
            let net: Ipv6Net = text.parse().map_err(|_| malformed())?;
            Ok(net.trunc().to_string())
        }
        _ => Ok(text.to_owned()),
    }
}

/// The rules in the `IpPermissions` of a request.
pub(super) fn requested(call: &Call, egress: bool) -> Result<Vec<Atom>, Failure> {
    let mut atoms = Vec::new();
    for n in 1.. {
        let prefix = format!("IpPermissions.{n}");
        let param = |name: &str| call.param(&format!("{prefix}.{name}"));
        let Some(given) = param("IpProtocol") else {
            break;
        };
        let protocol = protocol(given);
        let ports = ports(&protocol, param("FromPort"), param("ToPort"))?;
        for (source, _, _, list, field) in SOURCES {
            for m in 1.. {
                let Some(value) = param(&format!("{list}.{m}.{field}")) else {
                    break;
                };
                atoms.push(Atom {
                    egress,
                    protocol: protocol.clone(),
                    ports: ports.clone(),
                    source,
                    value: source_value(source, value)?,
                    description: param(&format!("{list}.{m}.Description")).map(str::to_owned),
                });
            }
        }
    }
    // The older form of a request has one rule in parameters of its own.
    if let (Some(cidr), Some(given)) = (call.param("CidrIp"), call.param("IpProtocol")) {
        let protocol = protocol(given);
        atoms.push(Atom {
            egress,
            ports: ports(&protocol, call.param("FromPort"), call.param("ToPort"))?,
            protocol,
            source: "cidrIpv4",
            value: source_value("cidrIpv4", cidr)?,
            description: None,
        });
    }
    Ok(atoms)
}

/// The rule in a `SecurityGroupRule` of `ModifySecurityGroupRules`.
pub(super) fn replacement(call: &Call, prefix: &str, egress: bool) -> Result<Atom, Failure> {
    let param = |name: &str| call.param(&format!("{prefix}.{name}"));
    let found = [
        ("cidrIpv4", "CidrIpv4"),
        ("cidrIpv6", "CidrIpv6"),
        ("prefixListId", "PrefixListId"),
        ("referencedGroupInfo", "ReferencedGroupId"),
    ]
    .into_iter()
    .find_map(|(source, name)| Some((source, param(name)?)));
    let (Some((source, value)), Some(given)) = (found, param("IpProtocol")) else {
        let message = "A rule has a protocol and one source";
        return Err(Failure::new(400, "MissingParameter", message));
    };
    let protocol = protocol(given);
    Ok(Atom {
        egress,
        ports: ports(&protocol, param("FromPort"), param("ToPort"))?,
        protocol,
        source,
        value: source_value(source, value)?,
        description: param("Description").map(str::to_owned),
    })
}

/// Gathers rules into permissions, one for each protocol and port range.
pub(super) fn permissions<'a>(name: &str, rules: impl Iterator<Item = &'a Element>) -> Element {
    let mut gathered = BTreeMap::new();
    for atom in rules.filter_map(Atom::of) {
        let key = (atom.protocol.clone(), atom.ports.clone());
        let atoms: &mut Vec<Atom> = gathered.entry(key).or_default();
        atoms.push(atom);
    }
    let items = gathered.into_iter().map(|((protocol, ports), mut atoms)| {
        atoms.sort_by(|a, b| a.value.cmp(&b.value));
        let (from, to) = ports.unzip();
        let lists = SOURCES.map(|(source, list, field, ..)| {
            let of_source = atoms.iter().filter(|atom| atom.source == source);
            Element::new(list).with_all(of_source.map(|atom| {
                let owner = (source == "referencedGroupInfo").then_some(ACCOUNT_ID);
                Element::new("item")
                    .maybe("userId", owner)
                    .field(field, atom.value.as_str())
                    .maybe("description", atom.description.as_deref())
            }))
        });
        Element::new("item")
            .field("ipProtocol", protocol)
            .maybe("fromPort", from)
            .maybe("toPort", to)
            .with_all(lists)
    });
    Element::new(name).with_all(items)
}
