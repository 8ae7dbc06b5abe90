//! Plans in files: written by `plan --out`, read by `apply --plan`.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use iac_core::plan::SavedPlan;
use tempfile::NamedTempFile;

use crate::{
    context::Context,
    error::{Outcome, Problem},
};

/// A file that a plan will be written to: whole or not at all, readable by its owner alone.
pub(super) struct PlanFile {
    path: PathBuf,
    file: NamedTempFile,
}

impl PlanFile {
    /// Makes sure that the file can be written before anything is called.
    ///
    /// # Errors
    /// Its folder is not there, or may not be written to.
    pub(super) fn prepare(cx: &Context<'_>, path: &Path) -> Outcome<Self> {
        let path = cx.folder.join(path);
        if path.is_dir() {
            return Err(unwritable(&path, &io::Error::from(io::ErrorKind::IsADirectory)));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let file = std::fs::metadata(folder).and_then(|_| NamedTempFile::new_in(folder));
        match file {
            Ok(file) => Ok(Self { path, file }),
            Err(error) => Err(unwritable(&path, &error)),
        }
    }

    /// Writes the plan.
    ///
    /// # Errors
    /// The disk is full, or the like; the file is then as it was.
    pub(super) fn write(mut self, plan: &SavedPlan) -> Outcome<()> {
        let written = plan.encode().map_err(io::Error::from).and_then(|bytes| {
            self.file.write_all(&bytes)?;
            self.file.as_file().sync_all()?;
            self.file.persist(&self.path).map_err(|error| error.error)
        });
        written.map(drop).map_err(|error| unwritable(&self.path, &error))
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Box<Problem> {
    Problem::new(format!("the plan cannot be written to {}", path.display()))
        .cause(error.to_string())
        .hint("name a file in a folder that is there and may be written to")
        .into()
}

/// Reads a plan of an environment.
///
/// # Errors
/// There is no such file, it is no plan, or it is one of something else.
pub(super) fn read(cx: &Context<'_>, path: &Path, environment: &str) -> Outcome<SavedPlan> {
    let path = cx.folder.join(path);
    let bytes = std::fs::read(&path).map_err(|error| {
        Problem::new(format!("the plan in {} cannot be read", path.display()))
            .cause(error.to_string())
            .hint("give the file that `plan ENV --out FILE` wrote")
    })?;
    let saved = SavedPlan::decode(&bytes, &path.display().to_string())?;
    saved.belongs_to(&cx.app.name, environment)?;
    Ok(saved)
}
