//! `rollback`: brings an environment back to an earlier serial. Works from the history, so it works when the code is gone or
//! broken.

use iac_core::{
    apply::Run,
    model::Stack,
    plan::recall,
    state::{history, serial},
};

use super::{
    reach,
    work::{Goal, Work, askable, brackets},
};
use crate::{
    args::RollbackArgs,
    context::{Context, stopped},
    error::{Outcome, Problem},
    exit::Exit,
    render,
};

pub(super) async fn run(cx: &Context<'_>, args: &RollbackArgs) -> Outcome<Exit> {
    let place = &args.environment.place;
    let name = cx.named(args.environment.environment.as_deref())?;
    cx.platform(place)?;
    askable(cx, args.consent, "rollback")?;
    let (_, session) = reach::open(cx, name, place).await?;
    let nowhere = Stack::new(&cx.app.name, name);
    cx.tell_where(&session, &nowhere, place);
    let account = brackets(&render::whereabouts::account(&session, &nowhere));
    let mut flags = vec![format!("--to {}", args.to)];
    flags.extend(args.scope.words());
    let work = Work {
        verb: "rollback",
        word: "yes",
        question: format!(
            "Bring {name} of {}{account} back to serial {}? Type yes: ",
            cx.app.name, args.to
        ),
        options: args.scope.options(&args.run),
        run: &args.run,
        consent: args.consent,
        invocation: cx.invocation(place),
        flags,
        session: &session,
        environment: name,
        goal: Goal::Serial(args.to),
    };
    work.run(cx).await
}

/// The stack that a serial stands for, seen from what is stored now.
pub(super) async fn recalled(cx: &Context<'_>, work: &Work<'_>, run: &Run, wanted: u64) -> Outcome<Stack> {
    let backend = &*work.session.backend;
    let reading = run.holding(serial(backend, wanted));
    let then = cx.interrupts.unless_asked(reading).await.ok_or_else(stopped)??;
    let environment = work.environment;
    let Some(then) = then else {
        let list = work.invocation.command("history", environment, &[]);
        let mut problem = Problem::new(format!("serial {wanted} of {environment} is not kept"));
        // it is only for the hint
        let kept = run.holding(history(backend)).await.unwrap_or_default();
        if let [latest, .., earliest] = kept.as_slice() {
            problem = problem.hint(format!("the serials {} to {} are", earliest.serial, latest.serial));
        }
        return Err(problem.hint(format!("what is kept is listed by `{list}`")).into());
    };
    then.belongs_to(&cx.app.name, environment, &backend.place())
        .map_err(|error| Problem::new(error.to_string()))?;
    if then.resources.is_empty() {
        let destroy = work.invocation.command("destroy", environment, &[]);
        return Err(Problem::new(format!("serial {wanted} of {environment} holds nothing"))
            .hint(format!("to remove everything that is there: `{destroy}`"))
            .into());
    }
    Ok(recall(&then, &run.snapshot().state, &work.session.registry)?)
}
