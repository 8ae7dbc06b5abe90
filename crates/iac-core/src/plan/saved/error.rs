//! Why a saved plan cannot be made or applied.

use crate::{
    model::{Address, Hint, ResourceError},
    state::{Author, BackendError},
};

/// Why a saved plan cannot be made or applied. Nothing was called then that changes anything.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SavedPlanError {
    /// The file holds no plan.
    #[error("{place} holds no saved plan")]
    Malformed {
        /// The file.
        place: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Another version of this program wrote it.
    #[error("the plan in {place} has format {found}, this version reads {supported}")]
    OtherFormat {
        /// The file.
        place: String,
        /// Its format.
        found: u64,
        /// The format that can be read.
        supported: u32,
    },
    /// It is a plan of something else.
    #[error("the plan is of {found}, not of {wanted}")]
    OtherStack {
        /// Whose it is: `stack/environment`.
        found: String,
        /// Whose it should be.
        wanted: String,
    },
    /// What it was made on is not what is there.
    #[error("the plan is stale: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Stale(Vec<Stale>),
    /// An interrupted run left something open.
    #[error("an interrupted run left something open: a plan that is saved now could not be applied later")]
    PendingOperation,
    /// A resource that was looked at cannot be looked at again.
    #[error("cannot read {address}")]
    Read {
        /// The resource.
        address: Address,
        /// Why not.
        source: ResourceError,
    },
    /// A secret of a resource is not in the plan and cannot be had.
    #[error("a secret of {address} is not in the plan, and the source has another one now")]
    Secret {
        /// The resource.
        address: Address,
    },
    /// A secret output is not in the plan and cannot be had.
    #[error("the secret output `{0}` is not in the plan, and the source has another one now")]
    SecretOutput(String),
    /// The key of the environment's secrets cannot be had.
    #[error("the key that secrets are encrypted with cannot be read")]
    Key(#[source] BackendError),
    /// Something was cut out of the file.
    #[error("the plan lacks what it works with for {address}")]
    Incomplete {
        /// The resource.
        address: Address,
    },
}

/// In what a plan is stale.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Stale {
    /// The state has another origin.
    #[error("it was made on a state of another lineage")]
    Lineage,
    /// The state was written since.
    #[error("it was made on serial {plan}, the state is at {state}{}", by(author.as_ref()))]
    Serial {
        /// The serial it was made on.
        plan: u64,
        /// The serial now.
        state: u64,
        /// Who wrote that.
        author: Option<Author>,
    },
    /// A run began since and did not end.
    #[error("a run began since and was cut off")]
    Journal,
    /// An object was changed outside.
    #[error("{address} was changed since: {}", properties.join(", "))]
    Changed {
        /// The resource.
        address: Address,
        /// In which properties.
        properties: Vec<String>,
    },
    /// An object was deleted outside.
    #[error("{address} was deleted since")]
    Gone {
        /// The resource.
        address: Address,
    },
    /// An object that was gone is there again.
    #[error("{address} is there again")]
    Appeared {
        /// The resource.
        address: Address,
    },
}

fn by(author: Option<&Author>) -> String {
    author
        .map(|author| format!(" ({} by {}, {:.0})", author.operation, author.who, author.at))
        .unwrap_or_default()
}

impl Hint for SavedPlanError {
    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Stale(_) => "nothing was changed; make a new plan: `plan ENV --out FILE`",
            Self::PendingOperation => {
                "run `refresh ENV` first: it recovers what is open and changes nothing in the cloud"
            }
            Self::Secret { .. } | Self::SecretOutput(_) => {
                "make a new plan; an environment with a key keeps secrets encrypted in it: see `state/README.md`"
            }
            Self::Malformed { .. } | Self::Incomplete { .. } => "give the file that `plan ENV --out FILE` wrote",
            Self::OtherFormat { .. } => "apply it with the version of the program that made it, or make a new plan",
            Self::OtherStack { .. } => "name the environment that the plan was made for",
            Self::Read { source, .. } => return source.hints(),
            Self::Key(source) => return source.hints(),
        };
        vec![hint.to_owned()]
    }
}
