//! What is wrong with a model.

use std::fmt;

/// What is wrong at one place of a model.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The place: `Rules[0].Status`; empty for the model itself.
    pub path: String,
    /// What is wrong there: `is required`, `at most 10 characters`.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}
