//! Saving the state at the end of a run.

use std::time::Duration;

use super::{
    report::{ApplyReport, Unsaved},
    run::{Run, RunError},
};
use crate::{
    plan::{Event, Observer},
    state::{BackendError, State, StoreError},
};

/// How often a state that cannot be saved is tried again.
const SAVE_ATTEMPTS: u32 = 5;

impl Run {
    /// Writes the state if anything in it changed.
    pub(super) async fn save(&mut self, mut state: State, report: &mut ApplyReport, observer: &dyn Observer) {
        report.outputs = state.outputs.clone();
        report.serial = state.serial;
        if state == self.snapshot.state && !self.writer.is_live().await {
            self.writer.remove_stale().await;
            return;
        }
        let mut pause = Duration::from_millis(200);
        for attempt in 1.. {
            match self.writer.commit(&mut state).await {
                Ok(()) => {
                    report.serial = state.serial;
                    report.unsaved = None;
                    observer.on(Event::StateSaved { serial: state.serial });
                    self.snapshot.state = state;
                    return;
                }
                Err(error) => {
                    let fenced = matches!(
                        error,
                        StoreError::LockLost(_) | StoreError::Backend(BackendError::Changed { .. })
                    );
                    if fenced || attempt == SAVE_ATTEMPTS {
                        report.unsaved = Some(Unsaved {
                            error,
                            state: state.encode().unwrap_or_default(),
                        });
                        return;
                    }
                    observer.on(Event::Warning {
                        message: format!("the state cannot be saved, trying again: {error}"),
                    });
                    self.session.clock.sleep(pause).await;
                    pause *= 2;
                }
            }
        }
    }

    /// Puts a state that was changed by hand in place of the stored one, as the next serial, or as its own when that is a later
    /// one. What was stored is kept in the history. Gives the serial; the same state is not written again.
    ///
    /// # Errors
    /// [`RunError::Store`]: it could not be written; what is stored is as it was.
    pub async fn rewrite(&mut self, mut state: State) -> Result<u64, RunError> {
        let stored = &self.snapshot.state;
        if state == *stored && !self.snapshot.is_interrupted() {
            return Ok(stored.serial);
        }
        let later = state.serial > stored.serial || !self.snapshot.exists();
        let serial = if later { state.serial } else { stored.serial + 1 };
        self.writer.commit_as(&mut state, serial).await?;
        self.snapshot.state = state;
        Ok(serial)
    }
}
