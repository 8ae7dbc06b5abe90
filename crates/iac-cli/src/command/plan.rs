//! `plan`: shows what apply would do.

use std::time::Duration;

use iac_core::{
    Session,
    apply::{Run, RunError},
    model::{ErrorKind, Stack},
    plan::{Mode, Plan, PlanOptions, SavedPlan, plan},
    state::{BackendError, Snapshot, StoreError},
};

use super::plan_file::PlanFile;
use crate::{
    args::{PlanArgs, quoted},
    context::{Context, stopped},
    error::{Outcome, Problem},
    exit::Exit,
    render::{self, plan::Detail},
};

pub(super) async fn run(cx: &Context<'_>, args: &PlanArgs) -> Outcome<Exit> {
    let place = &args.environment.place;
    let environment = cx.environment(args.environment.environment.as_deref())?;
    let stack = cx.stack(environment)?;
    if !args.destroy {
        not_empty(cx, &stack)?;
    }
    let name = stack.environment();
    let file = args.out.as_ref().map(|path| PlanFile::prepare(cx, path)).transpose()?;
    let session = cx.open(name, place).await?;
    cx.tell_where(&session, &stack, place);
    let options = PlanOptions {
        replace: crate::args::set(&args.build.replace),
        mode: match (args.destroy, args.build.refresh_only) {
            (true, _) => Mode::Destroy,
            (_, true) => Mode::RefreshOnly,
            _ => Mode::Normal,
        },
        ..args.scope.options(&args.run)
    };
    let lock_timeout = (!args.no_lock).then_some(args.run.lock.lock_timeout);
    let (plan, snapshot) = make_plan(cx, "plan", (&stack, &session), &options, lock_timeout).await?;
    if let Some(file) = file {
        file.write(&SavedPlan::new(&plan, &snapshot, &session).await?)?;
    }
    if cx.json {
        cx.document(&render::json::plan(&plan));
    } else {
        let detail = Detail::new(args.view, &session.registry);
        cx.printer.result(&render::plan::plan(&plan, detail));
        if let Some(path) = &args.out {
            let flags = [format!("--plan {}", quoted(&path.display().to_string()))];
            let command = cx.invocation(place).command("apply", name, &flags);
            cx.printer.tell(&render::error::remark(&format!(
                "saved to {}; apply it with: {command}",
                path.display()
            )));
        } else if !plan.is_empty() {
            let mut flags = args.scope.to_args();
            flags.extend(args.build.to_args());
            let verb = if args.destroy { "destroy" } else { "apply" };
            let command = cx.invocation(place).command(verb, name, &flags);
            let next = if args.destroy { "do it with" } else { "apply it with" };
            cx.printer.tell(&render::error::remark(&format!("{next}: {command}")));
        }
    }
    Ok(Exit::detailed(args.detailed_exitcode, !plan.is_empty()))
}

/// Makes a plan, and tells nothing but what it was made on. The lock is waited for up to `lock_timeout`; without one none is taken, and nothing at all is
/// written.
pub(super) async fn make_plan(
    cx: &Context<'_>,
    operation: &str,
    (stack, session): (&Stack, &Session),
    options: &PlanOptions,
    lock_timeout: Option<Duration>,
) -> Outcome<(Plan, Snapshot)> {
    let progress = cx.progress();
    let names = (stack.name(), stack.environment());
    let Some(lock_timeout) = lock_timeout else {
        let planning = async {
            let snapshot = Snapshot::read(&*session.backend, names.0, names.1).await?;
            let plan = plan(stack, &snapshot, session, options, &progress).await?;
            Outcome::Ok((plan, snapshot))
        };
        let planning = cx.interrupts.unless_interrupted(planning);
        return progress.watch(planning).await.ok_or_else(stopped)?;
    };
    let begin = Run::begin(session, names, operation, lock_timeout, &progress);
    let begin = cx.interrupts.unless_interrupted(begin);
    let run = progress.watch(begin).await.ok_or_else(stopped)?;
    let run = run.map_err(|error| lock_refused(operation, error))?;
    let planning = run.holding(plan(stack, run.snapshot(), session, options, &progress));
    let planning = cx.interrupts.unless_interrupted(planning);
    let planned = progress.watch(planning).await;
    let snapshot = run.snapshot().clone();
    cx.release(run).await;
    Ok((planned.ok_or_else(stopped)??, snapshot))
}

/// A role that may only read cannot take the lock, and need not.
fn lock_refused(operation: &str, error: RunError) -> Box<Problem> {
    let denied = matches!(
        &error,
        RunError::Store(StoreError::Backend(BackendError::Remote(remote))) if remote.kind == ErrorKind::Denied
    );
    let mut problem: Box<Problem> = error.into();
    if denied {
        problem
            .hints
            .push(format!("a role that may only read can {operation} with `--no-lock`"));
    }
    problem
}

/// Refuses a stack with nothing in it: bringing an environment to nothing is what `destroy` is for.
pub(super) fn not_empty(cx: &Context<'_>, stack: &Stack) -> Outcome<()> {
    if !stack.nodes().is_empty() || !stack.outputs().is_empty() || !stack.forgotten().is_empty() {
        return Ok(());
    }
    let name = stack.environment();
    let destroy = cx
        .invocation(&crate::args::PlaceArgs::default())
        .command("destroy", name, &[]);
    Err(Problem::new(format!("the stack of {name} is empty"))
        .hint("add resources to it in the function given to `App::environment`")
        .hint(format!("to remove everything that is there: `{destroy}`"))
        .into())
}
