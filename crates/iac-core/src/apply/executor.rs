//! Runs the steps of a plan: as many at once as allowed, those with most behind them first; a failure stops what waits for it
//! and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use jiff::Timestamp;
use petgraph::graph::NodeIndex;
use tokio::sync::mpsc::UnboundedReceiver;

use super::{
    concurrency::{ConcurrencyLimiter, service},
    context::ApplyContext,
    recorder::StepEvent,
    report::{ApplyOptions, ApplyReport, Done, Failure, Skipped},
    step_run::run_step,
    steps::Steps,
};
use crate::{
    model::{Address, RemoteId, ResourceError},
    plan::{Event, Observer},
    state::Lease,
};

/// What a step came to, and how long it took.
type Outcome = (NodeIndex, Result<Option<RemoteId>, ResourceError>, Duration);

pub(crate) struct Executor<'a> {
    pub steps: &'a Steps<'a>,
    pub cx: &'a ApplyContext<'a>,
    pub lease: &'a Lease,
    pub options: &'a ApplyOptions,
    pub observer: &'a dyn Observer,
}

/// Where a run stands.
struct Progress {
    waits: BTreeMap<NodeIndex, usize>,
    /// What may begin, and how much at once.
    limiter: ConcurrencyLimiter,
    depths: BTreeMap<NodeIndex, usize>,
    /// Steps that will not be tried, with the resource whose failure is in the way.
    blocked: BTreeMap<NodeIndex, Option<Address>>,
    begun: BTreeSet<NodeIndex>,
    stopped: bool,
}

impl Executor<'_> {
    pub(crate) async fn run(&self, mut events: UnboundedReceiver<(Address, StepEvent)>) -> ApplyReport {
        self.observer.on(Event::ApplyStarted {
            total: self.steps.len(),
        });
        let mut report = ApplyReport::default();
        let mut at = Progress::new(self.steps, self.options.parallelism);
        let mut running: FuturesUnordered<BoxFuture<'_, Outcome>> = FuturesUnordered::new();
        let mut keeping = Box::pin(self.lease.keep().fuse());
        let mut stopping = Box::pin(self.options.stop.requested().fuse());
        loop {
            // asked between two steps: nothing more is begun
            if self.options.stop.is_requested() && !(running.is_empty() && at.limiter.is_empty()) {
                at.stopped = true;
                report.interrupted = true;
            }
            while let Some(index) = at.next() {
                running.push(self.step(index).boxed());
            }
            if running.is_empty() {
                break;
            }
            tokio::select! {
                biased;
                () = &mut stopping => {
                    at.stopped = true;
                    report.interrupted = true;
                }
                () = &mut keeping => at.stopped = true,
                Some((address, event)) = events.recv() => match event {
                    StepEvent::Progress(message) => self.observer.on(Event::StepProgress { address, message }),
                    StepEvent::Throttled => self.slow_down(&address, &mut at),
                },
                Some(outcome) = running.next() => self.finish(outcome, &mut at, &mut report),
            }
        }
        self.tell_skipped(&at, &mut report);
        report
    }

    /// The report of a run that did not begin: every step is skipped.
    pub(crate) fn nothing(&self) -> ApplyReport {
        let mut report = ApplyReport::default();
        self.tell_skipped(&Progress::new(self.steps, 1), &mut report);
        report
    }

    async fn step(&self, index: NodeIndex) -> Outcome {
        let step = self.steps.get(index);
        self.observer.on(Event::StepStarted {
            address: step.change.address.clone(),
            action: step.action(),
        });
        let started = self.now();
        let result = run_step(self.cx, step).await;
        (index, result, self.now().duration_since(started).unsigned_abs())
    }

    fn now(&self) -> Timestamp {
        self.cx.session.clock.now()
    }

    /// Lets fewer steps go on at the service of this resource.
    fn slow_down(&self, address: &Address, at: &mut Progress) {
        if let Some(at_once) = at.limiter.throttled(address, self.now()) {
            self.observer.on(Event::Throttled {
                service: service(address).to_owned(),
                at_once,
            });
        }
    }

    fn finish(&self, (index, result, elapsed): Outcome, at: &mut Progress, report: &mut ApplyReport) {
        let step = self.steps.get(index);
        let (address, action) = (step.change.address.clone(), step.action());
        at.limiter.end(&address, result.is_ok());
        match result {
            Ok(id) => {
                let id = id.map(|id| id.to_string());
                self.observer.on(Event::StepFinished {
                    address: address.clone(),
                    action,
                    elapsed,
                    id,
                });
                report.done.push(Done { address, action });
                at.release(self.steps, index);
            }
            Err(error) => {
                self.observer.on(Event::StepFailed {
                    address: address.clone(),
                    action,
                    error: error.clone(),
                });
                at.block(self.steps, index, &address);
                at.stopped |= self.options.fail_fast;
                report.failed.push(Failure { address, action, error });
            }
        }
    }

    fn tell_skipped(&self, at: &Progress, report: &mut ApplyReport) {
        for index in self.steps.indices().filter(|index| !at.begun.contains(index)) {
            let step = self.steps.get(index);
            let skipped = Skipped {
                address: step.change.address.clone(),
                action: step.action(),
                because: at.blocked.get(&index).cloned().flatten(),
            };
            self.observer.on(Event::StepSkipped {
                address: skipped.address.clone(),
                action: skipped.action,
                because: skipped.because.clone(),
            });
            report.skipped.push(skipped);
        }
    }
}

impl Progress {
    fn new(steps: &Steps<'_>, parallelism: usize) -> Self {
        let (waits, depths) = (steps.waits(), steps.depths());
        let mut limiter = ConcurrencyLimiter::new(parallelism);
        for (index, _) in waits.iter().filter(|(_, count)| **count == 0) {
            limiter.push(&steps.get(*index).change.address, depths[index], *index);
        }
        Self {
            limiter,
            waits,
            depths,
            blocked: BTreeMap::new(),
            begun: BTreeSet::new(),
            stopped: false,
        }
    }

    /// Takes out the step that begins now, if one does.
    fn next(&mut self) -> Option<NodeIndex> {
        let index = if self.stopped { None } else { self.limiter.begin() }?;
        self.begun.insert(index);
        Some(index)
    }

    /// Lets go what waited for a step that is done.
    fn release(&mut self, steps: &Steps<'_>, done: NodeIndex) {
        for next in steps.next(done) {
            if let Some(count) = self.waits.get_mut(&next) {
                *count -= 1;
                if *count == 0 && !self.blocked.contains_key(&next) {
                    let address = &steps.get(next).change.address;
                    self.limiter.push(address, self.depths[&next], next);
                }
            }
        }
    }

    /// Marks as blocked everything that waits for a step that failed.
    fn block(&mut self, steps: &Steps<'_>, failed: NodeIndex, because: &Address) {
        let mut queue = steps.next(failed);
        while let Some(index) = queue.pop() {
            if self.blocked.insert(index, Some(because.clone())).is_none() {
                queue.extend(steps.next(index));
            }
        }
    }
}
