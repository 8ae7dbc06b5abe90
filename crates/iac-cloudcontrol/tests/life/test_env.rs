//! A stack of resources in a sandbox of its own, where time passes only when somebody waits.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use aws_config::{BehaviorVersion, retry::RetryConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_types::{SdkConfig, region::Region};
use iac_aws::Aws;
use iac_core::{
    Session,
    apply::{ApplyOptions, ApplyReport, Run},
    model::{AccountRegion, Registry, Stack},
    plan::{Mode, NoopObserver, Plan, PlanOptions, plan},
    state::{MemoryBackend, Snapshot, State},
};
use iac_sandbox::{ACCOUNT_ID, InstantClock, Sandbox};

/// A sandbox and a state.
pub(crate) struct TestEnv {
    pub(crate) sandbox: Sandbox,
    session: Session,
}

impl TestEnv {
    pub(crate) fn in_region(region: &'static str) -> Self {
        let sandbox = Sandbox::new();
        let credentials = Credentials::new("any", "any", None, None, "test");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            // the SDK waits on a clock of its own, so it does not wait for long
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
            .http_client(sandbox.http_client())
            .build();
        let location = AccountRegion {
            account: ACCOUNT_ID.to_owned(),
            region: region.to_owned(),
        };
        let aws = Arc::new(Aws::new(&config, location, BTreeMap::new()));
        let mut registry = Registry::new();
        iac_cloudcontrol::register(&aws, &mut registry);
        let session = Session {
            registry,
            backend: Arc::new(MemoryBackend::new()),
            clock: Arc::new(InstantClock::default()),
            who: "tester@env".to_owned(),
        };
        Self { sandbox, session }
    }

    /// Forgets the state; what is in the sandbox stays.
    pub(crate) fn lose_the_state(&mut self) {
        self.session.backend = Arc::new(MemoryBackend::new());
    }

    pub(crate) async fn state(&self) -> State {
        self.snapshot().await.state
    }

    async fn snapshot(&self) -> Snapshot {
        Snapshot::read(&*self.session.backend, "shop", "dev").await.unwrap()
    }

    pub(crate) async fn plan(&self, stack: &Stack) -> Result<Plan, String> {
        let snapshot = self.snapshot().await;
        plan(stack, &snapshot, &self.session, &PlanOptions::default(), &NoopObserver)
            .await
            .map_err(|error| error.to_string())
    }

    /// One run, as the command line does it. What fails is told as text.
    pub(crate) async fn run(&self, stack: &Stack, mode: Mode) -> Result<ApplyReport, String> {
        let options = PlanOptions {
            mode,
            ..PlanOptions::default()
        };
        let names = (stack.name(), stack.environment());
        let run = Run::begin(&self.session, names, "apply", Duration::ZERO, &NoopObserver).await;
        let mut run = run.map_err(|error| error.to_string())?;
        let report = match run.recover(&NoopObserver).await {
            Err(error) => Err(error.to_string()),
            Ok(()) => match plan(stack, run.snapshot(), &self.session, &options, &NoopObserver).await {
                Err(error) => Err(error.to_string()),
                Ok(plan) => Ok(run.apply(&plan, &ApplyOptions::default(), &NoopObserver).await),
            },
        };
        run.end().await.map_err(|error| error.to_string())?;
        report
    }

    async fn succeed(&self, stack: &Stack, mode: Mode) -> Result<(), String> {
        let report = self.run(stack, mode).await?;
        if report.is_success() {
            return Ok(());
        }
        let failed: Vec<String> = report.failed.iter().map(|failed| format!("{failed:?}")).collect();
        Err(failed.join("; "))
    }

    pub(crate) async fn apply(&self, stack: &Stack) -> Result<(), String> {
        self.succeed(stack, Mode::Normal).await
    }

    /// Applies, and expects that there is nothing left to do.
    pub(crate) async fn converge(&self, stack: &Stack) -> Result<(), String> {
        self.apply(stack).await?;
        self.expect_nothing(stack).await
    }

    pub(crate) async fn expect_nothing(&self, stack: &Stack) -> Result<(), String> {
        let plan = self.plan(stack).await?;
        let actions: Vec<String> = plan
            .actions()
            .map(|change| format!("{} {:?} {:?}", change.address, change.action, change.attributes))
            .collect();
        if plan.is_empty() {
            Ok(())
        } else {
            Err(format!("the next plan is not empty: {}", actions.join("; ")))
        }
    }

    /// Destroys, and expects that nothing is left in the sandbox.
    pub(crate) async fn destroy(&self, stack: &Stack) -> Result<(), String> {
        self.succeed(stack, Mode::Destroy).await?;
        match self.sandbox.inventory() {
            left if left.is_empty() => Ok(()),
            left => Err(format!("left behind: {left:?}")),
        }
    }
}
