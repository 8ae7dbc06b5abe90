//! Folding a journal into the state it builds on.

use std::collections::BTreeSet;

use super::{
    document::State,
    intent::PendingOperation,
    journal::{Continuation, Record, RecordBatch},
};

/// What a replay found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// What of the journal was there, for the run that goes on from it.
    pub continuation: Continuation,
    /// The greatest number of a step in it.
    pub last_step: u64,
}

/// Folds the objects of a journal, by their numbers, into the state they build on; intents without an outcome join
/// [`State::pending_operations`]. `None` when the journal does not build on this state: a stale one changes nothing.
///
/// Records count only when the run that wrote them was the last to begin before them: what a stopped process sent late, after
/// another run took the lock over, is passed over wherever it landed.
pub fn replay(state: &mut State, journal: &[(u64, RecordBatch)]) -> Option<Replay> {
    let begins: Vec<Begin<'_>> = begins(state, journal);
    let fresh = begins.iter().rposition(|begin| begin.continues.is_none());
    let begins = &begins[fresh.unwrap_or(0)..];
    let start = begins.first()?;
    let late = late(begins);
    let mut run = None;
    let mut last_step = 0;
    for (number, batch) in journal.iter().filter(|(number, _)| *number >= start.number) {
        if late.contains(number) {
            continue;
        }
        if begins.iter().any(|begin| begin.number == *number) {
            run = Some(&batch.run);
        }
        if run != Some(&batch.run) {
            continue;
        }
        for record in &batch.records {
            last_step = last_step.max(step(record));
            apply(state, record);
        }
    }
    Some(Replay {
        continuation: continuation(start.number, journal),
        last_step,
    })
}

/// The beginning of a run on this state.
struct Begin<'a> {
    /// The number of the object it stands in.
    number: u64,
    continues: Option<&'a Continuation>,
}

/// The runs that began on this state, in order.
fn begins<'a>(state: &State, journal: &'a [(u64, RecordBatch)]) -> Vec<Begin<'a>> {
    let records = journal
        .iter()
        .flat_map(|(number, batch)| batch.records.iter().map(|record| (*number, record)));
    records
        .filter_map(|(number, record)| match record {
            Record::Begun {
                lineage,
                serial,
                continues,
                ..
            } if *lineage == state.lineage && *serial == state.serial => Some(Begin {
                number,
                continues: continues.as_ref(),
            }),
            _ => None,
        })
        .collect()
}

/// The numbers of what landed after a later run had read the journal without it.
fn late(begins: &[Begin<'_>]) -> BTreeSet<u64> {
    let mut late = BTreeSet::new();
    for begin in begins.iter().rev() {
        let Some(read) = begin.continues.filter(|_| !late.contains(&begin.number)) else {
            continue;
        };
        late.extend(read.missing.iter().copied());
        late.extend(gap(read.last, begin.number));
    }
    late
}

/// The numbers between two. Not all of them where there are very many: an object with a damaged number must not fill the
/// memory.
fn gap(before: u64, after: u64) -> impl Iterator<Item = u64> {
    const MOST: usize = 10_000;
    (before.saturating_add(1)..after).take(MOST)
}

/// What of the journal from this number on is there.
fn continuation(start: u64, journal: &[(u64, RecordBatch)]) -> Continuation {
    let there: Vec<u64> = journal.iter().map(|(number, _)| *number).collect();
    let pairs = there.iter().zip(there.iter().skip(1));
    Continuation {
        last: there.last().copied().unwrap_or(start),
        missing: pairs
            .filter(|(before, _)| **before >= start)
            .flat_map(|(before, after)| gap(*before, *after))
            .collect(),
    }
}

fn step(record: &Record) -> u64 {
    match record {
        Record::Intended(intent) => intent.step,
        Record::Requested { step, .. } | Record::Identified { step, .. } | Record::Completed { step, .. } => *step,
        Record::Begun { .. } | Record::Moved { .. } => 0,
    }
}

fn apply(state: &mut State, record: &Record) {
    match record {
        Record::Begun { .. } => {}
        Record::Intended(intent) => state.pending_operations.push(PendingOperation {
            intent: intent.clone(),
            request: None,
            id: None,
        }),
        Record::Requested { step, request } => {
            if let Some(pending) = state.pending(*step) {
                pending.request = Some(request.clone());
            }
        }
        Record::Identified { step, id } => {
            if let Some(pending) = state.pending(*step) {
                pending.id = Some(id.clone());
            }
        }
        Record::Moved { from, to } => state.rename(from, to),
        Record::Completed {
            step,
            address,
            resource,
        } => {
            state.complete(*step);
            state.set(address.clone(), resource.clone());
        }
    }
}
