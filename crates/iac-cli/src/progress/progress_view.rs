//! What is in flight, and what of it is shown when. Gives lines back; the moving ones are indicatif's.

use std::{collections::BTreeMap, time::Duration};

use iac_core::{
    model::Address,
    plan::{Action, Event},
};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::messages;
use crate::render::style::{DIM, paint};

/// How long a step may be silent on plain output.
const SILENCE: Duration = Duration::from_secs(10);

/// The steps in flight.
pub(super) struct ProgressView {
    live: Option<MultiProgress>,
    steps: BTreeMap<(Address, Action), Step>,
    count: Option<Count>,
}

struct Step {
    started: Timestamp,
    told: Timestamp,
    awaited: Option<String>,
    bar: Option<ProgressBar>,
}

/// How far reading or applying has come.
struct Count {
    what: &'static str,
    done: usize,
    total: usize,
    bar: Option<ProgressBar>,
}

impl Count {
    fn show(&self) {
        if let Some(bar) = &self.bar {
            let text = format!("{} {}/{}", self.what, self.done, self.total);
            bar.set_message(paint(DIM, text));
        }
    }
}

impl ProgressView {
    pub(super) fn new(live: Option<MultiProgress>) -> Self {
        Self {
            live,
            steps: BTreeMap::new(),
            count: None,
        }
    }

    /// Takes an event in and gives the lines to be told at once.
    pub(super) fn take(&mut self, event: Event, now: Timestamp) -> String {
        match event {
            Event::LockWaiting { holder } => messages::lock_waiting(&holder),
            Event::LockWatching { holder } => messages::lock_watching(&holder),
            Event::LockTakenOver { holder } => messages::lock_taken_over(&holder),
            Event::Recovered { address, message } => messages::recovered(&address, &message),
            Event::RefreshStarted { total } => {
                self.begin("reading", total);
                if self.live.is_some() {
                    String::new()
                } else {
                    messages::reading(total)
                }
            }
            Event::Refreshed { .. } => {
                self.advance();
                String::new()
            }
            Event::ApplyStarted { total } => {
                self.begin("applying", total);
                String::new()
            }
            Event::StepStarted { address, action } => self.start(address, action, now),
            Event::StepProgress { address, message } => {
                self.awaits(&address, &message, now);
                String::new()
            }
            Event::Throttled { service, at_once } => messages::throttled(&service, at_once),
            Event::StepFinished {
                address,
                action,
                elapsed,
                id,
            } => {
                self.end(&address, action);
                messages::finished(action, &address, elapsed, id.as_deref())
            }
            Event::StepFailed { address, action, error } => {
                self.end(&address, action);
                messages::failed(action, &address, &error)
            }
            Event::StepSkipped {
                address,
                action,
                because,
            } => {
                self.advance();
                messages::skipped(action, &address, because.as_ref())
            }
            _ => String::new(),
        }
    }

    /// Shows that time has passed: on the moving lines, or as a line for each step that was silent for long.
    pub(super) fn beat(&mut self, now: Timestamp) -> String {
        let mut lines = String::new();
        for ((address, action), step) in &mut self.steps {
            let elapsed = between(step.started, now);
            if let Some(bar) = &step.bar {
                bar.set_message(messages::in_flight(*action, address, elapsed, step.awaited.as_deref()));
            } else if between(step.told, now) >= SILENCE {
                step.told = now;
                lines += &messages::waiting(*action, address, elapsed, step.awaited.as_deref());
            }
        }
        lines
    }

    /// Takes the moving lines away.
    pub(super) fn clear(&mut self) {
        let bars = self.steps.values().filter_map(|step| step.bar.as_ref());
        bars.chain(self.count.iter().filter_map(|count| count.bar.as_ref()))
            .for_each(ProgressBar::finish_and_clear);
        self.steps.clear();
        self.count = None;
    }

    /// Says on a moving line what goes on, until something is counted.
    pub(super) fn say(&mut self, what: String) {
        if let Some(live) = &self.live {
            let bar = moving(live.add(ProgressBar::no_length()));
            bar.set_message(paint(DIM, what));
            self.count = Some(Count {
                what: "",
                done: 0,
                total: 0,
                bar: Some(bar),
            });
        }
    }

    fn begin(&mut self, what: &'static str, total: usize) {
        if let Some(bar) = self.count.take().and_then(|count| count.bar) {
            bar.finish_and_clear();
        }
        let count = Count {
            what,
            done: 0,
            total,
            bar: self
                .live
                .as_ref()
                .filter(|_| total > 0)
                .map(|live| moving(live.add(ProgressBar::no_length()))),
        };
        count.show();
        self.count = Some(count);
    }

