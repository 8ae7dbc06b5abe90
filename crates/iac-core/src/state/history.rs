//! Earlier serials: each document is kept before another takes its place, so that it can be looked at and brought back.

use std::collections::BTreeSet;

use futures::{StreamExt, TryStreamExt, stream};

use super::{
    backend::Backend,
    document::{Author, State},
    error::StoreError,
    layout::{HISTORY, STATE, serial_name},
};
use crate::model::Address;

/// How many documents are read at once.
const FAN_OUT: usize = 8;

/// One serial of an environment, and what it changed in what is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serial {
    /// Its number.
    pub serial: u64,
    /// The origin of the state.
    pub lineage: String,
    /// Who wrote it; states of versions that did not say so have none.
    pub author: Option<Author>,
    /// How many resources it holds.
    pub resources: usize,
    /// The resources that came with it, since the serial before.
    pub added: BTreeSet<Address>,
    /// The resources that it holds otherwise: another object, other inputs.
    pub changed: BTreeSet<Address>,
    /// The resources that went with it.
    pub removed: BTreeSet<Address>,
}

/// The serials that are kept, the latest first; the one in force is among them.
///
/// # Errors
/// [`StoreError`]: not reachable, or a document that cannot be read.
pub async fn history(backend: &dyn Backend) -> Result<Vec<Serial>, StoreError> {
    let mut names = backend.list(HISTORY).await?;
    names.push(STATE.to_owned());
    let states: Vec<Option<State>> = stream::iter(names)
        .map(|name| async move { read(backend, &name).await })
        .buffered(FAN_OUT)
        .try_collect()
        .await?;
    let mut states: Vec<State> = states.into_iter().flatten().collect();
    states.sort_by_key(|state| state.serial);
    // a run that was cut off between keeping a document and replacing it leaves it twice
    states.dedup_by_key(|state| state.serial);
    let before = std::iter::once(None).chain(states.iter().map(Some));
    let serials: Vec<Serial> = states
        .iter()
        .zip(before)
        .map(|(state, before)| of(state, before))
        .collect();
    Ok(serials.into_iter().rev().collect())
}

/// The state of this serial, when it is kept or in force.
///
/// # Errors
/// [`StoreError`]: not reachable, or a document that cannot be read.
pub async fn serial(backend: &dyn Backend, serial: u64) -> Result<Option<State>, StoreError> {
    let current = read(backend, STATE).await?;
    if let Some(current) = current.filter(|state| state.serial == serial) {
        return Ok(Some(current));
    }
    read(backend, &serial_name(serial)).await
}

async fn read(backend: &dyn Backend, name: &str) -> Result<Option<State>, StoreError> {
    let Some(object) = backend.get(name).await? else {
        return Ok(None);
    };
    let place = format!("{}/{name}", backend.place());
    Ok(Some(State::decode(&object.bytes, &place)?))
}

fn of(state: &State, before: Option<&State>) -> Serial {
    let known = |address: &Address| before.and_then(|before| before.resources.get(address));
    let (mut added, mut changed) = (BTreeSet::new(), BTreeSet::new());
    for (address, resource) in &state.resources {
        match known(address) {
            None => drop(added.insert(address.clone())),
            Some(earlier) => {
                let differs = match (&earlier.current, &resource.current) {
                    (Some(one), Some(other)) => one.id != other.id || one.inputs != other.inputs,
                    (one, other) => one.is_some() != other.is_some(),
                };
                if differs || earlier.deposed.len() != resource.deposed.len() {
                    changed.insert(address.clone());
                }
            }
        }
    }
    let earlier = before.into_iter().flat_map(|before| before.resources.keys());
    Serial {
        serial: state.serial,
        lineage: state.lineage.clone(),
        author: state.author.clone(),
        resources: state.resources.len(),
        added,
        changed,
        removed: earlier
            .filter(|address| !state.resources.contains_key(*address))
            .cloned()
            .collect(),
    }
}
