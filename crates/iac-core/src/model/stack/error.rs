//! What is wrong with a stack before anything is called, and where in the user's source.

use std::{fmt, panic::Location};

use crate::model::{
    address::{Address, AddressError},
    error::Hint,
    expr::Reference,
    property_path::PathError,
};

/// A place in the user's source: `stacks/src/network.rs:12`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLocation(pub(super) String);

impl SourceLocation {
    /// A place that is not in any source: a serial of the state.
    pub(crate) fn elsewhere(what: String) -> Self {
        Self(what)
    }

    pub(super) fn of(location: &Location<'_>) -> Self {
        Self(format!("{}:{}", location.file(), location.line()))
    }
}

impl fmt::Display for SourceLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is wrong with a stack before anything is called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StackError {
    /// Two resources have one address.
    #[error("{address} is declared twice: at {first} and at {second}")]
    Duplicate {
        /// The address.
        address: Address,
        /// Where it was first.
        first: SourceLocation,
        /// Where it was again.
        second: SourceLocation,
    },
    /// A name that cannot be part of an address.
    #[error("at {place}: {source}")]
    Name {
        /// Where.
        place: SourceLocation,
        /// What is wrong with it.
        source: AddressError,
    },
    /// A property that can never be right.
    #[error("{address}: {}{message} (declared at {place})", property(.path))]
    Invalid {
        /// The resource.
        address: Address,
        /// The property; empty for the whole resource.
        path: String,
        /// What is allowed.
        message: String,
        /// Where it was declared.
        place: SourceLocation,
    },
    /// Two resources that manage the same things.
    #[error("{address}: {other} says in `{property}` all there is, and would take this away (declared at {place})")]
    Overlap {
        /// The resource.
        address: Address,
        /// The resource it refers to.
        other: Address,
        /// The other's property that manages the same.
        property: &'static str,
        /// Where the resource was declared.
        place: SourceLocation,
    },
    /// A path of `ignore_changes` that cannot be read, or leads to nothing the type has.
    #[error("{address}: `ignore_changes`: {source} (declared at {place})")]
    IgnoredPath {
        /// The resource.
        address: Address,
        /// What is wrong with the path.
        source: PathError,
        /// Where it was declared.
        place: SourceLocation,
    },
    /// A reference to a resource or an output that is not in the stack.
    #[error("{from} refers to `{reference}`, which is not in this stack")]
    Dangling {
        /// Who refers.
        from: String,
        /// To what.
        reference: Reference,
    },
    /// An output name given twice.
    #[error("the output `{name}` is declared twice")]
    DuplicateOutput {
        /// The name.
        name: String,
    },
    /// A value that could be written down and not be read again.
    #[error("{what}: a value is nested deeper than {} levels", crate::model::template::DEEPEST)]
    TooDeep {
        /// The resource or the output.
        what: String,
    },
    /// A move that cannot be made.
    #[error("cannot move {from} to {to}: {reason}")]
    Move {
        /// The old address.
        from: Address,
        /// The new address.
        to: Address,
        /// Why not.
        reason: &'static str,
    },
}

fn property(path: &str) -> String {
    if path.is_empty() {
        String::new()
    } else {
        format!("`{path}`: ")
    }
}

impl Hint for StackError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Duplicate { .. } => {
                vec!["give one of them another name, or put it in a `stack.scope(..)`".to_owned()]
            }
            Self::Dangling { .. } => {
                vec!["use handles of this same stack; a value of another stack is passed as text".to_owned()]
            }
            Self::Overlap { other, property, .. } => vec![format!(
                "leave `{property}` of {other} unset, or write this into it and take this resource away"
            )],
            Self::IgnoredPath { source, .. } => vec![source.hint.clone()],
            Self::TooDeep { .. } => vec!["hand over a deep document as the text of its JSON".to_owned()],
            _ => Vec::new(),
        }
    }
}
