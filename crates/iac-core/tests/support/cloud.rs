//! The fake cloud: what it holds, what it was called, and what goes wrong at which call.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use iac_core::model::{AccountRegion, Context, ErrorKind, IgnoreTags, Provider, Resolved, ResourceError};

use super::Thing;

/// What the cloud holds of a thing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Held {
    pub(crate) inputs: Thing<Resolved>,
    pub(crate) revision: i64,
    pub(crate) token: String,
}

/// What happens at a chosen call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    /// Fails, nothing was done.
    Before(ErrorKind),
    /// Fails, though it was done.
    After(ErrorKind),
    /// Never answers; nothing was done.
    HangBefore,
    /// Never answers, though it was done.
    HangAfter,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Sandbox {
    pub(crate) things: BTreeMap<String, Held>,
    /// Every call so far: `create fake.thing.a`.
    pub(crate) calls: Vec<String>,
    /// Numbers for new ids.
    pub(super) made: u64,
    /// At the calls of these numbers, counted from zero.
    pub(crate) faults: BTreeMap<usize, Fault>,
    /// Whether creates give another URL than the one that was predicted.
    pub(crate) lies: bool,
    /// Tags of every thing.
    pub(crate) default_tags: BTreeMap<String, String>,
    /// Tags that others set.
    pub(crate) ignore_tags: IgnoreTags,
    /// Whether a call hangs.
    pub(crate) hung: bool,
}

/// The fake cloud. Clones share the sandbox.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cloud(Arc<Mutex<Sandbox>>, Option<AccountRegion>);

impl Cloud {
    pub(crate) fn sandbox(&self) -> MutexGuard<'_, Sandbox> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The thing of this name.
    pub(crate) fn thing(&self, name: &str) -> Option<Held> {
        self.sandbox()
            .things
            .values()
            .find(|held| held.inputs.name.as_deref() == Some(name))
            .cloned()
    }

    /// Puts tags on the thing of this name, as somebody else does.
    pub(crate) fn put_tags(&self, name: &str, tags: &[(&str, &str)]) {
        let mut sandbox = self.sandbox();
        let named = |held: &&mut Held| held.inputs.name.as_deref() == Some(name);
        let held = sandbox.things.values_mut().find(named);
        let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        held.unwrap_or_else(|| panic!("there is no {name}"))
            .inputs
            .tags
            .extend(tags);
    }

    /// The things by name, without what the cloud chose.
    pub(crate) fn summary(&self) -> BTreeMap<String, (i32, usize, Option<String>)> {
        let sandbox = self.sandbox();
        let summary = sandbox.things.values().map(|held| {
            let Thing {
                name, size, uses, note, ..
            } = &held.inputs;
            (name.clone().unwrap_or_default(), (*size, uses.len(), note.clone()))
        });
        summary.collect()
    }

    /// The same sandbox through a connection of another account or region.
    pub(crate) fn elsewhere(&self, account: &str, region: &str) -> Self {
        let location = AccountRegion {
            account: account.to_owned(),
            region: region.to_owned(),
        };
        Self(Arc::clone(&self.0), Some(location))
    }

    /// A sandbox of its own in which everything is as it is here.
    pub(crate) fn copied(&self) -> Self {
        Self(Arc::new(Mutex::new(self.sandbox().clone())), None)
    }

    /// Waits until a call hangs.
    pub(crate) async fn hangs(&self) {
        while !self.sandbox().hung {
            tokio::task::yield_now().await;
        }
    }

    /// Counts a call; gives the fault that is due.
    fn call(&self, what: &str, cx: &Context<'_, Self>) -> Option<Fault> {
        let mut sandbox = self.sandbox();
        let number = sandbox.calls.len();
        sandbox.calls.push(format!("{what} {}", cx.address));
        let fault = sandbox.faults.get(&number).copied();
        sandbox.hung |= matches!(fault, Some(Fault::HangBefore));
        fault
    }

    /// One call, with the fault that is due around what it does.
    pub(super) async fn around<T>(
        &self,
        what: &'static str,
        cx: &Context<'_, Self>,
        effect: impl FnOnce(&mut Sandbox) -> Result<T, ResourceError>,
    ) -> Result<T, ResourceError> {
        let fault = self.call(what, cx);
        let failed = |kind| ResourceError {
            code: "Injected".to_owned(),
            // the second try of a request whose first one was carried out finds the object in its way
            repeated: kind == ErrorKind::AlreadyExists,
            ..ResourceError::new(kind, "as arranged").during(what)
        };
        match fault {
            Some(Fault::Before(kind)) => return Err(failed(kind)),
            Some(Fault::HangBefore) => return std::future::pending().await,
            _ => {}
        }
        let done = effect(&mut self.sandbox());
        match fault {
            Some(Fault::After(kind)) => Err(failed(kind)),
            Some(Fault::HangAfter) => {
                self.sandbox().hung = true;
                std::future::pending().await
            }
            _ => done,
        }
    }
}

impl Provider for Cloud {
    fn location(&self) -> AccountRegion {
        self.1.clone().unwrap_or_else(|| AccountRegion {
            account: "1".to_owned(),
            region: "here".to_owned(),
        })
    }

    fn default_tags(&self) -> BTreeMap<String, String> {
        self.sandbox().default_tags.clone()
    }

    fn ignore_tags(&self) -> IgnoreTags {
        self.sandbox().ignore_tags.clone()
    }
}
