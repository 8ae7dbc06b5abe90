//! A lock is held while it is renewed, whatever the backend answers, and given up when it is not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use iac_core::{
    model::Clock,
    state::{Backend, LEASE, Lease, Lock, LockEvent, LockInfo},
};
use jiff::{SignedDuration, Timestamp};
use support::{TestEnv, Wrong, flaky};

/// A clock that never waits: time flies while somebody sleeps.
#[derive(Debug, Default)]
struct FlyingClock(Mutex<i64>);

#[async_trait]
impl Clock for FlyingClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_millis(*self.0.lock().unwrap())
    }

    fn monotonic(&self) -> Duration {
        self.now().duration_since(Timestamp::UNIX_EPOCH).unsigned_abs()
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
        who: "tester@env".to_owned(),
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
    let (env, flaky) = flaky(TestEnv::default());
    let backend: Arc<dyn Backend> = Arc::new(flaky.clone());
    let clock: Arc<dyn Clock> = Arc::new(FlyingClock::default());
    // call 0 takes the lock, 2 and 3 renew it
    for wrong in [0, 2, 3] {
        flaky.plan().calls.clear();
        flaky.plan().wrong = Some((wrong, 1, Wrong::AnswerLost));
        let lease = Lease::acquire(&backend, &clock, info("mine"), Duration::ZERO, &|_| {})
            .await
            .unwrap();
        assert!(kept(&lease).await, "answer {wrong} lost");
        lease.check().unwrap();
        assert_eq!(env.backend.holder().await.unwrap(), Some(lease.lock()));
        lease.release().await.unwrap();
    }
    flaky.plan().wrong = None;
    let lease = Lease::acquire(&backend, &clock, info("mine"), Duration::ZERO, &|_| {})
        .await
        .unwrap();
    env.unlock().await;
    let theirs = Lock {
        info: info("theirs"),
        expires: None,
    };
    env.backend.lock(&theirs, None).await.unwrap();
    assert!(!kept(&lease).await);
    assert_eq!(
        lease.check().unwrap_err(),
        "the state lock is lost: held by tester@env (apply, since 1970-01-01T00:00:00Z, lock id theirs)"
    );
    assert!(lease.release().await.is_err(), "it is not ours to give back");
}

#[tokio::test]
async fn a_lock_that_cannot_be_renewed_runs_out() {
    let (_, flaky) = flaky(TestEnv::default());
    let backend: Arc<dyn Backend> = Arc::new(flaky.clone());
    let clock: Arc<dyn Clock> = Arc::new(FlyingClock::default());
    let lease = Lease::acquire(&backend, &clock, info("mine"), Duration::ZERO, &|_| {})
        .await
        .unwrap();
    flaky.plan().wrong = Some((1, usize::MAX, Wrong::Refused));
    assert!(!kept(&lease).await);
    assert_eq!(
        lease.check().unwrap_err(),
        "the state lock ran out before it could be renewed"
    );
}

#[tokio::test]
async fn patience_waits_for_a_lock_and_a_dead_holder_is_followed() {
    let (env, _) = flaky(TestEnv::default());
    let clock: Arc<dyn Clock> = Arc::new(FlyingClock::default());
    let backend: Arc<dyn Backend> = Arc::new(env.backend.clone());
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
        [LockEvent::Waiting(dead.clone()), LockEvent::TakenOver(dead)]
    );
    assert_eq!(env.backend.holder().await.unwrap(), Some(lease.lock()));
}

/// A machine whose clock is set wrong by so many seconds; time itself goes by as everywhere.
#[derive(Debug)]
struct SkewedClock(Arc<FlyingClock>, i64);

#[async_trait]
impl Clock for SkewedClock {
    fn now(&self) -> Timestamp {
        self.0.now() + SignedDuration::from_secs(self.1)
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }

    async fn sleep(&self, duration: Duration) {
        self.0.sleep(duration).await;
    }
}

const TEN_MINUTES: i64 = 600;

