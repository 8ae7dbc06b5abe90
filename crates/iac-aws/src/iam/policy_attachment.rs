//! `iam.policy_attachment`: a managed policy on a role, a user or a group.
//!
//! - Operations and IAM actions: see [`Reconcile::OPERATIONS`]; the actions have the operations' names.
//! - Remote id and import id: `role/NAME/POLICY-ARN`, `user/NAME/POLICY-ARN` or `group/NAME/POLICY-ARN`.
//! - Every property is fixed: a change replaces the attachment.
//! - Waits, up to 2 minutes: until a policy or principal that was made a moment ago is known, and until the attachment is
//!   seen.
//! - Attaching twice is attaching once, and nothing tells whose attachment it is: one that is there already is taken as
//!   ours. Not for a role that says `exclusive_managed_policies`, nor beside a role's own `managed_policy_arns` of the same
//!   policy.
//!
//! Source: IAM API reference, `AttachRolePolicy`, `AttachUserPolicy`, `AttachGroupPolicy`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{
        Changed, Context, Declared, Live, ReadRequest, Reconcile, RemoteId, Resolved, ResourceError, Stage, Violation,
        eventual,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Policy, RoleName, check_name, wire};
use crate::{Arn, Aws, error::failed};

iac_core::text_type! {
    /// The name of a user: 1 to 64 letters, digits and `_+=,.@-`.
    pub struct UserName, check = |name| check_name(name, "user's name", 64);

    /// The name of a group: 1 to 128 letters, digits and `_+=,.@-`.
    pub struct GroupName, check = |name| check_name(name, "group's name", 128);
}

/// The attachment of a managed policy to one role, user or group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "iam.policy_attachment", outputs = PolicyAttachmentOutputs)]
pub struct PolicyAttachment<S: Stage = Declared> {
    /// The role it is attached to. Exactly one of `role`, `user` and `group` is set.
    #[field(create_only)]
    pub role: Option<S::Value<RoleName>>,
    /// The user it is attached to.
    #[field(create_only)]
    pub user: Option<S::Value<UserName>>,
    /// The group it is attached to.
    #[field(create_only)]
    pub group: Option<S::Value<GroupName>>,
    /// The policy; one of AWS's own as a literal: `arn:aws:iam::aws:policy/ReadOnlyAccess`.
    #[field(create_only)]
    pub policy_arn: S::Value<Arn<Policy>>,
}

/// What an attachment gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct PolicyAttachmentOutputs<S: Stage = Resolved> {
    /// The attachment's id: `role/NAME/POLICY-ARN`.
    pub id: S::Value<String>,
}

#[async_trait]
impl Reconcile for PolicyAttachment<Resolved> {
    type Provider = Aws;
    type Outputs = PolicyAttachmentOutputs;

