//! `unlock`: takes the lock away from a run that is surely dead.

use serde_json::json;

use crate::{
    args::UnlockArgs,
    context::Context,
    error::{Outcome, Problem},
    exit::Exit,
};

pub(super) async fn run(cx: &Context<'_>, args: &UnlockArgs) -> Outcome<Exit> {
    let environment = &cx.environment(Some(&args.environment))?.name;
    let backend = cx
        .platform(&args.place)?
        .open_state(&cx.request(environment, &args.place))
        .await?;
    let Some(holder) = backend.holder().await? else {
        return Err(Problem::new(format!("{environment} is not locked"))
            .hint("there is nothing to take away: go on with what you wanted to do")
            .into());
    };
    if holder.info.id != args.id {
        let unlock = cx.invocation(&args.place);
        let unlock = unlock.command_on("unlock", environment, std::slice::from_ref(&holder.info.id), &[]);
        return Err(Problem::new(format!(
            "{environment} is locked, but not with the id {}: by {holder}",
            args.id
        ))
        .hint(format!("if that run is surely dead: `{unlock}`"))
        .into());
    }
    backend.unlock(&args.id).await?;
    if cx.json {
        cx.document(&json!({"format_version": 1, "environment": environment, "unlocked": args.id}));
    } else {
        cx.printer
            .tell(&format!("{environment} is unlocked; it was locked by {holder}\n"));
    }
    Ok(Exit::Done)
}
