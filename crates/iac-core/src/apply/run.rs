//! A run that may change things: takes the lock, reads what is stored, recovers what an interrupted run left, applies plans, saves.

use std::{collections::BTreeMap, sync::Arc, sync::Mutex, time::Duration};

use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    context::ApplyContext,
    executor::Executor,
    report::{ApplyOptions, ApplyReport, Unsaved},
    state_updates,
    steps::Steps,
};
use crate::{
    Session,
    model::{Address, DataKey, Hint, ResourceError, Stack},
    plan::{Change, Event, Observer, Plan, SavedPlan, SavedPlanError},
    state::{BackendError, Lease, LockEvent, LockInfo, Snapshot, State, StateWriter, StoreError},
};

/// A run: the lock is held from [`begin`](Self::begin) to [`end`](Self::end).
#[derive(Debug)]
pub struct Run {
    pub(super) session: Session,
    lease: Arc<Lease>,
    pub(super) writer: Arc<StateWriter>,
    pub(super) snapshot: Snapshot,
}

/// Why a run could not begin, go on or end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The stored state cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What an interrupted run left cannot be looked for.
    #[error("cannot find out what an interrupted run left of {address}")]
    Recover {
        /// The resource.
        address: Address,
        /// Why not.
        source: ResourceError,
    },
}

impl Hint for RunError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Store(error) => error.hints(),
            Self::Recover { source, .. } => source.hints(),
        }
    }
}

impl From<BackendError> for RunError {
    fn from(error: BackendError) -> Self {
        Self::Store(error.into())
    }
}

impl Run {
    /// Takes the lock, waiting up to `lock_timeout`, then reads state and journal. `operation` is shown to others: `apply`.
    ///
    /// # Errors
    /// [`RunError`]: the lock is held, or what is stored cannot be used. The lock is given back then.
    pub async fn begin(
        session: &Session,
        (stack, environment): (&str, &str),
        operation: &str,
        lock_timeout: Duration,
        observer: &dyn Observer,
    ) -> Result<Self, RunError> {
        let info = LockInfo {
            id: uuid::Uuid::new_v4().to_string(),
            operation: operation.to_owned(),
            info: String::new(),
            who: session.who.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            created: session.clock.now(),
            path: session.backend.place(),
        };
        let tell = |news| match news {
            LockEvent::Waiting(holder) => observer.on(Event::LockWaiting { holder }),
            LockEvent::Watching(holder) => observer.on(Event::LockWatching { holder }),
            LockEvent::TakenOver(holder) => observer.on(Event::LockTakenOver { holder }),
        };
        let lease = Lease::acquire(&session.backend, &session.clock, info, lock_timeout, &tell).await?;
        match Snapshot::read(&*session.backend, stack, environment).await {
            Ok(snapshot) => {
                let lease = Arc::new(lease);
                let writer = Arc::new(StateWriter::open(&session.backend, &lease, &snapshot));
                Ok(Self {
                    session: session.clone(),
                    lease,
                    writer,
                    snapshot,
                })
            }
            Err(error) => {
                // the first error is the one to tell; a lock that stays behind runs out by itself
                drop(lease.release().await);
                Err(error.into())
            }
        }
    }