/// A world in which two machines do not agree on the time.
fn skewed(by: i64) -> (Arc<dyn Backend>, Arc<dyn Clock>, Arc<dyn Clock>) {
    let time = Arc::new(FlyingClock(Mutex::new(1_000_000)));
    let backend: Arc<dyn Backend> = Arc::new(TestEnv::default().backend.clone());
    (
        backend,
        Arc::clone(&time) as Arc<dyn Clock>,
        Arc::new(SkewedClock(time, by)),
    )
}

#[tokio::test]
async fn a_holder_that_lives_keeps_its_lock_whatever_the_clocks_say() {
    for skew in [-TEN_MINUTES, 0, TEN_MINUTES] {
        for patience in [Duration::ZERO, LEASE * 5] {
            let (backend, ours, theirs) = skewed(skew);
            let held = Lease::acquire(&backend, &ours, info("first"), Duration::ZERO, &|_| {})
                .await
                .unwrap();
            let id = held.lock().info.id;
            let refused = tokio::select! {
                () = held.keep() => unreachable!("{skew}: the lock is lost"),
                second = Lease::acquire(&backend, &theirs, info("second"), patience, &|_| {}) => second.unwrap_err(),
            };
            assert!(refused.to_string().contains("lock id first"), "{skew}: {refused}");
            held.check().unwrap();
            assert_eq!(backend.holder().await.unwrap().unwrap().info.id, id);
        }
    }
}

#[tokio::test]
async fn a_dead_holder_is_followed_after_a_whole_lease_by_the_clock_of_the_one_who_waits() {
    for skew in [-TEN_MINUTES, 0, TEN_MINUTES] {
        let (backend, ours, theirs) = skewed(skew);
        let dead = Lease::acquire(&backend, &ours, info("dead"), Duration::ZERO, &|_| {})
            .await
            .unwrap();
        let began = theirs.monotonic();
        let next = Lease::acquire(&backend, &theirs, info("next"), LEASE * 2, &|_| {})
            .await
            .unwrap();
        assert!(theirs.monotonic() >= began + LEASE, "{skew}");
        assert!(dead.check().is_err(), "{skew}: the first one knows by its own clock");
        assert_eq!(backend.holder().await.unwrap(), Some(next.lock()));
    }
}

#[tokio::test]
async fn a_lock_that_seems_dead_is_watched_though_nobody_said_to_wait() {
    let (backend, ours, theirs) = skewed(TEN_MINUTES);
    let dead = Lease::acquire(&backend, &ours, info("dead"), Duration::ZERO, &|_| {})
        .await
        .unwrap()
        .lock();
    let news = Mutex::new(Vec::new());
    let tell = |told| news.lock().unwrap().push(told);
    Lease::acquire(&backend, &theirs, info("next"), Duration::ZERO, &tell)
        .await
        .unwrap();
    assert_eq!(
        *news.lock().unwrap(),
        [LockEvent::Watching(dead.clone()), LockEvent::TakenOver(dead)]
    );
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_make_a_lease_longer() {
    let (backend, ours, _) = skewed(0);
    let set_back = Arc::new(SetBack(Arc::clone(&ours), Mutex::new(0)));
    let clock = Arc::clone(&set_back) as Arc<dyn Clock>;
    let held = Lease::acquire(&backend, &clock, info("first"), Duration::ZERO, &|_| {})
        .await
        .unwrap();
    *set_back.1.lock().unwrap() = -TEN_MINUTES;
    held.check().unwrap();
    ours.sleep(LEASE).await;
    assert_eq!(
        held.check().unwrap_err(),
        "the state lock ran out before it could be renewed"
    );
}

/// A clock that somebody sets while a lock is held.
#[derive(Debug)]
struct SetBack(Arc<dyn Clock>, Mutex<i64>);

#[async_trait]
impl Clock for SetBack {
    fn now(&self) -> Timestamp {
        self.0.now() + SignedDuration::from_secs(*self.1.lock().unwrap())
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }

    async fn sleep(&self, duration: Duration) {
        self.0.sleep(duration).await;
    }
}
