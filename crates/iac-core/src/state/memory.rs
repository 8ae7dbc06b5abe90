//! A backend in memory, for tests and for stacks that are only looked at.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use jiff::Timestamp;

use super::backend::{Backend, BackendError, Lock, Object, Precondition, Version};
use crate::model::DataKey;

/// Objects and a lock in memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryBackend(Arc<Mutex<Content>>);

#[derive(Debug, Default)]
struct Content {
    objects: BTreeMap<String, Object>,
    writes: u64,
    lock: Option<Lock>,
    key: Option<DataKey>,
}

impl MemoryBackend {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        // a panic while the lock is held leaves whole objects: no write is done in two steps
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Backend for MemoryBackend {
    fn place(&self) -> String {
        "memory".to_owned()
    }

    async fn get(&self, name: &str) -> Result<Option<Object>, BackendError> {
        Ok(self.content().objects.get(name).cloned())
    }

    async fn put(&self, name: &str, bytes: &[u8], precondition: &Precondition) -> Result<Version, BackendError> {
        let mut content = self.content();
        let there = content.objects.get(name).map(|object| &object.version);
        let holds = match precondition {
            Precondition::Absent => there.is_none(),
            Precondition::Matches(version) => there == Some(version),
        };
        if !holds {
            return Err(BackendError::Changed { name: name.to_owned() });
        }
        content.writes += 1;
        let version = Version(content.writes.to_string());
        let object = Object {
            bytes: bytes.to_vec(),
            version: version.clone(),
        };
        content.objects.insert(name.to_owned(), object);
        Ok(version)
    }

    async fn delete(&self, name: &str) -> Result<(), BackendError> {
        self.content().objects.remove(name);
        Ok(())
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        Ok(self
            .content()
            .objects
            .keys()
            .filter(|name| name.starts_with(prefix))
            .cloned()
            .collect())
    }

    async fn lock(&self, lock: &Lock, over: Option<&Lock>) -> Result<(), BackendError> {
        let mut content = self.content();
        match &content.lock {
            Some(holder) if over != Some(holder) => Err(BackendError::Locked(Box::new(holder.clone()))),
            _ => {
                content.lock = Some(lock.clone());
                Ok(())
            }
        }
    }

    async fn renew(&self, held: &Lock, expires: Timestamp) -> Result<Lock, BackendError> {
        let mut content = self.content();
        if content.lock.as_ref() != Some(held) {
            return Err(BackendError::NotHeld(content.lock.clone().map(Box::new)));
        }
        let renewed = Lock {
            expires: Some(expires),
            ..held.clone()
        };
        content.lock = Some(renewed.clone());
        Ok(renewed)
    }

    async fn unlock(&self, id: &str) -> Result<(), BackendError> {
        let mut content = self.content();
        match content.lock.take() {
            Some(lock) if lock.info.id == id => Ok(()),
            other => {
                content.lock.clone_from(&other);
                Err(BackendError::NotHeld(other.map(Box::new)))
            }
        }
    }

    async fn holder(&self) -> Result<Option<Lock>, BackendError> {
        Ok(self.content().lock.clone())
    }

    async fn key(&self, make: bool) -> Result<Option<DataKey>, BackendError> {
        let key = &mut self.content().key;
        if make && key.is_none() {
            *key = Some(DataKey::generate());
        }
        Ok(key.clone())
    }
}
