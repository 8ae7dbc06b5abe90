//! What colours mean. Everything reads without them.

use anstyle::{AnsiColor, Style};
use iac_core::plan::Action;

pub(crate) const ADD: Style = AnsiColor::Green.on_default();
pub(crate) const CHANGE: Style = AnsiColor::Yellow.on_default();
pub(crate) const REMOVE: Style = AnsiColor::Red.on_default();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Text in a style.
pub(crate) fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// The colour of an action.
pub(crate) fn of(action: Action) -> Style {
    match action {
        Action::Create => ADD,
        Action::Update | Action::Replace | Action::ReplaceCreateFirst => CHANGE,
        Action::Delete => REMOVE,
        Action::NoOp | Action::Forget => DIM,
    }
}

/// An action's sign, in its colour.
pub(crate) fn symbol(action: Action) -> String {
    match action {
        Action::Replace => format!("{}/{}", paint(REMOVE, "-"), paint(ADD, "+")),
        Action::ReplaceCreateFirst => format!("{}/{}", paint(ADD, "+"), paint(REMOVE, "-")),
        // something happens to it, though not to its object
        Action::NoOp => paint(DIM, "="),
        other => paint(of(other), other.symbol()),
    }
}
