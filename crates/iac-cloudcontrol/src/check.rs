//! Whether a model fits its type's schema, and what is wrong with it in words.

mod keywords;
mod prepare;
mod words;

use std::fmt;
use std::sync::Arc;

use jsonschema::{Draft, Validator};
use serde_json::Value;

use crate::type_facts::TypeFacts;

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

/// A schema made ready to check with. Clones share it.
#[derive(Clone)]
pub(crate) struct Checker(Arc<Made>);

struct Made {
    schema: Value,
    /// None where the schema cannot be made ready, which the tests rule out for every type there is.
    validator: Option<Validator>,
}

impl fmt::Debug for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checker").finish_non_exhaustive()
    }
}

impl Checker {
    fn new(facts: &TypeFacts) -> Self {
        let schema = prepare::schema(facts);
        let options = jsonschema::options()
            .with_draft(Draft::Draft7)
            .should_validate_formats(false)
            .offline();
        let validator = keywords::with(options).build(&schema).ok();
        Self(Arc::new(Made { schema, validator }))
    }
}

impl TypeFacts {
    /// What of a model, spelled as AWS does, does not fit the type; nothing when it may be sent.
    ///
    /// It is a check of what a user writes: read-only properties are not required. A word that an enumeration does not list is
    /// no violation, since AWS adds words, and neither is what only AWS can know: whether what is named exists, say. The
    /// first check of a type takes milliseconds, the next ones microseconds.
    pub fn check(&self, model: &Value) -> Vec<Violation> {
        let checker = self.checker.get_or_init(|| Checker::new(self));
        let Some(validator) = &checker.0.validator else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for error in validator.iter_errors(model) {
            words::tell(&checker.0.schema, &error, &mut found);
        }
        found.sort();
        found.dedup();
        found
    }

    /// Whether a text fits a pattern of a schema; true when the pattern cannot be read here.
    pub fn pattern_fits(pattern: &str, text: &str) -> bool {
        keywords::compile(pattern).is_none_or(|regex| regex.is_match(text).unwrap_or(true))
    }

    /// Whether there is a check at all of this type.
    #[doc(hidden)]
    pub fn can_check(&self) -> bool {
        let checker = self.checker.get_or_init(|| Checker::new(self));
        checker.0.validator.is_some()
    }
}
