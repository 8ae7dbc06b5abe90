//! A backend in a local folder: every write is a new file, synced and renamed into place.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::backend::{Backend, BackendError, Lock, Object, Precondition, Version};
use crate::model::DataKey;

/// Objects as files below one folder, the lock as the file `lock.json`, the key for secrets as `.secret.key`, made with the first
/// secret.
///
/// A write is atomic and durable: the content is written to a temporary file, synced, renamed, and the folder is synced.
/// Conditional writes and the lock are safe among processes of one machine.
#[derive(Clone, Debug)]
pub struct FileBackend {
    root: Arc<Path>,
}

const LOCK: &str = "lock.json";
/// Held (by the operating system) while an object is compared and replaced.
const GUARD: &str = ".guard";
/// The key that secrets are encrypted with, readable by its owner alone. No object: it is not listed.
const KEY: &str = ".secret.key";

impl FileBackend {
    /// Keeps everything below `root`, which is made on the first write.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into().into(),
        }
    }

    async fn blocking<T, F>(&self, work: F) -> Result<T, BackendError>
    where
        T: Send + 'static,
        F: FnOnce(&Folder) -> Result<T, BackendError> + Send + 'static,
    {
        let folder = Folder(Arc::clone(&self.root));
        match tokio::task::spawn_blocking(move || work(&folder)).await {
            Ok(done) => done,
            Err(panicked) => Err(BackendError::Io {
                action: "work in",
                path: self.root.to_path_buf(),
                source: io::Error::other(panicked),
            }),
        }
    }
}

#[async_trait]
impl Backend for FileBackend {
    fn place(&self) -> String {
        self.root.display().to_string()
    }

    async fn get(&self, name: &str) -> Result<Option<Object>, BackendError> {
        let name = name.to_owned();
        self.blocking(move |folder| folder.read(&name)).await
    }

    async fn put(&self, name: &str, bytes: &[u8], precondition: &Precondition) -> Result<Version, BackendError> {
        let (name, bytes, precondition) = (name.to_owned(), bytes.to_vec(), precondition.clone());
        self.blocking(move |folder| {
            let _guard = folder.guard()?;
            let there = folder.read(&name)?.map(|object| object.version);
            let holds = match precondition {
                Precondition::Absent => there.is_none(),
                Precondition::Matches(version) => there == Some(version),
            };
            if !holds {
                return Err(BackendError::Changed { name });
            }
            folder.write(&name, &bytes)
        })
        .await
    }

    async fn delete(&self, name: &str) -> Result<(), BackendError> {
        let name = name.to_owned();
        self.blocking(move |folder| folder.remove(&name)).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        let prefix = prefix.to_owned();
        self.blocking(move |folder| {
            let mut names = Vec::new();
            folder.walk(&folder.0, &mut names)?;
            names.retain(|name| name.starts_with(&prefix));
            names.sort();
            Ok(names)
        })
        .await
    }

    async fn lock(&self, lock: &Lock, over: Option<&Lock>) -> Result<(), BackendError> {
        let (lock, over) = (lock.clone(), over.cloned());
        self.blocking(move |folder| {
            let _guard = folder.guard()?;
            match folder.holder()? {
                Some(holder) if over.as_ref() != Some(&holder) => Err(BackendError::Locked(Box::new(holder))),
                _ => folder.write_lock(&lock),
            }
        })
        .await
    }

    async fn renew(&self, held: &Lock, expires: Timestamp) -> Result<Lock, BackendError> {
        let held = held.clone();
        self.blocking(move |folder| {
            let _guard = folder.guard()?;
            let holder = folder.holder()?;
            if holder.as_ref() != Some(&held) {
                return Err(BackendError::NotHeld(holder.map(Box::new)));
            }
            let renewed = Lock {
                expires: Some(expires),
                ..held
            };
            folder.write_lock(&renewed)?;
            Ok(renewed)
        })
        .await
    }

    async fn unlock(&self, id: &str) -> Result<(), BackendError> {
        let id = id.to_owned();
        self.blocking(move |folder| {
            let _guard = folder.guard()?;
            match folder.holder()? {
                Some(holder) if holder.info.id == id => folder.remove(LOCK),
                other => Err(BackendError::NotHeld(other.map(Box::new))),
            }
        })
        .await
    }

