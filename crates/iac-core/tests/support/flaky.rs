//! A backend that does wrong at chosen calls.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use iac_core::{
    model::{ErrorKind, ResourceError},
    state::{Backend, BackendError, Lock, MemoryBackend, Object, Precondition, Version},
};
use jiff::Timestamp;

use super::TestEnv;

/// How a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Wrong {
    /// Not done, an error is returned.
    Refused,
    /// Done, an error is returned.
    AnswerLost,
}

/// A backend that does wrong at chosen calls.
#[derive(Clone, Debug)]
pub(crate) struct Flaky {
    inner: MemoryBackend,
    plan: Arc<Mutex<Schedule>>,
}

#[derive(Debug, Default)]
pub(crate) struct Schedule {
    /// The calls so far: `put state.json`.
    pub(crate) calls: Vec<String>,
    /// From the call of this number on, so many calls go wrong in this way.
    pub(crate) wrong: Option<(usize, usize, Wrong)>,
}

impl Flaky {
    pub(crate) fn plan(&self) -> MutexGuard<'_, Schedule> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn call(&self, what: &str, name: &str) -> Option<Wrong> {
        let mut plan = self.plan();
        let number = plan.calls.len();
        plan.calls.push(format!("{what} {name}"));
        plan.wrong
            .filter(|(from, count, _)| (*from..from.saturating_add(*count)).contains(&number))
            .map(|(_, _, wrong)| wrong)
    }

    async fn around<T>(
        &self,
        what: &str,
        name: &str,
        done: impl Future<Output = Result<T, BackendError>> + Send,
    ) -> Result<T, BackendError> {
        let error = ResourceError::new(ErrorKind::Unavailable, "as arranged").during("store");
        match self.call(what, name) {
            None => done.await,
            Some(Wrong::Refused) => Err(error.into()),
            Some(Wrong::AnswerLost) => {
                done.await?;
                Err(error.into())
            }
        }
    }
}

#[async_trait]
impl Backend for Flaky {
    fn place(&self) -> String {
        self.inner.place()
    }

    async fn get(&self, name: &str) -> Result<Option<Object>, BackendError> {
        self.around("get", name, self.inner.get(name)).await
    }

    async fn put(&self, name: &str, bytes: &[u8], precondition: &Precondition) -> Result<Version, BackendError> {
        self.around("put", name, self.inner.put(name, bytes, precondition))
            .await
    }

    async fn delete(&self, name: &str) -> Result<(), BackendError> {
        self.around("delete", name, self.inner.delete(name)).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        self.around("list", prefix, self.inner.list(prefix)).await
    }

    async fn lock(&self, lock: &Lock, over: Option<&Lock>) -> Result<(), BackendError> {
        self.around("lock", "", self.inner.lock(lock, over)).await
    }

    async fn renew(&self, held: &Lock, expires: Timestamp) -> Result<Lock, BackendError> {
        self.around("renew", "", self.inner.renew(held, expires)).await
    }

    async fn unlock(&self, id: &str) -> Result<(), BackendError> {
        self.around("unlock", "", self.inner.unlock(id)).await
    }

    async fn holder(&self) -> Result<Option<Lock>, BackendError> {
        self.around("holder", "", self.inner.holder()).await
    }
}

/// A env whose session stores through a flaky backend.
pub(crate) fn flaky(env: TestEnv) -> (TestEnv, Flaky) {
    let backend = Flaky {
        inner: env.backend.clone(),
        plan: Arc::default(),
    };
    let mut env = env;
    env.session.backend = Arc::new(backend.clone());
    (env, backend)
}