    const RESUMABLE: bool = true;
    const OPERATIONS: &'static [&'static str] = &[
        "iam:AttachGroupPolicy",
        "iam:AttachRolePolicy",
        "iam:AttachUserPolicy",
        "iam:DetachGroupPolicy",
        "iam:DetachRolePolicy",
        "iam:DetachUserPolicy",
        "iam:ListAttachedGroupPolicies",
        "iam:ListAttachedRolePolicies",
        "iam:ListAttachedUserPolicies",
    ];

    fn validate(&self) -> Vec<Violation> {
        let given = [self.role.is_some(), self.user.is_some(), self.group.is_some()];
        if given.into_iter().filter(|given| *given).count() == 1 {
            return Vec::new();
        }
        vec![Violation {
            path: String::new(),
            message: "exactly one of `role`, `user` and `group` is set".to_owned(),
        }]
    }

    fn predict(&self, _aws: &Aws) -> Map<String, Value> {
        let id = self
            .principal()
            .map(|principal| ("id".to_owned(), json!(self.id(&principal))));
        id.into_iter().collect()
    }

    async fn read(
        id: &RemoteId,
        _prior: Option<&Self>,
        cx: &Context<'_, Aws>,
    ) -> Result<Option<Live<Self>>, ResourceError> {
        let (principal, arn) = parse(id)?;
        let attached = principal.attached(cx).await?;
        Ok(attached
            .iter()
            .any(|other| other == arn)
            .then(|| live(id, &principal, arn)))
    }

    /// One listing tells of all attachments of a principal.
    async fn read_many(
        requests: &[ReadRequest<Self>],
        cx: &Context<'_, Aws>,
    ) -> Vec<Result<Option<Live<Self>>, ResourceError>> {
        let principals: BTreeMap<Principal<'_>, ()> = requests
            .iter()
            .filter_map(|request| Some((parse(&request.id).ok()?.0, ())))
            .collect();
        let listings = principals.into_keys().map(|principal| async move {
            let attached = principal.attached(cx).await;
            (principal, attached)
        });
        let listings: BTreeMap<_, _> = futures::future::join_all(listings).await.into_iter().collect();
        let answer = |request: &ReadRequest<Self>| {
            let (principal, arn) = parse(&request.id)?;
            let attached = listings.get(&principal).cloned().unwrap_or_else(|| Ok(Vec::new()))?;
            Ok(attached
                .iter()
                .any(|other| other == arn)
                .then(|| live(&request.id, &principal, arn)))
        };
        requests.iter().map(answer).collect()
    }

    async fn create(&self, cx: &Context<'_, Aws>) -> Result<PolicyAttachmentOutputs, ResourceError> {
        let principal = self
            .principal()
            .ok_or_else(|| ResourceError::invalid("nothing to attach the policy to"))?;
        let arn = self.policy_arn.as_str();
        let retry = wire::may_appear(arn);
        cx.retry(
            "the policy and its principal to be known",
            wire::PROPAGATION,
            retry,
            || principal.attach(arn, cx),
        )
        .await?;
        let id = self.id(&principal);
        cx.created(&RemoteId::new(id.as_str())).await?;
        cx.until("the attachment to be seen", wire::PROPAGATION, || async {
            let attached = principal.attached(cx).await?;
            Ok(attached.iter().any(|other| other == arn).then_some(()))
        })
        .await?;
        Ok(PolicyAttachmentOutputs { id })
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _changed: &Changed,
        _cx: &Context<'_, Aws>,
    ) -> Result<PolicyAttachmentOutputs, ResourceError> {
        Ok(live.outputs.clone())
    }

    async fn delete(_last: &Self, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let (principal, arn) = parse(id)?;
        let detached = cx
            .retry(
                "the principal to be free",
                wire::PROPAGATION,
                wire::is_propagating,
                || principal.detach(arn, cx),
            )
            .await;
        eventual::unless_not_found(detached).map(drop)
    }
}

impl PolicyAttachment<Resolved> {
    fn principal(&self) -> Option<Principal<'_>> {
        let role = self.role.as_ref().map(|name| Principal::Role(name.as_str()));
        let user = || self.user.as_ref().map(|name| Principal::User(name.as_str()));
        let group = || self.group.as_ref().map(|name| Principal::Group(name.as_str()));
        role.or_else(user).or_else(group)
    }

    fn id(&self, principal: &Principal<'_>) -> String {
        let (kind, name) = match principal {
            Principal::Role(name) => ("role", name),
            Principal::User(name) => ("user", name),
            Principal::Group(name) => ("group", name),
        };
        format!("{kind}/{name}/{}", self.policy_arn)
    }
}

