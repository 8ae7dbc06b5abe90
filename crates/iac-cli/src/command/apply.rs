//! `apply`: brings an environment to what the stack says.

use std::path::Path;

use iac_core::plan::{Mode, PlanOptions};

use super::{
    open_env,
    operation::{Goal, Operation, in_parentheses, require_terminal},
    plan::not_empty,
    plan_file,
};
use crate::{
    args::{ApplyArgs, ConsentArgs},
    context::Context,
    error::Outcome,
    exit::Exit,
    render,
};

pub(super) async fn run(cx: &Context<'_>, args: &ApplyArgs) -> Outcome<Exit> {
    if let Some(path) = &args.plan {
        return saved(cx, args, path).await;
    }
    let place = &args.environment.place;
    let environment = cx.environment(args.environment.environment.as_deref())?;
    let stack = cx.stack(environment)?;
    not_empty(cx, &stack)?;
    require_terminal(cx, args.consent, "apply")?;
    let name = stack.environment();
    let session = cx.open(name, place).await?;
    cx.tell_where(&session, &stack, place);
    let account = render::target_line::account(&session, &stack);
    let mut flags = args.scope.to_args();
    flags.extend(args.build.to_args());
    let operation = Operation {
        verb: "apply",
        word: "yes",
        question: format!(
            "Apply this to {name} of {}{}? Type yes: ",
            stack.name(),
            in_parentheses(&account)
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
        view: args.view,
        consent: args.consent,
        invocation: cx.invocation(place),
        flags,
        session: &session,
        environment: name,
        goal: Goal::Code(&stack),
    };
    operation.run(cx).await
}

/// Applies a plan from its file. What it does was agreed to when it was saved: nobody is asked, and the code is needed only for
/// secrets that the file does not hold.
async fn saved(cx: &Context<'_>, args: &ApplyArgs, path: &Path) -> Outcome<Exit> {
    let place = &args.environment.place;
    let name = cx.named(args.environment.environment.as_deref())?;
    cx.platform(place)?;
    let saved = plan_file::read(cx, path, name)?;
    let (environment, session) = open_env::open(cx, name, place).await?;
    let stack = open_env::stack_or_empty(cx, environment, name);
    cx.tell_where(&session, &stack, place);
    let operation = Operation {
        verb: "apply",
        word: "yes",
        question: String::new(),
        options: PlanOptions {
            mode: saved.plan.mode,
            ..args.scope.options(&args.run)
        },
        run: &args.run,
        view: args.view,
        consent: ConsentArgs {
            yes: true,
            ..args.consent
        },
        invocation: cx.invocation(place),
        flags: Vec::new(),
        session: &session,
        environment: name,
        goal: Goal::File(&saved, &stack),
    };
    operation.run(cx).await
}
