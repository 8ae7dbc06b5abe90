//! `bootstrap`: makes the place where an environment's state is kept.

use serde_json::json;

use crate::{
    args::EnvironmentArgs,
    context::Context,
    error::{Outcome, Problem},
    exit::Exit,
    render,
};

pub(super) async fn run(cx: &Context<'_>, args: &EnvironmentArgs) -> Outcome<Exit> {
    let environment = &cx.environment(args.environment.as_deref())?.name;
    let request = cx.request(environment, &args.place);
    let making = cx.platform(&args.place)?.bootstrap(&request);
    let stopped = || Problem::new("stopped: run it again, it goes on from here");
    let making = cx.interrupts.unless_interrupted(making);
    let making = cx
        .progress()
        .during(format!("making the place for {environment}"), making)
        .await;
    let lines = making.ok_or_else(stopped)??;
    if cx.json {
        cx.document(&json!({"format_version": 1, "environment": environment, "lines": lines}));
        return Ok(Exit::Done);
    }
    for line in lines {
        cx.printer.result(&format!("{line}\n"));
    }
    let plan = cx.invocation(&args.place).command("plan", environment, &[]);
    cx.printer.tell(&render::error::remark(&format!("go on with: {plan}")));
    Ok(Exit::Done)
}
