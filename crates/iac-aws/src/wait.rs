//! Reads that may lag behind writes: "not listed" right after a create means "not yet", and "gone" is believed only after a
//! second look.
//!
//! A request may be answered by a copy of AWS's data that has not heard of the last change. Source: EC2 API reference,
//! "Eventual consistency".

use std::{sync::Arc, time::Duration};

use iac_core::model::{Call, ErrorKind, ResourceError};

/// How long a new object may be unknown to reads.
pub(crate) const KNOWN: Duration = Duration::from_mins(5);

/// The pauses before each further look at an object that seems to be gone: 3.5 seconds in all.
pub(crate) const SECOND_LOOKS: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// The pauses before each further look for what an interrupted create may have left: 15.5 seconds in all. An object that is
/// missed here is made a second time, so these are more patient.
pub(crate) const RECOVERY_LOOKS: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// `None` for what is not there.
pub(crate) fn unless_gone<T>(result: Result<T, ResourceError>) -> Result<Option<T>, ResourceError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a read found, where an object that is not there is no failure.
pub(crate) fn found<T>(read: Result<Option<T>, ResourceError>) -> Result<Option<T>, ResourceError> {
    unless_gone(read).map(Option::flatten)
}

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

/// What `look` finds, with a further look after each pause while it finds nothing.
///
/// # Errors
/// What `look` fails with, but for [`ErrorKind::NotFound`].
pub(crate) async fn look_again<T, F>(
    call: &Call,
    pauses: &[Duration],
    look: impl Fn() -> F + Sync,
) -> Result<Option<T>, ResourceError>
where
    T: Send,
    F: Future<Output = Result<Option<T>, ResourceError>> + Send,
{
    // the clock is shared, so that nothing else of the call is held across the pauses
    let clock = Arc::clone(&call.clock);
    for pause in pauses {
        if let Some(seen) = found(look().await)? {
            return Ok(Some(seen));
        }
        clock.sleep(*pause).await;
    }
    found(look().await)
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
    for pause in SECOND_LOOKS {
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
