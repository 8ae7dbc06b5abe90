//! `output`: the outputs of an environment, as the last apply left them.

use iac_core::state::{OutputState, State};
use serde_json::Value;

use super::open_env;
use crate::{
    args::OutputArgs,
    context::{Context, nearest},
    error::{Outcome, Problem},
    exit::Exit,
    render,
};

pub(super) async fn run(cx: &Context<'_>, args: &OutputArgs) -> Outcome<Exit> {
    let environment = &cx.environment(args.environment.as_deref())?.name;
    let state = cx.snapshot(environment, &args.place).await?.state;
    let Some(name) = &args.name else {
        if cx.json {
            cx.document(&render::json::outputs(&state.outputs));
        } else if state.outputs.is_empty() {
            let apply = cx.invocation(&args.place).command("apply", environment, &[]);
            cx.printer.tell(&render::error::remark(&format!(
                "{environment} has no outputs; `{apply}` makes them"
            )));
        } else {
            cx.printer.result(&render::outputs::lines(&state.outputs));
        }
        return Ok(Exit::Done);
    };
    let Some(output) = state.outputs.get(name) else {
        let mut problem = Problem::new(format!("{environment} has no output `{name}`"));
        if let Some(nearest) = nearest(name, state.outputs.keys()) {
            problem = problem.hint(format!("did you mean `{nearest}`?"));
        }
        let names: Vec<&str> = state.outputs.keys().map(String::as_str).collect();
        return Err(problem
            .hint(if names.is_empty() {
                "it has no outputs yet: they are made by an apply".to_owned()
            } else {
                format!("the outputs are {}", names.join(", "))
            })
            .into());
    };
    let value = if output.secret {
        secret(cx, args, &state, (name, output)).await?
    } else {
        output.value.clone()
    };
    if cx.json {
        cx.document(&render::value::redacted(&value));
        return Ok(Exit::Done);
    }
    let text = match &value {
        Value::Array(_) | Value::Object(_) if args.raw => {
            return Err(Problem::new(format!("the output `{name}` is more than one value"))
                .hint("print it with `--json`")
                .into());
        }
        Value::String(text) => text.clone(),
        other => render::value::block(other).join("\n"),
    };
    if args.raw {
        cx.printer.exact(&text);
    } else {
        cx.printer.result(&(text + "\n"));
    }
    Ok(Exit::Done)
}

/// A secret, for who asks for it by name and as it is.
async fn secret(
    cx: &Context<'_>,
    args: &OutputArgs,
    state: &State,
    (name, output): (&str, &OutputState),
) -> Outcome<Value> {
    if !args.raw {
        return Err(Problem::new(format!("the output `{name}` is a secret"))
            .hint("`--raw` prints it, for whoever sees this terminal or its log")
            .into());
    }
    let backend = open_env::open_state(cx, &state.environment, &args.place).await?;
    let key = backend.key(false).await?;
    let opened = state.output_sealer(key.as_ref()).reveal(&output.value);
    opened.ok_or_else(|| {
        Problem::new(format!("the output `{name}` is a secret, and its value is not kept"))
            .hint("the state holds only a keyed hash of it: this environment has no key for secrets, see `state/README.md`")
            .into()
    })
}
