//! An environment of a sandbox, and the commands on it.

use std::{error::Error, sync::Arc, time::Duration};

use iac_aws::{Aws, registry};
use iac_core::{
    Session,
    apply::{ApplyOptions, ApplyReport, Run},
    model::Stack,
    plan::{Mode, NoopObserver, PlanOptions, plan},
    state::{Backend, MemoryBackend, Snapshot},
};

use super::InstantClock;

/// An environment of a sandbox.
pub(crate) struct Engine {
    session: Session,
}

impl Engine {
    /// With its state in memory.
    pub(crate) fn new(aws: &Arc<Aws>) -> Self {
        Self::over(aws, Arc::new(MemoryBackend::new()))
    }

    pub(crate) fn over(aws: &Arc<Aws>, backend: Arc<dyn Backend>) -> Self {
        let session = Session {
            registry: registry(aws),
            backend,
            clock: Arc::new(InstantClock::default()),
            who: "tester@env".to_owned(),
        };
        Self { session }
    }

    /// One run, as the command line does it.
    pub(crate) async fn run(&self, stack: &Stack, mode: Mode) -> Result<ApplyReport, Box<dyn Error>> {
        let options = PlanOptions {
            mode,
            ..PlanOptions::default()
        };
        let names = (stack.name(), stack.environment());
        let mut run = Run::begin(&self.session, names, "apply", Duration::ZERO, &NoopObserver).await?;
        let report = match run.recover(&NoopObserver).await {
            Err(error) => Err(error.into()),
            Ok(()) => match plan(stack, run.snapshot(), &self.session, &options, &NoopObserver).await {
                Err(error) => Err(error.into()),
                Ok(plan) => Ok(run.apply(&plan, &ApplyOptions::default(), &NoopObserver).await),
            },
        };
        run.end().await?;
        report
    }

    /// The plan in short: symbol and address of what it does.
    pub(crate) async fn actions(&self, stack: &Stack) -> Vec<String> {
        let backend = &*self.session.backend;
        let snapshot = Snapshot::read(backend, stack.name(), stack.environment())
            .await
            .unwrap();
        let plan = plan(stack, &snapshot, &self.session, &PlanOptions::default(), &NoopObserver)
            .await
            .unwrap();
        let actions = plan
            .actions()
            .map(|change| format!("{} {}", change.action.symbol(), change.address));
        actions.collect()
    }

    /// Takes the lock away, as a person does after a crash.
    pub(crate) async fn unlock(&self) {
        if let Ok(Some(lock)) = self.session.backend.holder().await {
            self.session.backend.unlock(&lock.info.id).await.unwrap();
        }
    }
}
