//! The rules of a group as AWS keeps them: each allows one protocol, one range of ports and one other side.
//!
//! AWS merges what it gives back by protocol and ports, so only sets of such permissions can be compared.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, PrefixListId as SdkPrefixListId, SecurityGroupRule, SecurityGroupRuleRequest,
    UserIdGroupPair,
};
use iac_core::model::{RemoteId, Resolved};

use super::{
    rule::{Family, Protocol, Rule},
    texts::Description,
};
use crate::{
    Aws,
    ec2::{
        cidr::CidrBlock,
        ids::{PrefixListId, SecurityGroupId},
    },
};

/// Whose rules they are, so that the group itself and its account can be told from others.
#[derive(Clone, Copy, Debug)]
pub(in crate::ec2) struct GroupIdentity<'a> {
    pub(super) group: &'a str,
    pub(super) account: &'a str,
}

impl<'a> GroupIdentity<'a> {
    /// For a group that is not there yet.
    pub(super) const UNKNOWN: Self = Self { group: "", account: "" };

    pub(in crate::ec2) fn new(group: &'a str, account: &'a str) -> Self {
        Self { group, account }
    }

    pub(super) fn of(group: &'a RemoteId, aws: &'a Aws) -> Self {
        Self::new(group.as_str(), aws.account())
    }
}

/// What one rule allows, but for its description.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::ec2) struct RulePermission {
    protocol: Protocol,
    /// The ports, or type and code with -1 for all; nothing for protocols that are allowed as a whole.
    ports: Option<(i32, i32)>,
    pub(super) side: Side,
}

/// The other side.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Block(CidrBlock),
    PrefixList(String),
    /// A group, with its account when it is another one.
    Group {
        id: String,
        owner: Option<String>,
    },
}

/// Permissions and their descriptions.
pub(super) type Permissions = BTreeMap<RulePermission, Option<String>>;

impl Rule<Resolved> {
    /// What the rule allows; `None` when it has no other side.
    pub(in crate::ec2) fn permission(&self, identity: &GroupIdentity<'_>) -> Option<RulePermission> {
        let side = if let Some(block) = &self.cidr {
            Side::Block(CidrBlock::canonical(block.as_str()))
        } else if let Some(list) = &self.prefix_list_id {
            Side::PrefixList(list.to_string())
        } else if let Some(group) = &self.group_id {
            Side::Group {
                id: group.to_string(),
                owner: self.group_owner.clone().filter(|owner| owner != identity.account),
            }
        } else if self.itself {
            Side::Group {
                id: identity.group.to_owned(),
                owner: None,
            }
        } else {
            return None;
        };
        Some(RulePermission {
            protocol: Protocol::canonical(self.protocol.as_str()),
            ports: ports(&self.protocol, self.from_port, self.to_port),
            side,
        })
    }
}

fn ports(protocol: &Protocol, from: Option<i32>, to: Option<i32>) -> Option<(i32, i32)> {
    match protocol.family() {
        Family::Whole => None,
        Family::Ports | Family::Messages => Some((from.unwrap_or(-1), to.unwrap_or(-1))),
    }
}

/// What rules allow.
pub(super) fn of_rules(rules: &[Rule<Resolved>], identity: &GroupIdentity<'_>) -> Permissions {
    let described = |rule: &Rule<Resolved>| {
        let description = rule.description.as_ref().map(ToString::to_string);
        description.filter(|text| !text.is_empty())
    };
    let permissions = rules
        .iter()
        .filter_map(|rule| Some((rule.permission(identity)?, described(rule))));
    permissions.collect()
}

/// What a live group allows.
pub(super) fn of_permissions(live: &[IpPermission], identity: &GroupIdentity<'_>) -> Permissions {
    let mut permissions = Permissions::new();
    for group in live {
        let protocol = Protocol::canonical(group.ip_protocol().unwrap_or("-1"));
        let ports = ports(&protocol, group.from_port, group.to_port);
        let mut add = |side: Option<Side>, description: Option<&str>| {
            let Some(side) = side else { return };
            let protocol = protocol.clone();
            let description = description.filter(|text| !text.is_empty()).map(str::to_owned);
            permissions.insert(RulePermission { protocol, ports, side }, description);
        };
        let block = |block: &str| Side::Block(CidrBlock::canonical(block));
        for range in group.ip_ranges() {
            add(range.cidr_ip().map(block), range.description());
        }
        for range in group.ipv6_ranges() {
            add(range.cidr_ipv6().map(block), range.description());
        }
        for list in group.prefix_list_ids() {
            add(list.prefix_list_id.clone().map(Side::PrefixList), list.description());
        }
        for pair in group.user_id_group_pairs() {
            let owner = pair.user_id.clone().filter(|owner| owner != identity.account);
            let side = pair.group_id.clone().map(|id| Side::Group { id, owner });
            add(side, pair.description());
        }
    }
    permissions
}

