//! What `apply`, `destroy` and `rollback` share: plan under the lock, ask, do it, tell what it came to.

use std::time::Duration;

use iac_core::{
    Session,
    apply::{ApplyOptions, ApplyReport, CancelToken, Run},
    model::Stack,
    plan::{Plan, PlanOptions, SavedPlan, plan},
};

use super::{serial, state_dump::StateDump};
use crate::{
    args::{ConsentArgs, RunArgs, ViewArgs},
    context::{Context, stopped},
    error::{Outcome, Problem},
    exit::Exit,
    invocation::Invocation,
    progress::Progress,
    render::{self, plan::Detail, report::Summary},
};

/// A plan, what its apply came to, and how long that took.
type Applied = (Plan, ApplyReport, Duration);

/// What an environment is brought to.
pub(super) enum Goal<'a> {
    /// What the code says.
    Code(&'a Stack),
    /// What a plan in a file says, the code being this now.
    File(&'a SavedPlan, &'a Stack),
    /// What it was at this serial, as the history has it once the lock is held.
    Serial(u64),
}

/// What is to be done, and in whose words.
pub(super) struct Operation<'a> {
    /// `apply`, `destroy` or `rollback`.
    pub(super) verb: &'static str,
    /// What the user types to confirm.
    pub(super) word: &'a str,
    /// What is asked.
    pub(super) question: String,
    pub(super) environment: &'a str,
    pub(super) goal: Goal<'a>,
    pub(super) session: &'a Session,
    pub(super) options: PlanOptions,
    pub(super) run: &'a RunArgs,
    pub(super) view: ViewArgs,
    pub(super) consent: ConsentArgs,
    /// How this program was called.
    pub(super) invocation: Invocation,
    /// The flags that choose what is planned.
    pub(super) flags: Vec<String>,
}

/// Refuses, before anything is reached, to begin what nobody could confirm.
pub(super) fn require_terminal(cx: &Context<'_>, consent: ConsentArgs, verb: &str) -> Outcome<()> {
    if consent.yes || cx.interactive {
        return Ok(());
    }
    let hint = match verb {
        // no other command shows it
        "rollback" => "say yes beforehand with `--yes`",
        _ => "say yes beforehand with `--yes`; look at it first with `plan`",
    };
    Err(Problem::new(format!(
        "{verb} asks before it changes anything, and there is no terminal to ask on"
    ))
    .hint(hint)
    .into())
}

