//! The same life for every type: with all optional fields omitted and with all given, it is created, planned again (nothing),
//! imported, destroyed and gone; each mutable field is changed and changed back; drift made outside is repaired; a create-only
//! change replaces; a create whose answer is lost leaves one object; every request is one the type declares.

use std::{sync::Arc, time::Duration};

use aws_types::{SdkConfig, region::Region};
use iac_aws::{Aws, AwsConfig};
use iac_core::{
    Session,
    apply::{ApplyOptions, ApplyReport, Run},
    model::{Address, Clock, Mark, Resource, Stack},
    plan::{Action, Change, Plan, PlanOptions, Reason, Silent, plan},
    state::{MemoryBackend, Snapshot},
};
use iac_sandbox::{Fault, World};
use jiff::{SignedDuration, Timestamp};

/// Declares the resource under test; what it needs is added to the stack first.
pub(crate) type Build<R> = Box<dyn Fn(&mut Stack) -> R>;
type Outside = Box<dyn Fn(&SdkConfig, &str)>;

/// The lifecycle of the type `R`.
pub(crate) struct Lifecycle<R> {
    minimal: Build<R>,
    full: Build<R>,
    updates: Vec<(&'static str, Build<R>)>,
    replaces: Vec<(&'static str, Build<R>)>,
    drift: Vec<(&'static str, Outside)>,
    create_operation: Option<&'static str>,
    importable: bool,
}

impl<R: Resource> Lifecycle<R> {
    /// With all optional fields omitted, and with all of them given.
    pub(crate) fn new(minimal: impl Fn(&mut Stack) -> R + 'static, full: impl Fn(&mut Stack) -> R + 'static) -> Self {
        Self {
            minimal: Box::new(minimal),
            full: Box::new(full),
            updates: Vec::new(),
            replaces: Vec::new(),
            drift: Vec::new(),
            create_operation: None,
            importable: true,
        }
    }

    /// A variant of the *full* resource in which one property differs: updated in place, and back.
    pub(crate) fn update(mut self, property: &'static str, variant: impl Fn(&mut Stack) -> R + 'static) -> Self {
        self.updates.push((property, Box::new(variant)));
        self
    }

    /// A variant of the *full* resource in which a create-only property differs.
    pub(crate) fn replace(mut self, property: &'static str, variant: impl Fn(&mut Stack) -> R + 'static) -> Self {
        self.replaces.push((property, Box::new(variant)));
        self
    }

    /// A change made outside to the *full* resource, by SDK clients made from the configuration; it gets the object's id.
    /// Names the property whose drift is to be seen.
    pub(crate) fn drift<F>(mut self, property: &'static str, change: impl Fn(SdkConfig, String) -> F + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.drift.push((
            property,
            Box::new(move |config, id| {
                let change = change(config.clone(), id.to_owned());
                tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(change));
            }),
        ));
        self
    }

    /// The operation that makes the object (`CreateBucket`): its answer is lost once, and one object must be there after.
    pub(crate) fn created_by(mut self, operation: &'static str) -> Self {
        self.create_operation = Some(operation);
        self
    }

    /// The type cannot be imported without differences, for a reason its documentation gives.
    pub(crate) fn not_importable(mut self) -> Self {
        self.importable = false;
        self
    }

    /// Runs all of it.
    pub(crate) async fn run(self) {
        self.life("minimal", &self.minimal).await;
        self.life("full", &self.full).await;
        self.changes().await;
        self.lost_answer().await;
    }

    async fn life(&self, name: &str, build: &Build<R>) {
        let lab = Lab::new().await;
        let stack = lab.stack::<R>(build);
        lab.apply(name, &stack).await;
        lab.expect_nothing(&format!("{name}: after create"), &stack).await;
        if self.importable {
            let id = lab.id::<R>().await;
            let adopting = lab.adopting();
            let imported = adopting.stack_of(|stack| build(stack).import(&id));
            let plan = adopting.plan(&imported).await;
            let change = plan
                .change(&address::<R>())
                .unwrap_or_else(|| panic!("{name}: not in the plan"));
            assert_eq!(
                change.action,
                Action::NoOp,
                "{name}: an import differs: {:#?}",
                change.attributes
            );
            assert!(
                change
                    .reasons
                    .iter()
                    .any(|reason| matches!(reason, Reason::Imported { .. })),
                "{name}"
            );
        }
        lab.destroy(name, &stack).await;
        assert!(lab.world.is_empty(), "{name}: left behind: {:?}", lab.world.inventory());
        lab.expect_declared(&stack);
    }

