//! The policies of a role: inline ones, which are its own, and managed ones, which are attached.

use std::collections::{BTreeMap, BTreeSet};

use iac_core::model::{Context, Resolved, ResourceError, eventual};

use super::properties::Role;
use crate::{
    Arn, Aws,
    error::failed,
    iam::{Policy, wire},
    policy::PolicyDocument,
};

/// The names of all inline policies.
async fn inline_names(role: &str, cx: &Context<'_, Aws>) -> Result<Vec<String>, ResourceError> {
    let pages = cx.provider.iam.list_role_policies().role_name(role).into_paginator();
    let names = pages.items().send().collect::<Result<Vec<String>, _>>().await;
    names.map_err(failed("iam:ListRolePolicies"))
}

/// The inline and the attached policies of a role.
pub(super) type Policies = (BTreeMap<String, PolicyDocument<Resolved>>, Vec<Arn<Policy>>);

/// The policies that concern a role: what others put on it does not, unless `prior` says that there must be none; an import
/// takes all. Those of `prior` that are not there are looked for again: one that is overlooked would stay when its turn to go
/// comes.
pub(super) async fn seen(
    role: &str,
    prior: Option<&Role<Resolved>>,
    cx: &Context<'_, Aws>,
) -> Result<Policies, ResourceError> {
    let lacks = |(inline, managed): &Policies| {
        prior.is_some_and(|prior| {
            prior.inline_policies.keys().any(|name| !inline.contains_key(name))
                || !prior.managed_policy_arns.iter().all(|arn| managed.contains(arn))
        })
    };
    eventual::read_whole(cx, &eventual::READ_PAUSES, lacks, || async {
        let own = prior.filter(|prior| !prior.exclusive_inline_policies);
        let names = inline_names(role, cx).await?.into_iter();
        let names = names.filter(|name| own.is_none_or(|own| own.inline_policies.contains_key(name)));
        let inline = inline(role, names, cx).await?;
        let own = prior.filter(|prior| !prior.exclusive_managed_policies);
        let arns = attached(role, cx).await?.into_iter().map(Arn::from);
        let arns = arns.filter(|arn| own.is_none_or(|own| own.managed_policy_arns.contains(arn)));
        Ok((inline, arns.collect()))
    })
    .await
}

/// The inline policies of these names.
async fn inline(
    role: &str,
    names: impl Iterator<Item = String> + Send,
    cx: &Context<'_, Aws>,
) -> Result<BTreeMap<String, PolicyDocument<Resolved>>, ResourceError> {
    let mut policies = BTreeMap::new();
    for name in names {
        let request = cx.provider.iam.get_role_policy().role_name(role).policy_name(&name);
        let answer = eventual::unless_not_found(request.send().await.map_err(failed("iam:GetRolePolicy")))?;
        // one that was removed since it was listed is not there
        if let Some(answer) = answer {
            policies.insert(name, wire::document(answer.policy_document(), "iam:GetRolePolicy")?);
        }
    }
    Ok(policies)
}

/// The ARNs of all attached policies.
async fn attached(role: &str, cx: &Context<'_, Aws>) -> Result<Vec<String>, ResourceError> {
    let pages = cx
        .provider
        .iam
        .list_attached_role_policies()
        .role_name(role)
        .into_paginator();
    let policies = pages.items().send().collect::<Result<Vec<_>, _>>().await;
    let policies = policies.map_err(failed("iam:ListAttachedRolePolicies"))?;
    Ok(policies.into_iter().filter_map(|policy| policy.policy_arn).collect())
}

/// Puts the inline policies that are not there or differ, and attaches the managed ones that are not.
pub(super) async fn put_missing(
    desired: &Role<Resolved>,
    role: &str,
    live: Option<&Role<Resolved>>,
    cx: &Context<'_, Aws>,
) -> Result<(), ResourceError> {
    for (name, document) in &desired.inline_policies {
        let there = live.and_then(|live| live.inline_policies.get(name));
        if !there.is_some_and(|there| there.same_as(document)) {
            put(role, name, document, cx).await?;
        }
    }
    for arn in &desired.managed_policy_arns {
        if !live.is_some_and(|live| live.managed_policy_arns.contains(arn)) {
            attach(role, arn, cx).await?;
        }
    }
    Ok(())
}

