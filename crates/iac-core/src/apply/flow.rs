//! How many steps go on at once at each service: half as many when it asks for fewer requests, one more after each round that
//! it answered in peace.

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

/// The steps that may begin, and the lanes they run in, one per service.
#[derive(Debug)]
pub(super) struct Flow {
    /// How many steps go on at once in all.
    ceiling: usize,
    lanes: BTreeMap<String, Lane>,
}

/// What goes on at one service.
#[derive(Debug)]
struct Lane {
    /// What may begin, what has most behind it first.
    ready: BTreeSet<(Reverse<usize>, NodeIndex)>,
    running: usize,
    limit: usize,
    /// Steps that ended well since the limit was last changed.
    calm: usize,
    slowed: Option<Timestamp>,
}

impl Flow {
    pub(super) fn new(ceiling: usize) -> Self {
        Self {
            ceiling: ceiling.max(1),
            lanes: BTreeMap::new(),
        }
    }

    fn lane(&mut self, address: &Address) -> &mut Lane {
        let limit = self.ceiling;
        self.lanes.entry(service(address).to_owned()).or_insert_with(|| Lane {
            ready: BTreeSet::new(),
            running: 0,
            limit,
            calm: 0,
            slowed: None,
        })
    }

    /// Lets a step begin as soon as there is room; `depth` is how much waits for it.
    pub(super) fn push(&mut self, address: &Address, depth: usize, step: NodeIndex) {
        self.lane(address).ready.insert((Reverse(depth), step));
    }

    /// Whether nothing may begin, with room or without.
    pub(super) fn is_empty(&self) -> bool {
        self.lanes.values().all(|lane| lane.ready.is_empty())
    }

    /// Takes out the step that begins now, if there is room for one.
    pub(super) fn begin(&mut self) -> Option<NodeIndex> {
        let running: usize = self.lanes.values().map(|lane| lane.running).sum();
        if running >= self.ceiling {
            return None;
        }
        let open = self.lanes.values_mut().filter(|lane| lane.running < lane.limit);
        let lane = open
            .filter(|lane| !lane.ready.is_empty())
            .min_by_key(|lane| lane.ready.first().copied())?;
        lane.running += 1;
        lane.ready.pop_first().map(|(_, step)| step)
    }

    /// A step of this resource ended, well or not.
    pub(super) fn end(&mut self, address: &Address, well: bool) {
        let ceiling = self.ceiling;
        let lane = self.lane(address);
        lane.running = lane.running.saturating_sub(1);
        lane.calm += usize::from(well);
        if lane.calm >= lane.limit && lane.limit < ceiling {
            lane.limit += 1;
            lane.calm = 0;
        }
    }

    /// Slows a service down; gives its new limit when that is another one.
    pub(super) fn throttled(&mut self, address: &Address, now: Timestamp) -> Option<usize> {
        let lane = self.lane(address);
        lane.calm = 0;
        let same_burst = |at: Timestamp| now.duration_since(at).unsigned_abs() < BURST;
        if lane.slowed.is_some_and(same_burst) {
            return None;
        }
        lane.slowed = Some(now);
        // what goes on is what was too much
        let limit = (lane.running.min(lane.limit) / 2).max(1);
        (limit != std::mem::replace(&mut lane.limit, limit)).then_some(limit)
    }
}

/// The service of a resource: `dynamodb`.
pub(super) fn service(address: &Address) -> &str {
    address.type_name().split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(flow: &mut Flow) -> Vec<usize> {
        std::iter::from_fn(|| flow.begin()).map(NodeIndex::index).collect()
    }

    #[test]
    fn a_service_is_slowed_down_once_a_burst_and_speeds_up_again() {
        let [table, bucket]: [Address; 2] = ["dynamodb.table.a", "s3.bucket.a"].map(|address| address.parse().unwrap());
        let mut flow = Flow::new(8);
        for step in 0..100 {
            flow.push(&table, step, NodeIndex::new(step));
        }
        assert_eq!(
            all(&mut flow),
            [99, 98, 97, 96, 95, 94, 93, 92],
            "what has most behind it first"
        );
        let at = Timestamp::UNIX_EPOCH;
        assert_eq!(flow.throttled(&table, at), Some(4));
        assert_eq!(flow.throttled(&table, at), None, "the same burst");
        assert_eq!(flow.throttled(&table, at + BURST), Some(2), "it goes on asking");
        for _ in 0..7 {
            flow.end(&table, false);
        }
        assert_eq!(all(&mut flow), [91]);
        flow.push(&bucket, 0, NodeIndex::new(200));
        assert_eq!(all(&mut flow), [200], "other services go on");
        flow.end(&table, true);
        flow.end(&table, true);
        assert_eq!(all(&mut flow), [90, 89, 88], "a round in peace: one more");
        for _ in 0..100 {
            flow.end(&table, true);
            flow.begin();
        }
        assert!(flow.is_empty());
    }
}
