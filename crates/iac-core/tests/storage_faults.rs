//! Whatever the backend does wrong: the state stays true, nothing is lost, and the next run converges.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends there"
)]

mod support;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use iac_core::{
    apply::ApplyReport,
    model::{Clock, ErrorKind, ResourceError, Stack},
    plan::{Mode, PlanOptions},
    state::{
        Backend, BackendError, LEASE, Lease, Lock, LockInfo, LockNews, MemoryBackend, Object, Precondition, State,
        Version,
    },
};
use jiff::{SignedDuration, Timestamp};
use support::{Lab, Thing, stack};

/// How a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wrong {
    /// Not done, an error is returned.
    Refused,
    /// Done, an error is returned.
    AnswerLost,
}

/// A backend that does wrong at chosen calls.
#[derive(Clone, Debug)]
struct Flaky {
    inner: MemoryBackend,
    plan: Arc<Mutex<Schedule>>,
}

#[derive(Debug, Default)]
struct Schedule {
    /// The calls so far: `put state.json`.
    calls: Vec<String>,
    /// From the call of this number on, so many calls go wrong in this way.
    wrong: Option<(usize, usize, Wrong)>,
}

impl Flaky {
    fn call(&self, what: &str, name: &str) -> Option<Wrong> {
        let mut plan = self.plan.lock().unwrap();
        let number = plan.calls.len();
        plan.calls.push(format!("{what} {name}"));
        plan.wrong
            .filter(|(from, count, _)| (*from..from.saturating_add(*count)).contains(&number))
            .map(|(_, _, wrong)| wrong)
    }

    async fn around<T>(
        &self,
        what: &str,
        name: &str,
        done: impl Future<Output = Result<T, BackendError>> + Send,
    ) -> Result<T, BackendError> {
        let error = ResourceError::new(ErrorKind::Unavailable, "as arranged").during("store");
        match self.call(what, name) {
            None => done.await,
            Some(Wrong::Refused) => Err(error.into()),
            Some(Wrong::AnswerLost) => {
                done.await?;
                Err(error.into())
            }
        }
    }
}

#[async_trait]
impl Backend for Flaky {
    fn place(&self) -> String {
        self.inner.place()
    }

    async fn get(&self, name: &str) -> Result<Option<Object>, BackendError> {
        self.around("get", name, self.inner.get(name)).await
    }

    async fn put(&self, name: &str, bytes: &[u8], precondition: &Precondition) -> Result<Version, BackendError> {
        self.around("put", name, self.inner.put(name, bytes, precondition))
            .await
    }

    async fn delete(&self, name: &str) -> Result<(), BackendError> {
        self.around("delete", name, self.inner.delete(name)).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        self.around("list", prefix, self.inner.list(prefix)).await
    }

    async fn lock(&self, lock: &Lock, over: Option<&Lock>) -> Result<(), BackendError> {
        self.around("lock", "", self.inner.lock(lock, over)).await
    }

    async fn renew(&self, held: &Lock, expires: Timestamp) -> Result<Lock, BackendError> {
        self.around("renew", "", self.inner.renew(held, expires)).await
    }

    async fn unlock(&self, id: &str) -> Result<(), BackendError> {
        self.around("unlock", "", self.inner.unlock(id)).await
    }

    async fn holder(&self) -> Result<Option<Lock>, BackendError> {
        self.around("holder", "", self.inner.holder()).await
    }
}

/// A lab whose session stores through a flaky backend.
fn flaky(lab: Lab) -> (Lab, Flaky) {
    let backend = Flaky {
        inner: lab.backend.clone(),
        plan: Arc::default(),
    };
    let mut lab = lab;
    lab.session.backend = Arc::new(backend.clone());
    (lab, backend)
}

fn three(size: i32) -> Stack {
    let mut stack = stack();
    let base = stack.add("base", Thing::builder().name("base").size(size).build());
    let middle = Thing::builder().size(size).uses(vec![(&base.id).into()]).build();
    let middle = stack.add("middle", middle);
    let top = Thing::builder()
        .uses(vec![(&middle.id).into()])
        .note(&middle.url)
        .build();
    stack.add("top", top);
    stack.output("middle", &middle.id);
    stack
}

struct Way {
    name: &'static str,
    from: Option<i32>,
    to: Option<i32>,
}

const WAYS: [Way; 3] = [
    Way {
        name: "create",
        from: None,
        to: Some(1),
    },
    Way {
        name: "update",
        from: Some(1),
        to: Some(2),
    },
    Way {
        name: "destroy",
        from: Some(1),
        to: None,
    },
];

impl Way {
    async fn begin(&self) -> Lab {
        let lab = Lab::default();
        if let Some(size) = self.from {
            lab.apply(&three(size)).await;
        }
        lab
    }

