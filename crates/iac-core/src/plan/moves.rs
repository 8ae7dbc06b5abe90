//! Renames, applied to the state before anything is compared.

use std::collections::BTreeMap;

use crate::{
    model::{Address, StackError},
    state::State,
};

/// Applies moves; chains are followed in any order of declaration. Gives the old address of everything that moved.
///
/// A move whose source is not in the state has been made already, or never was needed: it does nothing.
///
/// # Errors
/// Two moves to one address, two from one, a change of type, or a target that is there already.
pub(crate) fn apply(
    state: &mut State,
    moves: &[(Address, Address)],
) -> Result<BTreeMap<Address, Address>, Vec<StackError>> {
    let refuse = |from: &Address, to: &Address, reason| StackError::Move {
        from: from.clone(),
        to: to.clone(),
        reason,
    };
    let mut errors = Vec::new();
    let mut next: BTreeMap<&Address, &Address> = BTreeMap::new();
    let mut targets: BTreeMap<&Address, &Address> = BTreeMap::new();
    for (from, to) in moves {
        if from.type_name() != to.type_name() {
            errors.push(refuse(from, to, "a move does not change the type"));
        }
        if next.insert(from, to).is_some_and(|other| other != to) {
            errors.push(refuse(from, to, "it is moved to two places"));
        }
        if targets.insert(to, from).is_some_and(|other| other != from) {
            errors.push(refuse(from, to, "two resources are moved there"));
        }
    }
    let mut moved = BTreeMap::new();
    for start in next.keys().copied().filter(|from| state.resources.contains_key(*from)) {
        let mut end = start;
        for _ in 0..=next.len() {
            match next.get(end) {
                Some(to) => end = to,
                None => break,
            }
        }
        if next.contains_key(end) {
            errors.push(refuse(start, end, "the moves go in a circle"));
        } else if state.resources.contains_key(end) {
            errors.push(refuse(start, end, "the target is in the state already"));
        } else if let Some(other) = moved.insert(end.clone(), start.clone()) {
            errors.push(refuse(start, end, "two resources are moved there"));
            errors.push(refuse(&other, end, "two resources are moved there"));
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    for (to, from) in &moved {
        state.rename(from, to);
    }
    Ok(moved)
}
