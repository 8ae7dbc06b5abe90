//! Outputs of a stack as people read them.

use std::{collections::BTreeMap, fmt::Write as _};

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
        let _ = writeln!(text, "{name}: {value}");
    }
    text
}

/// The outputs under their title; nothing when there are none.
pub(crate) fn all(outputs: &BTreeMap<String, OutputState>) -> String {
    if outputs.is_empty() {
        return String::new();
    }
    let mut text = paint(BOLD, "Outputs:") + "\n";
    for line in lines(outputs).lines() {
        let _ = writeln!(text, "  {line}");
    }
    text + "\n"
}
