//! Calls about a provider, each made again while IAM is busy with another change of it.

use std::collections::BTreeMap;

use aws_sdk_iam::operation::get_open_id_connect_provider::GetOpenIdConnectProviderOutput;
use iac_core::model::{Context, ResourceError, eventual};

use crate::{Aws, error::failed, iam::wire, tags::TagChanges};

/// The provider; `None` when there is none.
pub(super) async fn find(
    arn: &str,
    cx: &Context<'_, Aws>,
) -> Result<Option<GetOpenIdConnectProviderOutput>, ResourceError> {
    let request = cx
        .provider
        .iam
        .get_open_id_connect_provider()
        .open_id_connect_provider_arn(arn);
    eventual::unless_not_found(request.send().await.map_err(failed("iam:GetOpenIDConnectProvider")))
}

/// Adds those that are not there. It is done before old ones go, so that there is always one whose tokens are taken.
pub(super) async fn add_client_ids(
    arn: &str,
    desired: &[String],
    live: &[String],
    cx: &Context<'_, Aws>,
) -> Result<(), ResourceError> {
    for id in desired.iter().filter(|id| !live.contains(id)) {
        let request = cx.provider.iam.add_client_id_to_open_id_connect_provider();
        let request = request.open_id_connect_provider_arn(arn).client_id(id);
        until_free(cx, || async {
            let added = request.clone().send().await;
            added.map_err(failed("iam:AddClientIDToOpenIDConnectProvider"))
        })
        .await?;
    }
    Ok(())
}

/// Removes those that are not desired.
pub(super) async fn remove_client_ids(
    arn: &str,
    desired: &[String],
    live: &[String],
    cx: &Context<'_, Aws>,
) -> Result<(), ResourceError> {
    for id in live.iter().filter(|id| !desired.contains(id)) {
        let request = cx.provider.iam.remove_client_id_from_open_id_connect_provider();
        let request = request.open_id_connect_provider_arn(arn).client_id(id);
        let removed = until_free(cx, || async {
            let removed = request.clone().send().await;
            removed.map_err(failed("iam:RemoveClientIDFromOpenIDConnectProvider"))
        })
        .await;
        eventual::unless_not_found(removed)?;
    }
    Ok(())
}

/// Makes a change again while IAM is busy with another one of the same provider (`ConcurrentModification`).
pub(super) async fn until_free<T, F>(
    cx: &Context<'_, Aws>,
    change: impl FnMut() -> F + Send,
) -> Result<T, ResourceError>
where
    T: Send,
    F: Future<Output = Result<T, ResourceError>> + Send,
{
    cx.retry(
        "the provider to be free",
        wire::PROPAGATION,
        wire::is_propagating,
        change,
    )
    .await
}

/// Changes the tags.
pub(super) async fn retag(arn: &str, changes: TagChanges, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    if !changes.unset.is_empty() {
        let request = cx.provider.iam.untag_open_id_connect_provider();
        let request = request
            .open_id_connect_provider_arn(arn)
            .set_tag_keys(Some(changes.unset));
        request.send().await.map_err(failed("iam:UntagOpenIDConnectProvider"))?;
    }
    if !changes.set.is_empty() {
        let request = cx.provider.iam.tag_open_id_connect_provider();
        let request = request.open_id_connect_provider_arn(arn);
        let request = request.set_tags(wire::to_tags(&changes.set)?);
        request.send().await.map_err(failed("iam:TagOpenIDConnectProvider"))?;
    }
    Ok(())
}

/// The tags of the provider; none when there is none.
pub(super) async fn live_tags(arn: &str, cx: &Context<'_, Aws>) -> Result<BTreeMap<String, String>, ResourceError> {
    let provider = find(arn, cx).await?;
    Ok(provider.map_or_else(BTreeMap::new, |provider| wire::from_tags(provider.tags())))
}
