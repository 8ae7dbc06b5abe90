//! `iam.policy`: a managed policy, which many roles, users and groups can share.
//!
//! - Operations and IAM actions: see [`Reconcile::OPERATIONS`]; the actions have the operations' names.
//! - Remote id and import id: the policy's ARN.
//! - Replaced when its name, path or description changes. A change of the document makes a new version; of the five that
//!   IAM keeps, the oldest gives way.
//! - Waits: up to 2 minutes until a new policy is seen; some seconds between the making of a version and its becoming the
//!   default, so that no request finds a default that is not there yet; up to 2 minutes until a deleted policy is attached
//!   nowhere.
//! - Left out of the outputs: how often it is attached, which is not so any more after the next attachment.
//!
//! Source: IAM API reference, `CreatePolicy`, `CreatePolicyVersion`, `DeletePolicy`; IAM user guide, "Versioning IAM policies".

mod versions;

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_iam::types::{Policy as SdkPolicy, PolicyUsageType};
use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{
        Changed, Context, Declared, Live, Reconcile, RemoteId, Resolved, ResourceError, Stage, Violation, eventual,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{IamPath, check_name, wire};
use crate::{
    Arn, Aws,
    error::failed,
    policy::{PolicyDocument, PolicyUse},
    tags::{self, TagChanges},
};

iac_core::text_type! {
    /// The name of a managed policy: 1 to 128 letters, digits and `_+=,.@-`, unique in the account.
    pub struct PolicyName, check = |name| check_name(name, "policy's name", 128);
}

/// A managed IAM policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "iam.policy", outputs = PolicyOutputs)]
pub struct Policy<S: Stage = Declared> {
    /// The name; generated when unset.
    #[field(create_only, name = 128)]
    pub name: Option<S::Value<PolicyName>>,
    /// A path that groups policies; part of the ARN.
    #[field(create_only)]
    #[builder(default = IamPath::from("/"))]
    pub path: IamPath,
    /// What it is for. At most 1000 characters.
    #[field(create_only)]
    pub description: Option<S::Value<String>>,
    /// What it allows and denies. At most 6144 characters without white space.
    pub document: PolicyDocument<S>,
    /// Whether a delete first detaches it wherever it is attached; otherwise it fails then. A policy that bounds the
    /// permissions of a role or user is never taken away from it.
    #[field(write_only)]
    #[builder(default = false)]
    pub force_detach: bool,
    /// Tags.
    #[field(tags)]
    #[serde(default)]
    #[builder(default, with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<S::Value<String>>)>| tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())]
    pub tags: BTreeMap<String, S::Value<String>>,
}

/// What a managed policy gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct PolicyOutputs<S: Stage = Resolved> {
    /// The name.
    pub name: S::Value<PolicyName>,
    /// The ARN.
    pub arn: S::Value<Arn<Policy>>,
    /// The id that no other policy will ever have: `ANPA...`.
    pub unique_id: S::Value<String>,
    /// The version that is in force: `v1`.
    #[field(volatile)]
    pub default_version_id: S::Value<String>,
}

#[async_trait]
impl Reconcile for Policy<Resolved> {
    type Provider = Aws;
    type Outputs = PolicyOutputs;

