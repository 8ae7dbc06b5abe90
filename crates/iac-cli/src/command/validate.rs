//! `validate`: builds environments and checks them, calling nothing.

use serde_json::json;

use crate::{
    context::Context,
    error::{Outcome, Problem},
    exit::Exit,
    render::style::{ADD, paint},
};

pub(super) fn run(cx: &Context<'_>, environment: Option<&str>) -> Outcome<Exit> {
    let environments = match environment {
        Some(_) => vec![cx.environment(environment)?],
        None => cx.app.environments.iter().collect(),
    };
    let mut sound = Vec::new();
    let mut problems = Vec::new();
    for environment in environments {
        match cx.stack(environment) {
            Ok(stack) => sound.push((environment.name.as_str(), stack.nodes().len())),
            Err(problem) => problems.push(*problem),
        }
    }
    if cx.json && problems.is_empty() {
        let environments: Vec<_> = sound
            .iter()
            .map(|(name, resources)| json!({"environment": name, "resources": resources}))
            .collect();
        cx.document(&json!({"format_version": 1, "environments": environments}));
    } else if !cx.json {
        for (name, resources) in sound {
            let things = if resources == 1 { "resource" } else { "resources" };
            cx.printer
                .result(&format!("{name}: {} ({resources} {things})\n", paint(ADD, "sound")));
        }
    }
    if problems.is_empty() {
        return Ok(Exit::Done);
    }
    Err(Problem::many(|count| format!("{count} environments are not sound"), problems).into())
}
