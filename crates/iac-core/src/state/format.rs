//! The format of the state document: its version, older ones brought forward, and what cannot be read.

use serde_json::Value;

use crate::model::Hint;

/// The format this version writes.
pub const FORMAT_VERSION: u32 = 1;

/// A state that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// It is no JSON, or lacks something.
    #[error("the state at {place} cannot be read")]
    Malformed {
        /// Where it is.
        place: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A newer version of this program wrote it.
    #[error("the state at {place} has format {found}, this version reads up to {FORMAT_VERSION}")]
    Newer {
        /// Where it is.
        place: String,
        /// Its format.
        found: u64,
    },
    /// It belongs to another stack or environment.
    #[error("the state at {place} belongs to {found}, not to {wanted}")]
    OtherStack {
        /// Where it is.
        place: String,
        /// Whose it is: `stack/environment`.
        found: String,
        /// Whose it should be.
        wanted: String,
    },
}

impl Hint for StateError {
    fn hints(&self) -> Vec<String> {
        vec![match self {
            Self::Malformed { place, .. } => {
                format!("the bucket or folder {place} may keep earlier versions: put the last good one back")
            }
            Self::Newer { .. } => "use the version of the program that wrote it, or a newer one".to_owned(),
            Self::OtherStack { .. } => "give every stack and environment a state of its own".to_owned(),
        }]
    }
}

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
