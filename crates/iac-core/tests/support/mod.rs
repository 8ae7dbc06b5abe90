//! A cloud in memory with one type of thing, for the engine's tests: it refuses to delete what others use, can fail at any
//! call, and can be looked into from outside.
#![allow(dead_code, reason = "each test file uses a part of it")]

mod keyless;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use bon::Builder;
use iac_core::{
    Outputs, Resource, Session,
    apply::{ApplyOptions, ApplyReport, Run},
    model::{
        Changed, Clock, Context, Declared, ErrorKind, Live, Location, Provider, Reconcile, Registry, RemoteId,
        Resolved, ResourceError, Secret, Stack, Stage,
    },
    plan::{self, Mode, Observer, Plan, PlanError, PlanOptions, Silent},
    state::{Backend, MemoryBackend, Precondition, Snapshot, State},
};
use jiff::{SignedDuration, Timestamp};
#[allow(unused_imports, reason = "each test file uses a part of it")]
pub(crate) use keyless::keyless;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

iac_core::text_type! {
    /// The id of a thing.
    pub(crate) struct ThingId;
}

/// Something in the fake cloud.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "fake.thing", outputs = ThingOutputs)]
pub(crate) struct Thing<S: Stage = Declared> {
    /// Its name.
    #[field(create_only, name = 40)]
    pub(crate) name: Option<S::Value<String>>,
    /// How large it is.
    #[builder(default = 1)]
    pub(crate) size: i32,
    /// Where it is; the cloud chooses when it is unset.
    #[field(create_only, computed)]
    pub(crate) zone: Option<S::Value<String>>,
    /// The things it uses.
    #[field(set)]
    #[serde(default)]
    #[builder(default)]
    pub(crate) uses: Vec<S::Value<ThingId>>,
    /// A text that may come from elsewhere.
    pub(crate) note: Option<S::Value<String>>,
    /// A password.
    pub(crate) password: Option<S::Value<Secret<String>>>,
    /// Tags.
    #[field(tags)]
    #[serde(default)]
    #[builder(default)]
    pub(crate) tags: BTreeMap<String, S::Value<String>>,
}

/// What a thing gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub(crate) struct ThingOutputs<S: Stage = Resolved> {
    /// The id, chosen by the cloud.
    pub(crate) id: S::Value<ThingId>,
    /// Follows from the name.
    pub(crate) url: S::Value<String>,
    /// Changes with every update.
    #[field(volatile)]
    pub(crate) revision: S::Value<i64>,
    /// A secret of the cloud's own making.
    pub(crate) pin: S::Value<Secret<String>>,
}

/// What the cloud holds of a thing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Held {
    pub(crate) inputs: Thing<Resolved>,
    pub(crate) revision: i64,
    pub(crate) token: String,
}

/// What happens at a chosen call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    /// Fails, nothing was done.
    Before(ErrorKind),
    /// Fails, though it was done.
    After(ErrorKind),
    /// Never answers; nothing was done.
    HangBefore,
    /// Never answers, though it was done.
    HangAfter,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) things: BTreeMap<String, Held>,
    /// Every call so far: `create fake.thing.a`.
    pub(crate) calls: Vec<String>,
    /// Numbers for new ids.
    made: u64,
    /// At the calls of these numbers, counted from zero.
    pub(crate) faults: BTreeMap<usize, Fault>,
    /// Whether creates give another URL than the one that was predicted.
    pub(crate) lies: bool,
    /// Whether a call hangs.
    pub(crate) hung: bool,
}

/// The fake cloud. Clones share the world.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cloud(Arc<Mutex<World>>, Option<Location>);

impl Cloud {
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The thing of this name.
    pub(crate) fn thing(&self, name: &str) -> Option<Held> {
        self.world()
            .things
            .values()
            .find(|held| held.inputs.name.as_deref() == Some(name))
            .cloned()
    }

    /// The things by name, without what the cloud chose.
    pub(crate) fn summary(&self) -> BTreeMap<String, (i32, usize, Option<String>)> {
        let world = self.world();
        let summary = world.things.values().map(|held| {
            let Thing {
                name, size, uses, note, ..
            } = &held.inputs;
            (name.clone().unwrap_or_default(), (*size, uses.len(), note.clone()))
        });
        summary.collect()
    }

    /// The same world through a connection of another account or region.
    pub(crate) fn elsewhere(&self, account: &str, region: &str) -> Self {
        let location = Location {
            account: account.to_owned(),
            region: region.to_owned(),
        };
        Self(Arc::clone(&self.0), Some(location))
    }

    /// Waits until a call hangs.
    pub(crate) async fn hangs(&self) {
        while !self.world().hung {
            tokio::task::yield_now().await;
        }
    }

    /// Counts a call; gives the fault that is due.
    fn call(&self, what: &str, cx: &Context<'_, Self>) -> Option<Fault> {
        let mut world = self.world();
        let number = world.calls.len();
        world.calls.push(format!("{what} {}", cx.address));
        let fault = world.faults.get(&number).copied();
        world.hung |= matches!(fault, Some(Fault::HangBefore));
        fault
    }

