//! A stack of several types, cut off at every call.

use iac_core::{model::Stack, plan::Mode};
use iac_sandbox::{Fault, Sandbox};

use super::Engine;

/// A stack, what it is changed to, and what there is of it.
pub(crate) struct Crashes {
    pub(crate) wanted: Stack,
    pub(crate) changed: Stack,
    /// What there is beside that in which the state is kept.
    pub(crate) things: fn(&Sandbox) -> Vec<String>,
    /// How many things there are after each apply.
    pub(crate) made: usize,
    /// More changing calls than these take part.
    pub(crate) calls: u64,
}

impl Crashes {
    /// Cuts the connection at each changing call in turn, before it takes effect or before its answer comes; the next run
    /// finishes, makes nothing twice, and leaves nothing behind. Where nothing is cut, the plan after an apply is empty too.
    pub(crate) async fn leave_nothing_to_clean_up(&self, start: impl AsyncFn() -> (Sandbox, Engine)) {
        for cut in [Fault::cut_before, Fault::cut_after] {
            for n in 1.. {
                let (sandbox, engine) = start().await;
                sandbox.inject(cut().on_mutations().nth(n));
                let mut struck = false;
                for (stack, mode) in [
                    (&self.wanted, Mode::Normal),
                    (&self.changed, Mode::Normal),
                    (&self.changed, Mode::Destroy),
                ] {
                    let report = engine.run(stack, mode).await;
                    let report = if sandbox.is_cut() {
                        struck = true;
                        let succeeded = report.is_ok_and(|report| report.is_success());
                        assert!(!succeeded, "call {n} was cut off");
                        sandbox.clear_faults();
                        engine.unlock().await;
                        engine.run(stack, mode).await
                    } else {
                        report
                    };
                    let report = report.unwrap_or_else(|error| panic!("after call {n}: {error}"));
                    assert!(report.is_success(), "after call {n}: {report:#?}");
                    let things = (self.things)(&sandbox);
                    if mode == Mode::Normal {
                        assert_eq!(engine.actions(stack).await, [""; 0], "after call {n}");
                        assert_eq!(things.len(), self.made, "after call {n}: {things:?}");
                    } else {
                        assert_eq!(things, [""; 0], "after call {n}");
                    }
                }
                if !struck {
                    assert!(n > self.calls, "only {n} changing calls");
                    break;
                }
            }
        }
    }
}
