//! Creating what EC2 knows no client token for.
//!
//! The SDK would send such a create a second time when no answer came to the first, and there would be two objects. So it is
//! told not to, and what the first may have left is looked for before it is sent again: by a tag that holds the token of the
//! attempt and is set by the create itself.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use aws_sdk_ec2::config;
use aws_smithy_types::retry::RetryConfig;
use iac_core::model::{
    Context, ErrorKind, RemoteId, ResourceError,
    eventual::{RECOVERY_PAUSES, read_again},
};

use super::{describe::Described, tags};
use crate::Aws;

/// How long EC2 may refuse to take a create.
const PATIENCE: Duration = Duration::from_mins(2);

/// The client's configuration for a create: one try.
pub(super) fn one_try() -> config::Builder {
    config::Builder::new().retry_config(RetryConfig::disabled())
}

/// Creates one object of the kind `T`, and only one. Throttled tries are repeated; after one without an answer, what it may
/// have left is looked for first.
pub(super) async fn create_once<T, C>(
    cx: &Context<'_, Aws>,
    create: impl Fn() -> C + Sync,
) -> Result<RemoteId, ResourceError>
where
    T: Described,
    C: Future<Output = Result<RemoteId, ResourceError>> + Send,
{
    let unanswered = AtomicBool::new(false);
    let passes = |error: &ResourceError| error.kind == ErrorKind::Throttled || is_unanswered(error);
    cx.retry("EC2 to take the request", PATIENCE, passes, || async {
        if unanswered.load(Ordering::Relaxed)
            && let Some(id) = read_again(cx, &RECOVERY_PAUSES, || recover::<T>(cx)).await?
        {
            return Ok(id);
        }
        let created = create().await;
        if created.as_ref().is_err_and(is_unanswered) {
            unanswered.store(true, Ordering::Relaxed);
        }
        created
    })
    .await
}

/// Looks for the object of the kind `T` that this create may have left.
pub(super) async fn recover<T: Described>(cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
    let made = T::list(tags::made_by(cx), cx.provider).await?;
    Ok(made.into_keys().next().map(RemoteId::new))
}

/// Whether the request may have been carried out all the same.
fn is_unanswered(error: &ResourceError) -> bool {
    matches!(error.kind, ErrorKind::Timeout | ErrorKind::Unavailable)
}
