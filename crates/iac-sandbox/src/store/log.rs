//! Small changes of a service, a line each. A line that was cut off was never answered, and is passed over.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::SandboxError;

/// So many lines are kept; then the whole service is written again.
const LINES: usize = 1000;

/// A log that this process writes, from its first line on.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    file: Option<File>,
    lines: usize,
}

impl Log {
    /// An empty log; its file appears with its first line.
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            file: None,
            lines: 0,
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.lines >= LINES
    }

    pub(super) fn append(&mut self, line: &Value) -> Result<(), SandboxError> {
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let file = File::create(&self.path).map_err(SandboxError::io("create", &self.path))?;
                none.insert(file)
            }
        };
        // in one write: a killed process leaves whole lines, or one without an end
        let text = format!("{line}\n");
        file.write_all(text.as_bytes())
            .map_err(SandboxError::io("write", &self.path))?;
        self.lines += 1;
        Ok(())
    }
}

/// The whole lines of a log; none when there is no log.
pub(super) fn read(path: &Path) -> Result<Vec<Value>, SandboxError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(SandboxError::io("read", path)(error)),
    };
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let parsed = whole.lines().map(|line| {
        serde_json::from_str(line).map_err(|error| SandboxError::Corrupt {
            path: path.to_owned(),
            reason: error.to_string(),
        })
    });
    parsed.collect()
}
