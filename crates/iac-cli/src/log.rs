//! What the crates below remark on while they work: warnings always, more when `IAC_LOG` asks for it.

use std::{
    fmt::{self, Write as _},
    io::Write as _,
    sync::atomic::{AtomicU64, Ordering},
};

use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

/// Writes remarks of `iac` to standard error. Those of the SDKs below are left out: they may hold what is nobody's to see.
struct Log {
    level: Level,
    spans: AtomicU64,
}

/// Begins to listen. `wanted` is a level: `error`, `warn`, `info`, `debug` or `trace`; anything else is `warn`.
pub(crate) fn install(wanted: Option<&str>) {
    let level = wanted.and_then(|level| level.parse().ok()).unwrap_or(Level::WARN);
    let log = Log {
        level,
        spans: AtomicU64::new(1),
    };
    // a program that listens itself is left to it
    drop(tracing::subscriber::set_global_default(log));
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level && metadata.target().starts_with("iac_")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed).max(1))
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        let text = line.text(*event.metadata().level());
        // a failure to print cannot be printed
        drop(std::io::stderr().write_all(text.as_bytes()));
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The fields of an event.
#[derive(Default)]
struct Line {
    message: String,
    hint: String,
    fields: String,
}

impl Line {
    /// In the shape of errors.
    fn text(&self, level: Level) -> String {
        let mark = if level <= Level::WARN { "warning" } else { "log" };
        let mut text = format!("{mark}: {}{}\n", self.message, self.fields);
        if !self.hint.is_empty() {
            let _ = writeln!(text, "  hint: {}", self.hint);
        }
        text
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // writing to a text cannot fail
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            "hint" => write!(self.hint, "{value:?}"),
            "error" => write!(self.fields, ": {value:?}"),
            name => write!(self.fields, ", {name}: {value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_have_the_shape_of_errors() {
        let line = Line {
            message: "the sandbox could not be saved".into(),
            hint: "free some space on that disk".into(),
            fields: ": no storage space".into(),
        };
        assert_eq!(
            line.text(Level::ERROR),
            "warning: the sandbox could not be saved: no storage space\n  hint: free some space on that disk\n"
        );
    }
}
