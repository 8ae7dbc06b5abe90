//! A sandbox in a folder: one document per service, contents beside it by digest, and a lock.
//!
//! Small changes since a document are lines of a log beside it, so that what they cost does not grow with the service. A log
//! is of one document: the next one has another generation, and a log of its own.
//!
//! Every file appears whole or not at all: it is written under another name and renamed. Contents are written before
//! the document that names them and removed after the document that no longer does, so a document never names what
//! is missing, whenever the process dies.

mod log;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde_json::{Value, json};

use crate::emulator::{Part, ServiceSnapshot};
use crate::error::SandboxError;
use crate::service::Service;
use log::Log;

/// The version of the documents; raised when an older reader could not read them.
const FORMAT: u64 = 2;

/// The first version, which has no logs.
const WITHOUT_LOGS: u64 = 1;

/// Whether a write must also survive a crash of the machine, not only of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// The file system is told to write it through.
    Machine,
    /// It is left to the file system's cache, which outlives a killed process.
    Process,
}

/// A folder that holds a sandbox.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    /// Held for as long as the store lives; the system releases it when the process ends in any way.
    _lock: Option<File>,
    /// Contents known to be in the folder.
    written: BTreeSet<String>,
    /// The generation of each document that was read or written.
    generations: BTreeMap<Service, String>,
    /// The logs of the documents that this store wrote.
    logs: BTreeMap<Service, Log>,
}

