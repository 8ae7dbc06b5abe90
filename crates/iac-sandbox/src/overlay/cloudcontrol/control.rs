//! What the emulator of Cloud Control is made of.

use std::collections::BTreeMap;
use std::sync::Arc;

use iac_cloudcontrol::{Facts, NoSuchType, TypeFacts};
use serde_json::Value;

use super::answer::{error, unsupported};
use super::model::State;
use super::quirks::CloudControlQuirks;
use crate::reply::Failure;

/// The Cloud Control of a sandbox.
#[derive(Default)]
pub(in crate::overlay) struct CloudControl {
    pub(super) state: State,
    /// Of the types that were used: reading one takes longer than to use it.
    facts: BTreeMap<String, Arc<TypeFacts>>,
    pub(super) quirks: CloudControlQuirks,
    /// How many polls of a request say that it is in progress.
    pub(super) polls: u32,
}

impl CloudControl {
    /// The facts of the type that a request is about.
    pub(super) fn facts(&mut self, region: &str, input: &Value) -> Result<Arc<TypeFacts>, Failure> {
        let name = input["TypeName"].as_str().unwrap_or_default();
        let lacking = || error("TypeNotFoundException", format!("The type {name} was not found"));
        if let Some(found) = self.facts.get(name) {
            return Ok(Arc::clone(found));
        }
        let facts = Facts::get();
        let found = facts.find(name).map_err(|reason| match reason {
            NoSuchType::NotManaged { .. } => unsupported(name, "CREATE"),
            _ => lacking(),
        })?;
        if facts.is_in(region, name) == Some(false) {
            return Err(lacking());
        }
        let found = Arc::new(found);
        self.facts.insert(name.to_owned(), Arc::clone(&found));
        Ok(found)
    }
}
