//! An environment of the fake cloud, the commands on it, and what they must have left.

use std::{sync::Arc, time::Duration};

use iac_core::{
    Session,
    apply::{ApplyOptions, ApplyReport, Run},
    model::{Registry, Stack},
    plan::{self, Mode, NoopObserver, Observer, Plan, PlanError, PlanOptions},
    state::{Backend, MemoryBackend, Precondition, Snapshot, State},
};

use super::{Cloud, Held, TestClock, Thing};

/// A sandbox with its state, and the commands on it.
#[derive(Clone, Debug)]
pub(crate) struct TestEnv {
    pub(crate) cloud: Cloud,
    pub(crate) backend: MemoryBackend,
    pub(crate) session: Session,
    pub(crate) clock: Arc<TestClock>,
}

pub(crate) const NAMES: (&str, &str) = ("env", "dev");

impl Default for TestEnv {
    fn default() -> Self {
        Self::over(Cloud::default(), MemoryBackend::new())
    }
}

impl TestEnv {
    pub(crate) fn over(cloud: Cloud, backend: MemoryBackend) -> Self {
        let mut registry = Registry::new();
        registry.add::<Thing>(&Arc::new(cloud.clone()));
        let clock = Arc::new(TestClock::default());
        let session = Session {
            registry,
            backend: Arc::new(backend.clone()),
            clock: Arc::clone(&clock) as Arc<_>,
            who: "tester@env".to_owned(),
        };
        Self {
            cloud,
            backend,
            session,
            clock,
        }
    }

    pub(crate) async fn snapshot(&self) -> Snapshot {
        Snapshot::read(&self.backend, NAMES.0, NAMES.1)
            .await
            .unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) async fn state(&self) -> State {
        self.snapshot().await.state
    }

    pub(crate) async fn plan_with(&self, stack: &Stack, options: &PlanOptions) -> Result<Plan, PlanError> {
        plan::plan(stack, &self.snapshot().await, &self.session, options, &NoopObserver).await
    }

    pub(crate) async fn plan(&self, stack: &Stack) -> Result<Plan, PlanError> {
        self.plan_with(stack, &PlanOptions::default()).await
    }

    pub(crate) async fn apply_with(
        &self,
        stack: &Stack,
        options: &PlanOptions,
    ) -> Result<ApplyReport, Box<dyn std::error::Error>> {
        self.apply_watched(stack, options, &NoopObserver).await
    }

    pub(crate) async fn apply_watched(
        &self,
        stack: &Stack,
        options: &PlanOptions,
        observer: &dyn Observer,
    ) -> Result<ApplyReport, Box<dyn std::error::Error>> {
        let mut run = Run::begin(&self.session, NAMES, "apply", Duration::ZERO, observer).await?;
        run.recover(observer).await?;
        let planned = plan::plan(stack, run.snapshot(), &self.session, options, observer).await;
        let plan = match planned {
            Ok(plan) => plan,
            Err(error) => {
                run.end().await?;
                return Err(error.into());
            }
        };
        let report = run.apply(&plan, &ApplyOptions::default(), observer).await;
        let ended = run.end().await;
        if report.unsaved.is_none() {
            ended?;
        }
        Ok(report)
    }

    /// Applies, and demands that it succeeds.
    pub(crate) async fn apply(&self, stack: &Stack) -> ApplyReport {
        let report = self
            .apply_with(stack, &PlanOptions::default())
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(report.is_success(), "{report:#?}");
        report
    }

    pub(crate) async fn destroy(&self, stack: &Stack) -> ApplyReport {
        let options = PlanOptions {
            mode: Mode::Destroy,
            ..PlanOptions::default()
        };
        let report = self
            .apply_with(stack, &options)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(report.is_success(), "{report:#?}");
        report
    }

    /// The plan in short: symbol and address of what it does.
    pub(crate) async fn actions(&self, stack: &Stack) -> Vec<String> {
        let plan = self.plan(stack).await.unwrap_or_else(|error| panic!("{error}"));
        plan.actions()
            .map(|change| format!("{} {}", change.action.symbol(), change.address))
            .collect()
    }

    /// A env of its own in which everything is as it is here.
    pub(crate) async fn fork(&self) -> Self {
        let backend = MemoryBackend::new();
        for name in self.backend.list("").await.unwrap_or_default() {
            if let Ok(Some(object)) = self.backend.get(&name).await {
                drop(backend.put(&name, &object.bytes, &Precondition::Absent).await);
            }
        }
        Self::over(self.cloud.copied(), backend)
    }

    /// Takes the lock away, as a person does after a crash.
    pub(crate) async fn unlock(&self) {
        if let Ok(Some(lock)) = self.backend.holder().await {
            drop(self.backend.unlock(&lock.info.id).await);
        }
    }

    /// What the cloud holds, by address, with what each thing uses; copies show.
    pub(crate) fn census(&self) -> Vec<String> {
        let sandbox = self.cloud.sandbox();
        let address = |held: &Held| held.inputs.tags.get("iac:address").cloned().unwrap_or_default();
        let mut census: Vec<String> = sandbox
            .things
            .values()
            .map(|held| {
                let uses = held
                    .inputs
                    .uses
                    .iter()
                    .map(|used| sandbox.things.get(used.as_str()).map(address));
                let mut uses: Vec<_> = uses.collect();
                uses.sort();
                format!(
                    "{} {} {:?} uses {uses:?}",
                    address(held),
                    held.inputs.size,
                    held.inputs.zone
                )
            })
            .collect();
        census.sort();
        census
    }

    /// Demands that the state tells the truth: it holds what the cloud holds, each once, and nothing is left over.
    pub(crate) async fn sound(&self, when: &str) {
        let state = self.state().await;
        assert!(
            state.pending_operations.is_empty(),
            "{when}: pending_operations: {:?}",
            state.pending_operations
        );
        let mut known: Vec<String> = Vec::new();
        for (address, resource) in &state.resources {
            assert!(resource.deposed.is_empty(), "{when}: {address} has deposed objects");
            let current = resource
                .current
                .as_ref()
                .unwrap_or_else(|| panic!("{when}: {address} is nothing"));
            assert_eq!(current.status, iac_core::state::Status::Ready, "{when}: {address}");
            known.push(current.id.to_string());
        }
        known.sort();
        let mut there: Vec<String> = self.cloud.sandbox().things.keys().cloned().collect();
        there.sort();
        assert_eq!(known, there, "{when}: state and cloud disagree");
        assert!(
            self.backend.list("journal/").await.unwrap_or_default().is_empty(),
            "{when}: the journal is still there"
        );
    }
}
