//! A sandbox in a folder: one document per service, contents beside it by digest, and a lock.
//!
//! Every file appears whole or not at all: it is written under another name and renamed. Contents are written before
//! the document that names them and removed after the document that no longer does, so a document never names what
//! is missing, whenever the process dies.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde_json::{Value, json};

use crate::emulator::ServiceSnapshot;
use crate::error::SandboxError;
use crate::service::Service;

/// The version of the documents; raised when an older reader could not read them.
const FORMAT: u64 = 1;

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
}

impl Store {
    /// A folder to read or write once, without a lock.
    pub(crate) fn unlocked(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            _lock: None,
            written: BTreeSet::new(),
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
        })
    }

    /// Reads what a service had; `None` when the folder has nothing of it.
    pub(crate) fn read(&mut self, service: Service) -> Result<Option<ServiceSnapshot>, SandboxError> {
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
        if format != Some(FORMAT) {
            return Err(corrupt(format!("its format is not {FORMAT}")));
        }
        let names: Vec<String> = whole
            .get("bodies")
            .and_then(Value::as_array)
            .map(|names| {
                names
                    .iter()
                    .filter_map(|name| name.as_str().map(str::to_owned))
                    .collect()
            })
            .unwrap_or_default();
        let mut bodies = Vec::with_capacity(names.len());
        for name in names {
            let path = self.body_path(service, &name);
            let body = fs::read(&path).map_err(SandboxError::io("read", &path))?;
            self.written.insert(name.clone());
            bodies.push((name, Bytes::from(body)));
        }
        Ok(Some(ServiceSnapshot {
            document: whole.get_mut("state").map(Value::take).unwrap_or_default(),
            bodies,
        }))
    }

    /// Writes what a service has.
    pub(crate) fn write(
        &mut self,
        service: Service,
        snapshot: ServiceSnapshot,
        durability: Durability,
    ) -> Result<(), SandboxError> {
        let mut names = Vec::with_capacity(snapshot.bodies.len());
        if !snapshot.bodies.is_empty() {
            let folder = self.folder.join(service.name());
            fs::create_dir_all(&folder).map_err(SandboxError::io("create", &folder))?;
        }
        for (name, body) in snapshot.bodies {
            if !self.written.contains(&name) {
                self.put(&self.body_path(service, &name), &body, durability)?;
                self.written.insert(name.clone());
            }
            names.push(name);
        }
        let whole = json!({ "format": FORMAT, "state": snapshot.document, "bodies": names });
        self.put(&self.document_path(service), whole.to_string().as_bytes(), durability)?;
        if service == Service::S3 {
            let current: BTreeSet<String> = names.into_iter().collect();
            for gone in self.written.difference(&current) {
                let path = self.body_path(service, gone);
                match fs::remove_file(&path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(SandboxError::io("remove", &path)(error));
                    }
                    _ => {}
                }
            }
            self.written = current;
        }
        Ok(())
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

    fn body_path(&self, service: Service, name: &str) -> PathBuf {
        self.folder.join(service.name()).join(name)
    }
}
