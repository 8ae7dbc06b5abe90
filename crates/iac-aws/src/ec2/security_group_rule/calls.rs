//! The calls that make, change and take away one rule.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{ResourceType, SecurityGroupRule as SdkRule, SecurityGroupRuleUpdate};
use iac_core::model::{Context, ErrorKind, RemoteId, Resolved, ResourceError};

use super::live;
use crate::{
    Aws,
    ec2::{
        create::{create_once, recover},
        describe::{gone, lacks, one},
        ids::SecurityGroupId,
        security_group::{Description, Direction, GroupIdentity, Rule, Rules},
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
    match create_once::<SdkRule, _>(cx, create).await {
        // a request that seemed to be lost had arrived, or the rule is somebody else's
        Err(error) if error.kind == ErrorKind::AlreadyExists => match recover::<SdkRule>(cx).await? {
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
    let identity = GroupIdentity::new(group.as_str(), cx.provider.account());
    let description = rule.description.as_ref().map(Description::as_str);
    let permission = rule
        .permission(&identity)
        .map(|permission| permission.to_sdk(description));
    let permission = permission.ok_or_else(|| ResourceError::invalid("a rule needs another side"))?;
    let tags = tags::at_create(ResourceType::SecurityGroupRule, tags, cx);
    let made = direction.authorize(group.as_str(), vec![permission], Some(tags), cx.provider);
    let id = made
        .await?
        .into_iter()
        .next()
        .and_then(|rule| rule.security_group_rule_id);
    id.map(RemoteId::new)
        .ok_or_else(|| lacks("ec2:AuthorizeSecurityGroup", "rule"))
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
        let identity = GroupIdentity::new(self.group.as_str(), cx.provider.account());
        let description = wanted.description.as_ref().map(Description::as_str);
        let permission = wanted.permission(&identity);
        if permission != before.permission(&identity) || description.is_some() {
            let permission = permission.ok_or_else(|| ResourceError::invalid("a rule needs another side"))?;
            let update = SecurityGroupRuleUpdate::builder()
                .security_group_rule_id(self.id.as_str())
                .security_group_rule(permission.to_rule_request(description))
                .build();
            let request = cx.provider.ec2.modify_security_group_rules();
            let request = request.group_id(self.group.as_str()).security_group_rules(update);
            request.send().await.map_err(failed("ec2:ModifySecurityGroupRules"))?;
        }
        if before.description.is_some() && description.is_none() {
            // that of a request without one: `ModifySecurityGroupRules` does not say what leaving it out means
            let rule = Rules::Id(self.id.to_string());
            self.direction.describe(self.group.as_str(), rule, cx.provider).await?;
        }
        self.shown(wanted, cx).await
    }

    /// Waits until reads show the change.
    async fn shown(&self, wanted: &Rule<Resolved>, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let identity = GroupIdentity::new(self.group.as_str(), cx.provider.account());
        wait::known(cx, "the rule to be seen as changed", || async {
            let Some(rule) = one::<SdkRule>(self.id, cx.provider).await? else {
                return Ok(None);
            };
            let seen = live::Seen::new(&rule, self.direction, Some(wanted), cx.provider)?.rule;
            let same =
                seen.permission(&identity) == wanted.permission(&identity) && seen.description == wanted.description;
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
    let revoked = direction.revoke(group.as_str(), Rules::Id(id.to_string()), cx.provider);
    match revoked.await {
        Err(error) if error.kind == ErrorKind::NotFound => return Ok(()),
        outcome => outcome?,
    }
    gone::<SdkRule>(id, cx).await
}
