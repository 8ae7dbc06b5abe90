//! Writes under the lock: refused once it is lost, and tried again when a failure may pass.

use std::{sync::Arc, time::Duration};

use super::{
    backend::{Backend, BackendError, Object, Precondition, Version},
    error::StoreError,
    lease::Lease,
};

/// How often a write is tried whose failure may pass.
const PUT_ATTEMPTS: u32 = 3;

/// A backend that is written to only while the lock is held.
#[derive(Debug)]
pub(super) struct FencedBackend {
    backend: Arc<dyn Backend>,
    pub(super) lease: Arc<Lease>,
}

impl FencedBackend {
    pub(super) fn new(backend: &Arc<dyn Backend>, lease: &Arc<Lease>) -> Self {
        Self {
            backend: Arc::clone(backend),
            lease: Arc::clone(lease),
        }
    }

    /// Whether it may still be written to.
    ///
    /// # Errors
    /// [`StoreError::LockLost`].
    pub(super) fn check(&self) -> Result<(), StoreError> {
        self.lease.check().map_err(StoreError::LockLost)
    }

    pub(super) async fn get(&self, name: &str) -> Result<Option<Object>, BackendError> {
        self.backend.get(name).await
    }

    pub(super) async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        self.backend.list(prefix).await
    }

    pub(super) async fn delete(&self, name: &str) -> Result<(), BackendError> {
        self.lease.writing(self.backend.delete(name)).await
    }

    /// Writes an object, again when the failure may pass. A write whose answer was lost is done all the same: what is there
    /// then is what was to be written, and no one else's.
    pub(super) async fn put(
        &self,
        name: &str,
        bytes: &[u8],
        precondition: &Precondition,
    ) -> Result<Version, StoreError> {
        let mut pause = Duration::from_millis(100);
        for _ in 1..PUT_ATTEMPTS {
            match self.put_once(name, bytes, precondition).await {
                Ok(version) => return Ok(version),
                Err(error) => {
                    if let Some(version) = self.written_already(name, bytes).await {
                        return Ok(version);
                    }
                    if !error.may_pass() {
                        return Err(error.into());
                    }
                }
            }
            self.lease.pause(pause).await;
            self.check()?;
            pause *= 2;
        }
        match self.put_once(name, bytes, precondition).await {
            Ok(version) => Ok(version),
            Err(error) => self.written_already(name, bytes).await.ok_or(error.into()),
        }
    }

    async fn put_once(&self, name: &str, bytes: &[u8], precondition: &Precondition) -> Result<Version, BackendError> {
        self.lease.writing(self.backend.put(name, bytes, precondition)).await
    }

    /// The version of the object, when it holds just these bytes.
    async fn written_already(&self, name: &str, bytes: &[u8]) -> Option<Version> {
        let there = self.backend.get(name).await.ok().flatten()?;
        (there.bytes == bytes).then_some(there.version)
    }
}
