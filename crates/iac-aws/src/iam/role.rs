//! `iam.role`: an identity that services, accounts and federated users can take.
//!
//! - Operations and IAM actions: see [`Reconcile::OPERATIONS`]; the actions have the operations' names. Handing a role to a
//!   service needs `iam:PassRole` on it besides.
//! - Remote id and import id: the role's name.
//! - Replaced when its name or path changes. What trusts a replaced role by its ARN must be written again, since IAM
//!   remembers the old role by its unique id.
//! - Waits, up to 2 minutes each: until principals of the trust policy that were made a moment ago are known, until the new
//!   role is seen and has its ARN, and until a deleted role's last users are gone. Services may refuse a new role for some
//!   seconds more; they say so in codes of their own.
//! - Left out: service-linked roles, which their services make.
//!
//! Source: IAM API reference, `CreateRole`, `UpdateRole`, `DeleteRole`; IAM user guide, "IAM and AWS STS quotas".

mod policies;
mod properties;
mod settings;

use async_trait::async_trait;
use aws_sdk_iam::types::Role as SdkRole;
use aws_smithy_types::date_time::Format;
use iac_core::model::{
    Changed, Context, ErrorKind, Live, Reconcile, RemoteId, Resolved, ResourceError, Violation, eventual,
};
use serde_json::{Map, Value, json};

pub use self::properties::{Role, RoleName, RoleOutputs};
use super::{IamPath, check_name, wire};
use crate::{
    Arn, Aws,
    error::failed,
    policy::{PolicyDocument, PolicyUse},
    tags,
};

#[async_trait]
impl Reconcile for Role<Resolved> {
    type Provider = Aws;
    type Outputs = RoleOutputs;

