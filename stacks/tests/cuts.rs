//! The whole stack, cut off before and after every request that changes something: the process is gone, without any clean-up;
//! the next run brings the environment to what an uninterrupted one would have made, with nothing twice and nothing left over.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use iac_aws::{Aws, AwsConfig};
use iac_core::{
    Session,
    apply::{ApplyOptions, Run},
    model::{Clock, Stack},
    plan::{Mode, Plan, PlanOptions, Silent, plan},
    state::{LEASE, MemoryBackend},
};
use iac_sandbox::{Fault, World};
use jiff::{SignedDuration, Timestamp};
use stacks::environments::Environment;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// A clock that every wait sets forward at once, but for the lease's, which only looks on.
#[derive(Debug, Default)]
struct Jumping(AtomicI64);

#[async_trait]
impl Clock for Jumping {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_millis(self.0.load(Ordering::SeqCst))
    }

    async fn sleep(&self, duration: Duration) {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        if duration == LEASE / 4 {
            let end = self.0.load(Ordering::SeqCst) + millis;
            while self.0.load(Ordering::SeqCst) < end {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        } else {
            self.0.fetch_add(millis, Ordering::SeqCst);
            tokio::task::yield_now().await;
        }
    }
}

/// A world with its state. What is in them outlives every run.
struct Lab {
    world: World,
    session: Session,
}

impl Lab {
    async fn new() -> Outcome<Self> {
        let world = World::new();
        let config = AwsConfig::builder()
            .region("us-east-1")
            .http_client(world.http_client())
            .build();
        let session = Session {
            registry: iac_aws::registry(&Arc::new(Aws::connect(&config).await?)),
            backend: Arc::new(MemoryBackend::new()),
            clock: Arc::new(Jumping::default()),
            who: "tester@lab".to_owned(),
        };
        Ok(Self { world, session })
    }

    async fn begin(&self, stack: &Stack, mode: Mode) -> Outcome<(Run, Plan)> {
        let names = (stack.name(), stack.environment());
        let mut run = Run::begin(&self.session, names, "apply", Duration::ZERO, &Silent).await?;
        run.settle(&Silent).await?;
        let options = PlanOptions {
            mode,
            ..PlanOptions::default()
        };
        let plan = plan(stack, run.snapshot(), &self.session, &options, &Silent).await?;
        Ok((run, plan))
    }

    async fn run(&self, stack: &Stack, mode: Mode) -> Outcome<()> {
        let (mut run, plan) = self.begin(stack, mode).await?;
        let report = run.apply(&plan, &ApplyOptions::default(), &Silent).await;
        run.end().await?;
        if report.is_success() {
            Ok(())
        } else {
            Err(format!("{:#?}", report.failed).into())
        }
    }

    /// Runs until the cut, and is gone. Gives whether it came to the cut at all.
    async fn run_until_cut(&self, stack: &Stack, mode: Mode, cut: Fault) -> Outcome<bool> {
        let (mut run, plan) = self.begin(stack, mode).await?;
        self.world.inject(cut.hanging());
        let options = ApplyOptions::default();
        tokio::select! {
            report = run.apply(&plan, &options, &Silent) => drop(report),
            () = async {
                while !self.world.is_cut() {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                // what other calls were about to do is cut off, too
                tokio::time::sleep(Duration::from_millis(5)).await;
            } => {}
        }
        let cut = self.world.is_cut();
        self.world.clear_faults();
        drop(run);
        if let Some(lock) = self.session.backend.holder().await? {
            self.session.backend.unlock(&lock.info.id).await?;
        }
        Ok(cut)
    }

    /// How many of each kind there are: ids differ from run to run.
    fn census(&self) -> Vec<String> {
        let kinds = self.world.inventory().into_iter().map(|entry| {
            let by_id = entry.starts_with("ec2:") || entry.starts_with("cloudfront:");
            if by_id {
                entry.split('/').next().unwrap_or_default().to_owned()
            } else {
                entry
            }
        });
        let mut census: Vec<String> = kinds.collect();
        census.sort();
        census
    }
}

fn dev(read_units: i64) -> Stack {
    let mut stack = Stack::new(stacks::NAME, "dev");
    let environment = Environment {
        billing: iac_aws::dynamodb::Billing::provisioned(read_units, 5),
        ..Environment::dev()
    };
    stacks::build(&mut stack, &environment);
    stack
}

/// Cuts the run that brings a fresh lab, made ready by `before`, to `stack`, at every request; every `stride`-th is enough for
/// the far end of long runs.
async fn cut_everywhere(name: &str, before: Option<&Stack>, stack: &Stack, mode: Mode) -> Outcome<()> {
    let whole = Lab::new().await?;
    if let Some(before) = before {
        whole.run(before, Mode::Normal).await?;
    }
    whole.run(stack, mode).await?;
    let expected = whole.census();
    let mut cuts = 0;
    for n in 1.. {
        let mut reached = false;
        for cut in [Fault::cut_before(), Fault::cut_after()] {
            let lab = Lab::new().await?;
            if let Some(before) = before {
                lab.run(before, Mode::Normal).await?;
            }
            let at = format!("{name}, request {n}");
            reached |= lab
                .run_until_cut(stack, mode, cut.on_mutations().nth(n))
                .await
                .map_err(|error| format!("{at}: {error}"))?;
            lab.run(stack, mode)
                .await
                .map_err(|error| format!("{at}: the next run: {error}"))?;
            assert_eq!(lab.census(), expected, "{at}");
            let (run, plan) = lab.begin(stack, mode).await?;
            run.end().await?;
            assert!(plan.is_empty(), "{at}: {:#?}", plan.actions().collect::<Vec<_>>());
            cuts += usize::from(reached);
        }
        if !reached {
            break;
        }
    }
    assert!(cuts > 10, "{name}: only {cuts} cuts");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_cut_anywhere_is_finished_by_the_next_run() -> Outcome<()> {
    cut_everywhere("create", None, &dev(5), Mode::Normal).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destroy_cut_anywhere_is_finished_by_the_next_run() -> Outcome<()> {
    cut_everywhere("destroy", Some(&dev(5)), &dev(5), Mode::Destroy).await
}