    const RESUMABLE: bool = true;
    const OPERATIONS: &'static [&'static str] = &[
        "iam:CreatePolicy",
        "iam:CreatePolicyVersion",
        "iam:DeletePolicy",
        "iam:DeletePolicyVersion",
        "iam:DetachGroupPolicy",
        "iam:DetachRolePolicy",
        "iam:DetachUserPolicy",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
        "iam:ListEntitiesForPolicy",
        "iam:ListPolicyVersions",
        "iam:SetDefaultPolicyVersion",
        "iam:TagPolicy",
        "iam:UntagPolicy",
    ];

    fn validate(&self) -> Vec<Violation> {
        let mut found = self.document.violations("document", PolicyUse::Identity);
        found.extend(tags::violations(&self.tags));
        if self.document.size() > 6144 {
            found.push(Violation {
                path: "document".to_owned(),
                message: "a managed policy has at most 6144 characters without white space".to_owned(),
            });
        }
        if self.description.as_deref().map_or(0, |text| text.chars().count()) > 1000 {
            found.push(Violation {
                path: "description".to_owned(),
                message: "a description has at most 1000 characters".to_owned(),
            });
        }
        found
    }

    fn predict(&self, aws: &Aws) -> Map<String, Value> {
        let mut outputs = Map::new();
        if let Some(name) = &self.name {
            outputs.insert("name".to_owned(), json!(name));
            outputs.insert("arn".to_owned(), json!(self.arn(name, aws)));
        }
        outputs
    }

    async fn read(
        id: &RemoteId,
        prior: Option<&Self>,
        cx: &Context<'_, Aws>,
    ) -> Result<Option<Live<Self>>, ResourceError> {
        let arn = id.as_str();
        let Some(policy) = find(arn, cx).await? else {
            return Ok(None);
        };
        let version = policy.default_version_id().unwrap_or_default();
        let document = versions::document(arn, version, cx).await?;
        let document = document.ok_or_else(|| wire::incomplete("iam:GetPolicyVersion", "document"))?;
        let inputs = Self {
            name: policy.policy_name().map(PolicyName::from),
            path: IamPath::from(policy.path().unwrap_or("/")),
            description: wire::description(policy.description(), prior.and_then(|prior| prior.description.as_ref())),
            document,
            force_detach: prior.is_some_and(|prior| prior.force_detach),
            tags: wire::from_tags(policy.tags()),
        };
        Ok(Some(Live {
            id: id.clone(),
            inputs,
            outputs: outputs(&policy),
        }))
    }

    async fn create(&self, cx: &Context<'_, Aws>) -> Result<PolicyOutputs, ResourceError> {
        let name = self
            .name
            .as_ref()
            .ok_or_else(|| ResourceError::invalid("a policy needs a name"))?;
        let request = cx
            .provider
            .iam
            .create_policy()
            .policy_name(name.as_str())
            .path(self.path.as_str())
            .set_description(self.description.clone())
            .policy_document(self.document.to_json())
            .set_tags(wire::to_tags(&self.tags)?);
        let answer = request
            .send()
            .await
            .map_err(failed("iam:CreatePolicy"))
            .map_err(|error| wire::or_import(error, self.arn(name, cx.provider).as_str()))?;
        let policy = answer
            .policy
            .ok_or_else(|| wire::incomplete("iam:CreatePolicy", "policy"))?;
        let outputs = outputs(&policy);
        let arn = outputs.arn.as_str();
        cx.created(&RemoteId::new(arn)).await?;
        // reads may still show one of this name that is deleted
        let is_new = |seen: &SdkPolicy| seen.policy_id() == policy.policy_id();
        cx.until("the policy to be seen", wire::PROPAGATION, || async {
            Ok(find(arn, cx).await?.filter(is_new))
        })
        .await?;
        Ok(outputs)
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _changed: &Changed,
        cx: &Context<'_, Aws>,
    ) -> Result<PolicyOutputs, ResourceError> {
        let arn = live.id.as_str();
        let mut outputs = live.outputs.clone();
        if !self.document.same_as(&live.inputs.document) {
            outputs.default_version_id = versions::put_in_force(&self.document, arn, cx).await?;
        }
        let changes = TagChanges::between(&live.inputs.tags, &self.tags);
        if !changes.unset.is_empty() {
            let request = cx.provider.iam.untag_policy().policy_arn(arn);
            let request = request.set_tag_keys(Some(changes.unset));
            request.send().await.map_err(failed("iam:UntagPolicy"))?;
        }
        if !changes.set.is_empty() {
            let request = cx.provider.iam.tag_policy().policy_arn(arn);
            let request = request.set_tags(wire::to_tags(&changes.set)?);
            request.send().await.map_err(failed("iam:TagPolicy"))?;
        }
        Ok(outputs)
    }

    async fn delete(last: &Self, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let arn = id.as_str();
        let in_use = |error: &ResourceError| error.code == "DeleteConflict" || wire::is_propagating(error);
        let deleted = cx
            .retry(
                "the policy to be attached nowhere",
                wire::PROPAGATION,
                in_use,
                || async {
                    // what is in the way is listed each time: a list may lag behind
                    if last.force_detach {
                        eventual::unless_not_found(detach_everywhere(arn, cx).await)?;
                    }
                    let versions = eventual::unless_not_found(versions::list(arn, cx).await)?.unwrap_or_default();
                    for version in versions.iter().filter(|version| !version.is_default_version()) {
                        versions::delete(arn, version, cx).await?;
                    }
                    let request = cx.provider.iam.delete_policy().policy_arn(arn);
                    request.send().await.map_err(failed("iam:DeletePolicy"))
                },
            )
            .await
            .map_err(|error| match error.code.as_str() {
                "DeleteConflict" => error.hint("set `force_detach` to detach it wherever it is attached"),
                _ => error,
            });
        eventual::unless_not_found(deleted).map(drop)
    }

    async fn recover(&self, cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
        let Some(name) = &self.name else { return Ok(None) };
        let arn = self.arn(name, cx.provider);
        let found = find(arn.as_str(), cx).await?;
        let ours = found.is_some_and(|policy| tags::are_ours(&wire::from_tags(policy.tags()), cx));
        Ok(ours.then(|| RemoteId::new(arn.as_str())))
    }
}

