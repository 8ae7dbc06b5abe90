//! An environment in a sandbox of its own, where time passes only when somebody waits.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use aws_types::SdkConfig;
use iac_aws::Aws;
use iac_core::{
    Session,
    apply::{ApplyOptions, ApplyReport, Run},
    model::{
        AccountRegion, Address, Call, LiveObject, ReadObject, Reconciled, Reconciler, RemoteId, ResourceError, Stack,
        StackError,
    },
    plan::{Action, Change, Mode, NoopObserver, Plan, PlanError, PlanIssue, PlanOptions, plan},
    state::{MemoryBackend, Snapshot},
};
use iac_sandbox::{ACCOUNT_ID, Request, Sandbox, StaleReads};
use serde_json::Value;

use crate::common::{Ids, InstantClock, call, config_in};

const REGION: &str = "eu-central-1";

/// An environment in a sandbox of its own.
pub(crate) struct TestEnv {
    pub(crate) sandbox: Sandbox,
    /// What clients are made from that stand for other people's hands.
    pub(crate) config: SdkConfig,
    session: Session,
    /// A plan that follows a change at once may be made from values of before.
    may_see_old_values: bool,
}

/// The address of the resource under test.
pub(crate) fn address<R: Reconciled>() -> Address {
    Address::new(R::info().name, "it").unwrap()
}

/// An empty stack of the environment.
pub(crate) fn empty() -> Stack {
    Stack::new("env", "test")
}

impl TestEnv {
    /// After each change, so many reads of its service are answered from before it.
    pub(crate) fn with_stale_reads(stale_reads: u32) -> Self {
        let sandbox = Sandbox::new();
        sandbox.set_stale_reads(&StaleReads::first(stale_reads));
        let config = config_in(&sandbox, REGION);
        let location = AccountRegion {
            account: ACCOUNT_ID.to_owned(),
            region: REGION.to_owned(),
        };
        let default_tags = [("team".to_owned(), "web".to_owned())].into();
        let aws = Arc::new(Aws::new(&config, location, default_tags));
        let session = Session {
            registry: iac_aws::registry(&aws),
            backend: Arc::new(MemoryBackend::new()),
            clock: Arc::new(InstantClock::default()),
            who: "tester@env".to_owned(),
        };
        Self {
            sandbox,
            config,
            session,
            may_see_old_values: stale_reads > 0,
        }
    }

