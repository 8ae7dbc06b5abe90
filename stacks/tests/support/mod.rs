//! A sandbox with its state, and the runs on it: finished, cut off, or struck by a fault.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod clock;
pub(crate) mod s1;
pub(crate) mod synthetic;
pub(crate) mod truth;
pub(crate) mod way;

use std::{sync::Arc, time::Duration};

use iac_aws::{Aws, AwsConfig};
use iac_core::{
    Session,
    apply::{ApplyOptions, ApplyReport, Run},
    model::Stack,
    plan::{Mode, NoopObserver, Observer, Plan, PlanOptions, plan},
    state::{Backend, MemoryBackend, Precondition, Snapshot, State},
};
use iac_sandbox::{Fault, InstantClock, Request, Sandbox};

pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// A sandbox with its state. What is in them outlives every run.
pub(crate) struct TestEnv {
    pub(crate) sandbox: Arc<Sandbox>,
    backend: MemoryBackend,
    session: Session,
}

impl TestEnv {
    pub(crate) async fn new() -> Outcome<Self> {
        Self::over(Sandbox::new(), MemoryBackend::new()).await
    }

    async fn over(sandbox: Sandbox, backend: MemoryBackend) -> Outcome<Self> {
        let config = AwsConfig::builder()
            .region("us-east-1")
            .http_client(sandbox.http_client())
            // the SDK tries again twice: a fault that holds longer comes through
            .retry_attempts(ATTEMPTS)
            .build();
        let session = Session {
            registry: iac_aws::registry(&Arc::new(Aws::connect(&config).await?)),
            backend: Arc::new(backend.clone()),
            clock: Arc::new(InstantClock::default()),
            who: "tester@env".to_owned(),
        };
        Ok(Self {
            sandbox: Arc::new(sandbox),
            backend,
            session,
        })
    }

    /// A env of its own in which everything is as it is here.
    pub(crate) async fn fork(&self) -> Outcome<Self> {
        let backend = MemoryBackend::new();
        for name in self.backend.list("").await? {
            if let Some(object) = self.backend.get(&name).await? {
                backend.put(&name, &object.bytes, &Precondition::Absent).await?;
            }
        }
        Self::over(self.sandbox.fork()?, backend).await
    }

    /// Has the process stopped once the sandbox has seen so many changing requests, and go on when its lease is over.
    pub(crate) fn stop_after(&mut self, requests: usize) {
        self.sandbox.clear_requests();
        self.session.clock = Arc::new(clock::Stopped::new(&self.sandbox, requests));
    }

    /// Time as it is, for a process that starts after all that.
    pub(crate) fn later(&mut self) {
        self.session.clock = Arc::new(InstantClock::at(clock::STOPPED));
    }

    async fn open(&self, stack: &Stack) -> Outcome<Run> {
        let names = (stack.name(), stack.environment());
        let mut run = Run::begin(&self.session, names, "apply", Duration::ZERO, &NoopObserver).await?;
        run.recover(&NoopObserver).await?;
        Ok(run)
    }

    pub(crate) async fn begin(&self, stack: &Stack, mode: Mode) -> Outcome<(Run, Plan)> {
        let run = self.open(stack).await?;
        let plan = self.planned(stack, run.snapshot(), mode).await?;
        Ok((run, plan))
    }

    async fn planned(&self, stack: &Stack, snapshot: &Snapshot, mode: Mode) -> Outcome<Plan> {
        let options = PlanOptions {
            mode,
            ..PlanOptions::default()
        };
        Ok(plan(stack, snapshot, &self.session, &options, &NoopObserver).await?)
    }

    async fn snapshot(&self, stack: &Stack) -> Outcome<Snapshot> {
        Ok(Snapshot::read(&self.backend, stack.name(), stack.environment()).await?)
    }

    /// What is stored.
    pub(crate) async fn state(&self, stack: &Stack) -> Outcome<State> {
        Ok(self.snapshot(stack).await?.state)
    }

