//! Outputs of a stack, and what may become one.

use std::fmt;

use serde_json::Value;

use crate::model::{
    data::{Data, HasSchema},
    input::Input,
    output::Output,
    redact::REDACTED,
    schema::Schema,
};

/// An output of the stack.
#[derive(Clone, PartialEq)]
pub struct StackOutput {
    /// The value, as a template.
    pub value: Value,
    /// Whether it is never shown.
    pub secret: bool,
}

impl fmt::Debug for StackOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.secret {
            return f.write_str(REDACTED);
        }
        self.value.fmt(f)
    }
}

fn output_of<T: HasSchema>(value: &impl serde::Serialize) -> StackOutput {
    StackOutput {
        value: serde_json::to_value(value).unwrap_or_default(),
        secret: matches!(T::schema(), Schema::Secret(_)),
    }
}

impl<T: Data> From<&Output<T>> for StackOutput {
    fn from(output: &Output<T>) -> Self {
        output_of::<T>(output)
    }
}

impl<T: Data> From<Input<T>> for StackOutput {
    fn from(input: Input<T>) -> Self {
        output_of::<T>(&input)
    }
}

impl From<&str> for StackOutput {
    fn from(text: &str) -> Self {
        Self {
            value: text.into(),
            secret: false,
        }
    }
}

impl From<String> for StackOutput {
    fn from(text: String) -> Self {
        Self {
            value: text.into(),
            secret: false,
        }
    }
}
