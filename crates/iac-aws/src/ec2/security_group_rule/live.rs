//! Rules as EC2 describes them. One request serves many.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_ec2::types::{Filter, SecurityGroupRule as SdkRule};
use iac_core::model::{RemoteId, Resolved, ResourceError};

use crate::{
    Aws,
    ec2::{
        describe::{Described, by_id, lacks},
        ids::SecurityGroupId,
        security_group::{Direction, GroupIdentity, Rule, RulePermission},
        tags,
    },
};

#[async_trait]
impl Described for SdkRule {
    const CALLED: &'static str = "the rule";
    const BY_ID: &'static str = "security-group-rule-id";

    async fn list(filter: Filter, aws: &Aws) -> Result<BTreeMap<String, Self>, ResourceError> {
        let pages = aws.ec2.describe_security_group_rules().filters(filter).into_paginator();
        let found = pages.items().send().collect().await;
        by_id("ec2:DescribeSecurityGroupRules", found, |rule: &Self| {
            rule.security_group_rule_id.as_ref()
        })
    }
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
        let identity = GroupIdentity::new(group, aws.account());
        let permission = RulePermission::of_rule(live, &identity)
            .ok_or_else(|| lacks("ec2:DescribeSecurityGroupRules", "other side"))?;
        let written = prior.filter(|prior| {
            prior
                .permission(&identity)
                .is_some_and(|prior| prior.has_side_of(&permission))
        });
        let description = live.description().filter(|text| !text.is_empty()).map(str::to_owned);
        let mut rule = permission.rule(description, &identity);
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
