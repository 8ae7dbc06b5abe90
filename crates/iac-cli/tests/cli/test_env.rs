//! A cloud in memory with one type of thing, a platform on it, and a way to type commands.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use iac_cli::{App, Exit, Host};
use iac_core::{
    OpenError, OpenRequest, Outputs, Platform, Resource, Session,
    model::{
        AccountRegion, Changed, Clock, Context, Declared, ErrorKind, Input, Live, Provider, Reconcile, Registry,
        RemoteId, Resolved, ResourceError, Secret, Stage,
    },
    state::{Backend, FileBackend, MemoryBackend, Snapshot, State},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

iac_core::text_type! {
    /// The id of a thing.
    pub struct ThingId;
}

/// Something in the cloud.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[serde(bound = "")]
#[resource(type = "fake.thing", outputs = ThingOutputs)]
pub(crate) struct Thing<S: Stage = Declared> {
    /// Its name.
    #[field(create_only)]
    pub(crate) name: S::Value<String>,
    /// How large it is.
    pub(crate) size: S::Value<i32>,
    /// The thing it uses.
    pub(crate) uses: Option<S::Value<ThingId>>,
    /// A password.
    pub(crate) password: Option<S::Value<Secret<String>>>,
    /// Tags.
    #[field(tags)]
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, S::Value<String>>,
}

/// What a thing gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub(crate) struct ThingOutputs<S: Stage = Resolved> {
    /// Its id.
    pub(crate) id: S::Value<ThingId>,
}

/// A thing to declare.
pub(crate) fn thing(name: &str, size: i32) -> Thing {
    Thing {
        name: name.into(),
        size: Input::Literal(size),
        uses: None,
        password: None,
        tags: BTreeMap::new(),
    }
}

/// The cloud. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cloud(Arc<Mutex<Sandbox>>);

#[derive(Debug, Default)]
pub(crate) struct Sandbox {
    pub(crate) things: BTreeMap<String, Thing<Resolved>>,
    /// The user asks to stop as soon as anything is read.
    pub(crate) stops_at_read: Option<watch::Sender<usize>>,
    /// The thing whose create is refused.
    pub(crate) broken: Option<&'static str>,
    /// The thing whose create makes the user ask to stop this often; twice, and it never ends.
    pub(crate) stops: Option<(&'static str, usize, watch::Sender<usize>)>,
}

impl Cloud {
    pub(crate) fn sandbox(&self) -> MutexGuard<'_, Sandbox> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Provider for Cloud {
    fn location(&self) -> AccountRegion {
        AccountRegion {
            account: "123456789012".to_owned(),
            region: "eu-central-1".to_owned(),
        }
    }
}

#[async_trait]
impl Reconcile for Thing<Resolved> {
    type Provider = Cloud;
    type Outputs = ThingOutputs;
    const OPERATIONS: &'static [&'static str] = &[];

    async fn read(
        id: &RemoteId,
        prior: Option<&Self>,
        cx: &Context<'_, Cloud>,
    ) -> Result<Option<Live<Self>>, ResourceError> {
        let stops = cx.provider.sandbox().stops_at_read.clone();
        if let Some(sender) = stops {
            sender.send_replace(1);
            std::future::pending::<()>().await;
        }
        let found = cx.provider.sandbox().things.get(id.as_str()).cloned();
        Ok(found.map(|inputs| Live {
            id: id.clone(),
            inputs: Self {
                password: prior.and_then(|prior| prior.password.clone()),
                ..inputs
            },
            outputs: ThingOutputs { id: id.as_str().into() },
        }))
    }

