//! `drift`: what was changed outside since the state was written. Changes nothing, and needs no code.

use iac_core::plan::{Mode, PlanOptions};

use super::{open_env, plan::make_plan};
use crate::{
    args::{DriftArgs, ScopeArgs},
    context::Context,
    error::Outcome,
    exit::Exit,
    render,
};

pub(super) async fn run(cx: &Context<'_>, args: &DriftArgs) -> Outcome<Exit> {
    let place = &args.environment.place;
    let name = cx.named(args.environment.environment.as_deref())?;
    let (environment, session) = open_env::open(cx, name, place).await?;
    // the code says only what it leaves to others
    let stack = open_env::stack_or_empty(cx, environment, name);
    cx.tell_where(&session, &stack, place);
    let scope = ScopeArgs {
        select: args.select.clone(),
        ..ScopeArgs::default()
    };
    let options = PlanOptions {
        mode: Mode::RefreshOnly,
        ..scope.options(&args.run)
    };
    let lock_timeout = (!args.no_lock).then_some(args.run.lock.lock_timeout);
    let (plan, _) = make_plan(cx, "drift", (&stack, &session), &options, lock_timeout).await?;
    let drifted = !plan.drift.is_empty();
    if cx.json {
        cx.document(&render::json::drift(&plan));
    } else {
        cx.printer.result(&render::plan::drifted(&plan));
    }
    if drifted && !cx.json {
        let invocation = cx.invocation(place);
        let words = scope.to_args();
        let [undo, accept] = ["apply", "refresh"].map(|verb| invocation.command(verb, name, &words));
        cx.printer
            .tell(&render::error::remark(&format!("undo it with: {undo}")));
        cx.printer.tell(&render::error::remark(&format!(
            "take it into the state with: {accept}"
        )));
    }
    Ok(Exit::detailed(args.detailed_exitcode, drifted))
}
