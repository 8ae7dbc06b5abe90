//! `rollback`: brings an environment back to an earlier serial. Works from the history, so it works when the code is gone or
//! broken.

use iac_core::model::Stack;

use super::{
    open_env,
    operation::{Goal, Operation, in_parentheses, require_terminal},
};
use crate::{args::RollbackArgs, context::Context, error::Outcome, exit::Exit, render};

pub(super) async fn run(cx: &Context<'_>, args: &RollbackArgs) -> Outcome<Exit> {
    let place = &args.environment.place;
    let name = cx.named(args.environment.environment.as_deref())?;
    cx.platform(place)?;
    require_terminal(cx, args.consent, "rollback")?;
    let (_, session) = open_env::open(cx, name, place).await?;
    let nowhere = Stack::new(&cx.app.name, name);
    cx.tell_where(&session, &nowhere, place);
    let account = in_parentheses(&render::target_line::account(&session, &nowhere));
    let mut flags = vec![format!("--to {}", args.to)];
    flags.extend(args.scope.to_args());
    let operation = Operation {
        verb: "rollback",
        word: "yes",
        question: format!(
            "Bring {name} of {}{account} back to serial {}? Type yes: ",
            cx.app.name, args.to
        ),
        options: args.scope.options(&args.run),
        run: &args.run,
        view: args.view,
        consent: args.consent,
        invocation: cx.invocation(place),
        flags,
        session: &session,
        environment: name,
        goal: Goal::Serial(args.to),
    };
    operation.run(cx).await
}
