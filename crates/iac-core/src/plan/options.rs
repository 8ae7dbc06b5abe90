//! What the user asks of a plan.

use std::collections::{BTreeMap, BTreeSet};

use super::document::Mode;
use crate::model::{Address, RemoteId};

/// What the user asks of a plan. The default plans everything, with a refresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanOptions {
    /// What kind of plan.
    pub mode: Mode,
    /// Whether the cloud is read. Otherwise the state is taken for what is there.
    pub refresh: bool,
    /// Only these and what they need (on destroy: and what needs them). Empty for all.
    pub targets: BTreeSet<Address>,
    /// All but these and what needs them.
    pub excludes: BTreeSet<Address>,
    /// Replaced though nothing differs.
    pub replace: BTreeSet<Address>,
    /// Not protected during this run.
    pub unprotect: BTreeSet<Address>,
    /// Objects that are there already and become these resources, beside those that the stack imports.
    pub imports: BTreeMap<Address, RemoteId>,
    /// How many batches of reads go on at once.
    pub parallelism: usize,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self {
            mode: Mode::Normal,
            refresh: true,
            targets: BTreeSet::new(),
            excludes: BTreeSet::new(),
            replace: BTreeSet::new(),
            unprotect: BTreeSet::new(),
            imports: BTreeMap::new(),
            parallelism: 10,
        }
    }
}
