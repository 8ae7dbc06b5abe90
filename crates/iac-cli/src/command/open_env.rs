//! Environments that are worked on from what is stored: their code may be broken or gone.

use std::sync::Arc;

use iac_core::{
    Session,
    model::Stack,
    state::{Backend, Snapshot},
};

use crate::{
    app::Environment,
    args::PlaceArgs,
    context::{Context, stopped},
    error::Outcome,
    render,
};

/// Opens an environment, with what declares it, if anything still does.
///
/// # Errors
/// It cannot be reached; or nothing declares it and nothing is stored of it: then the name is mistyped.
pub(super) async fn open<'a>(
    cx: &'a Context<'_>,
    name: &str,
    place: &PlaceArgs,
) -> Outcome<(Option<&'a Environment>, Session)> {
    let unknown = match cx.environment(Some(name)) {
        Ok(environment) => return Ok((Some(environment), cx.open(name, place).await?)),
        Err(unknown) => unknown,
    };
    match cx.open(name, place).await {
        Ok(session) if is_stored(cx, &*session.backend, name).await => Ok((None, session)),
        _ => Err(unknown),
    }
}

/// Opens the state of an environment and nothing else.
///
/// # Errors
/// As [`open`].
pub(super) async fn open_state(cx: &Context<'_>, name: &str, place: &PlaceArgs) -> Outcome<Arc<dyn Backend>> {
    let known = cx.environment(Some(name));
    let request = cx.request(name, place);
    let opening = cx
        .interrupts
        .unless_interrupted(cx.platform(place)?.open_state(&request));
    let opened = cx.progress().during(format!("reaching {name}"), opening).await;
    let opened = opened.ok_or_else(stopped)?;
    let Err(unknown) = known else {
        return Ok(opened?);
    };
    match opened {
        Ok(backend) if is_stored(cx, &*backend, name).await => Ok(backend),
        _ => Err(unknown),
    }
}

async fn is_stored(cx: &Context<'_>, backend: &dyn Backend, name: &str) -> bool {
    let snapshot = Snapshot::read(backend, &cx.app.name, name).await;
    snapshot.is_ok_and(|snapshot| snapshot.exists())
}

/// The environment's stack, or an empty one when it is not sound or gone: then the state says what there is.
pub(super) fn stack_or_empty(cx: &Context<'_>, environment: Option<&Environment>, name: &str) -> Stack {
    let empty = || Stack::new(&cx.app.name, name);
    let Some(environment) = environment else {
        return empty();
    };
    cx.stack(environment).unwrap_or_else(|problem| {
        let summary = problem.summary;
        let warning = format!("{summary}; going by the state alone");
        cx.printer.say(&render::error::warning(&warning));
        empty()
    })
}
