//! One rule of a security group: a protocol, its ports, and one other side.
//!
//! Source: EC2 API reference, `IpPermission`; VPC user guide, "Security group rules".

use iac_core::{
    Schema,
    model::{Declared, Input, Resolved, Stage, Violation},
};
use serde::{Deserialize, Serialize};

use super::texts::Description;
use crate::ec2::{
    cidr::CidrBlock,
    ids::{PrefixListId, SecurityGroupId},
};

iac_core::text_type! {
    /// A protocol: `tcp`, `udp`, `icmp`, `icmpv6`, `all`, or the number of another one, from 0 to 255. Numbers of those that
    /// have a name mean the same as the name, and `-1` means `all`.
    pub struct Protocol, check = check, normal = normal;
}

impl Protocol {
    /// The one way to write it.
    pub(super) fn canonical(text: &str) -> Self {
        Self::from(normal(text))
    }

    /// What its ports mean.
    pub(super) fn family(&self) -> Family {
        match normal(self.as_str()).as_str() {
            "tcp" | "udp" => Family::Ports,
            "icmp" | "icmpv6" => Family::Messages,
            _ => Family::Whole,
        }
    }

    /// As the API wants it.
    pub(super) fn wire(&self) -> &str {
        match self.as_str() {
            "all" => "-1",
            other => other,
        }
    }
}

/// What the two port numbers of a rule mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// The first and the last port.
    Ports,
    /// A message's type and code.
    Messages,
    /// Nothing: the protocol is allowed as a whole.
    Whole,
}

fn check(protocol: &str) -> Result<(), String> {
    match normal(protocol).as_str() {
        "tcp" | "udp" | "icmp" | "icmpv6" | "all" => Ok(()),
        other if other.parse::<u8>().is_ok() => Ok(()),
        _ => Err(format!(
            "`{protocol}` is not a protocol: tcp, udp, icmp, icmpv6, all, or a number from 0 to 255"
        )),
    }
}

/// Names for those that have one, in lower case; numbers without leading zeros for the others.
fn normal(protocol: &str) -> String {
    match protocol.to_ascii_lowercase().as_str() {
        "-1" => "all".to_owned(),
        "6" => "tcp".to_owned(),
        "17" => "udp".to_owned(),
        "1" => "icmp".to_owned(),
        "58" => "icmpv6".to_owned(),
        other => other
            .parse::<u8>()
            .map_or_else(|_| other.to_owned(), |number| number.to_string()),
    }
}

/// One rule: it allows traffic of a protocol, on some ports, from or to one other side.
///
/// Made from [`Traffic`](super::Traffic): `Rule::tcp(443).from_cidr("10.0.0.0/8").description("https")`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(bound = "")]
pub struct Rule<S: Stage = Declared> {
    /// The protocol.
    pub protocol: Protocol,
    /// The first port, from 0 to 65535, or the type of an ICMP message. All when unset.
    pub from_port: Option<i32>,
    /// The last port, from 0 to 65535, or the code of an ICMP message. All when unset.
    pub to_port: Option<i32>,
    /// Addresses on the other side.
    pub cidr: Option<S::Value<CidrBlock>>,
    /// A list of addresses on the other side.
    pub prefix_list_id: Option<S::Value<PrefixListId>>,
    /// What is in this group, on the other side.
    pub group_id: Option<S::Value<SecurityGroupId>>,
    /// The account of that group, when it is another one: 12 digits.
    pub group_owner: Option<S::Value<String>>,
    /// What is in the group itself, on the other side.
    #[serde(default)]
    pub itself: bool,
    /// What the rule is for.
    pub description: Option<S::Value<Description>>,
}

impl Rule {
    /// Says what the rule is for: at most 255 characters.
    #[must_use]
    pub fn description(mut self, text: impl Into<Input<Description>>) -> Self {
        self.description = Some(text.into());
        self
    }
}

impl Rule<Resolved> {
    /// What is wrong with the rule by itself, and at which property.
    pub(in crate::ec2) fn violation(&self) -> Option<Violation> {
        let (path, message) = self.problem()?;
        Some(Violation {
            path: path.to_owned(),
            message: message.to_owned(),
        })
    }

    pub(super) fn problem(&self) -> Option<(&'static str, &'static str)> {
        let sides = [
            self.cidr.is_some(),
            self.prefix_list_id.is_some(),
            self.group_id.is_some(),
            self.itself,
        ];
        if sides.into_iter().filter(|&given| given).count() != 1 {
            return Some((
                "cidr",
                "a rule has one other side: a CIDR block, a prefix list, a group or the group itself",
            ));
        }
        if self.group_owner.is_some() && self.group_id.is_none() {
            return Some(("group_owner", "an owner is for a group of another account"));
        }
        let message = |number: i32| (0..=255).contains(&number);
        let wrong = match (self.protocol.family(), self.from_port, self.to_port) {
            (Family::Ports, Some(from), Some(to)) if 0 <= from && from <= to && to <= 65535 => None,
            (Family::Ports, ..) => Some("tcp and udp need a first and a last port from 0 to 65535"),
            (Family::Messages, None, None) => None,
            (Family::Messages, Some(kind), code) if message(kind) && code.is_none_or(message) => None,
            (Family::Messages, ..) => Some("an ICMP type and code are from 0 to 255, and a code needs a type"),
            (Family::Whole, None, None) => None,
            (Family::Whole, ..) => Some("only tcp, udp and icmp have ports: AWS allows other protocols as a whole"),
        };
        wrong.map(|message| ("from_port", message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_have_one_way_to_be_written() {
        for (written, meant) in [
            ("6", "tcp"),
            ("UDP", "udp"),
            ("-1", "all"),
            ("58", "icmpv6"),
            ("050", "50"),
        ] {
            assert_eq!(normal(written), meant);
            assert_eq!(check(written), Ok(()));
        }
        for wrong in ["http", "256", "-2", ""] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }

    impl Rule {
        /// A rule without references, as code that talks to the cloud gets it.
        pub(crate) fn resolved(&self) -> Rule<Resolved> {
            serde_json::from_value(serde_json::to_value(self).unwrap()).unwrap()
        }
    }
}
