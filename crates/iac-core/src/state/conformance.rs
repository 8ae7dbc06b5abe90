//! What every backend must do. Tests of a backend call [`check`] with an empty one.

use jiff::{SignedDuration, Timestamp};

use super::backend::{Backend, BackendError, Lock, LockInfo, Precondition, Version};

/// A rule of [`Backend`] that did not hold.
#[derive(Debug, thiserror::Error)]
pub enum Nonconformance {
    /// An expectation failed.
    #[error("{0}")]
    Broken(String),
    /// A call failed that should not have.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

fn expect(holds: bool, rule: &str) -> Result<(), Nonconformance> {
    if holds {
        Ok(())
    } else {
        Err(Nonconformance::Broken(rule.to_owned()))
    }
}

fn changed<T>(result: &Result<T, BackendError>, rule: &str) -> Result<(), Nonconformance> {
    expect(matches!(result, Err(BackendError::Changed { .. })), rule)
}

/// Runs all rules on an empty backend.
///
/// # Errors
/// The first rule that does not hold, or a call that failed.
pub async fn check(backend: &dyn Backend) -> Result<(), Nonconformance> {
    objects(backend).await?;
    names(backend).await?;
    locks(backend).await
}

async fn objects(backend: &dyn Backend) -> Result<(), Nonconformance> {
    let name = "state.json";
    expect(backend.get(name).await?.is_none(), "an empty backend has no state")?;
    let missing = Precondition::Matches(Version("0".to_owned()));
    changed(
        &backend.put(name, b"x", &missing).await,
        "a version of nothing does not match",
    )?;
    let first = backend.put(name, b"one", &Precondition::Absent).await?;
    changed(
        &backend.put(name, b"x", &Precondition::Absent).await,
        "an object that is there is not absent",
    )?;
    let read = backend.get(name).await?;
    expect(
        read.as_ref().is_some_and(|object| object.bytes == b"one"),
        "what was written is read",
    )?;
    expect(
        read.is_some_and(|object| object.version == first),
        "the version read is the version written",
    )?;
    let second = backend.put(name, b"two", &Precondition::Matches(first.clone())).await?;
    expect(first != second, "other content is another version")?;
    changed(
        &backend.put(name, b"x", &Precondition::Matches(first)).await,
        "a stale writer cannot overwrite",
    )?;
    expect(
        backend.get(name).await?.is_some_and(|object| object.bytes == b"two"),
        "a refused write changes nothing",
    )?;
    backend.delete(name).await?;
    backend.delete(name).await?;
    expect(backend.get(name).await?.is_none(), "what was deleted is gone")
}

async fn names(backend: &dyn Backend) -> Result<(), Nonconformance> {
    for name in ["journal/000002.json", "journal/000001.json", "history/1.json"] {
        backend.put(name, name.as_bytes(), &Precondition::Absent).await?;
    }
    let listed = backend.list("journal/").await?;
    expect(
        listed == ["journal/000001.json", "journal/000002.json"],
        "names are listed by prefix, in order",
    )?;
    for name in backend.list("").await? {
        backend.delete(&name).await?;
    }
    expect(
        backend.list("journal/").await?.is_empty(),
        "nothing is listed when all is deleted",
    )
}

async fn locks(backend: &dyn Backend) -> Result<(), Nonconformance> {
    let (mine, other) = (lock("1"), lock("2"));
    expect(backend.holder().await?.is_none(), "a new backend is not locked")?;
    expect(
        matches!(backend.unlock("1").await, Err(BackendError::NotHeld(None))),
        "what is not held cannot be unlocked",
    )?;
    backend.lock(&mine, None).await?;
    expect(
        backend.holder().await?.as_ref() == Some(&mine),
        "the holder is shown as it locked",
    )?;
    let refused = backend.lock(&other, None).await;
    expect(
        matches!(refused, Err(BackendError::Locked(holder)) if *holder == mine),
        "a second holder is told of the first",
    )?;
    let later = at(120);
    let renewed = backend.renew(&mine, later).await?;
    expect(renewed.expires == Some(later), "a renewal moves the end")?;
    expect(
        matches!(backend.renew(&mine, later).await, Err(BackendError::NotHeld(_))),
        "a stale lock cannot be renewed",
    )?;
    expect(
        matches!(backend.lock(&other, Some(&mine)).await, Err(BackendError::Locked(_))),
        "a renewed lock is not taken over",
    )?;
    backend.lock(&other, Some(&renewed)).await?;
    expect(
        matches!(
            backend.renew(&renewed, later).await,
            Err(BackendError::NotHeld(Some(_)))
        ),
        "a lock taken over is lost",
    )?;
    let refused = backend.unlock(&mine.info.id).await;
    expect(
        matches!(refused, Err(BackendError::NotHeld(Some(_)))),
        "only the holder's id unlocks",
    )?;
    backend.unlock(&other.info.id).await?;
    expect(backend.holder().await?.is_none(), "after unlocking nobody holds it")
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
}

fn lock(id: &str) -> Lock {
    Lock {
        info: LockInfo {
            id: id.to_owned(),
            operation: "apply".to_owned(),
            info: String::new(),
            who: "someone@somewhere".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            created: at(0),
            path: "stack/dev".to_owned(),
        },
        expires: Some(at(60)),
    }
}
