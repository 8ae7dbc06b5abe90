//! `destroy`: deletes everything in an environment. Works from the state, so it works when the code is gone or broken.

use iac_core::{
    model::Stack,
    plan::{Mode, PlanOptions},
    state::Snapshot,
};

use super::work::{Work, askable, brackets};
use crate::{args::DestroyArgs, context::Context, error::Outcome, exit::Exit, render};

pub(super) async fn run(cx: &Context<'_>, args: &DestroyArgs) -> Outcome<Exit> {
    let place = &args.environment.place;
    let wanted = args.environment.environment.as_deref();
    let known = cx.environment(wanted);
    let (Some(name), platform) = (wanted, cx.platform(place)?) else {
        return known.map(|_| Exit::Failed);
    };
    askable(cx, args.consent, "destroy")?;
    let (stack, session) = match known {
        Ok(environment) => {
            let stack = cx.stack(environment).unwrap_or_else(|problem| {
                cx.printer.say(&render::error::warning(&format!(
                    "{}; going by the state alone",
                    problem.summary
                )));
                Stack::new(&cx.app.name, name)
            });
            (stack, cx.open(name, place).await?)
        }
        // an environment whose code is gone can still be destroyed; one that never was is a slip of the hand
        Err(unknown) => {
            let Ok(session) = platform.open(&cx.request(name, place)).await else {
                return Err(unknown);
            };
            match Snapshot::read(&*session.backend, &cx.app.name, name).await {
                Ok(snapshot) if snapshot.exists() => {}
                _ => return Err(unknown),
            }
            (Stack::new(&cx.app.name, name), session)
        }
    };
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
        consent: args.consent,
        invocation: cx.invocation(place),
        flags: args.scope.words(),
        session: &session,
        stack: &stack,
    };
    work.run(cx).await
}
