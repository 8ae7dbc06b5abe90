//! The faults injected into a sandbox, and the verdict over each request.

use std::sync::{Mutex, PoisonError};

use super::{Disconnect, Effect, Fault, FaultTiming, Verdict};
use crate::call::Call;

#[derive(Debug, Default)]
struct State {
    faults: Vec<Injected>,
    cut: Option<Disconnect>,
}

/// A fault at work.
#[derive(Debug)]
struct Injected {
    fault: Fault,
    /// The number of matches so far.
    count: u64,
    /// The requests that were struck, and how often each still will be when it is sent again.
    held: Vec<(u64, u64)>,
}

impl Injected {
    /// Whether it strikes this request.
    fn strikes(&mut self, call: &Call, mutates: bool) -> bool {
        if !self.fault.matches(call.service, &call.operation, mutates) {
            return false;
        }
        let again = |held: &&mut (u64, u64)| held.0 == call.digest() && held.1 > 0;
        if let Some((_, left)) = self.held.iter_mut().find(again) {
            *left -= 1;
            return true;
        }
        self.count += 1;
        let strikes = self.fault.strikes(self.count);
        if strikes && self.fault.attempts > 1 {
            self.held.push((call.digest(), self.fault.attempts - 1));
        }
        strikes
    }
}

/// The faults of one sandbox.
#[derive(Debug, Default)]
pub(crate) struct Queue(Mutex<State>);

impl Queue {
    /// Adds a fault; its count starts now.
    pub(crate) fn inject(&self, fault: Fault) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.faults.push(Injected {
            fault,
            count: 0,
            held: Vec::new(),
        });
    }

    /// Removes all faults and ends a cut.
    pub(crate) fn clear(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = State::default();
    }

    /// Whether the sandbox is cut off.
    pub(crate) fn is_cut(&self) -> bool {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.cut.is_some()
    }

    /// Judges one request: delays add up, of the other effects the one injected first wins.
    ///
    /// Every fault counts every match, also when another one strikes; but no repetition of a request that it holds on to.
    pub(crate) fn judge(&self, call: &Call, mutates: bool) -> Verdict {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(silence) = state.cut {
            return Verdict {
                effect: Some(Effect::Cut {
                    moment: FaultTiming::Before,
                    silence,
                }),
                ..Verdict::default()
            };
        }
        let mut verdict = Verdict::default();
        for injected in &mut state.faults {
            if !injected.strikes(call, mutates) {
                continue;
            }
            match &injected.fault.effect {
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