impl Policy<Resolved> {
    fn arn(&self, name: &PolicyName, aws: &Aws) -> Arn<Policy> {
        Arn::new(format!(
            "arn:{}:iam::{}:policy{}{name}",
            aws.partition(),
            aws.account(),
            self.path
        ))
    }
}

async fn find(arn: &str, cx: &Context<'_, Aws>) -> Result<Option<SdkPolicy>, ResourceError> {
    let answer = cx.provider.iam.get_policy().policy_arn(arn).send().await;
    Ok(eventual::unless_not_found(answer.map_err(failed("iam:GetPolicy")))?.and_then(|answer| answer.policy))
}

async fn detach_everywhere(arn: &str, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    let iam = &cx.provider.iam;
    let request = iam.list_entities_for_policy().policy_arn(arn);
    let request = request.policy_usage_filter(PolicyUsageType::PermissionsPolicy);
    let pages = request.into_paginator().send().collect::<Result<Vec<_>, _>>().await;
    for page in pages.map_err(failed("iam:ListEntitiesForPolicy"))? {
        for name in page.policy_roles().iter().filter_map(|role| role.role_name()) {
            let request = iam.detach_role_policy().role_name(name).policy_arn(arn);
            eventual::unless_not_found(request.send().await.map_err(failed("iam:DetachRolePolicy")))?;
        }
        for name in page.policy_users().iter().filter_map(|user| user.user_name()) {
            let request = iam.detach_user_policy().user_name(name).policy_arn(arn);
            eventual::unless_not_found(request.send().await.map_err(failed("iam:DetachUserPolicy")))?;
        }
        for name in page.policy_groups().iter().filter_map(|group| group.group_name()) {
            let request = iam.detach_group_policy().group_name(name).policy_arn(arn);
            eventual::unless_not_found(request.send().await.map_err(failed("iam:DetachGroupPolicy")))?;
        }
    }
    Ok(())
}

fn outputs(policy: &SdkPolicy) -> PolicyOutputs {
    PolicyOutputs {
        name: PolicyName::from(policy.policy_name().unwrap_or_default()),
        arn: Arn::from(policy.arn().unwrap_or_default()),
        unique_id: policy.policy_id().unwrap_or_default().to_owned(),
        default_version_id: policy.default_version_id().unwrap_or_default().to_owned(),
    }
}
