//! Waiting for reads that may lag behind writes: "not listed" right after a create means "not yet".
//!
//! A request may be answered by a copy of AWS's data that has not heard of the last change. Source: EC2 API reference,
//! "Eventual consistency".

use std::{sync::Arc, time::Duration};

use iac_core::model::{
    Call, ErrorKind, ResourceError,
    eventual::{READ_PAUSES, found},
};

/// How long a new object may be unknown to reads.
pub(crate) const KNOWN: Duration = Duration::from_mins(5);

/// What `look` finds of an object that was just made, as soon as it finds it.
///
/// # Errors
/// What `look` fails with, but for [`ErrorKind::NotFound`]; [`ErrorKind::Timeout`] after five minutes.
pub(crate) async fn known<T, F>(call: &Call, awaited: &str, look: impl Fn() -> F + Sync) -> Result<T, ResourceError>
where
    T: Send,
    F: Future<Output = Result<Option<T>, ResourceError>> + Send,
{
    call.until(awaited, KNOWN, || async { found(look().await) }).await
}

/// What `look` finds of an object that is to be there. That it is not found is believed only after further looks: a delete that
/// believed the first one would leave the object behind.
///
/// # Errors
/// What `look` fails with.
pub(crate) async fn insist<T, F>(call: &Call, look: impl Fn() -> F + Sync) -> Result<T, ResourceError>
where
    T: Send,
    F: Future<Output = Result<T, ResourceError>> + Send,
{
    let clock = Arc::clone(&call.clock);
    for pause in READ_PAUSES {
        match look().await {
            Err(error) if error.kind == ErrorKind::NotFound => clock.sleep(pause).await,
            found => return found,
        }
    }
    look().await
}

/// Waits until `look` finds nothing any more.
///
/// # Errors
/// What `look` fails with, but for [`ErrorKind::NotFound`]; [`ErrorKind::Timeout`] after five minutes.
pub(crate) async fn gone<T, F>(call: &Call, awaited: &str, look: impl Fn() -> F + Sync) -> Result<(), ResourceError>
where
    T: Send,
    F: Future<Output = Result<Option<T>, ResourceError>> + Send,
{
    call.until(awaited, KNOWN, || async {
        Ok(found(look().await)?.is_none().then_some(()))
    })
    .await
}
