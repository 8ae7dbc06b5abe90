//! A provider that several environments of an account use, since AWS has one per URL.
//!
//! Each environment puts a tag of its own on it. The first one makes it, the others find it; who lets go last deletes it, if it
//! was made by one of them.

use std::collections::BTreeMap;

use iac_core::model::{Call, Context, ErrorKind, ResourceError, eventual};

use crate::{Aws, error::failed, iam::wire, tags};

type Tags = BTreeMap<String, String>;

/// What the keys of the environments' tags start with.
const PREFIX: &str = "iac:shared-by:";

/// The key of this environment's tag.
fn key(call: &Call) -> String {
    format!("{PREFIX}{}/{}", call.stack, call.environment)
}

/// Whether this environment uses the provider with these tags.
pub(super) fn is_user(live: &Tags, call: &Call) -> bool {
    live.contains_key(&key(call))
}

/// The tags of a provider that is made: those that are declared, and this environment's own.
pub(super) fn with_own(mut declared: Tags, call: &Call) -> Tags {
    declared.insert(key(call), call.address.to_string());
    declared
}

/// Whether this environment made the provider with these tags.
pub(super) fn made_it(live: &Tags, call: &Call) -> bool {
    tags::are_of_environment(live, call)
}

/// The tags as this environment sees them: its own where it made the provider, otherwise what it declared. None at all when
/// it is not known as a user, so that an update makes it one.
pub(super) fn seen(live: Tags, declared: &Tags, call: &Call) -> Tags {
    if !is_user(&live, call) {
        Tags::new()
    } else if made_it(&live, call) {
        without_marks(live)
    } else {
        declared.clone()
    }
}

fn without_marks(live: Tags) -> Tags {
    live.into_iter().filter(|(key, _)| !key.starts_with(PREFIX)).collect()
}

/// The other environments that use the provider, as `STACK/ENVIRONMENT`.
fn others<'a>(live: &'a Tags, call: &Call) -> impl Iterator<Item = &'a str> {
    let own = key(call);
    live.keys()
        .filter(move |key| **key != own)
        .filter_map(|key| key.strip_prefix(PREFIX))
}

/// Whether nobody but this environment uses the provider, and it was made by an environment, not by hand.
pub(super) fn is_last_user(live: &Tags, call: &Call) -> bool {
    live.contains_key("iac:stack") && others(live, call).next().is_none()
}

/// The tags of a provider that becomes this environment's own, without marks. One that others use cannot: it would take their
/// client ids and tags away.
pub(super) fn alone(live: Tags, call: &Call) -> Result<Tags, ResourceError> {
    let others: Vec<&str> = others(&live, call).collect();
    if others.is_empty() {
        return Ok(without_marks(live));
    }
    let message = format!("the provider is used by {} too", others.join(", "));
    Err(ResourceError::new(ErrorKind::Conflict, message).hint("keep `.shared(true)` as long as others use it"))
}

/// Makes this environment known as a user.
pub(super) async fn join(arn: &str, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    let request = cx.provider.iam.tag_open_id_connect_provider();
    let request = request
        .open_id_connect_provider_arn(arn)
        .set_tags(wire::to_tags(&with_own(Tags::new(), cx))?);
    cx.retry(
        "the provider to take a tag",
        wire::PROPAGATION,
        wire::is_propagating,
        || {
            let request = request.clone();
            async { request.send().await.map_err(failed("iam:TagOpenIDConnectProvider")) }
        },
    )
    .await
    .map(drop)
}

/// Takes this environment's tag off.
pub(super) async fn leave(arn: &str, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    let request = cx.provider.iam.untag_open_id_connect_provider();
    let request = request.open_id_connect_provider_arn(arn).tag_keys(key(cx));
    let left = cx
        .retry(
            "the provider to lose a tag",
            wire::PROPAGATION,
            wire::is_propagating,
            || {
                let request = request.clone();
                async { request.send().await.map_err(failed("iam:UntagOpenIDConnectProvider")) }
            },
        )
        .await;
    eventual::unless_not_found(left).map(drop)
}
