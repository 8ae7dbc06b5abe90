//! `forget`, `state rm`: lets go of resources without deleting them. Works from the state, so it works when the code is gone or
//! broken.

use std::collections::BTreeMap;

use iac_core::{
    model::Address,
    state::{ResourceState, Snapshot, State},
};

use super::{
    edit::{Edit, code},
    open_env,
};
use crate::{
    args::{ForgetArgs, set},
    context::Context,
    error::{Outcome, Problem},
    exit::Exit,
    render,
};

/// What is forgotten.
type Forgotten = BTreeMap<Address, ResourceState>;

pub(super) async fn run(cx: &Context<'_>, args: &ForgetArgs, operation: &'static str) -> Outcome<Exit> {
    let environment = args.environment.as_str();
    let edit = Edit {
        operation,
        environment,
        backend: open_env::open_state(cx, environment, &args.edit.place).await?,
        args: &args.edit,
    };
    let edited = edit.make(cx, |snapshot| forget(snapshot, args)).await?;
    let stack = code(cx, environment);
    let declared = |address: &Address| Some(stack.as_ref()?.nodes().contains_key(address));
    if cx.json {
        let dry_run = args.edit.dry_run;
        cx.document(&render::json::forgotten(
            environment,
            edited.serial,
            dry_run,
            &edited.value,
            &declared,
        ));
    } else {
        cx.printer
            .result(&render::state::forgotten(&edited.value, args.edit.dry_run));
    }
    for address in edited.value.keys().filter(|address| declared(address) == Some(true)) {
        cx.printer.say(&render::error::warning(&format!(
            "the stack declares {address}: the next apply would make it again, unless it is taken out of the code before"
        )));
    }
    let what: Vec<String> = edited.value.keys().map(ToString::to_string).collect();
    edit.conclude(cx, &edited, &what, &[]);
    Ok(Exit::Done)
}

/// The state without the resources; all that is in the way is told.
fn forget(snapshot: &Snapshot, args: &ForgetArgs) -> Outcome<(State, Forgotten)> {
    let mut state = snapshot.state.clone();
    let mut forgotten = Forgotten::new();
    let mut problems = Vec::new();
    for address in set(&args.addresses) {
        match state.forget(&address) {
            Ok(resource) => drop(forgotten.insert(address, resource)),
            Err(error) => problems.push(Problem::from(&error)),
        }
    }
    if problems.is_empty() {
        return Ok((state, forgotten));
    }
    Err(Problem::many(|count| format!("nothing was forgotten, for {count} reasons"), problems).into())
}
