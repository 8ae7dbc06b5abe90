//! How rules are written: what traffic, then where it comes from or goes to.

use std::ops::RangeInclusive;

use iac_core::model::Input;

use super::rule::{Protocol, Rule};
use crate::ec2::{
    cidr::CidrBlock,
    ids::{PrefixListId, SecurityGroupId},
};

const ANYWHERE: &str = "0.0.0.0/0";
const ANYWHERE_IPV6: &str = "::/0";

/// A port, `443`, or a range of ports, `8000..=8080`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    first: u16,
    last: u16,
}

impl From<u16> for Ports {
    fn from(port: u16) -> Self {
        Self {
            first: port,
            last: port,
        }
    }
}

impl From<RangeInclusive<u16>> for Ports {
    fn from(range: RangeInclusive<u16>) -> Self {
        let (first, last) = range.into_inner();
        Self { first, last }
    }
}

/// Traffic of a protocol, on some ports: half a rule.
///
/// ```
/// use iac_aws::ec2::Rule;
///
/// let https = Rule::tcp(443).from_cidr("0.0.0.0/0").description("https");
/// let high = Rule::udp(32768..=65535).from_self();
/// let out = Rule::all().to_anywhere();
/// assert_eq!((https.to_port, high.from_port, out.to_port), (Some(443), Some(32768), None));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "say where the traffic comes from or goes to"]
pub struct Traffic {
    protocol: Protocol,
    from_port: Option<i32>,
    to_port: Option<i32>,
}

impl Rule {
    /// TCP on a port or a range of ports.
    pub fn tcp(ports: impl Into<Ports>) -> Traffic {
        Traffic::on("tcp", ports.into())
    }

    /// UDP on a port or a range of ports.
    pub fn udp(ports: impl Into<Ports>) -> Traffic {
        Traffic::on("udp", ports.into())
    }

    /// All ICMP messages.
    pub fn icmp() -> Traffic {
        Traffic::of("icmp", None)
    }

    /// ICMP messages of one type, such as 8 for echo requests.
    pub fn icmp_type(kind: u8) -> Traffic {
        Traffic::of("icmp", Some(kind))
    }

    /// All messages of ICMP for IPv6.
    pub fn icmpv6() -> Traffic {
        Traffic::of("icmpv6", None)
    }

    /// Messages of ICMP for IPv6 of one type, such as 128 for echo requests.
    pub fn icmpv6_type(kind: u8) -> Traffic {
        Traffic::of("icmpv6", Some(kind))
    }

    /// All protocols on all ports.
    pub fn all() -> Traffic {
        Traffic::of("all", None)
    }

    /// A protocol by its number, such as 50 for ESP. AWS allows it as a whole; use the functions above for those with ports.
    pub fn protocol(number: u8) -> Traffic {
        Traffic::of(&number.to_string(), None)
    }
}

impl Traffic {
    fn on(protocol: &str, ports: Ports) -> Self {
        Self {
            protocol: Protocol::canonical(protocol),
            from_port: Some(ports.first.into()),
            to_port: Some(ports.last.into()),
        }
    }

    fn of(protocol: &str, kind: Option<u8>) -> Self {
        Self {
            protocol: Protocol::canonical(protocol),
            from_port: kind.map(Into::into),
            to_port: None,
        }
    }

    fn rule(self) -> Rule {
        Rule {
            protocol: self.protocol,
            from_port: self.from_port,
            to_port: self.to_port,
            cidr: None,
            prefix_list_id: None,
            group_id: None,
            group_owner: None,
            itself: false,
            description: None,
        }
    }

    /// From these IPv4 or IPv6 addresses.
    pub fn from_cidr(self, block: impl Into<Input<CidrBlock>>) -> Rule {
        Rule {
            cidr: Some(block.into()),
            ..self.rule()
        }
    }

    /// To these IPv4 or IPv6 addresses.
    pub fn to_cidr(self, block: impl Into<Input<CidrBlock>>) -> Rule {
        self.from_cidr(block)
    }

    /// From all IPv4 addresses.
    pub fn from_anywhere(self) -> Rule {
        self.from_cidr(ANYWHERE)
    }

    /// To all IPv4 addresses.
    pub fn to_anywhere(self) -> Rule {
        self.from_cidr(ANYWHERE)
    }

    /// From all IPv6 addresses.
    pub fn from_anywhere_ipv6(self) -> Rule {
        self.from_cidr(ANYWHERE_IPV6)
    }

    /// To all IPv6 addresses.
    pub fn to_anywhere_ipv6(self) -> Rule {
        self.from_cidr(ANYWHERE_IPV6)
    }

    /// From what is in another security group.
    pub fn from_group(self, group: impl Into<Input<SecurityGroupId>>) -> Rule {
        Rule {
            group_id: Some(group.into()),
            ..self.rule()
        }
    }

    /// To what is in another security group.
    pub fn to_group(self, group: impl Into<Input<SecurityGroupId>>) -> Rule {
        self.from_group(group)
    }

    /// From what is in a security group of another account, in a VPC that is peered with this one.
    pub fn from_group_of(self, account: impl Into<Input<String>>, group: impl Into<Input<SecurityGroupId>>) -> Rule {
        Rule {
            group_owner: Some(account.into()),
            ..self.from_group(group)
        }
    }

    /// To what is in a security group of another account, in a VPC that is peered with this one.
    pub fn to_group_of(self, account: impl Into<Input<String>>, group: impl Into<Input<SecurityGroupId>>) -> Rule {
        self.from_group_of(account, group)
    }

    /// From what is in the group itself.
    pub fn from_self(self) -> Rule {
        Rule {
            itself: true,
            ..self.rule()
        }
    }

    /// To what is in the group itself.
    pub fn to_self(self) -> Rule {
        self.from_self()
    }

    /// From a list of addresses, such as those of a service or of CloudFront.
    pub fn from_prefix_list(self, list: impl Into<Input<PrefixListId>>) -> Rule {
        Rule {
            prefix_list_id: Some(list.into()),
            ..self.rule()
        }
    }

    /// To a list of addresses, such as those of a service.
    pub fn to_prefix_list(self, list: impl Into<Input<PrefixListId>>) -> Rule {
        self.from_prefix_list(list)
    }
}