    async fn changes(&self) {
        let lab = Lab::new().await;
        let full = lab.stack::<R>(&self.full);
        lab.apply("full", &full).await;
        for (property, variant) in &self.updates {
            let changed = lab.stack::<R>(variant);
            let change = lab.change::<R>(&changed).await;
            assert_eq!(change.action, Action::Update, "{property}: {:#?}", change.attributes);
            let others: Vec<_> = change
                .attributes
                .iter()
                .filter(|attribute| attribute.property() != *property)
                .collect();
            assert!(
                others.is_empty(),
                "{property}: other attributes differ, too: {others:#?}"
            );
            lab.apply(property, &changed).await;
            lab.expect_nothing(&format!("{property}: after update"), &changed).await;
            lab.apply(property, &full).await;
            lab.expect_nothing(&format!("{property}: changed back"), &full).await;
        }
        for (property, drift) in &self.drift {
            drift(&lab.config, &lab.id::<R>().await);
            let change = lab.change::<R>(&full).await;
            assert!(change.action.changes_world(), "{property}: drift is not seen");
            assert!(
                change.action == Action::Create || change.attributes.iter().any(|found| found.property() == *property),
                "{property}: seen in {:#?}",
                change.attributes
            );
            lab.apply(property, &full).await;
            lab.expect_nothing(&format!("{property}: drift repaired"), &full).await;
        }
        for (property, variant) in &self.replaces {
            let changed = lab.stack::<R>(variant);
            let change = lab.change::<R>(&changed).await;
            assert!(
                change.action.replaces(),
                "{property}: {:?} {:#?}",
                change.action,
                change.attributes
            );
            lab.apply(property, &changed).await;
            lab.expect_nothing(&format!("{property}: replaced"), &changed).await;
            lab.apply(property, &full).await;
        }
        lab.destroy("full", &full).await;
        assert!(lab.world.is_empty(), "left behind: {:?}", lab.world.inventory());
        lab.expect_declared(&full);
    }

    /// The answer to the create is lost: the next run finds the object, and there is one.
    async fn lost_answer(&self) {
        let Some(operation) = self.create_operation else { return };
        let lab = Lab::new().await;
        let stack = lab.stack::<R>(&self.full);
        // the SDK tries again by itself; that must not make a second one either
        lab.world
            .inject(Fault::response_lost().on_operation(operation).first(20));
        let report = lab.try_apply(&stack, &PlanOptions::default()).await;
        lab.world.clear_faults();
        assert!(!report.is_success(), "the lost answers to {operation} were not noticed");
        lab.apply("after a lost answer", &stack).await;
        lab.expect_nothing("after a lost answer", &stack).await;
        lab.destroy("after a lost answer", &stack).await;
        assert!(
            lab.world.is_empty(),
            "a lost answer left an orphan: {:?}",
            lab.world.inventory()
        );
    }
}

fn address<R: Resource>() -> Address {
    Address::new(R::info().name, "it").unwrap()
}

/// An environment in a world of its own.
pub(crate) struct Lab {
    pub(crate) world: Arc<World>,
    pub(crate) config: SdkConfig,
    session: Session,
}

impl Lab {
    pub(crate) async fn new() -> Self {
        Self::over(Arc::new(World::new())).await
    }

