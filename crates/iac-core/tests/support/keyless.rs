//! An environment without a key for its secrets.

use std::sync::Arc;

use async_trait::async_trait;
use iac_core::state::{Backend, BackendError, Lock, MemoryBackend, Object, Precondition, Version};

use super::TestEnv;

/// A backend that keeps no key.
#[derive(Debug)]
struct Keyless(MemoryBackend);

#[async_trait]
impl Backend for Keyless {
    fn place(&self) -> String {
        self.0.place()
    }
    async fn get(&self, name: &str) -> Result<Option<Object>, BackendError> {
        self.0.get(name).await
    }
    async fn put(&self, name: &str, bytes: &[u8], precondition: &Precondition) -> Result<Version, BackendError> {
        self.0.put(name, bytes, precondition).await
    }
    async fn delete(&self, name: &str) -> Result<(), BackendError> {
        self.0.delete(name).await
    }
    async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        self.0.list(prefix).await
    }
    async fn lock(&self, lock: &Lock, over: Option<&Lock>) -> Result<(), BackendError> {
        self.0.lock(lock, over).await
    }
    async fn renew(&self, held: &Lock, expires: jiff::Timestamp) -> Result<Lock, BackendError> {
        self.0.renew(held, expires).await
    }
    async fn unlock(&self, id: &str) -> Result<(), BackendError> {
        self.0.unlock(id).await
    }
    async fn holder(&self) -> Result<Option<Lock>, BackendError> {
        self.0.holder().await
    }
}

/// A env whose environment has no key: secrets are hashes and nothing else.
pub(crate) fn keyless() -> TestEnv {
    let mut env = TestEnv::default();
    env.session.backend = Arc::new(Keyless(env.backend.clone()));
    env
}
