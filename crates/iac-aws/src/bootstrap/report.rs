//! What a bootstrap is asked for, and what it tells.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What to make besides what is always made, and what to leave out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootstrapOptions {
    /// Backups of the lock table to any second. A lock is worth nothing an hour later, so they are off unless rules ask for them.
    pub point_in_time_recovery: bool,
    /// Leaves out the policy that refuses connections without TLS: for an endpoint of one's own that speaks plain HTTP, which
    /// would lock everyone out.
    pub plain_http: bool,
}

impl BootstrapOutcome {
    /// What became of a setting that was `right` or was set, of a thing that is `new` or was there.
    pub(super) fn of(right: bool, new: bool) -> Self {
        match (right, new) {
            (true, _) => Self::AlreadyRight,
            (false, true) => Self::Created,
            (false, false) => Self::Repaired,
        }
    }
}

/// One thing that was looked at, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootstrapStep {
    /// What it is: `the bucket acme-state`, `its versioning`.
    pub what: String,
    /// What became of it.
    pub outcome: BootstrapOutcome,
}

impl fmt::Display for BootstrapStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.outcome)
    }
}

/// What became of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BootstrapOutcome {
    /// It was not there and was made.
    Created,
    /// It was as it should be.
    AlreadyRight,
    /// It was there, not as it should be, and was set.
    Repaired,
}

impl fmt::Display for BootstrapOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Created => "created",
            Self::AlreadyRight => "already right",
            Self::Repaired => "repaired",
        })
    }
}
