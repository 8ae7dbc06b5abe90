//! How many steps go on at once at each service: half as many when it throttles, one more after each round without
//! (additive increase, multiplicative decrease).

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::Timestamp;
use petgraph::graph::NodeIndex;

use crate::model::Address;

/// Throttled answers within this time are about the same burst, and slow a service down once.
const BURST: Duration = Duration::from_secs(1);

/// The steps that may begin, and the queues they run in, one per service.
#[derive(Debug)]
pub(super) struct ConcurrencyLimiter {
    /// How many steps go on at once in all.
    ceiling: usize,
    queues: BTreeMap<String, ServiceQueue>,
}

/// What goes on at one service.
#[derive(Debug)]
struct ServiceQueue {
    /// What may begin, what has most behind it first.
    ready: BTreeSet<(Reverse<usize>, NodeIndex)>,
    running: usize,
    limit: usize,
    /// Steps that ended well since the limit was last changed.
    successes: usize,
    slowed: Option<Timestamp>,
}

impl ConcurrencyLimiter {
    pub(super) fn new(ceiling: usize) -> Self {
        Self {
            ceiling: ceiling.max(1),
            queues: BTreeMap::new(),
        }
    }

    fn queue(&mut self, address: &Address) -> &mut ServiceQueue {
        let limit = self.ceiling;
        self.queues
            .entry(service(address).to_owned())
            .or_insert_with(|| ServiceQueue {
                ready: BTreeSet::new(),
                running: 0,
                limit,
                successes: 0,
                slowed: None,
            })
    }

    /// Lets a step begin as soon as there is room; `depth` is how much waits for it.
    pub(super) fn push(&mut self, address: &Address, depth: usize, step: NodeIndex) {
        self.queue(address).ready.insert((Reverse(depth), step));
    }

    /// Whether nothing may begin, with room or without.
    pub(super) fn is_empty(&self) -> bool {
        self.queues.values().all(|queue| queue.ready.is_empty())
    }

    /// Takes out the step that begins now, if there is room for one.
    pub(super) fn begin(&mut self) -> Option<NodeIndex> {
        let running: usize = self.queues.values().map(|queue| queue.running).sum();
        if running >= self.ceiling {
            return None;
        }
        let open = self.queues.values_mut().filter(|queue| queue.running < queue.limit);
        let queue = open
            .filter(|queue| !queue.ready.is_empty())
            .min_by_key(|queue| queue.ready.first().copied())?;
        queue.running += 1;
        queue.ready.pop_first().map(|(_, step)| step)
    }

    /// A step of this resource ended.
    pub(super) fn end(&mut self, address: &Address, succeeded: bool) {
        let ceiling = self.ceiling;
        let queue = self.queue(address);
        queue.running = queue.running.saturating_sub(1);
        queue.successes += usize::from(succeeded);
        if queue.successes >= queue.limit && queue.limit < ceiling {
            queue.limit += 1;
            queue.successes = 0;
        }
    }

    /// Slows a service down; gives its new limit when that is another one.
    pub(super) fn throttled(&mut self, address: &Address, now: Timestamp) -> Option<usize> {
        let queue = self.queue(address);
        queue.successes = 0;
        let same_burst = |at: Timestamp| now.duration_since(at).unsigned_abs() < BURST;
        if queue.slowed.is_some_and(same_burst) {
            return None;
        }
        queue.slowed = Some(now);
        // what goes on is what was too much
        let limit = (queue.running.min(queue.limit) / 2).max(1);
        (limit != std::mem::replace(&mut queue.limit, limit)).then_some(limit)
    }
}

/// The service of a resource: `dynamodb`.
pub(super) fn service(address: &Address) -> &str {
    address.type_name().split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(limiter: &mut ConcurrencyLimiter) -> Vec<usize> {
        std::iter::from_fn(|| limiter.begin()).map(NodeIndex::index).collect()
    }

    #[test]
    fn a_service_is_slowed_down_once_a_burst_and_speeds_up_again() {
        let [table, bucket]: [Address; 2] = ["dynamodb.table.a", "s3.bucket.a"].map(|address| address.parse().unwrap());
        let mut limiter = ConcurrencyLimiter::new(8);
        for step in 0..100 {
            limiter.push(&table, step, NodeIndex::new(step));
        }
        assert_eq!(
            all(&mut limiter),
            [99, 98, 97, 96, 95, 94, 93, 92],
            "what has most behind it first"
        );
        let at = Timestamp::UNIX_EPOCH;
        assert_eq!(limiter.throttled(&table, at), Some(4));
        assert_eq!(limiter.throttled(&table, at), None, "the same burst");
        assert_eq!(limiter.throttled(&table, at + BURST), Some(2), "it goes on asking");
        for _ in 0..7 {
            limiter.end(&table, false);
        }
        assert_eq!(all(&mut limiter), [91]);
        limiter.push(&bucket, 0, NodeIndex::new(200));
        assert_eq!(all(&mut limiter), [200], "other services go on");
        limiter.end(&table, true);
        limiter.end(&table, true);
        assert_eq!(all(&mut limiter), [90, 89, 88], "a round without throttling: one more");
        for _ in 0..100 {
            limiter.end(&table, true);
            limiter.begin();
        }
        assert!(limiter.is_empty());
    }
}