    async fn holder(&self) -> Result<Option<Lock>, BackendError> {
        self.blocking(Folder::holder).await
    }

    async fn key(&self, make: bool) -> Result<Option<DataKey>, BackendError> {
        self.blocking(move |folder| {
            if let Some(key) = folder.key()? {
                return Ok(Some(key));
            }
            if !make {
                return Ok(None);
            }
            let _guard = folder.guard()?;
            if folder.key()?.is_none() {
                // a temporary file is its owner's alone, and stays so when it gets its name
                folder.write(KEY, hex::encode(DataKey::generate().as_bytes()).as_bytes())?;
            }
            folder.key()
        })
        .await
    }
}

struct Folder(Arc<Path>);

impl Folder {
    fn guard(&self) -> Result<File, BackendError> {
        fs::create_dir_all(&self.0).map_err(failed("make the folder", &self.0))?;
        let path = self.0.join(GUARD);
        let file = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(failed("open", &path))?;
        file.lock().map_err(failed("lock", &path))?;
        Ok(file)
    }

    fn read(&self, name: &str) -> Result<Option<Object>, BackendError> {
        let path = self.0.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(Object {
                version: Version(hex::encode(Sha256::digest(&bytes))),
                bytes,
            })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("read", &path)(error)),
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<Version, BackendError> {
        let path = self.0.join(name);
        let parent = path.parent().unwrap_or(&self.0);
        fs::create_dir_all(parent).map_err(failed("make the folder", parent))?;
        let mut file = NamedTempFile::new_in(parent).map_err(failed("write in", parent))?;
        file.write_all(bytes)
            .and_then(|()| file.as_file().sync_all())
            .map_err(failed("write", &path))?;
        file.persist(&path)
            .map_err(|error| failed("write", &path)(error.error))?;
        sync(parent)?;
        Ok(Version(hex::encode(Sha256::digest(bytes))))
    }

    fn key(&self) -> Result<Option<DataKey>, BackendError> {
        let Some(object) = self.read(KEY)? else {
            return Ok(None);
        };
        let bytes = hex::decode(object.bytes.trim_ascii()).ok();
        match bytes.and_then(|bytes| DataKey::from_bytes(&bytes)) {
            Some(key) => Ok(Some(key)),
            None => Err(BackendError::Malformed {
                name: KEY.to_owned(),
                message: format!("it does not hold {} bytes in hexadecimal digits", DataKey::LENGTH),
            }),
        }
    }

    fn remove(&self, name: &str) -> Result<(), BackendError> {
        let path = self.0.join(name);
        match fs::remove_file(&path) {
            Ok(()) => sync(path.parent().unwrap_or(&self.0)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(failed("remove", &path)(error)),
        }
    }

    fn walk(&self, folder: &Path, names: &mut Vec<String>) -> Result<(), BackendError> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed("list", folder)(error)),
        };
        for entry in entries {
            let entry = entry.map_err(failed("list", folder))?;
            // what begins with a dot is no object: the guard, or a write that was cut off
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            let path = entry.path();
            if path.is_dir() {
                self.walk(&path, names)?;
            } else if let Ok(name) = path.strip_prefix(&self.0) {
                names.push(name.to_string_lossy().replace('\\', "/"));
            }
        }
        Ok(())
    }

    fn holder(&self) -> Result<Option<Lock>, BackendError> {
        let Some(object) = self.read(LOCK)? else {
            return Ok(None);
        };
        serde_json::from_slice(&object.bytes)
            .map(Some)
            .map_err(|error| BackendError::Malformed {
                name: LOCK.to_owned(),
                message: error.to_string(),
            })
    }

    fn write_lock(&self, lock: &Lock) -> Result<(), BackendError> {
        let bytes = serde_json::to_vec_pretty(lock).map_err(|error| BackendError::Malformed {
            name: LOCK.to_owned(),
            message: error.to_string(),
        })?;
        self.write(LOCK, &bytes).map(drop)
    }
}

/// A rename is durable only once its folder is.
fn sync(folder: &Path) -> Result<(), BackendError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed("sync", folder))
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BackendError {
    let path = path.to_path_buf();
    move |source| BackendError::Io { action, path, source }
}
