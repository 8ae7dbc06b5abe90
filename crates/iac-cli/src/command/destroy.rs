//! `destroy`: deletes everything in an environment. Works from the state, so it works when the code is gone or broken.

use iac_core::plan::{Mode, PlanOptions};

use super::{
    reach,
    work::{Goal, Work, askable, brackets},
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
    askable(cx, args.consent, "destroy")?;
    let (environment, session) = reach::open(cx, name, place).await?;
    let stack = reach::stack(cx, environment, name);
    cx.tell_where(&session, &stack, place);
    let account = brackets(&render::whereabouts::account(&session, &stack));
    let work = Work {
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
        flags: args.scope.words(),
        session: &session,
        environment: name,
        goal: Goal::Code(&stack),
    };
    work.run(cx).await
}
