//! Further looks at what a read did not find.
//!
//! A request may be answered by a copy of the cloud's data that has not heard of the last change. An object that is taken for
//! gone is made a second time, or left behind by a delete, so one empty answer is not believed.

use std::time::Duration;

use super::{
    context::Call,
    error::{ErrorKind, ResourceError},
};

/// The pauses before each further look at an object that the state knows: 3.5 seconds in all.
pub(super) const READ: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// The pauses before each further look for what an interrupted create may have left: 15.5 seconds in all. Nothing but its
/// name or token is known of it, and a list may take longer to show it.
pub(super) const RECOVER: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// What a look gave, where an object that is not there is no failure.
pub(super) fn found<T>(look: Result<Option<T>, ResourceError>) -> Result<Option<T>, ResourceError> {
    match look {
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        look => look,
    }
}

/// Whether a look found nothing.
pub(super) fn is_gone<T>(look: &Result<Option<T>, ResourceError>) -> bool {
    match look {
        Ok(object) => object.is_none(),
        Err(error) => error.kind == ErrorKind::NotFound,
    }
}

/// What `look` finds, with a further look after each pause while it finds nothing.
///
/// # Errors
/// What `look` fails with, but for [`ErrorKind::NotFound`].
pub(super) async fn look_again<T, F>(
    call: &Call,
    pauses: &[Duration],
    look: impl Fn() -> F + Send + Sync,
) -> Result<Option<T>, ResourceError>
where
    T: Send,
    F: Future<Output = Result<Option<T>, ResourceError>> + Send,
{
    for pause in pauses {
        if let Some(object) = found(look().await)? {
            return Ok(Some(object));
        }
        call.clock.sleep(*pause).await;
    }
    found(look().await)
}
