//! The faults injected into a world, and the verdict over each request.

use std::sync::{Mutex, PoisonError};

use super::{Effect, Fault, Moment, Silence, Verdict};
use crate::service::Service;

#[derive(Debug, Default)]
struct State {
    /// Each fault with the number of matches so far.
    faults: Vec<(Fault, u64)>,
    cut: Option<Silence>,
}

/// The faults of one world.
#[derive(Debug, Default)]
pub(crate) struct Queue(Mutex<State>);

impl Queue {
    /// Adds a fault; its count starts now.
    pub(crate) fn inject(&self, fault: Fault) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.faults.push((fault, 0));
    }

    /// Removes all faults and ends a cut.
    pub(crate) fn clear(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = State::default();
    }

    /// Whether the world is cut off.
    pub(crate) fn is_cut(&self) -> bool {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.cut.is_some()
    }

    /// Judges one request: delays add up, of the other effects the one injected first wins.
    ///
    /// Every fault counts every match, also when another one strikes.
    pub(crate) fn judge(&self, service: Service, operation: &str, mutates: bool) -> Verdict {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(silence) = state.cut {
            return Verdict {
                effect: Some(Effect::Cut {
                    moment: Moment::Before,
                    silence,
                }),
                ..Verdict::default()
            };
        }
        let mut verdict = Verdict::default();
        for (fault, count) in &mut state.faults {
            if !fault.matches(service, operation, mutates) {
                continue;
            }
            *count += 1;
            if !fault.strikes(*count) {
                continue;
            }
            match &fault.effect {
                Effect::Latency(delay) => verdict.delay += *delay,
                effect if verdict.effect.is_none() => verdict.effect = Some(effect.clone()),
                _ => {}
            }
        }
        if let Some(Effect::Cut { silence, .. }) = verdict.effect {
            state.cut = Some(silence);
        }
        verdict
    }
}
