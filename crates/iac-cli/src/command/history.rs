//! `history`: the serials of an environment's state that are kept. Takes no lock.

use iac_core::state::history;

use super::open_env;
use crate::{
    args::HistoryArgs,
    context::{Context, stopped},
    error::Outcome,
    exit::Exit,
    render,
};

pub(super) async fn run(cx: &Context<'_>, args: &HistoryArgs) -> Outcome<Exit> {
    let place = &args.environment.place;
    let environment = cx.named(args.environment.environment.as_deref())?;
    let backend = open_env::open_state(cx, environment, place).await?;
    let reading = cx.interrupts.unless_interrupted(history(&*backend));
    let what = format!("reading the history of {environment}");
    let serials = cx.progress().during(what, reading).await.ok_or_else(stopped)??;
    let shown = &serials[..args.limit.unwrap_or(serials.len()).min(serials.len())];
    if cx.json {
        cx.document(&render::json::history(environment, shown));
        return Ok(Exit::Done);
    }
    cx.printer.result(&render::history::table(shown));
    let remark = match shown {
        [] => {
            let apply = cx.invocation(place).command("apply", environment, &[]);
            format!("{environment} has no history yet; `{apply}` begins it")
        }
        _ if shown.len() < serials.len() => format!("the latest {} of {}", shown.len(), serials.len()),
        _ => return Ok(Exit::Done),
    };
    cx.printer.tell(&render::error::remark(&remark));
    Ok(Exit::Done)
}