    /// Takes the lock of a run that is gone, and gives it back.
    pub(crate) async fn taken_over(&self, stack: &Stack, observer: &dyn Observer) -> Outcome<()> {
        let names = (stack.name(), stack.environment());
        let run = Run::begin(&self.session, names, "apply", Duration::ZERO, observer).await?;
        Ok(run.end().await?)
    }

    /// A plan that nobody applies.
    pub(crate) async fn plan(&self, stack: &Stack, mode: Mode) -> Outcome<Plan> {
        self.planned(stack, &self.snapshot(stack).await?, mode).await
    }

    /// Does what was planned, to the end, with a fault on the way. The requests are in the sandbox's log.
    pub(crate) async fn apply(&self, stack: &Stack, plan: &Plan, fault: Fault) -> Outcome<ApplyReport> {
        let mut run = self.open(stack).await?;
        self.sandbox.clear_requests();
        self.sandbox.inject(fault);
        let report = run.apply(plan, &ApplyOptions::default(), &NoopObserver).await;
        self.sandbox.clear_faults();
        run.end().await?;
        Ok(report)
    }

    /// A run that succeeds. Gives what it did.
    pub(crate) async fn run(&self, stack: &Stack, mode: Mode) -> Outcome<Plan> {
        let (mut run, plan) = self.begin(stack, mode).await?;
        self.sandbox.clear_requests();
        let report = run.apply(&plan, &ApplyOptions::default(), &NoopObserver).await;
        run.end().await?;
        if report.is_success() {
            Ok(plan)
        } else {
            let planned = plan
                .actions()
                .map(|change| (&change.address, change.action, &change.reasons));
            let planned: Vec<_> = planned.collect();
            Err(format!("{:#?}\nof {planned:?}", report.failed).into())
        }
    }

    /// Does what was planned until the cut, and is gone. Gives whether it came to the cut at all.
    pub(crate) async fn apply_until_cut(&self, stack: &Stack, plan: &Plan, cut: Fault) -> Outcome<bool> {
        let mut run = self.open(stack).await?;
        self.sandbox.inject(cut.hanging());
        let options = ApplyOptions::default();
        tokio::select! {
            report = run.apply(plan, &options, &NoopObserver) => drop(report),
            () = async {
                while !self.sandbox.is_cut() {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                // what other calls were about to do is cut off, too
                tokio::time::sleep(Duration::from_millis(2)).await;
            } => {}
        }
        let cut = self.sandbox.is_cut();
        self.sandbox.clear_faults();
        drop(run);
        if let Some(lock) = self.backend.holder().await? {
            self.backend.unlock(&lock.info.id).await?;
        }
        Ok(cut)
    }

    /// The requests since the run began that change something, in order.
    pub(crate) fn changing(&self) -> Vec<Request> {
        let requests = self.sandbox.requests().into_iter();
        requests.filter(|request| request.mutates).collect()
    }

    /// Whether what was written down of a run is gone: it is all in the state.
    pub(crate) async fn journal_is_empty(&self) -> Outcome<bool> {
        Ok(self.backend.list("journal/").await?.is_empty())
    }

    /// What there is, by kind where ids differ from run to run, and without the ends of names that are made up.
    pub(crate) fn census(&self) -> Vec<String> {
        let kinds = self.sandbox.inventory().into_iter().map(|entry| {
            let by_id = entry.starts_with("ec2:") || entry.starts_with("cloudfront:");
            if by_id {
                entry.split('/').next().unwrap_or_default().to_owned()
            } else {
                without_unique_end(entry)
            }
        });
        let mut census: Vec<String> = kinds.collect();
        census.sort();
        census
    }
}

/// `synthetic-env-unnamed` of `synthetic-env-unnamed-0a1b2c3d`.
fn without_unique_end(name: String) -> String {
    let unique = |end: &str| end.len() == 8 && end.bytes().all(|byte| byte.is_ascii_hexdigit());
    match name.rsplit_once('-') {
        Some((start, end)) if unique(end) => start.to_owned(),
        _ => name,
    }
}

/// How often the env's clients try a request.
pub(crate) const ATTEMPTS: u32 = 3;