    async fn snapshot(&self) -> Snapshot {
        Snapshot::read(&*self.session.backend, "env", "test")
            .await
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// The id of the resource under test; empty when the state holds none.
    pub(crate) async fn id<R: Reconciled>(&self) -> String {
        let snapshot = self.snapshot().await;
        let object = snapshot.state.current(&address::<R>());
        object.map(|object| object.id.to_string()).unwrap_or_default()
    }

    async fn try_plan(&self, stack: &Stack) -> Result<Plan, PlanError> {
        let snapshot = self.snapshot().await;
        plan(stack, &snapshot, &self.session, &PlanOptions::default(), &NoopObserver).await
    }

    async fn plan(&self, when: &str, stack: &Stack) -> Plan {
        self.try_plan(stack)
            .await
            .unwrap_or_else(|error| panic!("{when}: {error}"))
    }

    /// What would be done with the resource under test; none when its type refuses the values.
    pub(crate) async fn accepted<R: Reconciled>(&self, stack: &Stack) -> Option<Change> {
        let plan = match self.try_plan(stack).await {
            Ok(plan) => plan,
            Err(error) => {
                let invalid = |issue: &PlanIssue| matches!(issue, PlanIssue::Stack(StackError::Invalid { .. }));
                assert!(error.errors().iter().all(invalid), "{error}");
                return None;
            }
        };
        plan.change(&address::<R>()).cloned()
    }

    /// What would be done with the resource under test.
    pub(crate) async fn change<R: Reconciled>(&self, when: &str, stack: &Stack) -> Change {
        let plan = self.plan(when, stack).await;
        let change = plan.change(&address::<R>());
        change.cloned().unwrap_or_else(|| panic!("{when}: not in the plan"))
    }

    /// What a run that read values of before has left as it was is only ever to be updated: nothing is made, replaced or deleted.
    async fn repair(&self, when: &str, stack: &Stack) {
        if !self.may_see_old_values {
            return;
        }
        let plan = self.plan(when, stack).await;
        let others: Vec<_> = plan
            .actions()
            .filter(|change| change.action != Action::Update)
            .collect();
        assert!(
            others.is_empty(),
            "{when}: more than updates is left to do: {others:#?}"
        );
        if !plan.is_empty() {
            self.apply(&format!("{when}, again"), stack).await;
            self.sandbox.catch_up();
        }
    }

    /// Expects that there is nothing to do once all reads know of all changes, and that looking twice shows the same.
    pub(crate) async fn expect_nothing(&self, when: &str, stack: &Stack) {
        self.sandbox.catch_up();
        self.repair(when, stack).await;
        let plan = self.plan(when, stack).await;
        let actions: Vec<_> = plan
            .actions()
            .map(|change| (&change.address, change.action, &change.attributes, &change.reasons))
            .collect();
        assert!(plan.is_empty(), "{when}: the next plan is not empty: {actions:#?}");
        let again = self.plan(when, stack).await;
        assert_eq!(plan.changes, again.changes, "{when}: planned twice");
    }

    /// One run, as the command line does it. What fails before the apply is told as text.
    pub(crate) async fn run(&self, stack: &Stack, mode: Mode) -> Result<ApplyReport, String> {
        let options = PlanOptions {
            mode,
            ..PlanOptions::default()
        };
        let mut run = Run::begin(
            &self.session,
            (stack.name(), stack.environment()),
            "apply",
            Duration::ZERO,
            &NoopObserver,
        )
        .await
        .map_err(|error| error.to_string())?;
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

    async fn succeed(&self, when: &str, stack: &Stack, mode: Mode) {
        let report = self
            .run(stack, mode)
            .await
            .unwrap_or_else(|error| panic!("{when}: {error}"));
        assert!(
            report.is_success(),
            "{when}: {:#?} {:?} {:?}",
            report.failed,
            report.skipped,
            report.unsaved
        );
    }

    pub(crate) async fn apply(&self, when: &str, stack: &Stack) {
        self.succeed(when, stack, Mode::Normal).await;
    }

    /// Applies, and expects that there is nothing left to do.
    pub(crate) async fn converge(&self, when: &str, stack: &Stack) {
        self.apply(when, stack).await;
        self.expect_nothing(when, stack).await;
    }

    /// Destroys, and expects that nothing is left in the sandbox.
    pub(crate) async fn destroy(&self, when: &str, stack: &Stack) {
        self.succeed(&format!("{when}, destroyed"), stack, Mode::Destroy).await;
        let left = self.sandbox.inventory();
        assert!(left.is_empty(), "{when}: left behind: {left:?}");
    }

    /// The resource under test as the state holds it.
    pub(crate) async fn object<R: Reconciled>(&self) -> LiveObject {
        let snapshot = self.snapshot().await;
        let object = snapshot.state.current(&address::<R>()).expect("it was made");
        LiveObject {
            id: object.id.clone(),
            inputs: object.inputs.clone(),
            outputs: object.outputs.clone(),
            observed: Value::Null,
        }
    }

    /// What the cloud holds of the resource under test, also what nobody has declared.
    pub(crate) async fn live<R: Reconciled>(&self) -> Value {
        let request = ReadObject::new(RemoteId::new(self.id::<R>().await), None);
        let read = self.of_type::<R>().read(request, &Self::outside::<R>()).await;
        read.unwrap().expect("it is there").inputs
    }

    /// Deletes the object behind the engine's back.
    pub(crate) async fn delete<R: Reconciled>(&self, object: &LiveObject) -> Result<(), ResourceError> {
        let call = Self::outside::<R>();
        self.of_type::<R>().delete(&object.inputs, &object.id, &call).await
    }

    fn of_type<R: Reconciled>(&self) -> &dyn Reconciler {
        &**self.session.registry.get(R::info().name).unwrap()
    }

    /// A call that is not the engine's.
    fn outside<R: Reconciled>() -> Call {
        call(&address::<R>().to_string(), &Arc::new(Ids::default()))
    }

    /// Every request so far is one that a type of the stack declares.
    pub(crate) fn expect_declared(&self, stack: &Stack) {
        let declared: BTreeSet<&str> = stack
            .nodes()
            .values()
            .flat_map(|node| node.info.operations)
            .copied()
            .collect();
        let requests = self.sandbox.requests();
        let undeclared: BTreeSet<String> = requests
            .iter()
            .map(Request::action)
            .filter(|action| !declared.contains(action.as_str()))
            .collect();
        assert!(
            undeclared.is_empty(),
            "operations that no type declares: {undeclared:?}"
        );
    }
}
