//! A stack of generated or untyped resources in a sandbox.

use std::{collections::BTreeMap, sync::Arc};

use iac_aws::{Aws, AwsConfig};
use iac_core::{
    Session,
    apply::{ApplyOptions, ApplyReport, Run},
    model::{RemoteId, Stack},
    plan::{Mode, NoopObserver, Plan, PlanError, PlanOptions, plan},
    state::{MemoryBackend, Snapshot, State},
};
use iac_sandbox::{InstantClock, Sandbox};

/// A sandbox and a state.
pub(crate) struct TestEnv {
    pub(crate) sandbox: Sandbox,
    pub(crate) session: Session,
}

impl TestEnv {
    pub(crate) async fn new() -> Self {
        Self::on(Sandbox::new()).await
    }

    pub(crate) async fn on(sandbox: Sandbox) -> Self {
        let config = AwsConfig::builder()
            .region("us-east-1")
            .http_client(sandbox.http_client())
            .build();
        let aws = Arc::new(Aws::connect(&config).await.unwrap());
        let mut registry = iac_aws::registry(&aws);
        iac_cloudcontrol::register(&aws, &mut registry);
        let session = Session {
            registry,
            backend: Arc::new(MemoryBackend::new()),
            clock: Arc::new(InstantClock::default()),
            who: "tester@env".to_owned(),
        };
        Self { sandbox, session }
    }

    pub(crate) async fn state(&self) -> State {
        self.snapshot().await.state
    }

    async fn snapshot(&self) -> Snapshot {
        Snapshot::read(&*self.session.backend, "shop", "dev").await.unwrap()
    }
}
