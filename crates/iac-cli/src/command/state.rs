//! `state`: looks at what the state holds, and changes it. A look takes no lock.

mod mv;
mod push;

use iac_core::state::Snapshot;

use super::{forget, open_env};
use crate::{
    args::{EnvironmentArgs, StateCommand},
    context::{Context, nearest, stopped},
    error::{Outcome, Problem},
    exit::Exit,
    render,
};

pub(super) async fn run(cx: &Context<'_>, command: &StateCommand) -> Outcome<Exit> {
    match command {
        StateCommand::Mv(args) => return mv::run(cx, args).await,
        StateCommand::Rm(args) => return forget::run(cx, args, "state rm").await,
        StateCommand::Push(args) => return push::run(cx, args).await,
        StateCommand::Pull(args) => return pull(cx, args).await,
        StateCommand::List(args) => {
            let environment = &cx.environment(args.environment.as_deref())?.name;
            let snapshot = cx.snapshot(environment, &args.place).await?;
            if cx.json {
                cx.document(&render::json::state_list(&snapshot.state));
            } else if snapshot.state.resources.is_empty() {
                cx.printer.tell(&render::error::remark(&format!(
                    "the state of {environment} holds nothing"
                )));
            } else {
                cx.printer.result(&render::state::list(&snapshot.state));
            }
        }
        StateCommand::Show {
            environment,
            address,
            place,
        } => {
            let environment = &cx.environment(Some(environment))?.name;
            let state = cx.snapshot(environment, place).await?.state;
            let Some(resource) = state.resources.get(address) else {
                let problem = Problem::new(format!("the state of {environment} holds no {address}"));
                let names: Vec<String> = state.resources.keys().map(ToString::to_string).collect();
                let list = cx.invocation(place).command("state list", environment, &[]);
                return Err(match nearest(&address.to_string(), names) {
                    Some(nearest) => problem.hint(format!("did you mean `{nearest}`?")),
                    None => problem,
                }
                .hint(format!("what it holds is listed by `{list}`"))
                .into());
            };
            if cx.json {
                cx.document(&render::json::state_show(address, resource));
            } else {
                cx.printer.result(&render::state::show(address, resource));
            }
        }
    }
    Ok(Exit::Done)
}

/// Prints the document, with what its journal says.
async fn pull(cx: &Context<'_>, args: &EnvironmentArgs) -> Outcome<Exit> {
    let environment = cx.named(args.environment.as_deref())?;
    let backend = open_env::open_state(cx, environment, &args.place).await?;
    let reading = Snapshot::read(&*backend, &cx.app.name, environment);
    let snapshot = cx.interrupts.unless_interrupted(reading).await.ok_or_else(stopped)??;
    if !snapshot.exists() {
        let apply = cx.invocation(&args.place).command("apply", environment, &[]);
        return Err(Problem::new(format!("nothing is stored of {environment} yet"))
            .hint(format!("`{apply}` makes its first state"))
            .into());
    }
    let bytes = snapshot.state.encode();
    let bytes = bytes.map_err(|error| Problem::of(&error, Vec::new()))?;
    cx.printer.exact(&String::from_utf8_lossy(&bytes));
    Ok(Exit::Done)
}