    async fn around<T>(
        &self,
        what: &'static str,
        cx: &Context<'_, Self>,
        effect: impl FnOnce(&mut World) -> Result<T, ResourceError>,
    ) -> Result<T, ResourceError> {
        let fault = self.call(what, cx);
        let failed = |kind| ResourceError {
            code: "Injected".to_owned(),
            // the second try of a request whose first one was carried out finds the object in its way
            repeated: kind == ErrorKind::AlreadyExists,
            ..ResourceError::new(kind, "as arranged").during(what)
        };
        match fault {
            Some(Fault::Before(kind)) => return Err(failed(kind)),
            Some(Fault::HangBefore) => return std::future::pending().await,
            _ => {}
        }
        let done = effect(&mut self.world());
        match fault {
            Some(Fault::After(kind)) => Err(failed(kind)),
            Some(Fault::HangAfter) => {
                self.world().hung = true;
                std::future::pending().await
            }
            _ => done,
        }
    }
}

impl Provider for Cloud {
    fn location(&self) -> Location {
        self.1.clone().unwrap_or_else(|| Location {
            account: "1".to_owned(),
            region: "here".to_owned(),
        })
    }
}

fn url(name: Option<&String>) -> String {
    format!("https://{}.example", name.cloned().unwrap_or_default())
}

fn outputs(id: &str, held: &Held) -> ThingOutputs {
    ThingOutputs {
        id: id.into(),
        url: url(held.inputs.name.as_ref()),
        revision: held.revision,
        pin: Secret::new(format!("canary-pin-of-{id}")),
    }
}

#[async_trait]
impl Reconcile for Thing<Resolved> {
    type Provider = Cloud;
    type Outputs = ThingOutputs;
    const OPERATIONS: &'static [&'static str] = &["fake:Create", "fake:Read", "fake:Update", "fake:Delete"];

    fn predict(&self, _: &Cloud) -> Map<String, Value> {
        Map::from_iter([("url".to_owned(), json!(url(self.name.as_ref())))])
    }

    async fn read(
        id: &RemoteId,
        _: Option<&Self>,
        cx: &Context<'_, Cloud>,
    ) -> Result<Option<Live<Self>>, ResourceError> {
        cx.provider
            .around("read", cx, |world| {
                Ok(world.things.get(id.as_str()).map(|held| Live {
                    id: id.clone(),
                    inputs: held.inputs.clone(),
                    outputs: outputs(id.as_str(), held),
                }))
            })
            .await
    }

    async fn create(&self, cx: &Context<'_, Cloud>) -> Result<ThingOutputs, ResourceError> {
        let token = cx.token("create");
        let made = cx
            .provider
            .around("create", cx, |world| {
                if world.things.values().any(|held| held.inputs.name == self.name) {
                    return Err(ResourceError::new(
                        ErrorKind::AlreadyExists,
                        "there is one of that name",
                    ));
                }
                for used in &self.uses {
                    if !world.things.contains_key(used.as_str()) {
                        return Err(ResourceError::new(ErrorKind::NotFound, format!("{used} is not there")));
                    }
                }
                world.made += 1;
                let id = format!("thing-{}", world.made);
                let mut inputs = self.clone();
                inputs.zone.get_or_insert_with(|| "zone-a".to_owned());
                world.things.insert(
                    id.clone(),
                    Held {
                        inputs,
                        revision: 1,
                        token,
                    },
                );
                Ok(id)
            })
            .await?;
        let id = RemoteId::new(&made);
        cx.created(&id).await?;
        let world = cx.provider.world();
        let held = world
            .things
            .get(&made)
            .ok_or_else(|| ResourceError::invalid("it is gone"))?;
        let mut given = outputs(&made, held);
        if world.lies {
            given.url.push_str("/other");
        }
        Ok(given)
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _: &Changed,
        cx: &Context<'_, Cloud>,
    ) -> Result<ThingOutputs, ResourceError> {
        let id = live.id.as_str();
        cx.provider
            .around("update", cx, |world| {
                let held = world
                    .things
                    .get_mut(id)
                    .ok_or_else(|| ResourceError::new(ErrorKind::NotFound, "gone"))?;
                held.inputs = Self {
                    zone: held.inputs.zone.clone(),
                    ..self.clone()
                };
                held.revision += 1;
                Ok(outputs(id, held))
            })
            .await
    }

    async fn delete(_: &Self, id: &RemoteId, cx: &Context<'_, Cloud>) -> Result<(), ResourceError> {
        cx.provider
            .around("delete", cx, |world| {
                let user = world
                    .things
                    .values()
                    .find(|held| held.inputs.uses.iter().any(|used| used.as_str() == id.as_str()));
                if let Some(user) = user {
                    let name = user.inputs.name.clone().unwrap_or_default();
                    return Err(ResourceError::new(
                        ErrorKind::Conflict,
                        format!("{id} is used by {name}"),
                    ));
                }
                world.things.remove(id.as_str());
                Ok(())
            })
            .await
    }

    async fn recover(&self, cx: &Context<'_, Cloud>) -> Result<Option<RemoteId>, ResourceError> {
        let token = cx.token("create");
        cx.provider
            .around("recover", cx, |world| {
                let found = world.things.iter().find(|(_, held)| held.token == token);
                Ok(found.map(|(id, _)| RemoteId::new(id)))
            })
            .await
    }
}

