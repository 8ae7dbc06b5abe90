//! What a sandbox and its HTTP clients share: the services, the log, the faults and the folder.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use winterbaume_core::MockResponse;

use crate::call::Call;
use crate::emulator::Emulator;
use crate::error::SandboxError;
use crate::faults;
use crate::readiness::Readiness;
use crate::record::Log;
use crate::replica::{Replica, StaleReads};
use crate::reply::{self, Failure};
use crate::service::Service;
use crate::store::{Durability, Store};

/// The shared part of a sandbox.
pub(crate) struct Account {
    pub(crate) log: Log,
    pub(crate) faults: faults::Queue,
    services: BTreeMap<Service, Mutex<Hosted>>,
    home: Mutex<Option<DataDir>>,
}

/// A service, and its copy that lags behind.
struct Hosted {
    emulator: Box<dyn Emulator>,
    replica: Replica,
    readiness: Readiness,
}

impl Hosted {
    fn new(emulator: Box<dyn Emulator>) -> Self {
        Self {
            emulator,
            replica: Replica::default(),
            readiness: Readiness::default(),
        }
    }
}

/// What a service said to a request.
pub(crate) struct Answer {
    pub(crate) response: MockResponse,
    /// Whether it is from before the last change.
    pub(crate) stale: bool,
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
    /// An account with every service the crate is built with.
    pub(crate) fn new() -> Self {
        Self {
            log: Log::default(),
            faults: faults::Queue::default(),
            services: crate::overlay::services()
                .into_iter()
                .map(|(service, emulator)| (service, Mutex::new(Hosted::new(emulator))))
                .collect(),
            home: Mutex::new(None),
        }
    }

    /// Lets the service answer; when that changes the sandbox and it has a folder, the change is saved first.
    pub(crate) fn answer(&self, call: &Call, mutates: bool) -> Answer {
        let known = |response| Answer { response, stale: false };
        let Some(service) = self.services.get(&call.service) else {
            let message = format!("the sandbox is built without {}", call.service);
            return known(reply::failure(call, &Failure::new(501, "NotImplemented", message)));
        };
        let Hosted {
            emulator,
            replica,
            readiness,
        } = &mut *lock(service);
        if let Some(response) = replica.answer(call) {
            return Answer { response, stale: true };
        }
        let others = |kind: &str, value: &str| self.knows(call, kind, value);
        if !mutates {
            let mut answer = emulator.answer_among(call, &others);
            readiness.show(call, &mut answer);
            return known(answer);
        }
        let changed = replica.before(&**emulator).and_then(|before| {
            let answer = emulator.answer_among(call, &others);
            readiness.changed(call, &answer);
            if answer.status < 400 {
                before.map_or(Ok(()), |before| replica.changed(call.service, before))?;
                self.save_home(call, &**emulator)?;
            }
            Ok(answer)
        });
        known(changed.unwrap_or_else(|error| {
            tracing::error!(%error, hint = error.hint(), "the sandbox could not be saved");
            let message = format!("the sandbox could not be saved: {error}");
            reply::failure(call, &Failure::new(500, "InternalError", message))
        }))
    }

    /// Lets the reads of every service lag so from now on.
    pub(crate) fn set_stale_reads(&self, mode: &StaleReads) {
        for service in self.services.values() {
            lock(service).replica.set(mode.clone());
        }
    }

    /// Lets what is made or changed take so many reads from now on.
    pub(crate) fn set_ready_after(&self, reads: u32) {
        for service in self.services.values() {
            let mut service = lock(service);
            service.readiness.set(reads);
            service.emulator.set_ready_after(reads);
        }
    }

    /// Whether another service than the one that is called has what a value names; none when none of them can tell.
    ///
    /// The called one is locked meanwhile. Only Cloud Control asks, so that no two wait for each other.
    fn knows(&self, call: &Call, kind: &str, value: &str) -> Option<bool> {
        let others = self.services.iter().filter(|(service, _)| **service != call.service);
        let told = others.filter_map(|(_, other)| lock(other).emulator.knows(&call.region, kind, value));
        told.max()
    }

    /// Lets Cloud Control behave so from now on.
    #[cfg(feature = "cloudcontrol")]
    pub(crate) fn set_cloud_control(&self, quirks: &crate::CloudControlQuirks) {
        if let Some(service) = self.services.get(&Service::CloudControl) {
            lock(service).emulator.set_cloud_control(quirks);
        }
    }

    /// Every read knows of every change so far.
    pub(crate) fn catch_up(&self) {
        for service in self.services.values() {
            lock(service).replica.catch_up();
        }
    }

    /// Saves what a call changed: a part of the service where it can be told apart, otherwise the whole of it.
    fn save_home(&self, call: &Call, emulator: &dyn Emulator) -> Result<(), SandboxError> {
        let mut home = lock(&self.home);
        let Some(home) = home.as_mut() else {
            return Ok(());
        };
        home.unsynced.insert(call.service);
        if let Some(part) = emulator.part(call)
            && home.store.append(call.service, part)?
        {
            return Ok(());
        }
        home.store.write(call.service, emulator.save()?, Durability::Process)
    }

    /// Takes all state from a folder.
    pub(crate) fn load(&self, store: &mut Store) -> Result<(), SandboxError> {
        for (service, hosted) in &self.services {
            if let Some((snapshot, parts)) = store.read(*service)? {
                let emulator = &mut lock(hosted).emulator;
                emulator.load(snapshot)?;
                parts.into_iter().try_for_each(|part| emulator.put_part(part))?;
            }
        }
        Ok(())
    }

    /// Writes all state to a folder, safe from a crash of the machine.
    pub(crate) fn save(&self, store: &mut Store) -> Result<(), SandboxError> {
        for (service, hosted) in &self.services {
            let snapshot = lock(hosted).emulator.save()?;
            store.write(*service, snapshot, Durability::Machine)?;
        }
        Ok(())
    }

    /// Takes all state from another account.
    pub(crate) fn copy(&self, other: &Self) -> Result<(), SandboxError> {
        for (service, hosted) in &other.services {
            let snapshot = lock(hosted).emulator.save()?;
            if let Some(own) = self.services.get(service) {
                lock(own).emulator.load(snapshot)?;
            }
        }
        Ok(())
    }

    /// From now on every change is saved to this folder.
    pub(crate) fn keep_in(&self, store: Store) {
        *lock(&self.home) = Some(DataDir {
            store,
            unsynced: BTreeSet::new(),
        });
    }

    /// Makes what was saved safe from a crash of the machine.
    pub(crate) fn sync(&self) -> Result<(), SandboxError> {
        for (service, hosted) in &self.services {
            let hosted = lock(hosted);
            let mut home = lock(&self.home);
            if let Some(home) = home.as_mut()
                && home.unsynced.remove(service)
            {
                home.store
                    .write(*service, hosted.emulator.save()?, Durability::Machine)?;
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
            .flat_map(|hosted| lock(hosted).emulator.inventory())
            .collect();
        names.sort();
        names
    }
}
