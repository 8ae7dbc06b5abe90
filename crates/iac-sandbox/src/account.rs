//! What a sandbox and its HTTP clients share: the services, the log, the faults and the folder.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use winterbaume_core::MockResponse;

use crate::call::Call;
use crate::error::SandboxError;
use crate::faults;
use crate::record::Log;
use crate::reply::{self, Failure};
use crate::service::{Emulator, Service, ServiceSnapshot};
use crate::store::{Durability, Store};

/// The shared part of a sandbox.
pub(crate) struct Account {
    pub(crate) log: Log,
    pub(crate) faults: faults::Queue,
    services: BTreeMap<Service, Mutex<Box<dyn Emulator>>>,
    home: Mutex<Option<DataDir>>,
}

/// The folder a sandbox lives in, and what of it is not yet safe from a crash of the machine.
struct DataDir {
    store: Store,
    unsynced: BTreeSet<Service>,
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Account {
    /// A account with every service the crate is built with.
    pub(crate) fn new() -> Self {
        Self {
            log: Log::default(),
            faults: faults::Queue::default(),
            services: crate::overlay::services()
                .into_iter()
                .map(|(service, emulator)| (service, Mutex::new(emulator)))
                .collect(),
            home: Mutex::new(None),
        }
    }

    /// Lets the service answer; when that changes the sandbox and it has a folder, the change is saved first.
    pub(crate) fn answer(&self, call: &Call, mutates: bool) -> MockResponse {
        let Some(service) = self.services.get(&call.service) else {
            let message = format!("the sandbox is built without {}", call.service);
            return reply::failure(call, &Failure::new(501, "NotImplemented", message));
        };
        let mut emulator = lock(service);
        let answer = emulator.answer(call);
        if mutates && answer.status < 400 {
            let saved = self.save_home(call.service, || emulator.save());
            if let Err(error) = saved {
                tracing::error!(%error, hint = error.hint(), "the sandbox could not be saved");
                let message = format!("the sandbox could not be saved: {error}");
                return reply::failure(call, &Failure::new(500, "InternalError", message));
            }
        }
        answer
    }

    fn save_home(
        &self,
        service: Service,
        snapshot: impl FnOnce() -> Result<ServiceSnapshot, SandboxError>,
    ) -> Result<(), SandboxError> {
        let mut home = lock(&self.home);
        let Some(home) = home.as_mut() else {
            return Ok(());
        };
        home.unsynced.insert(service);
        home.store.write(service, snapshot()?, Durability::Process)
    }

    /// Takes all state from a folder.
    pub(crate) fn load(&self, store: &mut Store) -> Result<(), SandboxError> {
        for (service, emulator) in &self.services {
            if let Some(snapshot) = store.read(*service)? {
                lock(emulator).load(snapshot)?;
            }
        }
        Ok(())
    }

    /// Writes all state to a folder, safe from a crash of the machine.
    pub(crate) fn save(&self, store: &mut Store) -> Result<(), SandboxError> {
        for (service, emulator) in &self.services {
            let snapshot = lock(emulator).save()?;
            store.write(*service, snapshot, Durability::Machine)?;
        }
        Ok(())
    }

    /// Takes all state from another account.
    pub(crate) fn copy(&self, other: &Self) -> Result<(), SandboxError> {
        for (service, emulator) in &other.services {
            let snapshot = lock(emulator).save()?;
            if let Some(own) = self.services.get(service) {
                lock(own).load(snapshot)?;
            }
        }
        Ok(())
    }

    /// From now on every change is saved to this folder.
    pub(crate) fn settle(&self, store: Store) {
        *lock(&self.home) = Some(DataDir {
            store,
            unsynced: BTreeSet::new(),
        });
    }

    /// Makes what was saved safe from a crash of the machine.
    pub(crate) fn sync(&self) -> Result<(), SandboxError> {
        for (service, emulator) in &self.services {
            let emulator = lock(emulator);
            let mut home = lock(&self.home);
            if let Some(home) = home.as_mut()
                && home.unsynced.remove(service)
            {
                home.store.write(*service, emulator.save()?, Durability::Machine)?;
            }
        }
        Ok(())
    }

    /// Leaves the folder and its lock.
    pub(crate) fn leave(&self) {
        *lock(&self.home) = None;
    }

    /// What exists, sorted.
    pub(crate) fn inventory(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .services
            .values()
            .flat_map(|emulator| lock(emulator).inventory())
            .collect();
        names.sort();
        names
    }
}
