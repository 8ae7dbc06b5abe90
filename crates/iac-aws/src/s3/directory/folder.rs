//! A folder as plain data: what each file hashes to and the headers it is served with.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use globset::{GlobBuilder, GlobMatcher};
use iac_core::Schema;
use md5::Md5;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use crate::s3::object::{Problem, media_type, problem};

/// The files of a folder, as they were when the stack was declared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Schema)]
pub struct Folder {
    /// Where it is. A path relative to the working directory is the same on every machine.
    #[field(write_only)]
    pub root: String,
    /// The files, by their path in the folder, with `/` between its parts.
    pub files: BTreeMap<String, SyncedFile>,
    /// What kept it from being read; refused when the stack is planned.
    #[serde(default)]
    pub problems: Vec<Problem>,
}

/// A file of a folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct SyncedFile {
    /// The SHA-256 of its content, hexadecimal.
    pub sha256: String,
    /// The MD5 of its content, hexadecimal: the entity tag S3 gives to most objects, for finding drift.
    pub md5: String,
    /// Its size in bytes.
    pub size: u64,
    /// The media type it is served with.
    pub content_type: String,
    /// How long it may be kept by caches.
    pub cache_control: Option<String>,
    /// How it is packed: `gzip`.
    pub content_encoding: Option<String>,
}

/// How a folder is read. Patterns match a file's path in the folder: `*` within one part, `**` across parts; of several that
/// match, the first counts.
#[derive(Clone, Debug)]
pub struct FolderReader {
    root: PathBuf,
    ignored: Vec<GlobMatcher>,
    cache_controls: Vec<(GlobMatcher, String)>,
    content_types: Vec<(GlobMatcher, String)>,
    content_encodings: Vec<(GlobMatcher, String)>,
    follow_links: bool,
    problems: Vec<Problem>,
}

impl Folder {
    /// Says where the folder is. It is read when it becomes a `Folder`, by [`FolderReader::read`] or `into`.
    ///
    /// ```no_run
    /// use iac_aws::s3::{Directory, Folder};
    ///
    /// let site = Folder::at("dist")
    ///     .ignore(["**/*.map"])
    ///     .cache_control("assets/**", "public, max-age=31536000, immutable")
    ///     .cache_control("**/*.html", "no-cache");
    /// let directory: Directory = Directory::builder().bucket("my-site").source(site).build();
    /// ```
    pub fn at(root: impl Into<PathBuf>) -> FolderReader {
        FolderReader {
            root: root.into(),
            ignored: Vec::new(),
            cache_controls: Vec::new(),
            content_types: Vec::new(),
            content_encodings: Vec::new(),
            follow_links: false,
            problems: Vec::new(),
        }
    }

    /// A hash of all paths, contents and headers, hexadecimal.
    pub(super) fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for (path, file) in &self.files {
            let headers = [
                Some(&file.content_type),
                file.cache_control.as_ref(),
                file.content_encoding.as_ref(),
            ];
            for part in [Some(path), Some(&file.sha256)].into_iter().chain(headers) {
                hash.update(part.map(String::as_bytes).unwrap_or_default());
                hash.update([0]);
            }
        }
        hex::encode(hash.finalize())
    }
}

impl SyncedFile {
    /// Whether it is a page or another way in, which names other files and goes up after them.
    pub(super) fn is_entry(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.content_type.starts_with("text/html") || matches!(name, "sw.js" | "service-worker.js" | "manifest.json")
    }
}

impl FolderReader {
    /// Leaves out the files that match.
    #[must_use]
    pub fn ignore(mut self, patterns: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        for pattern in patterns {
            if let Some(glob) = self.glob(pattern.as_ref()) {
                self.ignored.push(glob);
            }
        }
        self
    }

    /// Says how long the files that match may be kept by caches.
    #[must_use]
    pub fn cache_control(mut self, pattern: &str, value: impl Into<String>) -> Self {
        if let Some(glob) = self.glob(pattern) {
            self.cache_controls.push((glob, value.into()));
        }
        self
    }

    /// Says what the files that match are, where the end of the name does not tell.
    #[must_use]
    pub fn content_type(mut self, pattern: &str, value: impl Into<String>) -> Self {
        if let Some(glob) = self.glob(pattern) {
            self.content_types.push((glob, value.into()));
        }
        self
    }

    /// Says how the files that match are packed: `gzip`, `br`.
    #[must_use]
    pub fn content_encoding(mut self, pattern: &str, value: impl Into<String>) -> Self {
        if let Some(glob) = self.glob(pattern) {
            self.content_encodings.push((glob, value.into()));
        }
        self
    }

    /// Takes what symbolic links lead to. Otherwise a link is refused when the stack is planned.
    #[must_use]
    pub fn follow_links(mut self) -> Self {
        self.follow_links = true;
        self
    }