    fn advance(&mut self) {
        if let Some(count) = &mut self.count {
            count.done += 1;
            count.show();
        }
    }

    fn start(&mut self, address: Address, action: Action, now: Timestamp) -> String {
        // the count stays below the steps
        let last = self.count.as_ref().and_then(|count| count.bar.as_ref());
        let bar = self.live.as_ref().map(|live| {
            let bar = ProgressBar::no_length();
            let bar = moving(match last {
                Some(last) => live.insert_before(last, bar),
                None => live.add(bar),
            });
            bar.set_message(messages::in_flight(action, &address, Duration::ZERO, None));
            bar
        });
        let line = if bar.is_some() {
            String::new()
        } else {
            messages::started(action, &address)
        };
        let step = Step {
            started: now,
            told: now,
            awaited: None,
            bar,
        };
        self.steps.insert((address, action), step);
        line
    }

    fn awaits(&mut self, address: &Address, message: &str, now: Timestamp) {
        let steps = self.steps.iter_mut().filter(|((other, _), _)| other == address);
        for ((_, action), step) in steps {
            let awaited = messages::without_time(message);
            step.awaited = Some(awaited.to_owned());
            if let Some(bar) = &step.bar {
                let elapsed = between(step.started, now);
                bar.set_message(messages::in_flight(*action, address, elapsed, Some(awaited)));
            }
        }
    }

    fn end(&mut self, address: &Address, action: Action) {
        if let Some(bar) = self.steps.remove(&(address.clone(), action)).and_then(|step| step.bar) {
            bar.finish_and_clear();
        }
        self.advance();
    }
}

fn moving(bar: ProgressBar) -> ProgressBar {
    // the template is fixed, so that it cannot be wrong; it does not fill the line, so that the terminal's own `^C` fits in
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        bar.set_style(style.tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ "));
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn between(start: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(start)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use iac_core::model::{ErrorKind, ResourceError};

    use super::*;

    #[test]
    fn plain_lines_tell_what_happens() {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let at = |seconds: i64| start + jiff::SignedDuration::from_secs(seconds);
        let site: Address = "s3.bucket.site".parse().unwrap();
        let logs: Address = "s3.bucket.logs".parse().unwrap();
        let policy: Address = "s3.bucket_policy.site".parse().unwrap();
        let mut view = ProgressView::new(None);
        let mut text = view.take(Event::RefreshStarted { total: 3 }, start);
        text += &view.take(Event::ApplyStarted { total: 3 }, start);
        for address in [&site, &logs] {
            let address = address.clone();
            text += &view.take(
                Event::StepStarted {
                    address,
                    action: Action::Create,
                },
                start,
            );
        }
        text += &view.beat(at(9));
        let message = "waiting for the bucket to exist, 9s".to_owned();
        text += &view.take(
            Event::StepProgress {
                address: site.clone(),
                message,
            },
            at(9),
        );
        text += &view.beat(at(10));
        text += &view.beat(at(15));
        let error = ResourceError::new(ErrorKind::AlreadyExists, "the name is taken").during("s3:CreateBucket");
        text += &view.take(
            Event::StepFailed {
                address: logs.clone(),
                action: Action::Create,
                error,
            },
            at(16),
        );
        text += &view.take(
            Event::StepSkipped {
                address: policy,
                action: Action::Create,
                because: Some(logs),
            },
            at(16),
        );
        text += &view.beat(at(20));
        let elapsed = Duration::from_millis(21_400);
        let id = Some("site-dev".to_owned());
        text += &view.take(
            Event::StepFinished {
                address: site,
                action: Action::Create,
                elapsed,
                id,
            },
            at(21),
        );
        text += &view.beat(at(60));
        insta::assert_snapshot!(strip_str(&text).to_string(), @r#"
        reading 3 objects
        + s3.bucket.site: creating
        + s3.bucket.logs: creating
        + s3.bucket.logs: still creating, 10s
        + s3.bucket.site: still creating, 10s (waiting for the bucket to exist)
        ! s3.bucket.logs: create failed: s3:CreateBucket: already exists: the name is taken
        ! s3.bucket_policy.site: create not tried, it needs s3.bucket.logs
        + s3.bucket.site: still creating, 20s (waiting for the bucket to exist)
        + s3.bucket.site: created in 21s (site-dev)
        "#);
    }
}
