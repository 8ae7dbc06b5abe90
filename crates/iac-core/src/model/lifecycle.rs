//! Attributes that say how the engine treats a resource, and the fluent way to put them on.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{address::Address, data::Data, handle::Handle, id::RemoteId, input::Input, resource::Resource, template};

/// How the engine treats a resource.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lifecycle {
    /// Refuses to delete or replace it. Kept in the state: removing the code does not lift it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub protect: bool,
    /// When it leaves the stack it is forgotten, not deleted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub retain_on_delete: bool,
    /// A replacement is made before the old object is deleted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub create_before_delete: bool,
    /// Properties whose changes are ignored when updating, each a [`PropertyPath`](super::property_path::PropertyPath):
    /// `rules[0].status`, `tags["kubernetes.io/role"]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore_changes: Vec<String>,
    /// Replaced when one of these values changes. A template when declared, sealed values in the state.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replace_when: Vec<Value>,
    /// Carries no default tags, only its own and the engine's.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub without_default_tags: bool,
    /// How long the waits of one operation may take; the type's own default when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// Resources that must be there first though no value of theirs is used.
    #[serde(skip)]
    pub depends_on: Vec<Address>,
    /// An object that is there already and becomes this resource.
    #[serde(skip)]
    pub import: Option<RemoteId>,
}

impl fmt::Debug for Lifecycle {
    /// Shows how many triggers there are, not their values: they may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lifecycle")
            .field("protect", &self.protect)
            .field("retain_on_delete", &self.retain_on_delete)
            .field("create_before_delete", &self.create_before_delete)
            .field("ignore_changes", &self.ignore_changes)
            .field("replace_when", &self.replace_when.len())
            .field("without_default_tags", &self.without_default_tags)
            .field("timeout", &self.timeout)
            .field("depends_on", &self.depends_on)
            .field("import", &self.import)
            .finish()
    }
}

/// A resource with its marks, ready to be added to a stack.
#[derive(Clone, Debug)]
pub struct Declaration<R> {
    pub(super) resource: R,
    pub(super) lifecycle: Lifecycle,
}

impl<R: Resource> From<R> for Declaration<R> {
    fn from(resource: R) -> Self {
        Self {
            resource,
            lifecycle: Lifecycle::default(),
        }
    }
}

/// Puts lifecycle marks on a resource: `bucket.protect().ignore_changes(["tags"])`.
pub trait LifecycleExt<R: Resource>: Into<Declaration<R>> {
    /// Refuses to delete or replace it, until the mark is taken away or `--unprotect` names it.
    fn protect(self) -> Declaration<R> {
        self.lifecycle(|lifecycle| lifecycle.protect = true)
    }

    /// Forgets it instead of deleting it.
    fn retain_on_delete(self) -> Declaration<R> {
        self.lifecycle(|lifecycle| lifecycle.retain_on_delete = true)
    }

    /// Makes a replacement before the old object is deleted.
    fn create_before_delete(self) -> Declaration<R> {
        self.lifecycle(|lifecycle| lifecycle.create_before_delete = true)
    }

    /// Ignores changes of these properties when updating: what is there stays. A create and a replacement use what is
    /// declared. Each is a [`PropertyPath`](super::property_path::PropertyPath): `engine.version`, `rules[*].days`,
    /// `tags["kubernetes.io/role"]`. One that the type does not have is an error of the stack.
    fn ignore_changes<'a>(self, properties: impl IntoIterator<Item = &'a str>) -> Declaration<R> {
        let properties: Vec<String> = properties.into_iter().map(str::to_owned).collect();
        self.lifecycle(|lifecycle| lifecycle.ignore_changes.extend(properties))
    }

    /// Replaces it when the value changes.
    fn replace_when<T: Data>(self, value: impl Into<Input<T>>) -> Declaration<R> {
        let value: Input<T> = value.into();
        let trigger = serde_json::to_value(&value).unwrap_or_else(|_| template::escape(Value::Null));
        self.lifecycle(|lifecycle| lifecycle.replace_when.push(trigger))
    }

    /// Waits for `other` though no value of it is used.
    fn depends_on<O: Resource>(self, other: &Handle<O>) -> Declaration<R> {
        let address = other.address().clone();
        self.lifecycle(|lifecycle| lifecycle.depends_on.push(address))
    }

    /// Leaves the session's default tags off, for what can carry few: an S3 object has room for ten, of which the engine takes
    /// three (`iac:stack`, `iac:environment`, `iac:address`). The resource's own tags stay.
    fn without_default_tags(self) -> Declaration<R> {
        self.lifecycle(|lifecycle| lifecycle.without_default_tags = true)
    }

    /// Gives each operation's waits this long.
    fn timeout(self, timeout: Duration) -> Declaration<R> {
        self.lifecycle(|lifecycle| lifecycle.timeout = Some(timeout))
    }

    /// Takes over the object with this id, when the state does not hold the resource yet.
    fn import(self, id: &str) -> Declaration<R> {
        let id = RemoteId::new(id);
        self.lifecycle(|lifecycle| lifecycle.import = Some(id))
    }

    /// Changes the marks.
    fn lifecycle(self, change: impl FnOnce(&mut Lifecycle)) -> Declaration<R> {
        let mut declaration = self.into();
        change(&mut declaration.lifecycle);
        declaration
    }
}

impl<R: Resource> LifecycleExt<R> for R {}
impl<R: Resource> LifecycleExt<R> for Declaration<R> {}
