//! What is shown while something is going on: moving lines on a terminal, plain lines elsewhere.

mod messages;
mod progress_view;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use iac_core::{
    model::Clock,
    plan::{Event, Observer},
};

pub(crate) use self::messages::verb;
use self::progress_view::ProgressView;
use crate::{printer::Printer, render};

/// Watches the engine and tells what happens.
pub(crate) struct Progress {
    printer: Arc<Printer>,
    clock: Arc<dyn Clock>,
    view: Mutex<ProgressView>,
}

impl Progress {
    pub(crate) fn new(printer: &Arc<Printer>, clock: &Arc<dyn Clock>) -> Self {
        Self {
            printer: Arc::clone(printer),
            clock: Arc::clone(clock),
            view: Mutex::new(ProgressView::new(printer.live().cloned())),
        }
    }

    /// Runs `work` while the time it takes is shown.
    pub(crate) async fn watch<T>(&self, work: impl Future<Output = T>) -> T {
        let pause = Duration::from_millis(if self.printer.live().is_some() { 250 } else { 1000 });
        let mut beat = tokio::time::interval(pause);
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => {
                    self.with(ProgressView::clear);
                    return done;
                }
                _ = beat.tick() => self.beat(),
            }
        }
    }

    /// Runs `work` while a terminal says what goes on.
    pub(crate) async fn during<T>(&self, what: String, work: impl Future<Output = T>) -> T {
        self.with(|view| view.say(what));
        self.watch(work).await
    }

    /// Time has passed.
    fn beat(&self) {
        let now = self.clock.now();
        let lines = self.with(|view| view.beat(now));
        self.tell(&lines);
    }

    /// Nothing is not told: even that would make moving lines flicker.
    fn tell(&self, lines: &str) {
        if !lines.is_empty() {
            self.printer.tell(lines);
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut ProgressView) -> T) -> T {
        work(&mut self.view.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Observer for Progress {
    fn on(&self, event: Event) {
        if let Event::Warning { message } = &event {
            self.printer.say(&render::error::warning(message));
            return;
        }
        let now = self.clock.now();
        let lines = self.with(|view| view.take(event, now));
        self.tell(&lines);
    }
}