    const RESUMABLE: bool = true;
    const OPERATIONS: &'static [&'static str] = &[
        "iam:AttachRolePolicy",
        "iam:CreateRole",
        "iam:DeleteRole",
        "iam:DeleteRolePermissionsBoundary",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:ListInstanceProfilesForRole",
        "iam:ListRolePolicies",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:RemoveRoleFromInstanceProfile",
        "iam:TagRole",
        "iam:UntagRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole",
    ];

    fn validate(&self) -> Vec<Violation> {
        let mut found = self.trust_policy.violations("trust_policy", PolicyUse::Trust);
        found.extend(tags::violations(&self.tags));
        let mut refuse = |broken: bool, path: &str, message: &str| {
            if broken {
                found.push(Violation {
                    path: path.to_owned(),
                    message: message.to_owned(),
                });
            }
        };
        let long = self.trust_policy.size() > 4096;
        refuse(
            long,
            "trust_policy",
            "a trust policy has at most 4096 characters without white space",
        );
        let out_of_range = !(3600..=43200).contains(&self.max_session_duration_s);
        refuse(
            out_of_range,
            "max_session_duration_s",
            "a session lasts 3600 to 43200 seconds",
        );
        let long = self.description.as_deref().map_or(0, |text| text.chars().count()) > 1000;
        refuse(long, "description", "a description has at most 1000 characters");
        let long = self.inline_policies.values().map(PolicyDocument::size).sum::<usize>() > 10240;
        let message = "a role's inline policies have at most 10240 characters together, without white space";
        refuse(long, "inline_policies", message);
        for (name, document) in &self.inline_policies {
            let path = format!("inline_policies.{name}");
            found.extend(document.violations(&path, PolicyUse::Identity));
            if let Err(message) = check_name(name, "policy's name", 128) {
                found.push(Violation { path, message });
            }
        }
        found
    }

    fn predict(&self, aws: &Aws) -> Map<String, Value> {
        let mut outputs = Map::new();
        if let Some(name) = &self.name {
            let arn = format!("arn:{}:iam::{}:role{}{name}", aws.partition(), aws.account(), self.path);
            outputs.insert("name".to_owned(), json!(name));
            outputs.insert("arn".to_owned(), json!(arn));
        }
        outputs
    }

    async fn read(
        id: &RemoteId,
        prior: Option<&Self>,
        cx: &Context<'_, Aws>,
    ) -> Result<Option<Live<Self>>, ResourceError> {
        let name = id.as_str();
        let Some(role) = find(name, cx).await? else {
            return Ok(None);
        };
        let (inline_policies, managed_policy_arns) = policies::seen(name, prior, cx).await?;
        let boundary = role
            .permissions_boundary()
            .and_then(|boundary| boundary.permissions_boundary_arn());
        let inputs = Self {
            name: Some(RoleName::from(role.role_name())),
            path: IamPath::from(role.path()),
            trust_policy: wire::document(role.assume_role_policy_document().unwrap_or_default(), "iam:GetRole")?,
            description: wire::description(role.description(), prior.and_then(|prior| prior.description.as_ref())),
            max_session_duration_s: role.max_session_duration().unwrap_or(3600),
            permissions_boundary: boundary.map(Arn::from),
            inline_policies,
            exclusive_inline_policies: prior.is_some_and(|prior| prior.exclusive_inline_policies),
            managed_policy_arns,
            exclusive_managed_policies: prior.is_some_and(|prior| prior.exclusive_managed_policies),
            force_detach: prior.is_some_and(|prior| prior.force_detach),
            tags: wire::from_tags(role.tags()),
        };
        Ok(Some(Live {
            id: RemoteId::new(role.role_name()),
            inputs,
            outputs: outputs(&role)?,
        }))
    }

    async fn create(&self, cx: &Context<'_, Aws>) -> Result<RoleOutputs, ResourceError> {
        let name = self
            .name
            .as_ref()
            .ok_or_else(|| ResourceError::invalid("a role needs a name"))?;
        let request = cx
            .provider
            .iam
            .create_role()
            .role_name(name.as_str())
            .path(self.path.as_str())
            .assume_role_policy_document(self.trust_policy.to_json())
            .set_description(self.description.clone())
            .max_session_duration(self.max_session_duration_s)
            .set_permissions_boundary(self.permissions_boundary.as_ref().map(ToString::to_string))
            .set_tags(wire::to_tags(&self.tags)?);
        // the boundary is the only thing named in the request that may be missing
        let retry = wire::may_appear(self.permissions_boundary.as_ref().map_or("", Arn::as_str));
        let answer = cx
            .retry("the role's principals to be known", wire::PROPAGATION, retry, || {
                let request = request.clone();
                async { request.send().await.map_err(failed("iam:CreateRole")) }
            })
            .await
            .map_err(|error| wire::or_import(error, name.as_str()))?;
        cx.created(&RemoteId::new(name.as_str())).await?;
        let made = answer.role.ok_or_else(|| wire::incomplete("iam:CreateRole", "role"))?;
        // reads may still show one of this name that is deleted
        let is_new = |seen: &SdkRole| seen.role_id() == made.role_id();
        cx.until("the role to be seen", wire::PROPAGATION, || async {
            Ok(find(name.as_str(), cx).await?.filter(is_new))
        })
        .await?;
        policies::put_missing(self, name.as_str(), None, cx).await?;
        outputs(&made)
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _changed: &Changed,
        cx: &Context<'_, Aws>,
    ) -> Result<RoleOutputs, ResourceError> {
        let name = live.id.as_str();
        settings::update(self, name, &live.inputs, cx).await?;
        policies::put_missing(self, name, Some(&live.inputs), cx).await?;
        policies::remove_others(self, name, &live.inputs, cx).await?;
        Ok(live.outputs.clone())
    }

    async fn delete(last: &Self, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let name = id.as_str();
        let in_use = |error: &ResourceError| error.code == "DeleteConflict" || wire::is_propagating(error);
        let deleted = cx
            .retry("the role to be free", wire::PROPAGATION, in_use, || async {
                // what is in the way is listed each time: a list may lag behind
                eventual::unless_not_found(policies::leave_instance_profiles(name, cx).await)?;
                policies::remove_before_delete(last, name, cx).await?;
                let request = cx.provider.iam.delete_role().role_name(name);
                request.send().await.map_err(failed("iam:DeleteRole"))
            })
            .await
            .map_err(|error| match error.code.as_str() {
                "DeleteConflict" => {
                    error.hint("set `force_detach` to remove the policies that others gave the role too")
                }
                "UnmodifiableEntity" => error.hint("a service-linked role is deleted through its service"),
                _ => error,
            });
        eventual::unless_not_found(deleted).map(drop)
    }

    async fn recover(&self, cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
        let Some(name) = &self.name else { return Ok(None) };
        let found = find(name.as_str(), cx).await?;
        let ours = found.filter(|role| tags::are_ours(&wire::from_tags(role.tags()), cx));
        Ok(ours.map(|role| RemoteId::new(role.role_name())))
    }
}

/// The role; `None` when there is none. For some seconds after the create IAM gives the unique id in place of the ARN.
async fn find(name: &str, cx: &Context<'_, Aws>) -> Result<Option<SdkRole>, ResourceError> {
    cx.until("the role to have its ARN", wire::PROPAGATION, || async {
        let answer = cx.provider.iam.get_role().role_name(name).send().await;
        let role = eventual::unless_not_found(answer.map_err(failed("iam:GetRole")))?.and_then(|answer| answer.role);
        Ok(match role {
            Some(role) if crate::arn::check(role.arn()).is_err() => None,
            known => Some(known),
        })
    })
    .await
}

fn outputs(role: &SdkRole) -> Result<RoleOutputs, ResourceError> {
    let created_at = role.create_date().fmt(Format::DateTime);
    Ok(RoleOutputs {
        name: RoleName::from(role.role_name()),
        arn: Arn::from(role.arn()),
        unique_id: role.role_id().to_owned(),
        created_at: created_at.map_err(|error| ResourceError::new(ErrorKind::Other, error.to_string()))?,
    })
}