    async fn create(&self, cx: &Context<'_, Cloud>) -> Result<ThingOutputs, ResourceError> {
        let stops = cx
            .provider
            .sandbox()
            .stops
            .clone()
            .filter(|(name, ..)| *name == self.name);
        if let Some((_, times, sender)) = stops {
            sender.send_replace(times);
            if times > 1 {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        if cx.provider.sandbox().broken == Some(&self.name) {
            return Err(ResourceError {
                code: "ThingNameTaken".to_owned(),
                request_id: Some("req-7".to_owned()),
                ..ResourceError::new(ErrorKind::AlreadyExists, "that name is taken").during("fake:CreateThing")
            }
            .hint("choose another name"));
        }
        let id = format!("thing-{}", self.name);
        cx.created(&RemoteId::new(&id)).await?;
        cx.provider.sandbox().things.insert(id.clone(), self.clone());
        Ok(ThingOutputs { id: id.as_str().into() })
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _: &Changed,
        cx: &Context<'_, Cloud>,
    ) -> Result<ThingOutputs, ResourceError> {
        let id = live.id.as_str();
        cx.provider.sandbox().things.insert(id.to_owned(), self.clone());
        Ok(ThingOutputs { id: id.into() })
    }

    async fn delete(_: &Self, id: &RemoteId, cx: &Context<'_, Cloud>) -> Result<(), ResourceError> {
        cx.provider.sandbox().things.remove(id.as_str());
        Ok(())
    }
}

/// A clock that stands until someone sleeps, and then jumps.
#[derive(Debug, Default)]
struct JumpingClock(Mutex<i64>);

#[async_trait]
impl Clock for JumpingClock {
    fn now(&self) -> Timestamp {
        let millis = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_millis(millis)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(u64::try_from(*self.0.lock().unwrap_or_else(PoisonError::into_inner)).unwrap())
    }

    async fn sleep(&self, duration: Duration) {
        // the lease is renewed beside the work: only waits that somebody is in need of move this clock
        if duration >= iac_core::state::LEASE / 4 {
            std::future::pending::<()>().await;
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += i64::try_from(duration.as_millis()).unwrap();
        tokio::task::yield_now().await;
    }
}

/// A platform on the cloud: state in memory, or in the folder that `--state-dir` names.
#[derive(Clone, Debug)]
pub(crate) struct TestEnv {
    pub(crate) cloud: Cloud,
    pub(crate) backend: Arc<dyn Backend>,
    folder: Arc<tempfile::TempDir>,
}

impl Default for TestEnv {
    fn default() -> Self {
        Self::over(Arc::new(MemoryBackend::new()))
    }
}

#[async_trait]
impl Platform for TestEnv {
    async fn open(&self, request: &OpenRequest) -> Result<Session, OpenError> {
        let mut registry = Registry::new();
        registry.add::<Thing>(&Arc::new(self.cloud.clone()));
        let backend: Arc<dyn Backend> = match &request.state_dir {
            Some(folder) => Arc::new(FileBackend::new(folder.join(&request.environment))),
            None => Arc::clone(&self.backend),
        };
        Ok(Session {
            registry,
            backend,
            clock: Arc::clone(&request.clock),
            who: request.who.clone(),
        })
    }

    async fn bootstrap(&self, request: &OpenRequest) -> Result<Vec<String>, OpenError> {
        Ok(vec![format!("the place for {} is there", request.environment)])
    }
}

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Typed {
    pub(crate) exit: Exit,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Typed {
    /// Both streams and the exit code, for a snapshot.
    pub(crate) fn all(&self) -> String {
        format!(
            "{}--- stderr\n{}--- exit {}",
            self.stdout,
            self.stderr,
            self.exit.code()
        )
    }

    /// The one document on standard output.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap()
    }
}

impl TestEnv {
    pub(crate) fn over(backend: Arc<dyn Backend>) -> Self {
        Self {
            cloud: Cloud::default(),
            backend,
            folder: Arc::new(tempfile::tempdir().unwrap()),
        }
    }

    /// One in which `dev` is applied, and its app.
    pub(crate) async fn applied() -> (Self, App) {
        let env = Self::default();
        let app = env.app(1);
        let applied = env.types(&app, "apply dev --yes").await;
        assert_eq!(applied.exit, Exit::Done, "{applied:?}");
        (env, app)
    }

    /// The state of `dev`.
    pub(crate) async fn stored(&self) -> State {
        Snapshot::read(&*self.backend, "shop", "dev").await.unwrap().state
    }

    /// The folder commands work in.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// An app with the environments `dev`, `prod` and `empty`: two things, one of which uses the other.
    pub(crate) fn app(&self, size: i32) -> App {
        let build = move |stack: &mut iac_core::model::Stack| {
            let base = stack.add("base", thing("base", size));
            let site = Thing {
                uses: Some((&base.id).into()),
                password: Some(Secret::from("hunter2").into()),
                tags: [("team".to_owned(), "web".into())].into(),
                ..thing("site", 1)
            };
            let site = stack.add("site", site);
            stack.output("site_id", &site.id);
            stack.output("token", Input::from(Secret::<String>::from("hunter2")));
        };
        App::new("shop")
            .environment("dev", build)
            .environment("prod", build)
            .environment("empty", |_| ())
            .platform(self.clone())
            .sandbox(self.clone())
    }

    /// Types a command.
    pub(crate) async fn types(&self, app: &App, command: &str) -> Typed {
        self.types_at(app, command, |host| host).await
    }

    /// Types a command in a process that is set up otherwise.
    pub(crate) async fn types_at(&self, app: &App, command: &str, set_up: impl FnOnce(Host) -> Host) -> Typed {
        let (mut host, captured) = Host::captured();
        host.clock = Arc::new(JumpingClock::default());
        host.folder = self.folder().to_path_buf();
        for (name, value) in [("USER", "ann"), ("HOSTNAME", "laptop")] {
            host.variables.insert(name.to_owned(), value.to_owned());
        }
        let args = std::iter::once("stacks").chain(command.split_whitespace());
        let exit = iac_cli::run(app, args, set_up(host)).await;
        let typed = Typed {
            exit,
            stdout: captured.stdout(),
            stderr: captured.stderr(),
        };
        let all = typed.all();
        assert!(!all.contains("hunter2"), "a secret was told: {all}");
        // the document itself is what it is
        let document = command.starts_with("state pull");
        assert!(
            document || !all.contains("hmac-sha256"),
            "a sealed secret was told: {all}"
        );
        typed
    }
}

/// Two things of this size.
pub(crate) fn sized(env: &TestEnv, size: i32) -> App {
    App::new("shop")
        .environment("dev", move |stack| {
            let base = stack.add("base", thing("base", size));
            let mut site = thing("site", 1);
            site.uses = Some((&base.id).into());
            let site = stack.add("site", site);
            stack.output("site_id", &site.id);
        })
        .platform(env.clone())
}

/// `dev` at serial 2: the size was 1, and is 2.
pub(crate) async fn twice_applied() -> (TestEnv, App) {
    let env = TestEnv::default();
    for size in [1, 2] {
        let applied = env.types(&sized(&env, size), "apply dev --yes").await;
        assert_eq!(applied.exit, Exit::Done, "{applied:?}");
    }
    let app = sized(&env, 2);
    (env, app)
}
