//! Group commit: records that are ready at the same time are written in one object.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::{error::StoreError, journal::Record};

/// What is told to those who wait for a record to be durable.
type Outcome = Result<(), StoreError>;

/// Records that wait to be written.
#[derive(Debug, Default)]
pub(super) struct CommitQueue(Mutex<Queue>);

#[derive(Debug, Default)]
struct Queue {
    waiting: Vec<Waiting>,
    /// How many groups were taken out.
    taken: u64,
}

/// A record that was put into the queue.
#[derive(Debug)]
pub(super) struct Ticket {
    /// The group it will be in.
    group: u64,
    /// Tells when it is durable.
    pub(super) outcome: oneshot::Receiver<Outcome>,
}

/// A record, and who waits for it.
#[derive(Debug)]
struct Waiting {
    record: Record,
    done: oneshot::Sender<Outcome>,
}

/// Records that are written together.
#[derive(Debug)]
pub(super) struct Group(Vec<Waiting>);

impl CommitQueue {
    /// Puts a record in.
    pub(super) fn push(&self, record: Record) -> Ticket {
        let (done, outcome) = oneshot::channel();
        let mut queue = self.queue();
        queue.waiting.push(Waiting { record, done });
        Ticket {
            group: queue.taken,
            outcome,
        }
    }

    /// Takes out all that wait, for the first of them that asks; `None` for the others, whose record is taken already.
    pub(super) fn take(&self, ticket: &Ticket) -> Option<Group> {
        let mut queue = self.queue();
        if queue.taken != ticket.group {
            return None;
        }
        queue.taken += 1;
        Some(Group(std::mem::take(&mut queue.waiting)))
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Group {
    pub(super) fn records(&self) -> Vec<Record> {
        self.0.iter().map(|waiting| waiting.record.clone()).collect()
    }

    /// Tells all what came of it.
    pub(super) fn finish(self, outcome: Outcome) {
        let error = match outcome {
            Ok(()) => None,
            Err(error) => Some(Arc::new(error)),
        };
        for waiting in self.0 {
            let outcome = match &error {
                None => Ok(()),
                Some(error) => Err(StoreError::Group(Arc::clone(error))),
            };
            // one that no longer waits was dropped with its run
            drop(waiting.done.send(outcome));
        }
    }
}
