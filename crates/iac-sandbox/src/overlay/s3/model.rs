//! What S3 keeps: buckets, their configurations, the versions of their objects and unfinished uploads.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::reply::Failure;

/// The version id of objects written while versioning was off.
pub(super) const NULL: &str = "null";

/// All buckets of the account, of every region.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Buckets(pub(super) BTreeMap<String, Bucket>);

/// A bucket.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Bucket {
    pub(super) region: String,
    pub(super) created_ms: i64,
    /// Configurations as sent, by sub-resource, or by sub-resource and id as `metrics/everything`.
    pub(super) documents: BTreeMap<String, String>,
    /// Versions of each key, newest first; no key has an empty list.
    pub(super) keys: BTreeMap<String, Vec<Version>>,
    pub(super) uploads: BTreeMap<String, Upload>,
    /// Counts versions and uploads, so that their ids differ and sort.
    pub(super) counter: u64,
}

/// A version of an object, or a delete marker.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Version {
    pub(super) id: String,
    pub(super) modified_ms: i64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) marker: bool,
    pub(super) etag: String,
    pub(super) size: usize,
    /// The digest of the content.
    pub(super) body: String,
    /// Headers given at the write that reads give back.
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) tags: BTreeMap<String, String>,
    /// The access control list, when one was put.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) acl: Option<String>,
}

/// An upload in parts that is not complete.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Upload {
    pub(super) key: String,
    pub(super) started_ms: i64,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) parts: BTreeMap<u32, Part>,
}

/// A part of an upload.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) etag: String,
    pub(super) size: usize,
    pub(super) body: String,
    pub(super) modified_ms: i64,
}

impl Buckets {
    pub(super) fn get(&self, name: &str) -> Option<&Bucket> {
        self.0.get(name)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Bucket> {
        self.0.get_mut(name)
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Whether a version or a part of an upload has this content.
    pub(super) fn uses(&self, digest: &str) -> bool {
        self.0.values().any(|bucket| {
            let parts = bucket.uploads.values().flat_map(|one| one.parts.values());
            bucket.keys.values().flatten().any(|version| version.body == digest)
                || parts.into_iter().any(|part| part.body == digest)
        })
    }

    /// The digests of all contents in use.
    pub(super) fn bodies(&self) -> BTreeSet<String> {
        let mut used = BTreeSet::new();
        for bucket in self.0.values() {
            let versions = bucket.keys.values().flatten();
            used.extend(versions.map(|version| version.body.clone()));
            let parts = bucket.uploads.values().flat_map(|one| one.parts.values());
            used.extend(parts.map(|part| part.body.clone()));
        }
        used
    }

    /// Names of buckets and of keys that have a current version; other versions and uploads by their ids.
    pub(super) fn inventory(&self) -> Vec<String> {
        let mut names = Vec::new();
        for (bucket, content) in &self.0 {
            names.push(format!("s3:bucket/{bucket}"));
            for (key, versions) in &content.keys {
                for (index, version) in versions.iter().enumerate() {
                    names.push(match (index, version.marker) {
                        (0, false) => format!("s3:object/{bucket}/{key}"),
                        (_, true) => format!("s3:delete-marker/{bucket}/{key}@{}", version.id),
                        (_, false) => format!("s3:version/{bucket}/{key}@{}", version.id),
                    });
                }
            }
            for (id, upload) in &content.uploads {
                names.push(format!("s3:upload/{bucket}/{}@{id}", upload.key));
            }
        }
        names
    }
}

impl Bucket {
    /// A bucket cannot be deleted while it has versions or delete markers.
    pub(super) fn refuse_unless_empty(&self) -> Result<(), Failure> {
        if self.keys.is_empty() {
            return Ok(());
        }
        let message = "The bucket you tried to delete is not empty";
        Err(Failure::new(409, "BucketNotEmpty", message))
    }

    /// The versioning status; `None` when versioning was never enabled.
    pub(super) fn versioning(&self) -> Option<String> {
        let document = self.documents.get("versioning")?;
        let root = crate::xml::parse(document.as_bytes())?;
        root.value(&["Status"]).map(str::to_owned)
    }

    /// A fresh id for a version or an upload.
    pub(super) fn fresh_id(&mut self) -> String {
        self.counter += 1;
        format!("{:016x}{}", self.counter, uuid::Uuid::new_v4().simple())
    }

    /// The current version of a key, unless it is a delete marker.
    pub(super) fn current(&self, key: &str) -> Option<&Version> {
        let newest = self.keys.get(key)?.first()?;
        (!newest.marker).then_some(newest)
    }

    /// A version of a key, or its current one.
    pub(super) fn find(&self, key: &str, id: Option<&str>) -> Option<&Version> {
        match id {
            None => self.current(key),
            Some(id) => self.keys.get(key)?.iter().find(|version| version.id == id),
        }
    }

    /// As [`Bucket::find`], to edit.
    pub(super) fn find_mut(&mut self, key: &str, id: Option<&str>) -> Option<&mut Version> {
        let versions = self.keys.get_mut(key)?;
        match id {
            None => versions.first_mut().filter(|newest| !newest.marker),
            Some(id) => versions.iter_mut().find(|version| version.id == id),
        }
    }

    /// Adds a version as the newest, with an id as versioning asks for; gives the id.
    ///
    /// While versioning is enabled every write is a new version; while it is off or suspended a write has the id
    /// `null` and replaces the version of that id, and no other.
    pub(super) fn push(&mut self, key: &str, mut version: Version) -> String {
        let enabled = self.versioning().as_deref() == Some("Enabled");
        version.id = if enabled { self.fresh_id() } else { NULL.to_owned() };
        let id = version.id.clone();
        let versions = self.keys.entry(key.to_owned()).or_default();
        if !enabled {
            versions.retain(|old| old.id != NULL);
        }
        versions.insert(0, version);
        id
    }
}

/// The error of a key that does not exist.
pub(super) fn no_such_key() -> Failure {
    Failure::new(404, "NoSuchKey", "The specified key does not exist.")
}
