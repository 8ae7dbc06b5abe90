//! `state push`: puts a document in place of the stored state.

use iac_core::{
    model::Hint,
    state::{STATE, Snapshot, State, StateError, StoreError},
};
use serde_json::json;

use crate::{
    args::{PushArgs, quoted},
    command::{edit::Edit, open_env},
    context::{Context, stopped},
    error::{Outcome, Problem},
    exit::Exit,
    render,
};

pub(super) async fn run(cx: &Context<'_>, args: &PushArgs) -> Outcome<Exit> {
    let PushArgs {
        environment,
        file,
        force,
        edit,
    } = args;
    let edit = Edit {
        operation: "state push",
        environment,
        backend: open_env::open_state(cx, environment, &edit.place).await?,
        args: edit,
    };
    let pushed = read(cx, environment, file).await?;
    readable(cx, &edit).await?;
    let resources = pushed.resources.len();
    let change = |snapshot: &Snapshot| {
        let refused = match snapshot.state.accepts(&pushed) {
            Err(refused) if snapshot.exists() => Some(refused),
            _ => None,
        };
        match refused {
            Some(refused) if !force => Err(refused.into()),
            overridden => Ok((pushed, overridden)),
        }
    };
    let edited = edit.make(cx, change).await?;
    let dry_run = edit.args.dry_run;
    let written = !dry_run && edited.before != Some(edited.serial);
    if let Some(overridden) = &edited.value {
        cx.printer
            .say(&render::error::warning(&format!("by force: {overridden}")));
    }
    if cx.json {
        cx.document(&json!({
            "format_version": render::json::FORMAT_VERSION,
            "environment": environment,
            "dry_run": dry_run,
            "written": written,
            "forced": edited.value.is_some(),
            "serial": edited.serial,
            "replaced": edited.before.filter(|_| written),
            "resources": resources,
        }));
    } else {
        let things = if resources == 1 { "resource" } else { "resources" };
        let says = match edited.before {
            _ if !written && !dry_run => format!("{environment} holds just that state: nothing was written"),
            Some(before) if dry_run => {
                format!("{environment} would hold {resources} {things}, in place of serial {before}")
            }
            None if dry_run => format!("{environment} would hold {resources} {things}; nothing is stored of it yet"),
            Some(before) => {
                format!("{environment} holds {resources} {things} now; serial {before} is kept in the history")
            }
            None => format!("{environment} holds {resources} {things} now"),
        };
        cx.printer.result(&format!("{says}\n"));
    }
    let flags: Vec<String> = force.then(|| "--force".to_owned()).into_iter().collect();
    edit.conclude(cx, &edited, &[quoted(file)], &flags);
    Ok(Exit::Done)
}

/// Refuses to replace a stored state that cannot be read: the history could not keep it.
async fn readable(cx: &Context<'_>, edit: &Edit<'_>) -> Outcome<()> {
    let reading = Snapshot::read(&*edit.backend, &cx.app.name, edit.environment);
    let read = cx.interrupts.unless_interrupted(reading).await.ok_or_else(stopped)?;
    let Err(StoreError::State(error)) = read else {
        return Ok(read.map(drop)?);
    };
    let place = edit.backend.place();
    Err(Problem::of(&error, Vec::new())
        .hint(format!(
            "move `{STATE}` in {place} elsewhere and keep it, then push again with `--force`: where none is stored any state of \
             {} is taken",
            edit.environment
        ))
        .into())
}

/// The document to push: a state of this environment.
async fn read(cx: &Context<'_>, environment: &str, file: &str) -> Outcome<State> {
    let (bytes, place) = if file == "-" {
        (cx.read_stdin().await?, "standard input")
    } else {
        let bytes = std::fs::read(cx.folder.join(file)).map_err(|error| {
            Problem::new(format!("{file} cannot be read"))
                .cause(error.to_string())
                .hint("name a file that `state pull` has written, or `-` for standard input")
        })?;
        (bytes, file)
    };
    let state = State::decode(&bytes, place);
    let state = state.and_then(|state| state.belongs_to(&cx.app.name, environment, place).map(|()| state));
    state.map_err(|error| {
        let hints = match &error {
            StateError::Malformed { .. } => vec!["a state is what `state pull` prints, whole and as it is".to_owned()],
            StateError::OtherStack { .. } => {
                vec!["push it to the environment it belongs to: its resources are not those of this one".to_owned()]
            }
            other => other.hints(),
        };
        Problem::of(&error, hints).into()
    })
}
