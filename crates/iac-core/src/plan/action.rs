//! What is done to a resource, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{Address, RemoteId};

/// What is done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Nothing.
    NoOp,
    /// An object is made.
    Create,
    /// The object is changed in place.
    Update,
    /// The object is deleted, then a new one is made.
    Replace,
    /// A new object is made, then the old one is deleted.
    ReplaceCreateFirst,
    /// The object is deleted.
    Delete,
    /// The object stays, the state forgets it.
    Forget,
}

impl Action {
    /// Whether something in the cloud changes.
    pub fn changes_cloud(self) -> bool {
        !matches!(self, Self::NoOp | Self::Forget)
    }

    /// Whether it is one of the two replacements.
    pub fn replaces(self) -> bool {
        matches!(self, Self::Replace | Self::ReplaceCreateFirst)
    }

    /// The sign it is shown with.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::NoOp => " ",
            Self::Create => "+",
            Self::Update => "~",
            Self::Replace => "-/+",
            Self::ReplaceCreateFirst => "+/-",
            Self::Delete => "-",
            Self::Forget => ".",
        }
    }
}

/// Why an action was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Reason {
    /// It is in the stack and not in the state.
    New,
    /// Its object was deleted outside.
    Gone,
    /// Attributes differ.
    Differs,
    /// A create-only attribute differs.
    CreateOnly {
        /// The attribute.
        attribute: String,
    },
    /// Its create did not finish.
    Tainted,
    /// A value named by `replace_when` differs.
    Triggered {
        /// What the value comes from: `s3.object.code.etag`; none when it stands in the code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// The user asked for it.
    Requested,
    /// It is no longer in the stack.
    Removed,
    /// The environment is being destroyed.
    Destroy,
    /// It is adopted.
    Imported {
        /// The id of its object.
        id: RemoteId,
    },
    /// It had another address before.
    Moved {
        /// The old address.
        from: Address,
    },
    /// A dependent is replaced create-first, so this one must be, too.
    CreateFirstForced {
        /// The dependent.
        by: Address,
    },
    /// An old object of an earlier replacement is still to be deleted.
    Deposed {
        /// Its id.
        id: RemoteId,
    },
    /// It is kept though it leaves the stack.
    Retained,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => f.write_str("new"),
            Self::Gone => f.write_str("deleted outside"),
            Self::Differs => f.write_str("attributes differ"),
            Self::CreateOnly { attribute } => write!(f, "`{attribute}` cannot be changed in place"),
            Self::Tainted => f.write_str("its create did not finish"),
            Self::Triggered { by: Some(by) } => write!(f, "it is replaced with `{by}`"),
            Self::Triggered { by: None } => f.write_str("a value it is replaced with has changed"),
            Self::Requested => f.write_str("as asked"),
            Self::Removed => f.write_str("no longer in the stack"),
            Self::Destroy => f.write_str("the environment is destroyed"),
            Self::Imported { id } => write!(f, "import of {id}"),
            Self::Moved { from } => write!(f, "moved from {from}"),
            Self::CreateFirstForced { by } => write!(f, "created first for {by}"),
            Self::Deposed { id } => write!(f, "{id} is left of an earlier replacement"),
            Self::Retained => f.write_str("kept when it leaves the stack"),
        }
    }
}
