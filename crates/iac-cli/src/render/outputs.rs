//! Outputs of a stack as people read them.

use std::collections::BTreeMap;

use iac_core::{model::REDACTED, state::OutputState};

use super::{
    style::{BOLD, paint},
    value::{block, inline},
};

/// One line for each output; more for values that do not fit.
pub(crate) fn lines(outputs: &BTreeMap<String, OutputState>) -> String {
    let mut text = String::new();
    for (name, output) in outputs {
        let value = if output.secret {
            REDACTED.to_owned()
        } else {
            inline(&output.value).unwrap_or_else(|| block(&output.value).join("\n"))
        };
        text += &format!("{name}: {value}\n");
    }
    text
}

/// The outputs under their title; nothing when there are none.
pub(crate) fn all(outputs: &BTreeMap<String, OutputState>) -> String {
    if outputs.is_empty() {
        return String::new();
    }
    let lines: String = lines(outputs).lines().map(|line| format!("  {line}\n")).collect();
    format!("{}\n{lines}", paint(BOLD, "Outputs:"))
}
