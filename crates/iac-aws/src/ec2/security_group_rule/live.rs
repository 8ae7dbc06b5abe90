//! Rules as EC2 describes them. One request serves many.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::SecurityGroupRule as SdkRule;
use iac_core::model::{Context, RemoteId, Resolved, ResourceError};

use crate::{
    Aws,
    ec2::{
        filters::{filter, lacks},
        security_group::{Atom, Direction, Own, Rule, SecurityGroupId},
        tags,
    },
    error::failed,
};

/// The rules of these ids.
pub(super) async fn find(ids: Vec<String>, aws: &Aws) -> Result<BTreeMap<String, SdkRule>, ResourceError> {
    let by_id = filter("security-group-rule-id", ids);
    let request = aws.ec2.describe_security_group_rules().filters(by_id);
    let pages = request.into_paginator().items().send();
    let found = pages.collect::<Result<Vec<_>, _>>().await;
    let found = found.map_err(failed("ec2:DescribeSecurityGroupRules"))?;
    Ok(found
        .into_iter()
        .filter_map(|rule| Some((rule.security_group_rule_id.clone()?, rule)))
        .collect())
}

/// The rule that this create has made.
pub(super) async fn find_made(cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
    let request = cx.provider.ec2.describe_security_group_rules();
    let found = request.filters(tags::made_by(cx)).send().await;
    let found = found.map_err(failed("ec2:DescribeSecurityGroupRules"))?;
    let made = found.security_group_rules().first();
    Ok(made.and_then(SdkRule::security_group_rule_id).map(RemoteId::new))
}

/// The ARN of a rule.
pub(super) fn arn(id: &RemoteId, aws: &Aws) -> String {
    format!(
        "arn:{}:ec2:{}:{}:security-group-rule/{id}",
        aws.partition(),
        aws.region(),
        aws.account()
    )
}

/// A live rule.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) group: SecurityGroupId,
    pub(super) rule: Rule<Resolved>,
    pub(super) tags: BTreeMap<String, String>,
}

impl Seen {
    /// The other side is given back as `prior` wrote it, so that the group's own id or account, spelt out, makes no
    /// difference.
    ///
    /// # Errors
    /// When the rule is one of the other direction, or has no other side.
    pub(super) fn new(
        live: &SdkRule,
        direction: Direction,
        prior: Option<&Rule<Resolved>>,
        aws: &Aws,
    ) -> Result<Self, ResourceError> {
        let egress = live.is_egress().unwrap_or_default();
        if egress != (direction == Direction::Egress) {
            let (is, name) = if egress {
                ("outgoing", "egress")
            } else {
                ("incoming", "ingress")
            };
            let message = format!("the rule is one for {is} traffic");
            return Err(ResourceError::invalid(message).hint(format!("import it as `ec2.security_group_{name}_rule`")));
        }
        let group = live.group_id().unwrap_or_default();
        let own = Own::new(group, aws.account());
        let atom = Atom::of_rule(live, &own).ok_or_else(|| lacks("ec2:DescribeSecurityGroupRules", "other side"))?;
        let written = prior.filter(|prior| prior.atom(&own).is_some_and(|prior| prior.has_side_of(&atom)));
        let description = live.description().filter(|text| !text.is_empty()).map(str::to_owned);
        let mut rule = atom.rule(description, &own);
        if let Some(written) = written {
            rule.cidr.clone_from(&written.cidr);
            rule.group_id.clone_from(&written.group_id);
            rule.group_owner.clone_from(&written.group_owner);
            rule.itself = written.itself;
        }
        Ok(Self {
            group: SecurityGroupId::from(group),
            rule,
            tags: tags::from_sdk(live.tags.as_deref()),
        })
    }
}