async fn put(
    role: &str,
    name: &str,
    document: &PolicyDocument<Resolved>,
    cx: &Context<'_, Aws>,
) -> Result<(), ResourceError> {
    cx.retry(
        "the role to take an inline policy",
        wire::PROPAGATION,
        wire::is_propagating_or_new,
        || async {
            let request = cx.provider.iam.put_role_policy().role_name(role).policy_name(name);
            let request = request.policy_document(document.to_json());
            request.send().await.map_err(failed("iam:PutRolePolicy"))
        },
    )
    .await
    .map(drop)
}

async fn attach(role: &str, arn: &Arn<Policy>, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    let retry = wire::may_appear(arn.as_str());
    cx.retry("the policy to be known", wire::PROPAGATION, retry, || async {
        let request = cx
            .provider
            .iam
            .attach_role_policy()
            .role_name(role)
            .policy_arn(arn.as_str());
        request.send().await.map_err(failed("iam:AttachRolePolicy"))
    })
    .await
    .map(drop)
}

/// Removes what is no longer desired: what was ours, and all others' where there must be none.
pub(super) async fn remove_others(
    desired: &Role<Resolved>,
    role: &str,
    live: &Role<Resolved>,
    cx: &Context<'_, Aws>,
) -> Result<(), ResourceError> {
    let mut names: BTreeSet<String> = live.inline_policies.keys().cloned().collect();
    if desired.exclusive_inline_policies {
        names.extend(inline_names(role, cx).await?);
    }
    for name in names.iter().filter(|name| !desired.inline_policies.contains_key(*name)) {
        delete_inline(role, name, cx).await?;
    }
    let mut arns: BTreeSet<String> = live.managed_policy_arns.iter().map(ToString::to_string).collect();
    if desired.exclusive_managed_policies {
        arns.extend(attached(role, cx).await?);
    }
    let kept: BTreeSet<&str> = desired.managed_policy_arns.iter().map(Arn::as_str).collect();
    for arn in arns.iter().filter(|arn| !kept.contains(arn.as_str())) {
        detach(role, arn, cx).await?;
    }
    Ok(())
}

/// Takes off the role what keeps it from being deleted: what is ours, and with `force_detach` the rest.
pub(super) async fn remove_before_delete(
    last: &Role<Resolved>,
    role: &str,
    cx: &Context<'_, Aws>,
) -> Result<(), ResourceError> {
    for arn in eventual::unless_not_found(attached(role, cx).await)?.unwrap_or_default() {
        let ours = last.managed_policy_arns.contains(&Arn::from(arn.as_str()));
        if ours || last.exclusive_managed_policies || last.force_detach {
            detach(role, &arn, cx).await?;
        }
    }
    for name in eventual::unless_not_found(inline_names(role, cx).await)?.unwrap_or_default() {
        let ours = last.inline_policies.contains_key(&name);
        if ours || last.exclusive_inline_policies || last.force_detach {
            delete_inline(role, &name, cx).await?;
        }
    }
    Ok(())
}

async fn delete_inline(role: &str, name: &str, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    let deleted = cx
        .retry(
            "the role to be free",
            wire::PROPAGATION,
            wire::is_propagating,
            || async {
                let request = cx.provider.iam.delete_role_policy().role_name(role).policy_name(name);
                request.send().await.map_err(failed("iam:DeleteRolePolicy"))
            },
        )
        .await;
    eventual::unless_not_found(deleted).map(drop)
}

async fn detach(role: &str, arn: &str, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    let detached = cx
        .retry(
            "the role to be free",
            wire::PROPAGATION,
            wire::is_propagating,
            || async {
                let request = cx.provider.iam.detach_role_policy().role_name(role).policy_arn(arn);
                request.send().await.map_err(failed("iam:DetachRolePolicy"))
            },
        )
        .await;
    eventual::unless_not_found(detached).map(drop)
}

/// Takes the role out of every instance profile that holds it.
pub(super) async fn leave_instance_profiles(role: &str, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    let iam = &cx.provider.iam;
    let pages = iam.list_instance_profiles_for_role().role_name(role).into_paginator();
    let profiles = pages.items().send().collect::<Result<Vec<_>, _>>().await;
    for profile in profiles.map_err(failed("iam:ListInstanceProfilesForRole"))? {
        let request = iam.remove_role_from_instance_profile().role_name(role);
        let request = request.instance_profile_name(profile.instance_profile_name());
        let removed = request
            .send()
            .await
            .map_err(failed("iam:RemoveRoleFromInstanceProfile"));
        eventual::unless_not_found(removed)?;
    }
    Ok(())
}