impl RulePermission {
    /// What one rule with an id of its own allows; `None` when it has no other side.
    pub(in crate::ec2) fn of_rule(rule: &SecurityGroupRule, identity: &GroupIdentity<'_>) -> Option<Self> {
        let protocol = Protocol::canonical(rule.ip_protocol().unwrap_or("-1"));
        let side = if let Some(block) = rule.cidr_ipv4().or(rule.cidr_ipv6()) {
            Side::Block(CidrBlock::canonical(block))
        } else if let Some(list) = rule.prefix_list_id() {
            Side::PrefixList(list.to_owned())
        } else {
            let group = rule.referenced_group_info()?;
            Side::Group {
                id: group.group_id()?.to_owned(),
                owner: group.user_id.clone().filter(|owner| owner != identity.account),
            }
        };
        Some(Self {
            ports: ports(&protocol, rule.from_port, rule.to_port),
            protocol,
            side,
        })
    }

    /// Whether the other side is the same.
    pub(in crate::ec2) fn has_side_of(&self, other: &Self) -> bool {
        self.side == other.side
    }

    /// As a change of a rule wants it.
    pub(in crate::ec2) fn to_rule_request(&self, description: Option<&str>) -> SecurityGroupRuleRequest {
        let request = SecurityGroupRuleRequest::builder()
            .ip_protocol(self.protocol.wire())
            .set_from_port(self.ports.map(|(from, _)| from))
            .set_to_port(self.ports.map(|(_, to)| to))
            .set_description(description.map(str::to_owned));
        match &self.side {
            Side::Block(block) if block.is_ipv6() => request.cidr_ipv6(block.as_str()),
            Side::Block(block) => request.cidr_ipv4(block.as_str()),
            Side::PrefixList(list) => request.prefix_list_id(list),
            Side::Group { id, .. } => request.referenced_group_id(id),
        }
        .build()
    }

    /// As a group's list of permissions wants it.
    pub(in crate::ec2) fn to_sdk(&self, description: Option<&str>) -> IpPermission {
        let description = description.map(str::to_owned);
        let permission = IpPermission::builder()
            .ip_protocol(self.protocol.wire())
            .set_from_port(self.ports.map(|(from, _)| from))
            .set_to_port(self.ports.map(|(_, to)| to));
        match &self.side {
            Side::Block(block) if block.is_ipv6() => {
                let range = Ipv6Range::builder().cidr_ipv6(block.as_str());
                permission.ipv6_ranges(range.set_description(description).build())
            }
            Side::Block(block) => {
                let range = IpRange::builder().cidr_ip(block.as_str());
                permission.ip_ranges(range.set_description(description).build())
            }
            Side::PrefixList(list) => {
                let list = SdkPrefixListId::builder().prefix_list_id(list);
                permission.prefix_list_ids(list.set_description(description).build())
            }
            Side::Group { id, owner } => {
                let pair = UserIdGroupPair::builder().group_id(id).set_user_id(owner.clone());
                permission.user_id_group_pairs(pair.set_description(description).build())
            }
        }
        .build()
    }

    /// The rule that allows this.
    pub(in crate::ec2) fn rule(self, description: Option<String>, identity: &GroupIdentity<'_>) -> Rule<Resolved> {
        let all_as_unset = |port: i32| Some(port).filter(|&port| port != -1);
        let mut rule = Rule {
            protocol: self.protocol,
            from_port: self.ports.and_then(|(from, _)| all_as_unset(from)),
            to_port: self.ports.and_then(|(_, to)| all_as_unset(to)),
            cidr: None,
            prefix_list_id: None,
            group_id: None,
            group_owner: None,
            itself: false,
            description: description.map(Description::from),
        };
        match self.side {
            Side::Block(block) => rule.cidr = Some(block),
            Side::PrefixList(list) => rule.prefix_list_id = Some(PrefixListId::from(list)),
            Side::Group { id, owner: None } if id == identity.group => rule.itself = true,
            Side::Group { id, owner } => {
                rule.group_id = Some(SecurityGroupId::from(id));
                rule.group_owner = owner;
            }
        }
        rule
    }
}

/// The live rules that the resource speaks of: all, once it speaks of any. Those it has asked for are given back as it wrote
/// them, so that the group's own id or account, spelt out, makes no difference.
pub(super) fn declared(
    listed: &[IpPermission],
    prior: Option<&Option<Vec<Rule<Resolved>>>>,
    identity: &GroupIdentity<'_>,
) -> Option<Vec<Rule<Resolved>>> {
    let prior = match prior {
        Some(None) => return None,
        Some(Some(prior)) => prior.as_slice(),
        None => &[],
    };
    let mut live = of_permissions(listed, identity);
    let mut rules = Vec::with_capacity(live.len());
    for rule in prior {
        if let Some(description) = rule
            .permission(identity)
            .and_then(|permission| live.remove(&permission))
        {
            let description = description.map(Description::from);
            rules.push(Rule {
                description,
                ..rule.clone()
            });
        }
    }
    rules.extend(
        live.into_iter()
            .map(|(permission, description)| permission.rule(description, identity)),
    );
    Some(rules)
}

#[cfg(test)]
mod tests;