    /// What is stored.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Keeps the lock while something slow goes on beside it: a plan being made, a person being asked.
    ///
    /// Gives what `work` gave; when the lock is lost the next change finds out.
    pub async fn holding<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            done = &mut work => done,
            () = self.lease.keep() => work.await,
        }
    }

    /// A saved plan, ready to be applied: what it was made on is what is there. An environment that had no state when the plan
    /// was made begins with the plan's lineage.
    ///
    /// # Errors
    /// [`SavedPlanError`]; nothing was changed.
    pub async fn restore(
        &mut self,
        saved: &SavedPlan,
        stack: &Stack,
        observer: &dyn Observer,
    ) -> Result<Plan, SavedPlanError> {
        if !self.snapshot.exists() && saved.plan.serial == 0 {
            self.snapshot.state.lineage.clone_from(&saved.plan.lineage);
            self.writer = Arc::new(StateWriter::open(&self.session.backend, &self.lease, &self.snapshot));
        }
        let restoring = saved.restore(stack, &self.snapshot, &self.session, observer);
        self.holding(restoring).await
    }

    /// Does what a plan says, and saves the state. Never fails as a whole: what failed is in the report.
    pub async fn apply(&mut self, plan: &Plan, options: &ApplyOptions, observer: &dyn Observer) -> ApplyReport {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut state = self.snapshot.state.clone();
        let recorded = state_updates::before(plan, &mut state, &self.writer).await;
        // what was read is newer than what the state has
        let read = plan.changes.iter();
        let read = read.filter_map(|change| Some((change.address.clone(), change.data.live.as_ref()?.outputs.clone())));
        let outputs = kept_outputs(&state).chain(read).collect::<BTreeMap<Address, Value>>();
        let cx = ApplyContext {
            session: &self.session,
            writer: Arc::clone(&self.writer),
            key: self.key(plan, observer).await,
            state: Mutex::new(state),
            outputs: Mutex::new(outputs),
            events: sender,
            stop: options.stop.clone(),
        };
        let steps = Steps::of(plan);
        let executor = Executor {
            steps: &steps,
            cx: &cx,
            lease: &self.lease,
            options,
            observer,
        };
        let mut report = match recorded {
            Ok(()) => executor.run(receiver).await,
            // nothing was called, and the state is as it was: there is nothing to keep
            Err(error) => {
                let state = cx.state();
                return ApplyReport {
                    outputs: state.outputs.clone(),
                    serial: state.serial,
                    unsaved: Some(Unsaved {
                        error,
                        state: Vec::new(),
                    }),
                    interrupted: true,
                    ..executor.nothing()
                };
            }
        };
        state_updates::after(plan, &cx, &report);
        let state = cx.state().clone();
        drop(cx);
        self.save(state, &mut report, observer).await;
        report.lost_lock = self.lost_lock().await;
        report
    }

    /// The key for secrets; made when this plan is the first to need it. Without one secrets are kept as hashes.
    async fn key(&self, plan: &Plan, observer: &dyn Observer) -> Option<DataKey> {
        let secret = |change: &Change| {
            let info = self.session.registry.get(change.address.type_name())?.info();
            (info.schema.holds_secret() || info.outputs.holds_secret()).then_some(())
        };
        let needed = plan.actions().any(|change| secret(change).is_some())
            || plan.outputs.values().any(|output| output.secret && output.differs());
        match self.session.backend.key(needed).await {
            Ok(key) => key,
            Err(error) => {
                let message = format!("secrets are kept as hashes only, their key cannot be had: {error}");
                observer.on(Event::Warning { message });
                None
            }
        }
    }

    /// How the lock was lost, if it was, and who holds it now.
    async fn lost_lock(&self) -> Option<String> {
        let Err(StoreError::LockLost(why)) = self.writer.check() else {
            return None;
        };
        let ours = self.lease.lock().info.id;
        match self.session.backend.holder().await {
            Ok(Some(holder)) if holder.info.id != ours && !why.contains(&holder.info.id) => {
                Some(format!("{why}; it is held by {holder} now"))
            }
            // it says so already, or nobody can tell
            _ => Some(why),
        }
    }

    /// Gives the lock back.
    ///
    /// # Errors
    /// When it was no longer held, or the backend cannot be reached: it then runs out by itself.
    pub async fn end(self) -> Result<(), RunError> {
        Ok(self.lease.release().await?)
    }
}

/// Outputs of what the plan leaves alone.
fn kept_outputs(state: &State) -> impl Iterator<Item = (Address, Value)> {
    state
        .resources
        .iter()
        .filter_map(|(address, resource)| Some((address.clone(), resource.current.as_ref()?.outputs.clone())))
}
