//! What a resource's code may use while it works: its connection, time, tokens, and the way to tell the engine what happened.

use std::{fmt::Debug, ops::Deref, sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    address::Address,
    error::{ErrorKind, ResourceError},
    id::RemoteId,
};

/// Time, injected. Only the command line and tests decide what it is.
#[async_trait]
pub trait Clock: Debug + Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// How long ago some fixed moment of this process was. It never goes back, and setting the machine's clock does not
    /// move it: spans are measured with it.
    fn monotonic(&self) -> Duration;

    /// Waits.
    async fn sleep(&self, duration: Duration);
}

/// Where a call reports to: the engine's journal and its observers.
#[async_trait]
pub trait Recorder: Debug + Send + Sync {
    /// Makes the id durable.
    async fn created(&self, id: &RemoteId) -> Result<(), ResourceError>;

    /// Tells observers what is awaited.
    fn progress(&self, message: &str);

    /// Fails when no further change may be made: the lock is lost.
    fn may_change(&self) -> Result<(), ResourceError>;

    /// Hears that the service asks for fewer requests.
    fn throttled(&self) {}

    /// Makes durable what the cloud calls the operation that goes on.
    async fn requested(&self, _request: &str) -> Result<(), ResourceError> {
        Ok(())
    }

    /// Keeps what the object looked like after the change.
    fn observed(&self, _inputs: Value) {}
}

tokio::task_local! {
    /// The changing call that this task is in.
    static CURRENT: Call;
}

/// One call on one resource.
#[derive(Clone, Debug)]
pub struct Call {
    /// The resource.
    pub address: Address,
    /// The stack's name.
    pub stack: String,
    /// The environment's name.
    pub environment: String,
    /// What makes tokens unique: the lineage and the serial of the state. A repeat within one run has the same.
    pub seed: String,
    /// How long waits may take, when the user says so; otherwise the type's own default.
    pub timeout: Option<Duration>,
    /// What the cloud called the operation that was cut off, when a create is looked for that got to know it.
    pub request: Option<String>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where to report.
    pub recorder: Arc<dyn Recorder>,
}

impl Call {
    /// Does the work of a changing call. What it calls, however deep, finds the call by [`current`](Self::current): the
    /// connection asks before each request whether it may still be made.
    pub async fn scope<T>(&self, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self.clone(), work).await
    }

    /// Looks at the changing call that is going on; `None` outside of one.
    pub fn current<T>(look: impl FnOnce(&Self) -> T) -> Option<T> {
        CURRENT.try_with(look).ok()
    }

    /// A client token for `operation`: 64 hexadecimal digits, the same whenever this call is repeated.
    pub fn token(&self, operation: &str) -> String {
        let mut hash = Sha256::new();
        for part in [self.seed.as_str(), &self.address.to_string(), operation] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hex::encode(hash.finalize())
    }

    /// Makes the id durable. A create calls this as soon as the id is known, before any further call.
    ///
    /// # Errors
    /// When the id could not be recorded; the create then stops.
    pub async fn created(&self, id: &RemoteId) -> Result<(), ResourceError> {
        self.recorder.created(id).await
    }

    /// Makes durable what the cloud calls the operation that goes on, where it works on after its answer. A run that looks
    /// for what a create left finds it in [`request`](Self::request).
    ///
    /// # Errors
    /// When it could not be recorded; the operation then stops.
    pub async fn requested(&self, request: &str) -> Result<(), ResourceError> {
        self.recorder.requested(request).await
    }

    /// Keeps what a read after the change gave, in the schema of the inputs, for the next read to compare with: where a cloud
    /// gives a value back in another form than it was sent in, only a change of that form is a drift. Secrets in it are sealed.
    pub fn observed(&self, inputs: Value) {
        self.recorder.observed(inputs);
    }

    /// Tells the person watching what is awaited: `waiting for the table to become active`.
    pub fn progress(&self, message: &str) {
        self.recorder.progress(message);
    }

    /// Runs `attempt` until it gives a value, with growing pauses, for as long as the resource's timeout or `limit` allows.
    ///
    /// `awaited` says what is waited for; it is shown to the person watching and names the wait in the error.
    ///
    /// # Errors
    /// What `attempt` fails with, or [`ErrorKind::Timeout`].
    pub async fn until<T, F>(
        &self,
        awaited: &str,
        limit: Duration,
        mut attempt: impl FnMut() -> F + Send,
    ) -> Result<T, ResourceError>
    where
        F: Future<Output = Result<Option<T>, ResourceError>> + Send,
    {
        let limit = self.timeout.unwrap_or(limit);
        let started = self.clock.now();
        let mut pause = Duration::from_millis(500);
        loop {
            if let Some(value) = attempt().await? {
                return Ok(value);
            }
            let elapsed = self.clock.now().duration_since(started).unsigned_abs();
            if elapsed + pause > limit {
                return Err(ResourceError::new(
                    ErrorKind::Timeout,
                    format!("waited {}s for {awaited}", elapsed.as_secs()),
                ));
            }
            self.progress(&format!("waiting for {awaited}, {}s", elapsed.as_secs()));
            self.clock.sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(10));
        }
    }

    /// Repeats `attempt` while it fails with an error that `retry` accepts, with growing pauses, for as long as `limit`
    /// allows; then gives the last error.
    ///
    /// # Errors
    /// What `attempt` fails with.
    pub async fn retry<T, F>(
        &self,
        awaited: &str,
        limit: Duration,
        retry: impl Fn(&ResourceError) -> bool + Send + Sync,
        mut attempt: impl FnMut() -> F + Send,
    ) -> Result<T, ResourceError>
    where
        F: Future<Output = Result<T, ResourceError>> + Send,
    {
        let limit = self.timeout.unwrap_or(limit);
        let started = self.clock.now();
        let mut pause = Duration::from_millis(500);
        loop {
            let error = match attempt().await {
                Ok(value) => return Ok(value),
                Err(error) if retry(&error) => error,
                Err(error) => return Err(error),
            };
            let elapsed = self.clock.now().duration_since(started).unsigned_abs();
            if elapsed + pause > limit {
                return Err(error);
            }
            self.progress(&format!(
                "waiting for {awaited}, {}s ({})",
                elapsed.as_secs(),
                error.code
            ));
            self.clock.sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(10));
        }
    }
}

/// A [`Call`] with the connection its type needs.
#[derive(Debug)]
pub struct Context<'a, P> {
    /// The connection.
    pub provider: &'a P,
    call: &'a Call,
}

impl<'a, P> Context<'a, P> {
    /// Joins the two.
    pub fn new(provider: &'a P, call: &'a Call) -> Self {
        Self { provider, call }
    }
}

impl<P> Deref for Context<'_, P> {
    type Target = Call;

    fn deref(&self) -> &Call {
        self.call
    }
}