/// A clock that stands until someone sleeps, and then jumps.
#[derive(Debug, Default)]
pub(crate) struct TestClock(Mutex<i64>);

impl TestClock {
    pub(crate) fn advance(&self, duration: Duration) {
        if let Ok(mut millis) = self.0.lock() {
            *millis += i64::try_from(duration.as_millis()).unwrap_or_default();
        }
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let millis = self.0.lock().map(|millis| *millis).unwrap_or_default();
        Timestamp::UNIX_EPOCH + SignedDuration::from_millis(millis)
    }

    async fn sleep(&self, duration: Duration) {
        // a lease is renewed every 15 s of this clock: only waits that somebody is in need of move it
        if duration >= iac_core::state::LEASE / 4 {
            std::future::pending::<()>().await;
        }
        self.advance(duration);
        tokio::task::yield_now().await;
    }
}

/// A world with its state, and the commands on it.
#[derive(Clone, Debug)]
pub(crate) struct Lab {
    pub(crate) cloud: Cloud,
    pub(crate) backend: MemoryBackend,
    pub(crate) session: Session,
    pub(crate) clock: Arc<TestClock>,
}

pub(crate) const NAMES: (&str, &str) = ("lab", "dev");

impl Default for Lab {
    fn default() -> Self {
        Self::over(Cloud::default(), MemoryBackend::new())
    }
}

impl Lab {
    pub(crate) fn over(cloud: Cloud, backend: MemoryBackend) -> Self {
        let mut registry = Registry::new();
        registry.add::<Thing>(&Arc::new(cloud.clone()));
        let clock = Arc::new(TestClock::default());
        let session = Session {
            registry,
            backend: Arc::new(backend.clone()),
            clock: Arc::clone(&clock) as Arc<_>,
            who: "tester@lab".to_owned(),
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
        plan::plan(stack, &self.snapshot().await, &self.session, options, &Silent).await
    }

    pub(crate) async fn plan(&self, stack: &Stack) -> Result<Plan, PlanError> {
        self.plan_with(stack, &PlanOptions::default()).await
    }

    pub(crate) async fn apply_with(
        &self,
        stack: &Stack,
        options: &PlanOptions,
    ) -> Result<ApplyReport, Box<dyn std::error::Error>> {
        self.apply_watched(stack, options, &Silent).await
    }

    pub(crate) async fn apply_watched(
        &self,
        stack: &Stack,
        options: &PlanOptions,
        observer: &dyn Observer,
    ) -> Result<ApplyReport, Box<dyn std::error::Error>> {
        let mut run = Run::begin(&self.session, NAMES, "apply", Duration::ZERO, observer).await?;
        run.settle(observer).await?;
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

    /// A lab of its own in which everything is as it is here.
    pub(crate) async fn fork(&self) -> Self {
        let backend = MemoryBackend::new();
        for name in self.backend.list("").await.unwrap_or_default() {
            if let Ok(Some(object)) = self.backend.get(&name).await {
                drop(backend.put(&name, &object.bytes, &Precondition::Absent).await);
            }
        }
        let world = self.cloud.world().clone();
        Self::over(Cloud(Arc::new(Mutex::new(world)), None), backend)
    }

    /// Takes the lock away, as a person does after a crash.
    pub(crate) async fn unlock(&self) {
        if let Ok(Some(lock)) = self.backend.holder().await {
            drop(self.backend.unlock(&lock.info.id).await);
        }
    }

    /// What the cloud holds, by address, with what each thing uses; copies show.
    pub(crate) fn census(&self) -> Vec<String> {
        let world = self.cloud.world();
        let address = |held: &Held| held.inputs.tags.get("iac:address").cloned().unwrap_or_default();
        let mut census: Vec<String> = world
            .things
            .values()
            .map(|held| {
                let uses = held
                    .inputs
                    .uses
                    .iter()
                    .map(|used| world.things.get(used.as_str()).map(address));
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
        assert!(state.unsettled.is_empty(), "{when}: unsettled: {:?}", state.unsettled);
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
        let mut there: Vec<String> = self.cloud.world().things.keys().cloned().collect();
        there.sort();
        assert_eq!(known, there, "{when}: state and cloud disagree");
        assert!(
            self.backend.list("journal/").await.unwrap_or_default().is_empty(),
            "{when}: the journal is still there"
        );
    }
}

/// A stack with the names of the lab.
pub(crate) fn stack() -> Stack {
    Stack::new(NAMES.0, NAMES.1)
}
