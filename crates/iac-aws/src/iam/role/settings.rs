//! The settings of a role but for its policies, each brought about by a call of its own.

use iac_core::model::{Context, Resolved, ResourceError, eventual};

use super::properties::Role;
use crate::{Aws, error::failed, iam::wire, tags::TagChanges};

/// Brings the live role's settings to what is desired, touching only those that differ.
pub(super) async fn update(
    desired: &Role<Resolved>,
    name: &str,
    live: &Role<Resolved>,
    cx: &Context<'_, Aws>,
) -> Result<(), ResourceError> {
    if !desired.trust_policy.same_as(&live.trust_policy) {
        trust(desired, name, cx).await?;
    }
    if desired.description != live.description || desired.max_session_duration_s != live.max_session_duration_s {
        // one of them left out would be reset
        let request = cx.provider.iam.update_role().role_name(name);
        let request = request
            .description(desired.description.clone().unwrap_or_default())
            .max_session_duration(desired.max_session_duration_s);
        request.send().await.map_err(failed("iam:UpdateRole"))?;
    }
    if desired.permissions_boundary != live.permissions_boundary {
        boundary(desired, name, cx).await?;
    }
    tags(&TagChanges::between(&live.tags, &desired.tags), name, cx).await
}

async fn trust(desired: &Role<Resolved>, name: &str, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    let request = cx.provider.iam.update_assume_role_policy().role_name(name);
    let request = request.policy_document(desired.trust_policy.to_json());
    cx.retry(
        "the role's principals to be known",
        wire::PROPAGATION,
        wire::is_propagating,
        || {
            let request = request.clone();
            async { request.send().await.map_err(failed("iam:UpdateAssumeRolePolicy")) }
        },
    )
    .await
    .map(drop)
}

async fn boundary(desired: &Role<Resolved>, name: &str, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    let iam = &cx.provider.iam;
    let Some(boundary) = &desired.permissions_boundary else {
        let request = iam.delete_role_permissions_boundary().role_name(name);
        let removed = request
            .send()
            .await
            .map_err(failed("iam:DeleteRolePermissionsBoundary"));
        return eventual::unless_not_found(removed).map(drop);
    };
    let request = iam.put_role_permissions_boundary().role_name(name);
    let request = request.permissions_boundary(boundary.as_str());
    let retry = wire::may_appear(boundary.as_str());
    cx.retry("the permissions boundary to be known", wire::PROPAGATION, retry, || {
        let request = request.clone();
        async { request.send().await.map_err(failed("iam:PutRolePermissionsBoundary")) }
    })
    .await
    .map(drop)
}

async fn tags(changes: &TagChanges, name: &str, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    if !changes.unset.is_empty() {
        let request = cx.provider.iam.untag_role().role_name(name);
        let request = request.set_tag_keys(Some(changes.unset.clone()));
        request.send().await.map_err(failed("iam:UntagRole"))?;
    }
    if !changes.set.is_empty() {
        let request = cx.provider.iam.tag_role().role_name(name);
        let request = request.set_tags(wire::to_tags(&changes.set)?);
        request.send().await.map_err(failed("iam:TagRole"))?;
    }
    Ok(())
}
