//! What is in an object: plain data that says where the bytes are and what they hash to. The bytes of a file are read when
//! they are uploaded, and must then still be those that were hashed when the stack was declared.

use std::{fs::File, io, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use iac_core::{
    Schema,
    model::{Declared, Resolved, ResourceError, Stage},
};
use serde::{Deserialize, Serialize};
use sha2::Digest;

iac_core::text_type! {
    /// A SHA-256: 64 hexadecimal digits in lower case.
    pub struct Sha256;

    /// What kept a file from being read when the stack was declared. It is refused when the stack is planned.
    pub struct Problem, check = |problem| Err(problem.to_owned());
}

/// What is in an object: [`Content::file`], [`Content::text`] or [`Content::base64`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(bound = "")]
pub struct Content<S: Stage = Declared> {
    /// A file.
    pub file: Option<LocalFile>,
    /// A text, in UTF-8.
    pub text: Option<S::Value<String>>,
    /// Bytes, in Base64 with padding.
    pub base64: Option<S::Value<String>>,
}

/// A file, as it was when the stack was declared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct LocalFile {
    /// Where it is. A path relative to the working directory is the same on every machine.
    #[field(write_only)]
    pub path: String,
    /// What its content hashes to.
    pub sha256: Sha256,
    /// What kept it from being read.
    pub problem: Option<Problem>,
}

impl<S: Stage> Content<S> {
    const NOTHING: Self = Self {
        file: None,
        text: None,
        base64: None,
    };

    /// The content of a file, which is read now for its hash. One that cannot be read is refused when the stack is planned.
    pub fn file(path: impl AsRef<Path>) -> Self {
        Self {
            file: Some(LocalFile::at(path.as_ref())),
            ..Self::NOTHING
        }
    }

    /// A text.
    pub fn text(text: impl Into<S::Value<String>>) -> Self {
        Self {
            text: Some(text.into()),
            ..Self::NOTHING
        }
    }

    /// Bytes in Base64.
    pub fn base64(bytes: impl Into<S::Value<String>>) -> Self {
        Self {
            base64: Some(bytes.into()),
            ..Self::NOTHING
        }
    }
}

impl LocalFile {
    fn at(path: &Path) -> Self {
        let hash = hash_file(path);
        Self {
            path: path.to_string_lossy().into_owned(),
            problem: hash.as_ref().err().map(|error| problem(path, error)),
            sha256: hash.map(|(sha256, _)| sha256).unwrap_or_default().into(),
        }
    }
}

impl Content<Resolved> {
    /// What of an object is known whose content is not what was applied.
    pub(super) fn unknown(sha256: String) -> Self {
        let file = LocalFile {
            path: String::new(),
            sha256: sha256.into(),
            problem: None,
        };
        Self {
            file: Some(file),
            ..Self::NOTHING
        }
    }

    /// How many kinds are given; one is right.
    pub(super) fn kinds(&self) -> usize {
        [self.file.is_some(), self.text.is_some(), self.base64.is_some()]
            .into_iter()
            .filter(|given| *given)
            .count()
    }

    /// The bytes of Base64.
    pub(super) fn decoded(&self) -> Result<Option<Vec<u8>>, String> {
        let decoded = self.base64.as_ref().map(|text| STANDARD.decode(text));
        decoded.transpose().map_err(|error| format!("is not Base64: {error}"))
    }

    /// What it hashes to; `None` when that cannot be told.
    pub(super) fn sha256(&self) -> Option<String> {
        match (&self.file, &self.text) {
            (Some(file), _) => Some(file.sha256.as_str().to_owned()).filter(|sha256| !sha256.is_empty()),
            (None, Some(text)) => Some(hex_sha256(text.as_bytes())),
            (None, None) => self.decoded().ok().flatten().map(|bytes| hex_sha256(&bytes)),
        }
    }

    /// Where an upload takes the bytes from.
    pub(super) fn source(&self) -> Result<Source<'_>, ResourceError> {
        if let Some(file) = &self.file {
            return Ok(Source::File(Path::new(&file.path)));
        }
        let bytes = self.decoded().map_err(ResourceError::invalid)?;
        let text = || self.text.as_ref().map(|text| text.clone().into_bytes());
        Ok(Source::Bytes(bytes.or_else(text).unwrap_or_default()))
    }
}

/// Where the bytes come from.
#[derive(Debug)]
pub(in crate::s3) enum Source<'a> {
    Bytes(Vec<u8>),
    File(&'a Path),
}

/// The SHA-256 of bytes, hexadecimal.
pub(super) fn hex_sha256(bytes: &[u8]) -> String {
    hex::encode(sha2::Sha256::digest(bytes))
}

/// The SHA-256 of a file, hexadecimal, and its size. Reads it in pieces.
fn hash_file(path: &Path) -> io::Result<(String, u64)> {
    let mut hash = sha2::Sha256::new();
    let size = io::copy(&mut File::open(path)?, &mut Hashing(&mut hash))?;
    Ok((hex::encode(hash.finalize()), size))
}

struct Hashing<'a>(&'a mut sha2::Sha256);

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The sentence about a file that cannot be read.
pub(in crate::s3) fn problem(path: &Path, error: &io::Error) -> Problem {
    format!("cannot read `{}`: {error}", path.display()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_kinds_hash_alike() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "hello").unwrap();
        let of = |content: Content<Resolved>| content.sha256().unwrap();
        assert_eq!(of(Content::text("hello")), of(Content::file(&path)));
        assert_eq!(of(Content::text("hello")), of(Content::base64("aGVsbG8=")));
    }

    #[test]
    fn a_missing_file_is_a_problem_not_a_panic() {
        let content = Content::<Resolved>::file("no/such/file");
        assert!(
            content
                .file
                .unwrap()
                .problem
                .unwrap()
                .as_str()
                .starts_with("cannot read `no/such/file`")
        );
    }
}
