//! `state`: looks at what the state holds. Takes no lock.

use crate::{
    args::StateCommand,
    context::{Context, nearest},
    error::{Outcome, Problem},
    exit::Exit,
    render,
};

pub(super) async fn run(cx: &Context<'_>, command: &StateCommand) -> Outcome<Exit> {
    match command {
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