    async fn go(&self, lab: &Lab) -> Result<ApplyReport, Box<dyn std::error::Error>> {
        let mode = if self.to.is_some() { Mode::Normal } else { Mode::Destroy };
        let options = PlanOptions {
            mode,
            ..PlanOptions::default()
        };
        lab.apply_with(&three(self.to.unwrap_or(1)), &options).await
    }
}

/// The ids a state document tells of, in whatever role.
fn told(state: &State) -> Vec<String> {
    let objects = state.resources.values();
    let objects = objects.flat_map(|resource| resource.current.iter().chain(&resource.deposed));
    objects.map(|object| object.id.to_string()).collect()
}

/// What a run under a fault must have left: everything that is in the cloud is told somewhere.
async fn nothing_is_lost(lab: &Lab, first: &Result<ApplyReport, Box<dyn std::error::Error>>, when: &str) {
    let stored = lab.state().await;
    let mut known = told(&stored);
    known.extend(
        stored
            .unsettled
            .iter()
            .filter_map(|open| open.id.as_ref().map(ToString::to_string)),
    );
    let open = stored.unsettled.iter().any(|open| open.id.is_none());
    if let Ok(report) = first
        && let Some(unsaved) = report.unsaved.as_ref().filter(|unsaved| !unsaved.state.is_empty())
    {
        let kept = State::decode(&unsaved.state, "kept").unwrap();
        assert_eq!(kept.lineage, stored.lineage, "{when}");
        let mut ids = told(&kept);
        ids.sort();
        let there: Vec<String> = lab.cloud.world().things.keys().cloned().collect();
        assert_eq!(ids, there, "{when}: the document that was kept is not true");
    }
    for id in lab.cloud.world().things.keys() {
        // an intent without an id is found by its token
        assert!(known.contains(id) || open, "{when}: {id} is lost; {known:?}");
    }
}