    /// Reads the folder. What cannot be read is refused when the stack is planned.
    pub fn read(self) -> Folder {
        let mut folder = Folder {
            root: self.root.to_string_lossy().into_owned(),
            files: BTreeMap::new(),
            problems: self.problems.clone(),
        };
        for found in WalkDir::new(&self.root)
            .follow_links(self.follow_links)
            .sort_by_file_name()
        {
            let entry = match found {
                Ok(entry) if entry.file_type().is_dir() => continue,
                Ok(entry) => entry,
                Err(error) => {
                    folder.problems.push(format!("cannot read the folder: {error}").into());
                    continue;
                }
            };
            let path = match key(&self.root, entry.path()) {
                Ok(path) if self.ignored.iter().any(|glob| glob.is_match(&path)) => continue,
                Ok(path) => path,
                Err(problem) => {
                    folder.problems.push(problem);
                    continue;
                }
            };
            if entry.file_type().is_symlink() {
                let message = format!(
                    "`{}` is a symbolic link: use `follow_links`, or ignore it",
                    entry.path().display()
                );
                folder.problems.push(message.into());
                continue;
            }
            match self.file(&path, entry.path()) {
                Ok(file) => drop(folder.files.insert(path, file)),
                Err(error) => folder.problems.push(problem(entry.path(), &error)),
            }
        }
        folder
    }

    fn file(&self, path: &str, at: &Path) -> io::Result<SyncedFile> {
        let first = |rules: &[(GlobMatcher, String)]| {
            let rule = rules.iter().find(|(glob, _)| glob.is_match(path));
            rule.map(|(_, value)| value.clone())
        };
        let (sha256, md5, size) = hashes(at)?;
        Ok(SyncedFile {
            sha256,
            md5,
            size,
            content_type: first(&self.content_types).unwrap_or_else(|| media_type(path)),
            cache_control: first(&self.cache_controls),
            content_encoding: first(&self.content_encodings),
        })
    }

    fn glob(&mut self, pattern: &str) -> Option<GlobMatcher> {
        match GlobBuilder::new(pattern).literal_separator(true).build() {
            Ok(glob) => Some(glob.compile_matcher()),
            Err(error) => {
                self.problems.push(format!("not a pattern: {error}").into());
                None
            }
        }
    }
}

impl From<FolderReader> for Folder {
    fn from(reader: FolderReader) -> Self {
        reader.read()
    }
}

/// The path of a file in the folder, as keys are written.
fn key(root: &Path, path: &Path) -> Result<String, Problem> {
    let parts = path.strip_prefix(root).unwrap_or(path).iter();
    let parts: Option<Vec<&str>> = parts.map(|part| part.to_str()).collect();
    parts
        .map(|parts| parts.join("/"))
        .ok_or_else(|| format!("the name of `{}` is not UTF-8", path.display()).into())
}

/// SHA-256, MD5 and size of a file, read once.
fn hashes(path: &Path) -> io::Result<(String, String, u64)> {
    let mut file = File::open(path)?;
    let (mut sha256, mut md5, mut size) = (Sha256::new(), Md5::new(), 0);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((hex::encode(sha256.finalize()), hex::encode(md5.finalize()), size));
        }
        sha256.update(&buffer[..read]);
        md5.update(&buffer[..read]);
        size += read as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("assets")).unwrap();
        for (path, content) in [
            ("index.html", "<p>"),
            ("assets/app.js", "1"),
            ("assets/app.js.map", "2"),
        ] {
            std::fs::write(folder.path().join(path), content).unwrap();
        }
        folder
    }

    #[test]
    fn a_folder_is_read_with_its_headers() {
        let site = site();
        let folder = Folder::at(site.path())
            .ignore(["**/*.map"])
            .cache_control("assets/**", "immutable")
            .cache_control("**", "no-cache")
            .read();
        assert_eq!(folder.files.keys().collect::<Vec<_>>(), ["assets/app.js", "index.html"]);
        let page = &folder.files["index.html"];
        assert_eq!((page.size, page.content_type.as_str()), (3, "text/html; charset=utf-8"));
        assert_eq!(page.cache_control.as_deref(), Some("no-cache"));
        assert_eq!(
            folder.files["assets/app.js"].cache_control.as_deref(),
            Some("immutable")
        );
        assert_eq!(folder.problems, []);
    }

    #[test]
    fn the_hash_is_of_contents_and_headers() {
        let site = site();
        let read = || Folder::at(site.path()).read();
        assert_eq!(read().hash(), read().hash());
        let cached = Folder::at(site.path()).cache_control("**", "no-cache").read();
        assert_ne!(read().hash(), cached.hash());
    }

    #[test]
    fn problems_are_kept() {
        assert_eq!(Folder::at("no/such/folder").read().problems.len(), 1);
        assert_eq!(Folder::at(site().path()).ignore(["a{"]).problems.len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_refused_unless_followed() {
        let site = site();
        std::os::unix::fs::symlink(site.path().join("index.html"), site.path().join("link.html")).unwrap();
        assert_eq!(Folder::at(site.path()).read().problems.len(), 1);
        assert_eq!(Folder::at(site.path()).follow_links().read().files.len(), 4);
    }
}
