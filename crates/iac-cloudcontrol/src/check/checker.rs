//! A type's schema, made ready to check models with.

use std::fmt;
use std::sync::Arc;

use jsonschema::{Draft, Validator};
use serde_json::Value;

use super::{keywords, prepare, words};
use crate::violation::Violation;

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
    pub(crate) fn new(schema: &Value, read_only: &[&str]) -> Self {
        let schema = prepare::schema(schema, read_only);
        let options = jsonschema::options()
            .with_draft(Draft::Draft7)
            .should_validate_formats(false)
            .offline();
        let validator = keywords::with(options).build(&schema).ok();
        Self(Arc::new(Made { schema, validator }))
    }

    /// Whether there is a check at all.
    pub(crate) fn is_made(&self) -> bool {
        self.0.validator.is_some()
    }

    /// What is wrong with a model, in order.
    pub(crate) fn check(&self, model: &Value) -> Vec<Violation> {
        let Some(validator) = &self.0.validator else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for error in validator.iter_errors(model) {
            words::tell(&self.0.schema, &error, &mut found);
        }
        found.sort();
        found.dedup();
        found
    }
}
