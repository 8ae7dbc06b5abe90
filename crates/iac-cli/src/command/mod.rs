//! The commands, one file per verb.

mod apply;
mod bootstrap;
mod destroy;
mod drift;
mod edit;
mod forget;
mod graph;
mod history;
mod import;
mod open_env;
mod operation;
mod output;
mod plan;
mod plan_file;
mod refresh;
mod rollback;
mod serial;
mod state;
mod state_dump;
mod unlock;
mod validate;

use crate::{args::Command, context::Context, error::Outcome, exit::Exit};

/// Does what was asked for.
pub(crate) async fn run(cx: &Context<'_>, command: &Command) -> Outcome<Exit> {
    match command {
        Command::Plan(args) => plan::run(cx, args).await,
        Command::Apply(args) => apply::run(cx, args).await,
        Command::Destroy(args) => destroy::run(cx, args).await,
        Command::Refresh(args) => refresh::run(cx, args).await,
        Command::Drift(args) => drift::run(cx, args).await,
        Command::Import(args) => import::run(cx, args).await,
        Command::Rollback(args) => rollback::run(cx, args).await,
        Command::Forget(args) => forget::run(cx, args, "forget").await,
        Command::History(args) => history::run(cx, args).await,
        Command::Output(args) => output::run(cx, args).await,
        Command::State(command) => state::run(cx, command).await,
        Command::Bootstrap(args) => bootstrap::run(cx, args).await,
        Command::Unlock(args) => unlock::run(cx, args).await,
        Command::Validate { environment } => validate::run(cx, environment.as_deref()),
        Command::Graph { environment } => graph::run(cx, environment.as_deref()),
    }
}
