//! Names that are moved from one distribution to another.
//!
//! A name can be on one distribution alone. CloudFront can move one in a single step (`AssociateAlias`), but also away from a
//! distribution that is not ours; so the other one is waited for, as long as it is one of the same environment.
//!
//! Source: CloudFront developer guide, "Move an alternate domain name".

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use aws_sdk_cloudfront::types::{Aliases, DistributionConfig, DistributionSummary};
use iac_core::model::{Context, RemoteId, ResourceError};

use crate::{Aws, error::failed, tags::are_of_environment};

/// How long another distribution may take to let a name go.
const MOVED: Duration = Duration::from_mins(20);

const TAKEN: &str = "CNAMEAlreadyExists";

/// The names of a distribution.
pub(super) fn of(config: &DistributionConfig) -> BTreeSet<String> {
    config.aliases.iter().flat_map(Aliases::items).cloned().collect()
}

/// Runs `write`, which gives `names` to the distribution `own`, again while another distribution of the environment has one
/// of them.
///
/// # Errors
/// What `write` fails with; with a hint that names the other distribution, when it has a name in the end or has another owner.
pub(super) async fn once_free<T, F>(
    names: &BTreeSet<String>,
    own: Option<&RemoteId>,
    cx: &Context<'_, Aws>,
    write: impl Fn() -> F + Send + Sync,
) -> Result<T, ResourceError>
where
    T: Send,
    F: Future<Output = Result<T, ResourceError>> + Send,
{
    let is_moved = AtomicBool::new(false);
    let waits = |error: &ResourceError| error.code == TAKEN && is_moved.load(Ordering::Relaxed);
    let attempt = || async {
        let error = match write().await {
            Err(error) if error.code == TAKEN => error,
            written => return written,
        };
        // where lists cannot be read, the refusal is all there is to tell
        let holder = holder(names, own, cx).await.ok().flatten();
        let ours = match &holder {
            Some(holder) => is_ours(&holder.arn, cx).await,
            None => false,
        };
        is_moved.store(ours, Ordering::Relaxed);
        Err(error.hint(match holder {
            Some(holder) if ours => format!(
                "the distribution `{}` of this environment has the name: take it from there, or give it to one of them alone",
                holder.id
            ),
            Some(holder) => format!(
                "a name can be on one distribution alone, and `{}` has it: take it from there, or import that distribution",
                holder.id
            ),
            None => "a name can be on one distribution alone: take it from the other one, which may be in another account"
                .to_owned(),
        }))
    };
    cx.retry("another distribution to let go of a name", MOVED, waits, attempt)
        .await
}

/// The distribution of this account that has one of the names.
async fn holder(
    names: &BTreeSet<String>,
    own: Option<&RemoteId>,
    cx: &Context<'_, Aws>,
) -> Result<Option<DistributionSummary>, ResourceError> {
    let mut marker = None;
    loop {
        let request = cx.provider.cloudfront.list_distributions().set_marker(marker);
        let page = request.send().await.map_err(failed("cloudfront:ListDistributions"))?;
        let Some(list) = page.distribution_list else {
            return Ok(None);
        };
        marker = list.next_marker.filter(|_| list.is_truncated);
        let mut others = list.items.unwrap_or_default().into_iter();
        let found = others.find(|other| {
            let theirs = other.aliases.iter().flat_map(Aliases::items);
            own.is_none_or(|own| own.as_str() != other.id) && theirs.into_iter().any(|name| names.contains(name))
        });
        if found.is_some() || marker.is_none() {
            return Ok(found);
        }
    }
}

/// Whether the distribution is one of this environment: only those let a name go by themselves.
async fn is_ours(arn: &str, cx: &Context<'_, Aws>) -> bool {
    let tags = super::tags::of(arn, cx).await.unwrap_or_default();
    are_of_environment(&tags, cx)
}
