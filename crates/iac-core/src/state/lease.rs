//! Holding the lock: taking it, waiting for it, renewing it while working, and noticing when it is lost.
//!
//! Clocks of two machines are never compared. A holder counts its lease from the moment before the request was sent that
//! took or renewed it. Another takes the lock over only after it has seen the very same lock for a whole lease, counted on
//! its own monotonic clock: each renewal changes the lock, so a holder that lives is seen to live.

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

/// How long one renewal may take before it is given up and sent again: several fit into a lease.
const RENEWAL: Duration = Duration::from_secs(10);

tokio::task_local! {
    /// The lease under which this task writes what is stored.
    static WRITING: Arc<Lease>;
}

/// A lock that is held. Renewed by [`keep`](Self::keep) while work goes on; [`check`](Self::check) is asked before every change.
#[derive(Debug)]
pub struct Lease {
    backend: Arc<dyn Backend>,
    clock: Arc<dyn Clock>,
    held: Mutex<Held>,
    lost: Mutex<Option<String>>,
}

/// A lock, and when the request was sent that took or renewed it.
#[derive(Clone, Debug)]
struct Held {
    lock: Lock,
    sent: Moment,
}

/// A moment on both clocks of this machine. The monotonic one may stand still while the machine sleeps, and the other may be
/// set: whichever says that more time went by is believed.
#[derive(Clone, Copy, Debug)]
struct Moment {
    monotonic: Duration,
    now: Timestamp,
}

impl Moment {
    fn of(clock: &dyn Clock) -> Self {
        Self {
            monotonic: clock.monotonic(),
            now: clock.now(),
        }
    }

    fn elapsed(self, clock: &dyn Clock) -> Duration {
        let by_wall = clock.now().duration_since(self.now);
        let by_wall = Duration::try_from(by_wall).unwrap_or(Duration::ZERO);
        by_wall.max(clock.monotonic().saturating_sub(self.monotonic))
    }
}

/// What became known while a lock was taken.
#[derive(Clone, Debug, PartialEq)]
pub enum LockEvent {
    /// Another holds it; it is waited for.
    Waiting(Lock),
    /// Its holder seems to be dead; it is watched for a whole [`LEASE`].
    Watching(Lock),
    /// Its holder did not renew it for a whole [`LEASE`]; it was taken over.
    TakenOver(Lock),
}

/// What another's lock looked like, and since when it has looked so.
struct Seen {
    holder: Lock,
    since: Duration,
}

impl Seen {
    /// Notes what was seen just now; a lock that changed begins anew.
    fn observe(earlier: Option<Self>, holder: Lock, clock: &dyn Clock) -> Self {
        match earlier {
            Some(seen) if seen.holder == holder => seen,
            _ => Self {
                holder,
                since: clock.monotonic(),
            },
        }
    }

    /// A lock without an end is another program's, and never taken over.
    fn is_abandoned(&self, clock: &dyn Clock) -> bool {
        self.holder.expires.is_some() && clock.monotonic().saturating_sub(self.since) >= LEASE
    }
}

impl Lease {
    /// Takes the lock, waiting up to `lock_timeout` while another holds it. A lock whose end has passed by this machine's clock
    /// is watched for a whole [`LEASE`] whatever the timeout, since its holder is most likely dead; it is taken over when it
    /// stays as it is for that long, and waited for like any other when it is renewed.
    ///
    /// # Errors
    /// [`BackendError::Locked`] with the holder, when the timeout runs out.
    pub async fn acquire(
        backend: &Arc<dyn Backend>,
        clock: &Arc<dyn Clock>,
        info: LockInfo,
        lock_timeout: Duration,
        tell: &(dyn Fn(LockEvent) + Send + Sync),
    ) -> Result<Self, BackendError> {
        let started = clock.monotonic();
        let mut pause = Duration::from_millis(250);
        let mut seen: Option<Seen> = None;
        // the first holder whose end had passed; one that is renewed after that lives, whatever its clock says
        let mut suspect: Option<Lock> = None;
        let (mut told_waiting, mut told_watching) = (false, false);
        loop {
            let sent = Moment::of(&**clock);
            let lock = Lock {
                info: info.clone(),
                expires: Some(end(sent.now)),
            };
            let over = seen
                .as_ref()
                .filter(|seen| seen.is_abandoned(&**clock))
                .map(|seen| seen.holder.clone());
            let Some(holder) = Self::take(backend, &lock, over.as_ref()).await? else {
                if let Some(dead) = over {
                    tell(LockEvent::TakenOver(dead));
                }
                return Ok(Self::new(backend, clock, Held { lock, sent }));
            };
            if suspect.is_none() && holder.expires.is_some_and(|end| end < clock.now()) {
                suspect = Some(holder.clone());
            }
            let watched = suspect.as_ref() == Some(&holder);
            let waited = clock.monotonic().saturating_sub(started);
            if !watched && waited + pause > lock_timeout {
                return Err(BackendError::Locked(Box::new(holder)));
            }
            if watched && !told_watching {
                tell(LockEvent::Watching(holder.clone()));
                told_watching = true;
            }
            if !watched && !told_waiting {
                tell(LockEvent::Waiting(holder.clone()));
                told_waiting = true;
            }
            seen = Some(Seen::observe(seen, holder, &**clock));
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

    fn new(backend: &Arc<dyn Backend>, clock: &Arc<dyn Clock>, held: Held) -> Self {
        Self {
            backend: Arc::clone(backend),
            clock: Arc::clone(clock),
            held: Mutex::new(held),
            lost: Mutex::new(None),
        }
    }

    /// The lock as it stands.
    pub fn lock(&self) -> Lock {
        self.held().lock
    }

    fn held(&self) -> Held {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hold(&self, held: Held) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = held;
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
            let renewal = tokio::select! {
                biased;
                renewal = self.renew() => renewal.map_err(drop),
                // a request that hangs must not take the rest of the lease with it
                () = self.clock.sleep(RENEWAL) => Err(()),
            };
            if renewal.is_err() && self.check().is_err() {
                return;
            }
        }
    }

    async fn renew(&self) -> Result<(), BackendError> {
        let Held {
            lock: held,
            sent: before,
        } = self.held();
        let sent = Moment::of(&*self.clock);
        match self.backend.renew(&held, end(sent.now)).await {
            Ok(lock) => {
                self.hold(Held { lock, sent });
                Ok(())
            }
            // an earlier renewal came through and its answer was lost: it counts from the last moment that is known for sure,
            // and the next renewal begins from what is there
            Err(BackendError::NotHeld(Some(lock))) if lock.info.id == held.info.id => {
                self.hold(Held {
                    lock: *lock,
                    sent: before,
                });
                let (lock, sent) = (self.lock(), Moment::of(&*self.clock));
                let lock = self.backend.renew(&lock, end(sent.now)).await?;
                self.hold(Held { lock, sent });
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

    /// Whether a change may still be made: the lock is held, and less than a [`LEASE`] went by since it was last renewed. A holder that was stopped for longer
    /// than its lease finds here that it must not go on.
    ///
    /// # Errors
    /// A sentence that says who holds the lock now, or that the lease ran out.
    pub fn check(&self) -> Result<(), String> {
        if let Some(holder) = &*self.lost.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(format!("the state lock is lost: {holder}"));
        }
        if self.held().sent.elapsed(&*self.clock) >= LEASE {
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
