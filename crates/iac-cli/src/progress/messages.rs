//! The lines that progress is shown in.

use std::time::Duration;

use iac_core::{
    model::{Address, ResourceError},
    plan::Action,
    state::{LEASE, Lock},
};

use crate::render::{
    duration::short,
    style::{BOLD, DIM, REMOVE, WARNING, paint, symbol},
};

/// The three forms of an action's verb.
pub(crate) struct Verb {
    pub(crate) plain: &'static str,
    pub(crate) going: &'static str,
    pub(crate) done: &'static str,
}

/// The verb of an action.
pub(crate) fn verb(action: Action) -> Verb {
    let (plain, going, done) = match action {
        Action::Create => ("create", "creating", "created"),
        Action::Update => ("update", "updating", "updated"),
        Action::Replace | Action::ReplaceCreateFirst => ("replace", "replacing", "replaced"),
        Action::Delete => ("delete", "deleting", "deleted"),
        Action::Forget => ("forget", "forgetting", "forgotten"),
        Action::NoOp => ("record", "recording", "recorded"),
    };
    Verb { plain, going, done }
}

fn line(action: Action, address: &Address, rest: &str) -> String {
    format!("{} {}: {rest}\n", symbol(action), paint(BOLD, address))
}

pub(super) fn started(action: Action, address: &Address) -> String {
    line(action, address, verb(action).going)
}

/// A service that asks for fewer requests.
pub(super) fn throttled(service: &str, at_once: usize) -> String {
    let steps = if at_once == 1 {
        "one step goes"
    } else {
        &format!("{at_once} steps go")
    };
    paint(
        DIM,
        format_args!("{service} asks for fewer requests: {steps} on there at once"),
    ) + "\n"
}

/// A step that takes long: how long already, and what it waits for.
pub(super) fn waiting(action: Action, address: &Address, elapsed: Duration, awaited: Option<&str>) -> String {
    let going = verb(action).going;
    let awaited = awaited.map(|awaited| format!(" ({awaited})")).unwrap_or_default();
    line(action, address, &format!("still {going}, {}{awaited}", short(elapsed)))
}

/// What is awaited without the seconds at its end: the line says how long the step takes as a whole.
pub(super) fn without_time(message: &str) -> &str {
    match message.rsplit_once(", ") {
        Some((awaited, time))
            if time
                .strip_suffix('s')
                .is_some_and(|number| number.parse::<u64>().is_ok()) =>
        {
            awaited
        }
        _ => message,
    }
}

/// A step in flight, on a line that moves. No line end.
pub(super) fn in_flight(action: Action, address: &Address, elapsed: Duration, awaited: Option<&str>) -> String {
    let awaited = awaited
        .map(|awaited| paint(DIM, format_args!(" {awaited}")))
        .unwrap_or_default();
    let going = verb(action).going;
    format!("{} {address}: {going} {}{awaited}", symbol(action), short(elapsed))
}

pub(super) fn finished(action: Action, address: &Address, elapsed: Duration, id: Option<&str>) -> String {
    let id = id.map(|id| paint(DIM, format_args!(" ({id})"))).unwrap_or_default();
    line(
        action,
        address,
        &format!("{} in {}{id}", verb(action).done, short(elapsed)),
    )
}

pub(super) fn failed(action: Action, address: &Address, error: &ResourceError) -> String {
    let plain = verb(action).plain;
    format!(
        "{} {}: {plain} failed: {error}\n",
        paint(REMOVE, "!"),
        paint(BOLD, address)
    )
}

pub(super) fn skipped(action: Action, address: &Address, because: Option<&Address>) -> String {
    let plain = verb(action).plain;
    let because = because.map_or_else(|| "the run was stopped".to_owned(), |other| format!("it needs {other}"));
    format!("{} {address}: {plain} not tried, {because}\n", paint(DIM, "!"))
}

pub(super) fn lock_waiting(holder: &Lock) -> String {
    format!("{} the state is locked by {holder}\n", paint(WARNING, "waiting:"))
}

pub(super) fn lock_watching(holder: &Lock) -> String {
    format!(
        "{} the lock of {holder} seems to have run out: it is taken over if nobody renews it for {} seconds\n",
        paint(WARNING, "waiting:"),
        LEASE.as_secs()
    )
}

pub(super) fn lock_taken_over(holder: &Lock) -> String {
    format!(
        "{} the lock of {holder} had run out and was taken over\n",
        paint(WARNING, "note:")
    )
}

pub(super) fn recovered(address: &Address, message: &str) -> String {
    format!("{} {}: {message}\n", paint(WARNING, "recovered:"), paint(BOLD, address))
}

pub(super) fn reading(total: usize) -> String {
    match total {
        0 => String::new(),
        1 => paint(DIM, "reading 1 object") + "\n",
        _ => paint(DIM, format_args!("reading {total} objects")) + "\n",
    }
}
