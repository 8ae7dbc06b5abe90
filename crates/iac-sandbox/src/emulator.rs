//! What the emulator of a service must be able to do, and how a winterbaume service is called.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use bytes::Bytes;
use serde_json::Value;
use winterbaume_core::{MockRequest, MockResponse, MockService};

use crate::call::Call;
use crate::error::SandboxError;

/// All that one service holds, as it is written to a folder.
pub(crate) struct ServiceSnapshot {
    /// The state, without large contents.
    pub(crate) document: Value,
    /// Contents by the name of their digest; a name never changes its content.
    pub(crate) bodies: Vec<(String, Bytes)>,
}

/// What one call changed, where that is less than all a service holds.
pub(crate) struct Part {
    /// Names the part among those of its service.
    pub(crate) name: String,
    /// The part as it is now; null when it is gone.
    pub(crate) state: Value,
    /// Contents that it names, as in a [`ServiceSnapshot`].
    pub(crate) bodies: Vec<(String, Bytes)>,
}

impl From<Value> for ServiceSnapshot {
    fn from(document: Value) -> Self {
        Self {
            document,
            bodies: Vec::new(),
        }
    }
}

/// Asks the other services: by a kind and a value, as [`Emulator::knows`].
pub(crate) type Others<'a> = dyn Fn(&str, &str) -> Option<bool> + 'a;

/// One service of the sandbox: it answers, and its state can be taken out and put back without loss.
///
/// Calls come one at a time, so that an answer is atomic: conditional writes have exactly one winner.
pub(crate) trait Emulator: Send {
    /// Answers one request.
    fn answer(&mut self, call: &Call) -> MockResponse;
    /// Answers one request of a service whose objects name those of other services.
    fn answer_among(&mut self, call: &Call, _others: &Others<'_>) -> MockResponse {
        self.answer(call)
    }
    /// Whether there is what a value names, by a kind such as `AWS::IAM::Role.Arn`; none when it cannot be told.
    fn knows(&self, _region: &str, _kind: &str, _value: &str) -> Option<bool> {
        None
    }
    /// Lets operations that end later take so many reads, from now on.
    fn set_ready_after(&mut self, _reads: u32) {}
    /// Lets Cloud Control behave so from now on.
    #[cfg(feature = "cloudcontrol")]
    fn set_cloud_control(&mut self, _quirks: &crate::CloudControlQuirks) {}
    /// Takes a copy of the state.
    fn save(&self) -> Result<ServiceSnapshot, SandboxError>;
    /// Replaces the state by a copy taken before.
    fn load(&mut self, snapshot: ServiceSnapshot) -> Result<(), SandboxError>;
    /// What the call that was just answered changed; none when the whole service must be saved.
    fn part(&self, _call: &Call) -> Option<Part> {
        None
    }
    /// Puts a part back into the state it was taken from, or a later one.
    fn put_part(&mut self, _part: Part) -> Result<(), SandboxError> {
        Ok(())
    }
    /// Names what exists beyond what a new account has, as `service:type/identifier`.
    fn inventory(&self) -> Vec<String>;
}

/// Forwards a call to a winterbaume service.
pub(crate) fn forward(aws: &impl MockService, call: &Call) -> MockResponse {
    forward_body(aws, call, call.body.clone())
}

/// Forwards a call with another body.
pub(crate) fn forward_body(aws: &impl MockService, call: &Call, body: Bytes) -> MockResponse {
    now(aws.handle(MockRequest {
        method: call.method.clone(),
        uri: call.uri.clone(),
        headers: call.headers.clone(),
        body,
    }))
}

/// Runs a future of winterbaume to its end on this thread.
///
/// Its futures only take locks that nobody else holds, because calls come one at a time; so this never waits for
/// another task. They run outside tokio's budget, which would otherwise make them wait for the scheduler.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(tokio::task::unconstrained(future));
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}
