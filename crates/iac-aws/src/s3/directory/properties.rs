//! A directory as it is declared, and what is known of one that is made.

use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{Declared, Resolved, Stage},
};
use serde::{Deserialize, Serialize};

use super::folder::Folder;
use crate::s3::name::BucketName;

/// A folder of files, kept in a bucket as it is here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "s3.directory", outputs = DirectoryOutputs)]
pub struct Directory<S: Stage = Declared> {
    /// The bucket.
    #[field(create_only)]
    pub bucket: S::Value<BucketName>,
    /// What every key begins with: empty, or ending in `/`.
    #[field(create_only)]
    #[builder(default)]
    #[serde(default)]
    pub prefix: String,
    /// The files: [`Folder::at`].
    pub source: Folder,
    /// Whether keys under the prefix that are not of this folder are deleted, too. Otherwise they are none of its business.
    #[field(write_only)]
    #[builder(default = false)]
    #[serde(default)]
    pub prune_unknown: bool,
}

/// The outputs of [`Directory`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct DirectoryOutputs<S: Stage = Resolved> {
    /// A hash of all contents and headers: a new one asks for an invalidation of what caches have.
    #[field(volatile)]
    pub manifest_hash: S::Value<String>,
    /// How many files there are.
    #[field(volatile)]
    pub count: S::Value<i64>,
}

impl Directory<Resolved> {
    pub(super) fn outputs(&self) -> DirectoryOutputs {
        DirectoryOutputs {
            manifest_hash: self.source.hash(),
            count: self.source.files.len().try_into().unwrap_or(i64::MAX),
        }
    }
}
