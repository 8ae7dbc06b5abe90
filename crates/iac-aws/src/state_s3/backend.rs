//! The backend itself: objects, a lock and a data key.

use async_trait::async_trait;
#[cfg(not(feature = "kms"))]
use iac_core::model::ResourceError;
use iac_core::{
    model::DataKey,
    state::{Backend, BackendError, Lock, Object, Precondition, Version},
};
use jiff::Timestamp;

#[cfg(feature = "kms")]
use super::data_key::DataKeys;
use super::{lock::LockTable, objects::Objects, store::StateStore};
use crate::Aws;

/// Objects below one key of a bucket, and a lock in a table.
#[derive(Clone, Debug)]
pub struct S3Backend {
    objects: Objects,
    lock: LockTable,
    #[cfg(feature = "kms")]
    data_keys: DataKeys,
    #[cfg(not(feature = "kms"))]
    kms_key: Option<String>,
}

impl S3Backend {
    /// The state below `key` (`shop/dev`) of a store that is reached through `aws`: in its account and region, whatever
    /// `store` says of those.
    pub fn new(aws: &Aws, store: &StateStore, key: &str) -> Self {
        let key = key.trim_matches('/');
        Self {
            objects: Objects::new(aws, store, key),
            lock: LockTable::new(aws, store, key),
            #[cfg(feature = "kms")]
            data_keys: DataKeys::new(aws, store, key),
            #[cfg(not(feature = "kms"))]
            kms_key: store.kms_key.clone(),
        }
    }
}

#[async_trait]
impl Backend for S3Backend {
    fn place(&self) -> String {
        self.objects.place()
    }

    async fn get(&self, name: &str) -> Result<Option<Object>, BackendError> {
        self.objects.get(name).await
    }

    async fn put(&self, name: &str, bytes: &[u8], precondition: &Precondition) -> Result<Version, BackendError> {
        self.objects.put(name, bytes, precondition).await
    }

    async fn delete(&self, name: &str) -> Result<(), BackendError> {
        self.objects.delete(name).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        self.objects.list(prefix).await
    }

    async fn lock(&self, lock: &Lock, over: Option<&Lock>) -> Result<(), BackendError> {
        self.lock.take(lock, over).await
    }

    async fn renew(&self, held: &Lock, expires: Timestamp) -> Result<Lock, BackendError> {
        self.lock.prolong(held, expires).await
    }

    async fn unlock(&self, id: &str) -> Result<(), BackendError> {
        self.lock.release(id).await
    }

    async fn holder(&self) -> Result<Option<Lock>, BackendError> {
        self.lock.holder().await
    }

    #[cfg(feature = "kms")]
    async fn key(&self, make: bool) -> Result<Option<DataKey>, BackendError> {
        self.data_keys.key(&self.objects, make).await
    }

    #[cfg(not(feature = "kms"))]
    async fn key(&self, _make: bool) -> Result<Option<DataKey>, BackendError> {
        match &self.kms_key {
            None => Ok(None),
            Some(key) => Err(ResourceError::invalid(format!(
                "this program is built without KMS and cannot use `{key}`"
            ))
            .hint("build it with the feature `kms` of `iac-aws`")
            .into()),
        }
    }
}
