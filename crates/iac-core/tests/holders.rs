//! Many who apply the same environment at once: one at a time, none lost.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use iac_core::{
    apply::{ApplyOptions, Run},
    model::{Clock, Stack},
    plan::{self, NoopObserver, PlanOptions},
    state::{Backend, FileBackend},
};
use jiff::{SignedDuration, Timestamp};
use support::{NAMES, TestEnv, Thing, stack};

const HOLDERS: usize = 20;

/// Real time, fifty times as fast.
#[derive(Debug)]
struct FastClock(Instant);

#[async_trait]
impl Clock for FastClock {
    fn now(&self) -> Timestamp {
        let millis = i64::try_from(self.0.elapsed().as_millis()).unwrap_or_default();
        Timestamp::UNIX_EPOCH + SignedDuration::from_millis(millis * 50)
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed() * 50
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration / 50).await;
    }
}

/// Each holder adds a thing of its own to what is there already.
fn grown(known: usize) -> Stack {
    let mut stack = stack();
    for number in 0..=known {
        let name = format!("thing-{number}");
        stack.add(&name, Thing::builder().name(&*name).build());
    }
    stack
}

async fn one_at_a_time(mut env: TestEnv, backend: Arc<dyn Backend>) {
    env.session.backend = Arc::clone(&backend);
    env.session.clock = Arc::new(FastClock(Instant::now()));
    let inside = Arc::new(AtomicUsize::new(0));
    let tasks = (0..HOLDERS).map(|_| {
        let (env, inside) = (env.clone(), Arc::clone(&inside));
        tokio::spawn(async move {
            let patience = Duration::from_mins(50);
            let mut run = Run::begin(&env.session, NAMES, "apply", patience, &NoopObserver)
                .await
                .unwrap();
            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two hold the lock");
            run.recover(&NoopObserver).await.unwrap();
            let stack = grown(run.snapshot().state.resources.len());
            let options = PlanOptions::default();
            let plan = plan::plan(&stack, run.snapshot(), &env.session, &options, &NoopObserver)
                .await
                .unwrap();
            let report = run.apply(&plan, &ApplyOptions::default(), &NoopObserver).await;
            assert!(report.is_success(), "{report:#?}");
            assert_eq!(report.done.len(), 1);
            inside.fetch_sub(1, Ordering::SeqCst);
            run.end().await.unwrap();
            report.serial
        })
    });
    let mut serials = Vec::new();
    for done in futures::future::join_all(tasks).await {
        serials.push(done.unwrap());
    }
    serials.sort_unstable();
    assert_eq!(serials, (1..=HOLDERS as u64).collect::<Vec<_>>());
    assert_eq!(env.cloud.sandbox().things.len(), HOLDERS);
    assert!(backend.holder().await.unwrap().is_none());
    assert!(backend.list("journal/").await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_holders_take_turns_in_memory() {
    let env = TestEnv::default();
    let backend = Arc::new(env.backend.clone());
    one_at_a_time(env, backend).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_holders_take_turns_in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    one_at_a_time(TestEnv::default(), Arc::new(FileBackend::new(folder.path()))).await;
}
