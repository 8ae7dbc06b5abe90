//! A run that is to be broken: from what was there before to what is wanted.
#![allow(clippy::print_stderr, reason = "the figures are told by `--nocapture`")]

use std::env;

use iac_core::{
    model::Stack,
    plan::{Mode, Plan},
};
use iac_sandbox::{Fault, StaleReads};

use super::{Outcome, TestEnv};

/// How many reads of a service do not know of its last change.
const STALE_READS: u32 = 3;

/// A run, and the runs that came before it.
pub(crate) struct Way {
    pub(crate) name: &'static str,
    pub(crate) before: Vec<Stack>,
    pub(crate) stack: Stack,
    pub(crate) mode: Mode,
    /// How many reads of a service are answered from before each change, in the run that is broken and in the next.
    pub(crate) stale_reads: u32,
}

/// Where a way begins and where it ends when nothing disturbs it.
pub(crate) struct Course {
    start: TestEnv,
    expected: Vec<String>,
    /// What it does. The runs that are broken do this, too; those that follow make a plan of their own.
    pub(crate) plan: Plan,
    /// How many of its requests change something.
    pub(crate) requests: u64,
}

/// Whether a run is to be broken in every way at every place: `CUTS=all`. It takes minutes; a usual run takes turns.
#[allow(
    clippy::disallowed_methods,
    reason = "how much a test does is the affair of who runs it"
)]
pub(crate) fn everything() -> bool {
    env::var("CUTS").is_ok_and(|cuts| cuts == "all")
}

impl Way {
    /// The same, with reads that do not know of the last changes: the broken run, and the one that follows at once.
    pub(crate) fn with_stale_reads(mut self) -> Self {
        self.stale_reads = STALE_READS;
        self
    }

    /// Goes it once without a fault.
    pub(crate) async fn course(&self) -> Outcome<Course> {
        let start = TestEnv::new().await?;
        for (number, before) in self.before.iter().enumerate() {
            let ran = start.run(before, Mode::Normal).await;
            ran.map_err(|error| format!("{}, run {number} before: {error}", self.name))?;
        }
        let whole = start.fork().await?;
        let ran = whole.run(&self.stack, self.mode).await;
        let plan = ran.map_err(|error| format!("{}, undisturbed: {error}", self.name))?;
        let requests = u64::try_from(whole.changing().len())?;
        let course = Course {
            start,
            expected: whole.census(),
            plan,
            requests,
        };
        self.arrived(&course, &whole, &format!("{}, undisturbed", self.name))
            .await?;
        Ok(course)
    }

    /// A env at the beginning of the way.
    pub(crate) async fn begin(&self, course: &Course) -> Outcome<TestEnv> {
        let env = course.start.fork().await?;
        env.sandbox.set_stale_reads(&StaleReads::first(self.stale_reads));
        Ok(env)
    }

    /// Goes it again after it was broken, and demands that everything is as if nothing had been. Gives what it had to do.
    pub(crate) async fn finish(&self, course: &Course, env: &TestEnv, at: &str) -> Outcome<Plan> {
        let ran = env.run(&self.stack, self.mode).await;
        let plan = ran.map_err(|error| format!("{at}: the next run: {error}"))?;
        self.arrived(course, env, at).await?;
        Ok(plan)
    }

    async fn arrived(&self, course: &Course, env: &TestEnv, at: &str) -> Outcome<()> {
        env.sandbox.catch_up();
        assert_eq!(env.census(), course.expected, "{at}");
        let plan = env.plan(&self.stack, self.mode).await?;
        let left: Vec<_> = plan
            .actions()
            .map(|change| (&change.address, change.action, &change.attributes, &change.reasons))
            .collect();
        assert!(plan.is_empty(), "{at}: the next plan is not empty: {left:#?}");
        env.expect_sound(&self.stack, &plan, at).await
    }

    /// Cuts it at every request that changes something, before and after; with another stride than 1, in a usual run only at
    /// every so manyth, and there by turns before and after.
    pub(crate) async fn cut_everywhere(&self, stride: u64) -> Outcome<()> {
        let course = self.course().await?;
        let moments = [("before", Fault::cut_before()), ("after", Fault::cut_after())];
        let mut cuts = 0;
        for n in 1..=course.requests {
            for (turn, (moment, cut)) in (0..).zip(&moments) {
                if !(everything() || stride == 1 || (n % stride == 0 && (n / stride) % 2 == turn)) {
                    continue;
                }
                let env = self.begin(&course).await?;
                let at = format!("{}, cut {moment} request {n}", self.name);
                let cut = env
                    .apply_until_cut(&self.stack, &course.plan, cut.clone().on_mutations().nth(n))
                    .await
                    .map_err(|error| format!("{at}: {error}"))?;
                assert!(cut, "{at}: did not come to it");
                self.finish(&course, &env, &at).await?;
                cuts += 1;
            }
        }
        let requests = course.requests;
        let reads = self.stale_reads;
        eprintln!(
            "{}, {reads} stale reads: {cuts} cuts, {requests} changing requests",
            self.name
        );
        assert!(cuts > 9, "{}: only {cuts} cuts", self.name);
        Ok(())
    }
}
