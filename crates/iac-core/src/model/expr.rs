//! Expressions over outputs: plain data that names where a value will come from. Never a closure, never a future.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::address::Address;

/// One step into an output: a key of an object, or an index of a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Segment {
    /// The value under this key.
    Key(String),
    /// The element at this place, counted from zero.
    Index(usize),
}

/// A value that an output will give: the resource, and the way into its outputs. The first segment is the output's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The resource whose output is meant.
    pub address: Address,
    /// The way into its outputs.
    pub path: Vec<Segment>,
}

impl Reference {
    /// A reference to a resource as a whole, not to one of its outputs.
    pub(crate) fn whole(address: &Address) -> Self {
        Self {
            address: address.clone(),
            path: Vec::new(),
        }
    }

    /// Follows the path into `outputs`; `None` when something on the way is missing.
    pub fn follow<'a>(&self, outputs: &'a Value) -> Option<&'a Value> {
        self.path.iter().try_fold(outputs, |value, segment| match segment {
            Segment::Key(key) => value.get(key),
            Segment::Index(index) => value.get(index),
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.address)?;
        self.path.iter().try_for_each(|segment| match segment {
            Segment::Key(key) => write!(f, ".{key}"),
            Segment::Index(index) => write!(f, "[{index}]"),
        })
    }
}

/// How a value is made from outputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Expr {
    /// The value of one output.
    Ref(Reference),
    /// The text of each part, one after the other. A part is a template: a literal, or an expression.
    Join(Vec<Value>),
    /// The JSON text of a template, compact.
    Json(Value),
}