/// What the policy is attached to, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Principal<'a> {
    Role(&'a str),
    User(&'a str),
    Group(&'a str),
}

/// Takes an id apart. Names hold no slash.
fn parse(id: &RemoteId) -> Result<(Principal<'_>, &str), ResourceError> {
    let parts: Vec<&str> = id.as_str().splitn(3, '/').collect();
    match parts.as_slice() {
        ["role", name, arn] => Ok((Principal::Role(name), arn)),
        ["user", name, arn] => Ok((Principal::User(name), arn)),
        ["group", name, arn] => Ok((Principal::Group(name), arn)),
        _ => Err(ResourceError::invalid(format!(
            "`{id}` is not the id of an attachment, which looks like `role/NAME/POLICY-ARN`"
        ))),
    }
}

fn live(id: &RemoteId, principal: &Principal<'_>, arn: &str) -> Live<PolicyAttachment<Resolved>> {
    let mut inputs = PolicyAttachment {
        role: None,
        user: None,
        group: None,
        policy_arn: Arn::from(arn),
    };
    match *principal {
        Principal::Role(name) => inputs.role = Some(RoleName::from(name)),
        Principal::User(name) => inputs.user = Some(UserName::from(name)),
        Principal::Group(name) => inputs.group = Some(GroupName::from(name)),
    }
    Live {
        id: id.clone(),
        inputs,
        outputs: PolicyAttachmentOutputs { id: id.to_string() },
    }
}

impl Principal<'_> {
    async fn attach(self, arn: &str, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let iam = &cx.provider.iam;
        match self {
            Self::Role(name) => {
                let request = iam.attach_role_policy().role_name(name).policy_arn(arn);
                request.send().await.map(drop).map_err(failed("iam:AttachRolePolicy"))
            }
            Self::User(name) => {
                let request = iam.attach_user_policy().user_name(name).policy_arn(arn);
                request.send().await.map(drop).map_err(failed("iam:AttachUserPolicy"))
            }
            Self::Group(name) => {
                let request = iam.attach_group_policy().group_name(name).policy_arn(arn);
                request.send().await.map(drop).map_err(failed("iam:AttachGroupPolicy"))
            }
        }
    }

    async fn detach(self, arn: &str, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let iam = &cx.provider.iam;
        match self {
            Self::Role(name) => {
                let request = iam.detach_role_policy().role_name(name).policy_arn(arn);
                request.send().await.map(drop).map_err(failed("iam:DetachRolePolicy"))
            }
            Self::User(name) => {
                let request = iam.detach_user_policy().user_name(name).policy_arn(arn);
                request.send().await.map(drop).map_err(failed("iam:DetachUserPolicy"))
            }
            Self::Group(name) => {
                let request = iam.detach_group_policy().group_name(name).policy_arn(arn);
                request.send().await.map(drop).map_err(failed("iam:DetachGroupPolicy"))
            }
        }
    }

    /// The ARNs of all policies that are attached; none when the principal is gone.
    async fn attached(self, cx: &Context<'_, Aws>) -> Result<Vec<String>, ResourceError> {
        let iam = &cx.provider.iam;
        let policies = match self {
            Self::Role(name) => {
                let pages = iam.list_attached_role_policies().role_name(name).into_paginator();
                let policies = pages.items().send().collect::<Result<Vec<_>, _>>().await;
                policies.map_err(failed("iam:ListAttachedRolePolicies"))
            }
            Self::User(name) => {
                let pages = iam.list_attached_user_policies().user_name(name).into_paginator();
                let policies = pages.items().send().collect::<Result<Vec<_>, _>>().await;
                policies.map_err(failed("iam:ListAttachedUserPolicies"))
            }
            Self::Group(name) => {
                let pages = iam.list_attached_group_policies().group_name(name).into_paginator();
                let policies = pages.items().send().collect::<Result<Vec<_>, _>>().await;
                policies.map_err(failed("iam:ListAttachedGroupPolicies"))
            }
        };
        let policies = eventual::unless_not_found(policies)?.unwrap_or_default();
        Ok(policies.into_iter().filter_map(|policy| policy.policy_arn).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_go_there_and_back() {
        let id = RemoteId::new("role/deployer/arn:aws:iam::aws:policy/job-function/ViewOnlyAccess");
        let (principal, arn) = parse(&id).unwrap();
        assert_eq!(principal, Principal::Role("deployer"));
        assert_eq!(arn, "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess");
        let live = live(&id, &principal, arn);
        assert_eq!(live.inputs.id(&principal), id.as_str());
        assert!(parse(&RemoteId::new("deployer")).is_err());
    }

    #[test]
    fn exactly_one_principal_is_wanted() {
        let id = RemoteId::new("user/ada/arn:aws:iam::aws:policy/ReadOnlyAccess");
        let (principal, arn) = parse(&id).unwrap();
        let one = live(&id, &principal, arn).inputs;
        assert!(one.validate().is_empty());
        let two = PolicyAttachment {
            role: Some(RoleName::from("deployer")),
            ..one
        };
        assert_eq!(two.validate().len(), 1);
    }
}
