//! `destroy`: deletes everything in an environment. Works from the state, so it works when the code is gone or broken.

use iac_core::plan::{Mode, PlanOptions};

use super::{
    open_env,
    operation::{Goal, Operation, in_parentheses, require_terminal},
};
use crate::{
    args::{DestroyArgs, ViewArgs},
    context::Context,
    error::Outcome,
    exit::Exit,
    render,
};

pub(super) async fn run(cx: &Context<'_>, args: &DestroyArgs) -> Outcome<Exit> {
    let place = &args.environment.place;
    let name = cx.named(args.environment.environment.as_deref())?;
    cx.platform(place)?;
    require_terminal(cx, args.consent, "destroy")?;
    let (environment, session) = open_env::open(cx, name, place).await?;
    let stack = open_env::stack_or_empty(cx, environment, name);
    cx.tell_where(&session, &stack, place);
    let account = in_parentheses(&render::target_line::account(&session, &stack));
    let operation = Operation {
        verb: "destroy",
        word: name,
        question: format!(
            "This deletes all of the above in {name} of {}{account}. Type {name} to go on: ",
            cx.app.name
        ),
        options: PlanOptions {
            mode: Mode::Destroy,
            ..args.scope.options(&args.run)
        },
        run: &args.run,
        // what goes is shown by its address
        view: ViewArgs::default(),
        consent: args.consent,
        invocation: cx.invocation(place),
        flags: args.scope.to_args(),
        session: &session,
        environment: name,
        goal: Goal::Code(&stack),
    };
    operation.run(cx).await
}
