//! `graph`: the dependency graph of an environment, in the DOT language.

use iac_core::graph::Graph;
use serde_json::json;

use crate::{context::Context, error::Outcome, exit::Exit};

pub(super) fn run(cx: &Context<'_>, environment: Option<&str>) -> Outcome<Exit> {
    let stack = cx.stack(cx.environment(environment)?)?;
    if cx.json {
        let resources: Vec<_> = stack
            .nodes()
            .values()
            .map(|node| json!({"address": node.address, "dependencies": node.dependencies}))
            .collect();
        cx.document(&json!({"format_version": 1, "resources": resources}));
    } else {
        let nodes = stack
            .nodes()
            .iter()
            .map(|(address, node)| (address, &node.dependencies));
        cx.printer.result(&Graph::new(nodes).dot());
    }
    Ok(Exit::Done)
}
