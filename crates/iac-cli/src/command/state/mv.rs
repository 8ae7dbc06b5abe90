//! `state mv`: renames a resource, in the state alone.

use iac_core::state::Snapshot;
use serde_json::json;

use crate::{
    args::MoveArgs,
    command::{
        edit::{Edit, code},
        open_env,
    },
    context::Context,
    error::{Outcome, Problem},
    exit::Exit,
    render,
};

pub(super) async fn run(cx: &Context<'_>, args: &MoveArgs) -> Outcome<Exit> {
    let MoveArgs {
        environment,
        from,
        to,
        edit,
    } = args;
    let edit = Edit {
        operation: "state mv",
        environment,
        backend: open_env::open_state(cx, environment, &edit.place).await?,
        args: edit,
    };
    let dry_run = edit.args.dry_run;
    let change = |snapshot: &Snapshot| {
        let mut state = snapshot.state.clone();
        let moved = state.move_resource(from, to);
        moved.map_err(|error| Problem::from(&error))?;
        Ok((state, ()))
    };
    let edited = edit.make(cx, change).await?;
    if cx.json {
        cx.document(&json!({
            "format_version": render::json::FORMAT_VERSION,
            "environment": environment,
            "dry_run": dry_run,
            "serial": edited.serial,
            "from": from,
            "to": to,
        }));
    } else {
        let is = if dry_run { "would be" } else { "is now" };
        cx.printer.result(&format!("{from} {is} {to}\n"));
    }
    // a rename that the code does not make, too, is undone by the next apply at a price
    if let Some(stack) = code(cx, environment)
        && stack.nodes().contains_key(from)
        && !stack.nodes().contains_key(to)
    {
        cx.printer.say(&render::error::warning(&format!(
            "the stack declares {from} and no {to}: the next apply would make the one and delete the other, unless it is \
             renamed in the code before"
        )));
    }
    edit.conclude(cx, &edited, &[from.to_string(), to.to_string()], &[]);
    Ok(Exit::Done)
}
