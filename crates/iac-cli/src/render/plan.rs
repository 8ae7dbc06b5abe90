//! A plan as people read it.

use std::fmt::Write as _;

use iac_core::{
    model::Schema,
    plan::{Action, Change, Drift, Mode, Plan, PlannedValue, Reason},
};
use serde_json::Value;

use super::{
    error::warning,
    style::{ADD, BOLD, CHANGE, DIM, REMOVE, WARNING, of, paint, symbol},
    value::{UNKNOWN, inline, redacted},
};

mod attribute;
mod detail;

pub(crate) use detail::Detail;
use detail::at_defaults;

/// The whole plan: what would be done, what was changed outside, the outputs, and the counts.
pub(crate) fn plan(plan: &Plan, detail: Detail<'_>) -> String {
    towards(plan, detail, "what the stack says")
}

/// The whole plan, towards something else than what the stack says.
pub(crate) fn towards(plan: &Plan, detail: Detail<'_>, goal: &str) -> String {
    let mut text = String::new();
    leftovers(plan, &mut text);
    drift(plan, &mut text);
    let mut hidden = 0;
    for change in plan.actions() {
        hidden += self::change(change, detail.schema(change), &mut text);
    }
    if hidden > 0 {
        let _ = writeln!(text, "{}\n", paint(DIM, at_defaults(hidden)));
    }
    outputs(plan, &mut text);
    for message in &plan.warnings {
        text += &warning(message);
    }
    text += &summary(plan, goal);
    text
}

fn leftovers(plan: &Plan, text: &mut String) {
    if plan.leftovers.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "{}",
        paint(WARNING, "Left by an interrupted run; the next apply recovers it first:")
    );
    for line in &plan.leftovers {
        let _ = writeln!(text, "  {line}");
    }
    text.push('\n');
}

/// What was changed outside, as far as it leads to something; all of it when that is what was asked for.
fn drift(plan: &Plan, text: &mut String) {
    let matters = |drift: &&Drift| {
        plan.mode == Mode::RefreshOnly || plan.change(&drift.address).is_some_and(Change::does_something)
    };
    let drifts: Vec<&Drift> = plan.drift.iter().filter(matters).collect();
    if drifts.is_empty() {
        return;
    }
    let _ = writeln!(text, "{}", paint(BOLD, "Changed outside since the last run:"));
    for drift in drifts {
        one_drift(drift, text);
    }
    text.push('\n');
}

fn one_drift(drift: &Drift, text: &mut String) {
    if drift.gone {
        let _ = writeln!(text, "{} {}: deleted", paint(REMOVE, "!"), drift.address);
    } else {
        let _ = writeln!(text, "{} {}", paint(CHANGE, "!"), drift.address);
    }
    for line in drift.attributes.iter().flat_map(attribute::lines) {
        let _ = writeln!(text, "    {line}");
    }
}

/// What was changed outside, and nothing else; from a plan that only refreshes.
pub(crate) fn drifted(plan: &Plan) -> String {
    let mut text = String::new();
    leftovers(plan, &mut text);
    for drift in &plan.drift {
        one_drift(drift, &mut text);
    }
    let gone = plan.drift.iter().filter(|drift| drift.gone).count();
    let line = match plan.drift.len() {
        0 => format!(
            "{} {} is as the state says.",
            paint(BOLD, "No drift."),
            plan.environment
        ),
        all => format!(
            "{} {} changed outside, {gone} deleted.",
            paint(BOLD, "Drift:"),
            all - gone
        ),
    };
    if !plan.drift.is_empty() {
        text.push('\n');
    }
    text + &line + "\n"
}

/// One change, as it stands in a plan.
pub(crate) fn single(change: &Change) -> String {
    let mut text = String::new();
    self::change(change, None, &mut text);
    text
}

