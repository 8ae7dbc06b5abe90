//! The calls that make, change and take away one rule.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{ResourceType, SecurityGroupRuleDescription, SecurityGroupRuleUpdate};
use iac_core::model::{Context, ErrorKind, RemoteId, Resolved, ResourceError};

use super::live;
use crate::{
    Aws,
    ec2::{
        filters::lacks,
        once::{create_once, look, one_try},
        security_group::{Direction, Own, Rule, SecurityGroupId},
        tags,
    },
    error::failed,
    wait::{self, KNOWN},
};

/// Makes a rule, once.
pub(super) async fn create(
    direction: Direction,
    group: &SecurityGroupId,
    rule: &Rule<Resolved>,
    tags: &BTreeMap<String, String>,
    cx: &Context<'_, Aws>,
) -> Result<RemoteId, ResourceError> {
    // the group, or the one that the rule refers to, may have been made a moment ago
    let unknown = |error: &ResourceError| error.code == "InvalidGroup.NotFound";
    let request = || authorize(direction, group, rule, tags, cx);
    let create = || cx.retry("the security group to be known everywhere", KNOWN, unknown, request);
    match create_once(cx, create, || live::find_made(cx)).await {
        // a request that seemed to be lost had arrived, or the rule is somebody else's
        Err(error) if error.kind == ErrorKind::AlreadyExists => match look(cx, || live::find_made(cx)).await? {
            Some(id) => Ok(id),
            None => Err(error
                .hint("the group has a rule that allows the same: import that rule by its id")
                .hint("or take it from `ingress` or `egress` of the group: a rule is in one place only")),
        },
        made => made,
    }
}

async fn authorize(
    direction: Direction,
    group: &SecurityGroupId,
    rule: &Rule<Resolved>,
    tags: &BTreeMap<String, String>,
    cx: &Context<'_, Aws>,
) -> Result<RemoteId, ResourceError> {
    let own = Own::new(group.as_str(), cx.provider.account());
    let description = rule.description.as_ref().map(|text| text.as_str());
    let permission = rule.atom(&own).map(|atom| atom.permission(description));
    let permission = permission.ok_or_else(|| ResourceError::invalid("a rule needs another side"))?;
    let tags = tags::at_create(ResourceType::SecurityGroupRule, tags, cx);
    let ec2 = &cx.provider.ec2;
    let (operation, rules) = match direction {
        Direction::Ingress => {
            let request = ec2.authorize_security_group_ingress().group_id(group.as_str());
            let request = request.ip_permissions(permission).tag_specifications(tags);
            let made = request.customize().config_override(one_try()).send().await;
            let operation = "ec2:AuthorizeSecurityGroupIngress";
            (operation, made.map_err(failed(operation))?.security_group_rules)
        }
        Direction::Egress => {
            let request = ec2.authorize_security_group_egress().group_id(group.as_str());
            let request = request.ip_permissions(permission).tag_specifications(tags);
            let made = request.customize().config_override(one_try()).send().await;
            let operation = "ec2:AuthorizeSecurityGroupEgress";
            (operation, made.map_err(failed(operation))?.security_group_rules)
        }
    };
    let made = rules.and_then(|rules| rules.into_iter().next());
    let id = made.and_then(|rule| rule.security_group_rule_id);
    id.map(RemoteId::new).ok_or_else(|| lacks(operation, "rule"))
}

/// A change of one rule.
#[derive(Debug)]
pub(super) struct Change<'a> {
    pub(super) direction: Direction,
    pub(super) group: &'a SecurityGroupId,
    pub(super) id: &'a RemoteId,
}

impl Change<'_> {
    /// Changes the rule from what it was to what is wanted.
    pub(super) async fn make(
        &self,
        before: &Rule<Resolved>,
        wanted: &Rule<Resolved>,
        cx: &Context<'_, Aws>,
    ) -> Result<(), ResourceError> {
        let own = Own::new(self.group.as_str(), cx.provider.account());
        let description = wanted.description.as_ref().map(|text| text.as_str());
        let atom = wanted.atom(&own);
        if atom != before.atom(&own) || description.is_some() {
            let atom = atom.ok_or_else(|| ResourceError::invalid("a rule needs another side"))?;
            let update = SecurityGroupRuleUpdate::builder()
                .security_group_rule_id(self.id.as_str())
                .security_group_rule(atom.request(description))
                .build();
            let request = cx.provider.ec2.modify_security_group_rules();
            let request = request.group_id(self.group.as_str()).security_group_rules(update);
            request.send().await.map_err(failed("ec2:ModifySecurityGroupRules"))?;
        }
        if before.description.is_some() && description.is_none() {
            self.take_description(cx).await?;
        }
        self.shown(wanted, cx).await
    }

    /// Takes the description away: that of a request without one. `ModifySecurityGroupRules` does not say what leaving it out
    /// means, this operation does.
    async fn take_description(&self, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let ec2 = &cx.provider.ec2;
        let none = SecurityGroupRuleDescription::builder().security_group_rule_id(self.id.as_str());
        let none = none.build();
        match self.direction {
            Direction::Ingress => {
                let request = ec2.update_security_group_rule_descriptions_ingress();
                let request = request
                    .group_id(self.group.as_str())
                    .security_group_rule_descriptions(none);
                let done = request.send().await.map(drop);
                done.map_err(failed("ec2:UpdateSecurityGroupRuleDescriptionsIngress"))
            }
            Direction::Egress => {
                let request = ec2.update_security_group_rule_descriptions_egress();
                let request = request
                    .group_id(self.group.as_str())
                    .security_group_rule_descriptions(none);
                let done = request.send().await.map(drop);
                done.map_err(failed("ec2:UpdateSecurityGroupRuleDescriptionsEgress"))
            }
        }
    }

    /// Waits until reads show the change.
    async fn shown(&self, wanted: &Rule<Resolved>, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let own = Own::new(self.group.as_str(), cx.provider.account());
        wait::known(cx, "the rule to be seen as changed", || async {
            let rule = live::find(vec![self.id.to_string()], cx.provider).await?;
            let Some(rule) = rule.get(self.id.as_str()) else {
                return Ok(None);
            };
            let seen = live::Seen::new(rule, self.direction, Some(wanted), cx.provider)?.rule;
            let same = seen.atom(&own) == wanted.atom(&own) && seen.description == wanted.description;
            Ok(same.then_some(()))
        })
        .await
    }
}

/// Takes a rule away, and waits until it is gone.
pub(super) async fn delete(
    direction: Direction,
    group: &SecurityGroupId,
    id: &RemoteId,
    cx: &Context<'_, Aws>,
) -> Result<(), ResourceError> {
    let ec2 = &cx.provider.ec2;
    let revoked = match direction {
        Direction::Ingress => {
            let request = ec2.revoke_security_group_ingress().group_id(group.as_str());
            let done = request.security_group_rule_ids(id.as_str()).send().await.map(drop);
            done.map_err(failed("ec2:RevokeSecurityGroupIngress"))
        }
        Direction::Egress => {
            let request = ec2.revoke_security_group_egress().group_id(group.as_str());
            let done = request.security_group_rule_ids(id.as_str()).send().await.map(drop);
            done.map_err(failed("ec2:RevokeSecurityGroupEgress"))
        }
    };
    match revoked {
        Err(error) if error.kind == ErrorKind::NotFound => return Ok(()),
        outcome => outcome?,
    }
    wait::gone(cx, "the rule to be gone", || async {
        let mut found = live::find(vec![id.to_string()], cx.provider).await?;
        Ok(found.remove(id.as_str()))
    })
    .await
}