    async fn over(world: Arc<World>) -> Self {
        let config = AwsConfig::builder()
            .region("eu-central-1")
            .default_tags([("team", "web")])
            .http_client(world.http_client())
            // a lost answer is not asked for again and again
            .retry_attempts(3)
            .build();
        let aws = Aws::connect(&config).await.unwrap_or_else(|error| panic!("{error}"));
        let session = Session {
            registry: iac_aws::registry(&Arc::new(aws)),
            backend: Arc::new(MemoryBackend::new()),
            clock: Arc::new(JumpingClock::default()),
            who: "tester@lab".to_owned(),
        };
        let config = SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(Region::from_static("eu-central-1"))
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(
                aws_credential_types::Credentials::new("a", "b", None, None, "test"),
            ))
            .http_client(world.http_client())
            .build();
        Self { world, config, session }
    }

    /// The same world with a state that knows nothing yet.
    fn adopting(&self) -> Self {
        let session = Session {
            backend: Arc::new(MemoryBackend::new()),
            ..self.session.clone()
        };
        Self {
            world: Arc::clone(&self.world),
            config: self.config.clone(),
            session,
        }
    }

    fn stack<R: Resource>(&self, build: &Build<R>) -> Stack {
        self.stack_of(|stack| build(stack))
    }

    fn stack_of<R: Resource, D: Into<iac_core::model::Declaration<R>>>(
        &self,
        build: impl Fn(&mut Stack) -> D,
    ) -> Stack {
        let mut stack = Stack::new("lab", "test");
        let resource = build(&mut stack);
        stack.add("it", resource);
        stack
    }

    async fn snapshot(&self) -> Snapshot {
        Snapshot::read(&*self.session.backend, "lab", "test")
            .await
            .unwrap_or_else(|error| panic!("{error}"))
    }

    async fn id<R: Resource>(&self) -> String {
        self.snapshot()
            .await
            .state
            .current(&address::<R>())
            .map(|object| object.id.to_string())
            .unwrap_or_default()
    }

    pub(crate) async fn plan(&self, stack: &Stack) -> Plan {
        plan(
            stack,
            &self.snapshot().await,
            &self.session,
            &PlanOptions::default(),
            &Silent,
        )
        .await
        .unwrap_or_else(|error| panic!("{error}"))
    }

    async fn change<R: Resource>(&self, stack: &Stack) -> Change {
        self.plan(stack)
            .await
            .change(&address::<R>())
            .cloned()
            .unwrap_or_else(|| panic!("not in the plan"))
    }

    async fn expect_nothing(&self, when: &str, stack: &Stack) {
        let plan = self.plan(stack).await;
        let actions: Vec<_> = plan
            .actions()
            .map(|change| (&change.address, change.action, &change.attributes))
            .collect();
        assert!(
            plan.is_empty(),
            "{when}: the next plan is not empty: {actions:#?} {:#?}",
            plan.outputs
        );
    }

    async fn try_apply(&self, stack: &Stack, options: &PlanOptions) -> ApplyReport {
        let names = (stack.name(), stack.environment());
        let mut run = Run::begin(&self.session, names, "apply", Duration::ZERO, &Silent)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        run.settle(&Silent).await.unwrap_or_else(|error| panic!("{error}"));
        let plan = plan(stack, run.snapshot(), &self.session, options, &Silent)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        let report = run.apply(&plan, &ApplyOptions::default(), &Silent).await;
        run.end().await.unwrap_or_else(|error| panic!("{error}"));
        report
    }

    async fn apply(&self, when: &str, stack: &Stack) {
        let report = self.try_apply(stack, &PlanOptions::default()).await;
        assert!(
            report.is_success(),
            "{when}: {:#?} {:#?}",
            report.failed,
            report.unsaved
        );
    }

    async fn destroy(&self, when: &str, stack: &Stack) {
        let options = PlanOptions {
            mode: iac_core::plan::Mode::Destroy,
            ..PlanOptions::default()
        };
        let report = self.try_apply(stack, &options).await;
        assert!(report.is_success(), "{when}: destroy: {:#?}", report.failed);
    }

    /// Every request so far is one that a type of the stack declares.
    fn expect_declared(&self, stack: &Stack) {
        let declared: Vec<&str> = stack
            .nodes()
            .values()
            .flat_map(|node| node.info.operations)
            .copied()
            .collect();
        let undeclared: std::collections::BTreeSet<String> = self
            .world
            .requests()
            .iter()
            .map(iac_sandbox::Request::action)
            .filter(|action| !action.starts_with("sts:") && !declared.contains(&action.as_str()))
            .collect();
        assert!(
            undeclared.is_empty(),
            "operations that no type declares: {undeclared:?}"
        );
    }
}

/// A clock that jumps over every wait, but for the lease's.
#[derive(Debug, Default)]
struct JumpingClock(std::sync::Mutex<i64>);

#[async_trait::async_trait]
impl Clock for JumpingClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_millis(*self.0.lock().unwrap())
    }

    async fn sleep(&self, duration: Duration) {
        if duration == iac_core::state::LEASE / 4 {
            std::future::pending::<()>().await;
        }
        *self.0.lock().unwrap() += i64::try_from(duration.as_millis()).unwrap();
        tokio::task::yield_now().await;
    }
}
