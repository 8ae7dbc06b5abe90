//! Why no plan could be made. All reasons are told at once.

use crate::{
    graph::Cycle,
    model::{Address, ExpressionError, Hint, RemoteId, ResourceError, SourceLocation, StackError},
    state::BackendError,
};

/// One reason why no plan could be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanIssue {
    /// The stack is not sound.
    #[error(transparent)]
    Stack(#[from] StackError),
    /// Resources need each other.
    #[error(transparent)]
    Cycle(#[from] Cycle),
    /// A reference leads nowhere, or an expression over it has no value.
    #[error("{address}: {source}")]
    Dangling {
        /// Who refers.
        address: Address,
        /// To what.
        source: ExpressionError,
    },
    /// An output's expression has no value.
    #[error("the output `{name}`: {source}")]
    Output {
        /// The output.
        name: String,
        /// Why not.
        source: ExpressionError,
    },
    /// An object could not be read.
    #[error("cannot read {address}")]
    Read {
        /// The resource.
        address: Address,
        /// Why not.
        source: ResourceError,
    },
    /// A protected resource would be deleted or replaced.
    #[error("{address} is protected and would be {what}: {why}")]
    Protected {
        /// The resource.
        address: Address,
        /// Deleted or replaced.
        what: &'static str,
        /// Why.
        why: String,
    },
    /// An address that is neither in the stack nor in the state.
    #[error("`{flag} {address}`: there is no such resource")]
    NoSuchResource {
        /// The flag it was given with.
        flag: &'static str,
        /// The address.
        address: Address,
        /// One that is called much the same.
        nearest: Option<Address>,
    },
    /// An import found nothing.
    #[error("cannot import {id} as {address}: there is no such object")]
    NothingToImport {
        /// The resource.
        address: Address,
        /// The id that was given.
        id: RemoteId,
    },
    /// What is to be adopted is not in the stack.
    #[error("cannot import {address}: the stack does not declare it")]
    NotDeclared {
        /// The address.
        address: Address,
        /// One that is called much the same.
        nearest: Option<Address>,
    },
    /// What is to be adopted stands for another object already.
    #[error("cannot import {address}: it is {id} already")]
    ManagedAlready {
        /// The resource.
        address: Address,
        /// The object it stands for.
        id: RemoteId,
    },
    /// Two resources claim one object.
    #[error("{first} and {second} are both {id}")]
    ClaimedTwice {
        /// The one.
        first: Address,
        /// The other.
        second: Address,
        /// The object.
        id: RemoteId,
    },
    /// A secret of an earlier serial is needed, and only its hash is there.
    #[error("{address}: the secret `{path}` is known by its hash alone")]
    SecretLost {
        /// The resource.
        address: Address,
        /// The property.
        path: String,
    },
    /// A resource declares a tag that is ignored.
    #[error("{address}: the tag `{key}` is declared, and `ignore_tags` matches it (declared at {place})")]
    IgnoredTag {
        /// The resource.
        address: Address,
        /// The tag's key.
        key: String,
        /// Where the resource was declared.
        place: SourceLocation,
    },
    /// A default tag, or one that the engine itself sets, is ignored.
    #[error("`ignore_tags` matches `{key}`, {what}")]
    IgnoredOwnTag {
        /// The tag's key.
        key: String,
        /// What kind of tag it is.
        what: &'static str,
    },
    /// The key of the environment's secrets cannot be had.
    #[error("the key that secrets are encrypted with cannot be read")]
    Key(#[source] BackendError),
    /// The state's objects live in another account or region.
    #[error("{address} is in account {found}, but this session is in account {wanted}")]
    OtherAccount {
        /// The resource.
        address: Address,
        /// Where its object is.
        found: String,
        /// Where the session is.
        wanted: String,
    },
}

impl Hint for PlanIssue {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Stack(error) => error.hints(),
            Self::Cycle(cycle) => cycle.hints(),
            Self::Read { source, .. } => source.hints(),
            Self::Protected { address, .. } => vec![
                "take `.protect()` away in code, then apply, then change it".to_owned(),
                format!("or lift it for this run with `--unprotect {address}`"),
            ],
            Self::NoSuchResource { nearest, .. } => nearest
                .iter()
                .map(|nearest| format!("did you mean {nearest}?"))
                .collect(),
            Self::NotDeclared {
                nearest: Some(nearest), ..
            } => vec![format!("did you mean {nearest}?")],
            Self::NotDeclared { .. } => {
                vec!["add it to the stack first: what is imported is what the code describes".to_owned()]
            }
            Self::ManagedAlready { address, .. } => {
                vec![format!("forget that one first: `forget ENV {address}`")]
            }
            Self::NothingToImport { .. } => vec!["check the id, the account and the region".to_owned()],
            Self::ClaimedTwice { .. } => vec!["drop one of them with `forget`".to_owned()],
            Self::OtherAccount { .. } => {
                vec!["use the credentials of that account, or another state for this one".to_owned()]
            }
            Self::SecretLost { .. } => vec![
                "apply the source of that time, which has the secret".to_owned(),
                "an environment with a key keeps secrets encrypted from the next apply on: see `state/README.md`"
                    .to_owned(),
            ],
            Self::IgnoredTag { key, .. } => vec![format!(
                "take `{key}` out of the declaration, or out of the keys and prefixes of `ignore_tags`"
            )],
            Self::IgnoredOwnTag { key, .. } => vec![format!(
                "make the keys and prefixes of `ignore_tags` narrower, so that none matches `{key}`"
            )],
            Self::Key(source) => source.hints(),
            Self::Dangling { .. } | Self::Output { .. } => Vec::new(),
        }
    }
}

/// All reasons why no plan could be made.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct PlanError(Vec<PlanIssue>);

impl PlanError {
    /// The reasons, at least one.
    pub fn errors(&self) -> &[PlanIssue] {
        &self.0
    }
}

impl<I: Into<PlanIssue>> From<I> for PlanError {
    fn from(issue: I) -> Self {
        Self(vec![issue.into()])
    }
}

impl From<Vec<PlanIssue>> for PlanError {
    fn from(issues: Vec<PlanIssue>) -> Self {
        Self(issues)
    }
}

impl Hint for PlanError {
    fn hints(&self) -> Vec<String> {
        let mut hints: Vec<String> = self.0.iter().flat_map(Hint::hints).collect();
        hints.dedup();
        hints
    }
}
