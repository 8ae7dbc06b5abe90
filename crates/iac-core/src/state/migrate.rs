//! Older formats of the state document, brought forward one step at a time.

use serde_json::Value;

use super::document::{FORMAT_VERSION, StateError};

/// Brings a document to [`FORMAT_VERSION`]. A document of that format comes back as it is.
///
/// # Errors
/// [`StateError::Newer`] when it is of a later format; a document without a format is read as the first one.
pub(super) fn forward(document: Value, place: &str) -> Result<Value, StateError> {
    let found = document.get("format_version").and_then(Value::as_u64).unwrap_or(1);
    if found > u64::from(FORMAT_VERSION) {
        return Err(StateError::Newer {
            place: place.to_owned(),
            found,
        });
    }
    Ok(document)
}
