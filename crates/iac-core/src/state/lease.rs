//! Holding the lock: taking it with patience, renewing it while working, and noticing when it is lost.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};

use super::{
    backend::{Backend, BackendError, Lock, LockInfo},
    document::Author,
};
use crate::model::Clock;

/// How long a lock stands without being renewed.
pub const LEASE: Duration = Duration::from_mins(1);

tokio::task_local! {
    /// The lease under which this task writes what is stored.
    static WRITING: Arc<Lease>;
}

/// A lock that is held. Renewed by [`keep`](Self::keep) while work goes on; [`check`](Self::check) is asked before every change.
#[derive(Debug)]
pub struct Lease {
    backend: Arc<dyn Backend>,
    clock: Arc<dyn Clock>,
    held: Mutex<Lock>,
    lost: Mutex<Option<String>>,
}

/// What became known while a lock was taken.
#[derive(Clone, Debug, PartialEq)]
pub enum LockNews {
    /// Another holds it; it is waited for.
    Waiting(Lock),
    /// Its holder let it expire; it was taken over.
    TakenOver(Lock),
}

impl Lease {
    /// Takes the lock, waiting up to `patience` while another holds it. A lock past its end is taken over.
    ///
    /// # Errors
    /// [`BackendError::Locked`] with the holder, when patience runs out.
    pub async fn acquire(
        backend: &Arc<dyn Backend>,
        clock: &Arc<dyn Clock>,
        info: LockInfo,
        patience: Duration,
        tell: &(dyn Fn(LockNews) + Send + Sync),
    ) -> Result<Self, BackendError> {
        let started = clock.now();
        let mut pause = Duration::from_millis(250);
        let mut told = false;
        loop {
            let lock = Lock {
                info: info.clone(),
                expires: Some(end(clock.now())),
            };
            let Some(holder) = Self::take(backend, &lock, None).await? else {
                return Ok(Self::new(backend, clock, lock));
            };
            if holder.expires.is_some_and(|end| end < clock.now())
                && Self::take(backend, &lock, Some(&holder)).await?.is_none()
            {
                tell(LockNews::TakenOver(holder));
                return Ok(Self::new(backend, clock, lock));
            }
            if clock.now().duration_since(started).unsigned_abs() + pause > patience {
                return Err(BackendError::Locked(Box::new(holder)));
            }
            if !told {
                tell(LockNews::Waiting(holder));
                told = true;
            }
            clock.sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }

    /// Tries to take the lock; gives the holder when it is another.
    async fn take(backend: &Arc<dyn Backend>, lock: &Lock, over: Option<&Lock>) -> Result<Option<Lock>, BackendError> {
        match backend.lock(lock, over).await {
            Ok(()) => Ok(None),
            Err(BackendError::Locked(holder)) if holder.info.id == lock.info.id => Ok(None),
            Err(BackendError::Locked(holder)) => Ok(Some(*holder)),
            // the answer may be lost and the lock taken all the same
            Err(error) => match backend.holder().await {
                Ok(Some(holder)) if holder == *lock => Ok(None),
                _ => Err(error),
            },
        }
    }

    fn new(backend: &Arc<dyn Backend>, clock: &Arc<dyn Clock>, lock: Lock) -> Self {
        Self {
            backend: Arc::clone(backend),
            clock: Arc::clone(clock),
            held: Mutex::new(lock),
            lost: Mutex::new(None),
        }
    }

    /// The lock as it stands.
    pub fn lock(&self) -> Lock {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Who writes while it is held, now.
    pub(super) fn author(&self) -> Author {
        let info = self.lock().info;
        Author {
            who: info.who,
            operation: info.operation,
            at: self.clock.now(),
        }
    }

    /// Renews the lock again and again; returns only when it is lost. Runs beside the work.
    pub async fn keep(&self) {
        loop {
            self.clock.sleep(LEASE / 4).await;
            // a lease that ran out is not taken up again: somebody may have looked at what is there and decided
            if self.check().is_err() {
                return;
            }
            if self.renew().await.is_err() && self.check().is_err() {
                return;
            }
        }
    }

    async fn renew(&self) -> Result<(), BackendError> {
        let held = self.lock();
        match self.backend.renew(&held, end(self.clock.now())).await {
            Ok(renewed) => {
                *self.held.lock().unwrap_or_else(PoisonError::into_inner) = renewed;
                Ok(())
            }
            Err(BackendError::NotHeld(Some(lock))) if lock.info.id == held.info.id => {
                // it was renewed, and the answer lost
                *self.held.lock().unwrap_or_else(PoisonError::into_inner) = *lock;
                Ok(())
            }
            Err(error) => {
                if let BackendError::NotHeld(holder) = &error {
                    let holder = holder
                        .as_ref()
                        .map_or_else(|| "it was taken away".to_owned(), |lock| format!("held by {lock}"));
                    *self.lost.lock().unwrap_or_else(PoisonError::into_inner) = Some(holder);
                }
                Err(error)
            }
        }
    }

    /// Whether a change may still be made: the lock is held and its end has not come. A holder that was stopped for longer
    /// than its lease finds here that it must not go on.
    ///
    /// # Errors
    /// A sentence that says who holds the lock now, or that the lease ran out.
    pub fn check(&self) -> Result<(), String> {
        if let Some(holder) = &*self.lost.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(format!("the state lock is lost: {holder}"));
        }
        if self.lock().expires.is_some_and(|end| end <= self.clock.now()) {
            return Err("the state lock ran out before it could be renewed".to_owned());
        }
        Ok(())
    }

    /// Does a write that only the holder may make. A backend that sends it over a network asks [`may_write`](Self::may_write)
    /// before each request: the write may be tried again, and the process may be stopped before it is sent.
    pub(super) async fn writing<T>(self: &Arc<Self>, write: impl Future<Output = T>) -> T {
        WRITING.scope(Arc::clone(self), write).await
    }

    /// Whether the write that this task is in may still be sent; outside of one it may.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn may_write() -> Result<(), String> {
        WRITING.try_with(|lease| lease.check()).unwrap_or(Ok(()))
    }

    /// Waits a little, by the clock of the lock.
    pub(crate) async fn pause(&self, duration: Duration) {
        self.clock.sleep(duration).await;
    }

    /// Gives the lock back.
    ///
    /// # Errors
    /// When it no longer was ours, or the backend cannot be reached.
    pub async fn release(&self) -> Result<(), BackendError> {
        let id = self.lock().info.id;
        self.backend.unlock(&id).await
    }
}

fn end(now: Timestamp) -> Timestamp {
    now + SignedDuration::try_from(LEASE).unwrap_or(SignedDuration::ZERO)
}
