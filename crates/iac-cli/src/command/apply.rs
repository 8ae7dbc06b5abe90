//! `apply`: brings an environment to what the stack says.

use iac_core::plan::{Mode, PlanOptions};

use super::{
    plan::not_empty,
    work::{Goal, Work, askable, brackets},
};
use crate::{args::ApplyArgs, context::Context, error::Outcome, exit::Exit, render};

pub(super) async fn run(cx: &Context<'_>, args: &ApplyArgs) -> Outcome<Exit> {
    let place = &args.environment.place;
    let environment = cx.environment(args.environment.environment.as_deref())?;
    let stack = cx.stack(environment)?;
    not_empty(cx, &stack)?;
    askable(cx, args.consent, "apply")?;
    let name = stack.environment();
    let session = cx.open(name, place).await?;
    cx.tell_where(&session, &stack, place);
    let account = render::whereabouts::account(&session, &stack);
    let mut flags = args.scope.words();
    flags.extend(args.build.words());
    let work = Work {
        verb: "apply",
        word: "yes",
        question: format!(
            "Apply this to {name} of {}{}? Type yes: ",
            stack.name(),
            brackets(&account)
        ),
        options: PlanOptions {
            replace: crate::args::set(&args.build.replace),
            mode: if args.build.refresh_only {
                Mode::RefreshOnly
            } else {
                Mode::Normal
            },
            ..args.scope.options(&args.run)
        },
        run: &args.run,
        consent: args.consent,
        invocation: cx.invocation(place),
        flags,
        session: &session,
        environment: name,
        goal: Goal::Code(&stack),
    };
    work.run(cx).await
}