/// Tells one change, without the defaults of `schema`; gives how many properties it leaves out.
fn change(change: &Change, schema: Option<&Schema>, text: &mut String) -> usize {
    let because: Vec<String> = change
        .reasons
        .iter()
        .filter(|reason| !matches!(reason, Reason::New | Reason::Differs))
        .map(ToString::to_string)
        .collect();
    let because = if because.is_empty() {
        String::new()
    } else {
        format!(" {}", paint(DIM, format_args!("({})", because.join("; "))))
    };
    let _ = writeln!(
        text,
        "{} {}: {}{because}",
        symbol(change.action),
        paint(BOLD, &change.address),
        paint(of(change.action), what(change)),
    );
    let mut hidden = 0;
    // what an object was does not matter when it goes: its id says which one it is
    if change.action != Action::Delete && change.action != Action::Forget {
        let (lines, left_out) = attribute::group(change, schema);
        for line in lines {
            let _ = writeln!(text, "    {line}");
        }
        hidden = left_out;
    }
    text.push('\n');
    hidden
}

/// What is done, with the id of an object that goes.
fn what(change: &Change) -> String {
    let id = change
        .data
        .prior
        .as_ref()
        .map(|object| format!(" {}", object.id))
        .unwrap_or_default();
    match change.action {
        Action::Create => "create".to_owned(),
        Action::Update => "update".to_owned(),
        Action::Replace => format!("replace{id}, delete first"),
        Action::ReplaceCreateFirst => format!("replace{id}, create first"),
        Action::Delete => format!("delete{id}"),
        Action::Forget if change.reasons.contains(&Reason::Gone) => format!("forget{id}"),
        Action::Forget => format!("forget{id}, the object stays"),
        Action::NoOp => match change.reasons.first() {
            Some(Reason::Deposed { .. }) => "delete what is left".to_owned(),
            _ => "only the state changes".to_owned(),
        },
    }
}

fn outputs(plan: &Plan, text: &mut String) {
    let mut differing = plan.outputs.iter().filter(|(_, output)| output.differs()).peekable();
    if differing.peek().is_none() {
        return;
    }
    let _ = writeln!(text, "{}", paint(BOLD, "Outputs:"));
    for (name, output) in differing {
        let shown = |value: &Value| {
            if output.secret {
                iac_core::model::REDACTED.to_owned()
            } else {
                inline(value).unwrap_or_else(|| redacted(value).to_string())
            }
        };
        let before = output.before.as_ref().map(|before| shown(&before.value));
        let after = match &output.after {
            PlannedValue::Known(value) => Some(shown(value)),
            PlannedValue::Unknown => Some(UNKNOWN.to_owned()),
            PlannedValue::Absent => None,
        };
        let _ = match (before, after) {
            (None, Some(after)) => writeln!(text, "  {} {name}: {after}", paint(ADD, "+")),
            (Some(before), None) => writeln!(text, "  {} {name}: {before}", paint(REMOVE, "-")),
            (Some(before), Some(after)) => writeln!(text, "  {} {name}: {before} -> {after}", paint(CHANGE, "~")),
            (None, None) => Ok(()),
        };
    }
    text.push('\n');
}

/// The line of counts; a sentence when there is nothing to do.
fn summary(plan: &Plan, goal: &str) -> String {
    let environment = &plan.environment;
    if plan.is_empty() {
        let because = match plan.mode {
            Mode::Normal => format!("{environment} is {goal}."),
            Mode::Destroy => format!("{environment} has nothing left to destroy."),
            Mode::RefreshOnly => format!("The state says what is there in {environment}."),
        };
        return format!("{} {because}\n", paint(BOLD, "No changes."));
    }
    let counts = plan.summary();
    let mut line = format!(
        "{} {} to create, {} to update, {} to replace, {} to delete",
        paint(BOLD, "Plan:"),
        counts.create,
        counts.update,
        counts.replace,
        counts.delete
    );
    for (count, what) in [(counts.forget, "to forget"), (counts.import, "to import")] {
        if count > 0 {
            let _ = write!(line, ", {count} {what}");
        }
    }
    line + ".\n"
}

#[cfg(test)]
mod tests;