impl Store {
    /// A folder to read or write once, without a lock.
    pub(crate) fn unlocked(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            _lock: None,
            written: BTreeSet::new(),
            generations: BTreeMap::new(),
            logs: BTreeMap::new(),
        }
    }

    /// Makes the folder if need be and takes its lock; fails at once when another process has it.
    pub(crate) fn locked(folder: &Path) -> Result<Self, SandboxError> {
        fs::create_dir_all(folder).map_err(SandboxError::io("create", folder))?;
        let path = folder.join("lock");
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(SandboxError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // The holder's name only serves the message; a reader may catch it half written.
                let _unread = file.read_to_string(&mut holder);
                let holder = match holder.trim() {
                    "" => "another process".to_owned(),
                    holder => holder.to_owned(),
                };
                return Err(SandboxError::Held {
                    path: folder.to_owned(),
                    holder,
                });
            }
            Err(TryLockError::Error(source)) => {
                return Err(SandboxError::Io {
                    action: "lock",
                    path,
                    source,
                });
            }
        }
        file.set_len(0)
            .and_then(|()| writeln!(file, "process {}", std::process::id()))
            .map_err(SandboxError::io("write", &path))?;
        Ok(Self {
            folder: folder.to_owned(),
            _lock: Some(file),
            written: BTreeSet::new(),
            generations: BTreeMap::new(),
            logs: BTreeMap::new(),
        })
    }

    /// Reads what a service had, and the parts that changed since, in order; `None` when the folder has nothing of it.
    pub(crate) fn read(&mut self, service: Service) -> Result<Option<(ServiceSnapshot, Vec<Part>)>, SandboxError> {
        let path = self.document_path(service);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(SandboxError::io("read", &path)(error)),
        };
        let corrupt = |reason: String| SandboxError::Corrupt {
            path: path.clone(),
            reason,
        };
        let mut whole: Value = serde_json::from_slice(&text).map_err(|error| corrupt(error.to_string()))?;
        let format = whole.get("format").and_then(Value::as_u64);
        if !matches!(format, Some(WITHOUT_LOGS | FORMAT)) {
            return Err(corrupt(format!("its format is not {FORMAT}")));
        }
        let generation = whole["generation"].as_str().unwrap_or_default().to_owned();
        let snapshot = ServiceSnapshot {
            bodies: self.bodies(service, whole.get("bodies"))?,
            document: whole.get_mut("state").map(Value::take).unwrap_or_default(),
        };
        let mut parts = Vec::new();
        for mut line in log::read(&self.log_path(service, &generation))? {
            parts.push(Part {
                bodies: self.bodies(service, line.get("bodies"))?,
                name: line["part"].as_str().unwrap_or_default().to_owned(),
                state: line.get_mut("state").map(Value::take).unwrap_or_default(),
            });
        }
        self.generations.insert(service, generation);
        Ok(Some((snapshot, parts)))
    }

    /// The contents of these names.
    fn bodies(&mut self, service: Service, names: Option<&Value>) -> Result<Vec<(String, Bytes)>, SandboxError> {
        let names = names.and_then(Value::as_array).into_iter().flatten();
        let mut bodies = Vec::new();
        for name in names.filter_map(Value::as_str) {
            let path = self.body_path(service, name);
            let body = fs::read(&path).map_err(SandboxError::io("read", &path))?;
            self.written.insert(name.to_owned());
            bodies.push((name.to_owned(), Bytes::from(body)));
        }
        Ok(bodies)
    }

    /// Adds a part to the log of the document; false when there is no log to add to, and the whole must be written.
    pub(crate) fn append(&mut self, service: Service, part: Part) -> Result<bool, SandboxError> {
        if self.logs.get(&service).is_none_or(Log::is_full) {
            return Ok(false);
        }
        let names = self.put_bodies(service, part.bodies, Durability::Process)?;
        let line = json!({ "part": part.name, "state": part.state, "bodies": names });
        match self.logs.get_mut(&service) {
            Some(log) => log.append(&line).map(|()| true),
            None => Ok(false),
        }
    }

    /// Writes what a service has.
    pub(crate) fn write(
        &mut self,
        service: Service,
        snapshot: ServiceSnapshot,
        durability: Durability,
    ) -> Result<(), SandboxError> {
        let names = self.put_bodies(service, snapshot.bodies, durability)?;
        let generation = uuid::Uuid::new_v4().to_string();
        let whole = json!({ "format": FORMAT, "generation": generation, "state": snapshot.document, "bodies": names });
        self.put(&self.document_path(service), whole.to_string().as_bytes(), durability)?;
        let log = Log::new(self.log_path(service, &generation));
        if let Some(before) = self.generations.insert(service, generation) {
            remove(&self.log_path(service, &before))?;
        }
        self.logs.insert(service, log);
        if service == Service::S3 {
            let current: BTreeSet<String> = names.into_iter().collect();
            for gone in self.written.difference(&current) {
                remove(&self.body_path(service, gone))?;
            }
            self.written = current;
        }
        Ok(())
    }

    /// Writes the contents that are not there yet; gives the names of all.
    fn put_bodies(
        &mut self,
        service: Service,
        bodies: Vec<(String, Bytes)>,
        durability: Durability,
    ) -> Result<Vec<String>, SandboxError> {
        let mut names = Vec::with_capacity(bodies.len());
        if !bodies.is_empty() {
            let folder = self.folder.join(service.name());
            fs::create_dir_all(&folder).map_err(SandboxError::io("create", &folder))?;
        }
        for (name, body) in bodies {
            if !self.written.contains(&name) {
                self.put(&self.body_path(service, &name), &body, durability)?;
                self.written.insert(name.clone());
            }
            names.push(name);
        }
        Ok(names)
    }

    fn put(&self, path: &Path, content: &[u8], durability: Durability) -> Result<(), SandboxError> {
        fs::create_dir_all(&self.folder).map_err(SandboxError::io("create", &self.folder))?;
        let new = path.with_extension("new");
        let mut file = File::create(&new).map_err(SandboxError::io("create", &new))?;
        file.write_all(content).map_err(SandboxError::io("write", &new))?;
        if durability == Durability::Machine {
            file.sync_all().map_err(SandboxError::io("sync", &new))?;
        }
        drop(file);
        fs::rename(&new, path).map_err(SandboxError::io("rename", path))?;
        if durability == Durability::Machine
            && let Some(folder) = path.parent()
        {
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(SandboxError::io("sync", folder))?;
        }
        Ok(())
    }

    fn document_path(&self, service: Service) -> PathBuf {
        self.folder.join(service.name()).with_extension("json")
    }

    fn log_path(&self, service: Service, generation: &str) -> PathBuf {
        self.folder.join(format!("{service}.{generation}.log"))
    }

    fn body_path(&self, service: Service, name: &str) -> PathBuf {
        self.folder.join(service.name()).join(name)
    }
}

/// Removes a file that may not be there.
fn remove(path: &Path) -> Result<(), SandboxError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(SandboxError::io("remove", path)(error)),
        _ => Ok(()),
    }
}
