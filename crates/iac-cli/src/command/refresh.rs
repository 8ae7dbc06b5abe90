//! `refresh`: brings the state to what is there. It is `apply --refresh-only`.

use super::apply;
use crate::{
    args::{ApplyArgs, BuildArgs, RefreshArgs, ScopeArgs, ViewArgs},
    context::Context,
    error::Outcome,
    exit::Exit,
};

pub(super) async fn run(cx: &Context<'_>, args: &RefreshArgs) -> Outcome<Exit> {
    let apply = ApplyArgs {
        environment: args.environment.clone(),
        run: args.run.clone(),
        scope: ScopeArgs {
            select: args.select.clone(),
            ..ScopeArgs::default()
        },
        view: ViewArgs::default(),
        build: BuildArgs {
            refresh_only: true,
            ..BuildArgs::default()
        },
        consent: args.consent,
        plan: None,
    };
    apply::run(cx, &apply).await
}
