//! The versions of a managed policy: one is in force, four more are kept.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use aws_sdk_iam::types::PolicyVersion;
use iac_core::model::{Context, Resolved, ResourceError, eventual};

use crate::{Aws, error::failed, iam::wire, policy::PolicyDocument};

/// How many versions IAM keeps of a policy.
const VERSIONS: usize = 5;

/// How many reads in a row must find a new version before it becomes the default.
const SIGHTINGS: u32 = 4;

/// Puts the document in force and gives its version.
pub(super) async fn put_in_force(
    desired: &PolicyDocument<Resolved>,
    arn: &str,
    cx: &Context<'_, Aws>,
) -> Result<String, ResourceError> {
    let mut versions = list(arn, cx).await?;
    versions.sort_by_key(|version| (version.create_date().copied(), number(version)));
    // an update that was cut off before its version became the default has left it behind as the newest
    let newest = versions.last().filter(|version| !version.is_default_version());
    let left = match newest.and_then(PolicyVersion::version_id) {
        Some(id) => document(arn, id, cx)
            .await?
            .filter(|left| left.same_as(desired))
            .map(|_| id.to_owned()),
        None => None,
    };
    let id = match left {
        Some(id) => id,
        None => create(desired, arn, &versions, cx).await?,
    };
    let sightings = AtomicU32::new(0);
    cx.until("the new version to be seen", wire::PROPAGATION, || async {
        let seen = document(arn, &id, cx).await?.is_some();
        let before = if seen {
            sightings.fetch_add(1, Relaxed)
        } else {
            sightings.swap(0, Relaxed)
        };
        Ok((seen && before + 1 >= SIGHTINGS).then_some(()))
    })
    .await?;
    let request = cx
        .provider
        .iam
        .set_default_policy_version()
        .policy_arn(arn)
        .version_id(&id);
    request.send().await.map_err(failed("iam:SetDefaultPolicyVersion"))?;
    Ok(id)
}

/// Makes a version that is not the default; the oldest of too many gives way.
async fn create(
    desired: &PolicyDocument<Resolved>,
    arn: &str,
    oldest_first: &[PolicyVersion],
    cx: &Context<'_, Aws>,
) -> Result<String, ResourceError> {
    let oldest = oldest_first.iter().find(|version| !version.is_default_version());
    if let Some(oldest) = oldest.filter(|_| oldest_first.len() >= VERSIONS) {
        delete(arn, oldest, cx).await?;
    }
    let request = cx
        .provider
        .iam
        .create_policy_version()
        .policy_arn(arn)
        .set_as_default(false);
    let request = request.policy_document(desired.to_json());
    let answer = request.send().await.map_err(failed("iam:CreatePolicyVersion"))?;
    let id = answer.policy_version().and_then(PolicyVersion::version_id);
    id.map(str::to_owned)
        .ok_or_else(|| wire::incomplete("iam:CreatePolicyVersion", "version"))
}

/// The document of a version; `None` when there is no such version.
pub(super) async fn document(
    arn: &str,
    version: &str,
    cx: &Context<'_, Aws>,
) -> Result<Option<PolicyDocument<Resolved>>, ResourceError> {
    const OPERATION: &str = "iam:GetPolicyVersion";
    let answer = cx
        .provider
        .iam
        .get_policy_version()
        .policy_arn(arn)
        .version_id(version)
        .send()
        .await;
    let Some(answer) = eventual::unless_not_found(answer.map_err(failed(OPERATION)))? else {
        return Ok(None);
    };
    let text = answer.policy_version().and_then(PolicyVersion::document);
    text.map(|text| wire::document(text, OPERATION)).transpose()
}

/// All versions.
pub(super) async fn list(arn: &str, cx: &Context<'_, Aws>) -> Result<Vec<PolicyVersion>, ResourceError> {
    let pages = cx.provider.iam.list_policy_versions().policy_arn(arn).into_paginator();
    let versions = pages.items().send().collect::<Result<Vec<_>, _>>().await;
    versions.map_err(failed("iam:ListPolicyVersions"))
}

/// The number of `v12`, for versions that were made in the same second.
fn number(version: &PolicyVersion) -> Option<u32> {
    version.version_id()?.strip_prefix('v')?.parse().ok()
}

/// Deletes a version; one that is gone, or in force by now, is fine.
pub(super) async fn delete(arn: &str, version: &PolicyVersion, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    let request = cx.provider.iam.delete_policy_version().policy_arn(arn);
    let request = request.version_id(version.version_id().unwrap_or_default());
    let deleted = request.send().await.map_err(failed("iam:DeletePolicyVersion"));
    match eventual::unless_not_found(deleted) {
        // it has become the default since it was listed: it goes with the policy
        Err(error) if error.code == "DeleteConflict" => Ok(()),
        deleted => deleted.map(drop),
    }
}