impl Operation<'_> {
    /// The command that goes on from where this one stops.
    fn again(&self) -> String {
        self.invocation.command(self.verb, self.environment, &self.flags)
    }

    /// Does it.
    pub(super) async fn run(self, cx: &Context<'_>) -> Outcome<Exit> {
        let progress = cx.progress();
        let names = (cx.app.name.as_str(), self.environment);
        let begin = Run::begin(self.session, names, self.verb, self.run.lock.lock_timeout, &progress);
        let begin = cx.interrupts.unless_interrupted(begin);
        let mut run = progress.watch(begin).await.ok_or_else(stopped)??;
        let outcome = self.locked(cx, &mut run, &progress).await;
        cx.release(run).await;
        let (plan, report, elapsed) = outcome?;
        Ok(self.tell(cx, &plan, &report, elapsed))
    }

    async fn locked(&self, cx: &Context<'_>, run: &mut Run, progress: &Progress) -> Outcome<Applied> {
        let plan = self.plan(cx, run, progress).await?;
        let detail = Detail::new(self.view, &self.session.registry);
        let text = match self.goal {
            Goal::Code(_) | Goal::File(..) => render::plan::plan(&plan, detail),
            Goal::Serial(serial) => render::plan::towards(&plan, detail, &format!("what it was at serial {serial}")),
        } + "\n";
        match (cx.json, self.consent.yes) {
            (false, _) => cx.printer.result(&text),
            (true, true) => cx.printer.tell(&text),
            // nobody is asked about what they have not seen
            (true, false) => cx.printer.say(&text),
        }
        if !plan.is_empty() && !self.consent.yes {
            let asked = run.holding(cx.ask(&self.question)).await;
            if asked.as_deref() != Some(self.word) {
                return Err(Problem::new(format!("not confirmed: nothing was changed in {}", plan.environment)).into());
            }
        }
        let started = cx.clock.now();
        let report = self.apply(cx, run, &plan, progress).await;
        let elapsed = cx.clock.now().duration_since(started).unsigned_abs();
        Ok((plan, report, elapsed))
    }

    /// What is done: planned now, or read from a file.
    async fn plan(&self, cx: &Context<'_>, run: &mut Run, progress: &Progress) -> Outcome<Plan> {
        if let Goal::File(saved, stack) = self.goal {
            let restoring = run.restore(saved, stack, progress);
            let restoring = cx.interrupts.unless_interrupted(restoring);
            return Ok(progress.watch(restoring).await.ok_or_else(stopped)??);
        }
        progress.watch(run.recover(progress)).await?;
        let earlier;
        let stack = match self.goal {
            Goal::Code(stack) | Goal::File(_, stack) => stack,
            Goal::Serial(serial) => {
                earlier = serial::stack_at_serial(cx, (self.session, self.environment), &self.invocation, run, serial)
                    .await?;
                &earlier
            }
        };
        let planning = run.holding(plan(stack, run.snapshot(), self.session, &self.options, progress));
        let planning = cx.interrupts.unless_interrupted(planning);
        Ok(progress.watch(planning).await.ok_or_else(stopped)??)
    }

    async fn apply(&self, cx: &Context<'_>, run: &mut Run, plan: &Plan, progress: &Progress) -> ApplyReport {
        let stop = CancelToken::default();
        let options = ApplyOptions {
            parallelism: self.options.parallelism,
            fail_fast: self.consent.fail_fast,
            stop: stop.clone(),
        };
        let applying = progress.watch(run.apply(plan, &options, progress));
        tokio::pin!(applying);
        tokio::select! {
            biased;
            report = &mut applying => report,
            () = cx.interrupts.asked(1) => {
                stop.request();
                cx.printer.say(&render::error::warning(
                    "stopping: what is in flight is finished and saved, nothing more is begun; ask again to leave at once",
                ));
                applying.await
            }
        }
    }

    fn state_dump<'p>(&'p self, plan: &'p Plan) -> StateDump<'p> {
        StateDump {
            names: (&plan.stack, &plan.environment),
            place: self.session.backend.place(),
            invocation: &self.invocation,
            again: self.again(),
        }
    }

    fn tell(&self, cx: &Context<'_>, plan: &Plan, report: &ApplyReport, elapsed: Duration) -> Exit {
        let again = &self.again();
        let kept = report
            .unsaved
            .as_ref()
            .map(|unsaved| self.state_dump(plan).keep(cx, report.serial + 1, unsaved));
        let summary = Summary {
            verb: self.verb,
            plan,
            report,
            elapsed,
            again,
        };
        let mut problem = summary.problem();
        if let Some(kept) = kept {
            problem = Some(match problem {
                Some(mut problem) => {
                    problem.errors.push(kept);
                    problem
                }
                None => kept,
            });
        }
        if let Some(problem) = &mut problem {
            problem.map_hints(&|hint| self.invocation.concrete(hint, &plan.environment));
        }
        if cx.json {
            cx.document(&render::json::report(&summary, problem.as_ref()));
        } else if self.verb != "destroy" {
            if !report.outputs.is_empty() && !report.done.is_empty() {
                cx.printer.tell("\n");
            }
            cx.printer.result(&render::outputs::all(&report.outputs));
        }
        let Some(problem) = problem else {
            cx.printer.tell(&summary.success());
            if let (Goal::Serial(_), false) = (&self.goal, plan.is_empty()) {
                cx.printer.tell(&render::error::remark(
                    "the code says what it said: bring it to this, too, before the next apply",
                ));
            }
            return Exit::detailed(self.consent.detailed_exitcode, !plan.is_empty());
        };
        cx.printer.say(&summary.done_and_pending());
        cx.printer.say(&render::error::problem(&problem));
        Exit::Failed
    }
}

/// A remark in a sentence, when there is something to remark.
pub(super) fn in_parentheses(remark: &str) -> String {
    if remark.is_empty() {
        String::new()
    } else {
        format!(" ({remark})")
    }
}
