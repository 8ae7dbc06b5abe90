//! Reads of an eventually consistent API.
//!
//! A request may be answered by a copy of the cloud's data that does not have the last change yet. An object that is taken for
//! gone is made a second time, or left behind by a delete, so one empty answer is not believed: the read is repeated.

use std::{sync::Arc, time::Duration};

use super::{
    context::Call,
    error::{ErrorKind, ResourceError},
};

/// The pauses before each further read of an object that the state knows: 3.5 seconds in all.
pub const READ_PAUSES: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// The pauses before each further search for what an interrupted create may have left: 15.5 seconds in all. Nothing but its
/// name or token is known of it, and a list may take longer to show it.
pub const RECOVERY_PAUSES: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// `None` for what is not there.
///
/// # Errors
/// What `result` fails with, but for [`ErrorKind::NotFound`].
pub fn unless_not_found<T>(result: Result<T, ResourceError>) -> Result<Option<T>, ResourceError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a read gave, where an object that is not there is no failure.
///
/// # Errors
/// What `read` fails with, but for [`ErrorKind::NotFound`].
pub fn found<T>(read: Result<Option<T>, ResourceError>) -> Result<Option<T>, ResourceError> {
    unless_not_found(read).map(Option::flatten)
}

/// Whether a read found nothing.
pub fn is_absent<T>(read: &Result<Option<T>, ResourceError>) -> bool {
    match read {
        Ok(object) => object.is_none(),
        Err(error) => error.kind == ErrorKind::NotFound,
    }
}

/// What `read` gives, read again after each pause while it `lacks` something that was there before.
///
/// # Errors
/// What `read` fails with.
pub async fn read_whole<T, F>(
    call: &Call,
    pauses: &[Duration],
    lacks: impl Fn(&T) -> bool + Send,
    read: impl Fn() -> F + Send,
) -> Result<T, ResourceError>
where
    T: Send,
    F: Future<Output = Result<T, ResourceError>> + Send,
{
    // the clock is shared, so that nothing else of the call is held across the pauses
    let clock = Arc::clone(&call.clock);
    for pause in pauses {
        let seen = read().await?;
        if !lacks(&seen) {
            return Ok(seen);
        }
        clock.sleep(*pause).await;
    }
    read().await
}

/// What `read` finds, read again after each pause while it finds nothing.
///
/// # Errors
/// What `read` fails with, but for [`ErrorKind::NotFound`].
pub async fn read_again<T, F>(
    call: &Call,
    pauses: &[Duration],
    read: impl Fn() -> F + Sync,
) -> Result<Option<T>, ResourceError>
where
    T: Send,
    F: Future<Output = Result<Option<T>, ResourceError>> + Send,
{
    read_whole(call, pauses, Option::is_none, || async { found(read().await) }).await
}
