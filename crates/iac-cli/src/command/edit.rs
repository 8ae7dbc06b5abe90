//! What the commands share that change the state alone: it is read, changed and written under the lock, as one serial. A dry
//! run only reads it.

use std::sync::Arc;

use iac_core::{
    Session,
    apply::Run,
    model::{Registry, Stack},
    state::{Backend, Snapshot, State},
};

use crate::{
    args::EditArgs,
    context::{Context, stopped},
    error::Outcome,
    render,
};

/// A change of the state.
pub(super) struct Edit<'a> {
    /// What others are told while it goes on, and the history afterwards: `state mv`.
    pub(super) operation: &'static str,
    pub(super) environment: &'a str,
    pub(super) backend: Arc<dyn Backend>,
    pub(super) args: &'a EditArgs,
}

/// What a change of the state came to.
pub(super) struct Edited<T> {
    /// What the change says of itself.
    pub(super) value: T,
    /// The serial that was stored, when one was.
    pub(super) before: Option<u64>,
    /// The serial that is stored now; the same when nothing was written.
    pub(super) serial: u64,
}

impl Edit<'_> {
    /// Makes the change. `change` is handed what is stored and gives what is to be.
    pub(super) async fn make<T>(
        &self,
        cx: &Context<'_>,
        change: impl FnOnce(&Snapshot) -> Outcome<(State, T)>,
    ) -> Outcome<Edited<T>> {
        let names = (cx.app.name.as_str(), self.environment);
        if self.args.dry_run {
            let reading = Snapshot::read(&*self.backend, names.0, names.1);
            let snapshot = cx.interrupts.unless_interrupted(reading).await.ok_or_else(stopped)??;
            let (_, value) = change(&snapshot)?;
            return Ok(Edited {
                value,
                before: stored(&snapshot),
                serial: snapshot.state.serial,
            });
        }
        // no type is asked anything: what this program does not know can be changed, too
        let session = Session {
            registry: Registry::new(),
            backend: Arc::clone(&self.backend),
            clock: Arc::clone(&cx.clock),
            who: cx.who.clone(),
        };
        let progress = cx.progress();
        let lock_timeout = self.args.lock.lock_timeout;
        let begin = Run::begin(&session, names, self.operation, lock_timeout, &progress);
        let begin = cx.interrupts.unless_interrupted(begin);
        let mut run = progress.watch(begin).await.ok_or_else(stopped)??;
        let edited = write(&mut run, change).await;
        cx.release(run).await;
        edited
    }

    /// Says what became of the state, and which command does what a dry run showed.
    pub(super) fn conclude<T>(&self, cx: &Context<'_>, edited: &Edited<T>, what: &[String], flags: &[String]) {
        let remark = if self.args.dry_run {
            let invocation = cx.invocation(&self.args.place);
            let command = invocation.command_on(self.operation, self.environment, what, flags);
            format!("nothing was written; do it with: {command}")
        } else if edited.before == Some(edited.serial) {
            return;
        } else {
            format!("state serial {}", edited.serial)
        };
        cx.printer.tell(&render::error::remark(&remark));
    }
}

async fn write<T>(run: &mut Run, change: impl FnOnce(&Snapshot) -> Outcome<(State, T)>) -> Outcome<Edited<T>> {
    let before = stored(run.snapshot());
    let (state, value) = change(run.snapshot())?;
    let serial = run.rewrite(state).await?;
    Ok(Edited { value, before, serial })
}

/// The serial that is stored. The journal of a first run has none yet.
fn stored(snapshot: &Snapshot) -> Option<u64> {
    Some(snapshot.state.serial).filter(|serial| *serial > 0)
}

/// The stack as the code declares it, if it can be told: a change of the state does not need it, but may be undone by it.
pub(super) fn code(cx: &Context<'_>, environment: &str) -> Option<Stack> {
    cx.stack(cx.environment(Some(environment)).ok()?).ok()
}