#[tokio::test]
async fn no_failure_of_the_backend_loses_anything() {
    for way in &WAYS {
        let (lab, backend) = flaky(way.begin().await);
        let report = way.go(&lab).await.unwrap();
        assert!(report.is_success(), "{report:#?}");
        let expected = lab.census();
        let calls = backend.plan.lock().unwrap().calls.clone();
        let start = way.begin().await;
        for (number, call) in calls.iter().enumerate() {
            for count in [1, 2, usize::MAX] {
                for wrong in [Wrong::Refused, Wrong::AnswerLost] {
                    let when = format!("{}, {count} of {wrong:?} from call {number} ({call}) on", way.name);
                    let (lab, backend) = flaky(start.fork().await);
                    backend.plan.lock().unwrap().wrong = Some((number, count, wrong));
                    let first = way.go(&lab).await;
                    backend.plan.lock().unwrap().wrong = None;
                    nothing_is_lost(&lab, &first, &when).await;
                    let writes = call.starts_with("put") || call.starts_with("delete");
                    if count == 1 && writes {
                        let first = first.unwrap_or_else(|error| panic!("{when}: {error}"));
                        assert!(first.is_success(), "{when}: a single failure is got over: {first:#?}");
                    }
                    lab.unlock().await;
                    let again = way.go(&lab).await.unwrap_or_else(|error| panic!("{when}: {error}"));
                    assert!(again.is_success(), "{when}: {again:#?}");
                    assert_eq!(lab.census(), expected, "{when}");
                    lab.sound(&when).await;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_state_that_cannot_be_written_is_handed_out_whole() {
    let (lab, backend) = flaky(Lab::default());
    let stack = three(1);
    lab.apply(&stack).await;
    let calls = backend.plan.lock().unwrap().calls.clone();
    let put = calls.iter().position(|call| call == "put state.json").unwrap();
    let (lab, backend) = flaky(Lab::default());
    backend.plan.lock().unwrap().wrong = Some((put, usize::MAX, Wrong::Refused));
    let report = lab.apply_with(&stack, &PlanOptions::default()).await;
    let unsaved = report.unwrap().unsaved.unwrap();
    let kept = State::decode(&unsaved.state, "kept").unwrap();
    assert_eq!((kept.serial, kept.resources.len(), kept.unsettled.len()), (1, 3, 0));
    assert_eq!(unsaved.error.to_string(), "store: unavailable: as arranged");
    backend.plan.lock().unwrap().wrong = None;
    lab.unlock().await;
    let stored = lab.state().await;
    assert_eq!(
        (stored.serial, stored.resources.len()),
        (0, 3),
        "the journal holds everything"
    );
    assert!(lab.plan(&stack).await.unwrap().actions().next().is_none());
    let again = lab.apply(&stack).await;
    assert_eq!((again.serial, again.done.len()), (1, 0));
    lab.sound("after the journal was folded").await;
}

#[tokio::test]
async fn an_apply_of_nothing_writes_nothing() {
    let (lab, backend) = flaky(Lab::default());
    lab.apply(&three(1)).await;
    let before = backend.plan.lock().unwrap().calls.len();
    lab.apply(&three(1)).await;
    let calls = backend.plan.lock().unwrap().calls.split_off(before);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for call in &calls {
        *counts.entry(call.clone()).or_default() += 1;
    }
    assert!(
        !calls
            .iter()
            .any(|call| call.starts_with("put") || call.starts_with("delete")),
        "{counts:?}"
    );
}

/// A clock that never waits: time flies while somebody sleeps.
#[derive(Debug, Default)]
struct FlyingClock(Mutex<i64>);

#[async_trait]
impl Clock for FlyingClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_millis(*self.0.lock().unwrap())
    }

    async fn sleep(&self, duration: Duration) {
        *self.0.lock().unwrap() += i64::try_from(duration.as_millis()).unwrap();
        tokio::task::yield_now().await;
    }
}

fn info(id: &str) -> LockInfo {
    LockInfo {
        id: id.to_owned(),
        operation: "apply".to_owned(),
        info: String::new(),
        who: "tester@lab".to_owned(),
        version: "1".to_owned(),
        created: Timestamp::UNIX_EPOCH,
        path: "memory".to_owned(),
    }
}

/// Keeps a lock for many of its lifetimes, unless it is lost before.
async fn kept(lease: &Lease) -> bool {
    tokio::select! {
        () = lease.keep() => false,
        () = async {
            for _ in 0..50 {
                tokio::task::yield_now().await;
            }
        } => true,
    }
}

#[tokio::test]
async fn a_lock_is_kept_though_answers_are_lost_and_given_up_when_it_is_taken() {
    let (lab, flaky) = flaky(Lab::default());
    let backend: Arc<dyn Backend> = Arc::new(flaky.clone());
    let clock: Arc<dyn Clock> = Arc::new(FlyingClock::default());
    // call 0 takes the lock, 2 and 3 renew it
    for wrong in [0, 2, 3] {
        flaky.plan.lock().unwrap().calls.clear();
        flaky.plan.lock().unwrap().wrong = Some((wrong, 1, Wrong::AnswerLost));
        let lease = Lease::acquire(&backend, &clock, info("mine"), Duration::ZERO, &|_| {})
            .await
            .unwrap();
        assert!(kept(&lease).await, "answer {wrong} lost");
        lease.check().unwrap();
        assert_eq!(lab.backend.holder().await.unwrap(), Some(lease.lock()));
        lease.release().await.unwrap();
    }
    flaky.plan.lock().unwrap().wrong = None;
    let lease = Lease::acquire(&backend, &clock, info("mine"), Duration::ZERO, &|_| {})
        .await
        .unwrap();
    lab.unlock().await;
    let theirs = Lock {
        info: info("theirs"),
        expires: None,
    };
    lab.backend.lock(&theirs, None).await.unwrap();
    assert!(!kept(&lease).await);
    assert_eq!(
        lease.check().unwrap_err(),
        "the state lock is lost: held by tester@lab (apply, since 1970-01-01T00:00:00Z, lock id theirs)"
    );
    assert!(lease.release().await.is_err(), "it is not ours to give back");
}

#[tokio::test]
async fn a_lock_that_cannot_be_renewed_runs_out() {
    let (_, flaky) = flaky(Lab::default());
    let backend: Arc<dyn Backend> = Arc::new(flaky.clone());
    let clock: Arc<dyn Clock> = Arc::new(FlyingClock::default());
    let lease = Lease::acquire(&backend, &clock, info("mine"), Duration::ZERO, &|_| {})
        .await
        .unwrap();
    flaky.plan.lock().unwrap().wrong = Some((1, usize::MAX, Wrong::Refused));
    assert!(!kept(&lease).await);
    assert_eq!(
        lease.check().unwrap_err(),
        "the state lock ran out before it could be renewed"
    );
}

#[tokio::test]
async fn patience_waits_for_a_lock_and_a_dead_holder_is_followed() {
    let (lab, _) = flaky(Lab::default());
    let clock: Arc<dyn Clock> = Arc::new(FlyingClock::default());
    let backend: Arc<dyn Backend> = Arc::new(lab.backend.clone());
    let dead = Lease::acquire(&backend, &clock, info("dead"), Duration::ZERO, &|_| {})
        .await
        .unwrap();
    let news = Mutex::new(Vec::new());
    let tell = |told| news.lock().unwrap().push(told);
    let lease = Lease::acquire(&backend, &clock, info("next"), LEASE * 2, &tell)
        .await
        .unwrap();
    let dead = dead.lock();
    assert_eq!(
        *news.lock().unwrap(),
        [LockNews::Waiting(dead.clone()), LockNews::TakenOver(dead)]
    );
    assert_eq!(lab.backend.holder().await.unwrap(), Some(lease.lock()));
}
