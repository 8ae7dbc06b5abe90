//! Requests to stop: the first is obeyed in order, the second at once.

use tokio::sync::watch;

/// Watches how often the user has asked to stop.
#[derive(Clone, Debug)]
pub(crate) struct Interrupts(watch::Receiver<usize>);

impl Interrupts {
    pub(crate) fn new(receiver: watch::Receiver<usize>) -> Self {
        Self(receiver)
    }

    /// Returns when the user has asked to stop this often; never, when nobody can ask.
    pub(crate) async fn asked(&self, times: usize) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|asked| *asked >= times).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Runs `work` until it is done or the user asks to stop; `None` then. Only for work that may be dropped anywhere.
    pub(crate) async fn unless_interrupted<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.asked(1) => None,
            done = work => Some(done),
        }
    }
}
