//! What was seen of an object, as hashes: enough to tell that it is another now, and in which property.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::Stale;
use crate::{
    Session,
    model::{Address, LiveObject, seal},
    state::State,
};

/// The hashes of an object's properties; empty when there was no object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Observed(BTreeMap<String, String>);

impl Observed {
    /// What is seen now. Outputs that change by themselves are left out.
    pub(super) fn of(live: Option<&LiveObject>, address: &Address, state: &State, session: &Session) -> Self {
        let Some(live) = live else {
            return Self(BTreeMap::new());
        };
        let key = state.seal_key(address);
        let hash = |path: &str, value: &Value| match seal(&key, path, value) {
            Value::String(hash) => hash,
            other => other.to_string(),
        };
        let outputs = session
            .registry
            .get(address.type_name())
            .map(|types| &types.info().outputs);
        let lasting = |name: &String| {
            let field = outputs.and_then(|outputs| outputs.field(name));
            field.is_some_and(|field| !field.attributes.volatile)
        };
        let empty = Map::new();
        let of = |value: &'_ Value| value.as_object().unwrap_or(&empty).clone();
        let mut seen = BTreeMap::from_iter([("id".to_owned(), hash("id", &live.id.as_str().into()))]);
        for (name, value) in of(&live.inputs).iter().filter(|(_, value)| !value.is_null()) {
            seen.insert(name.clone(), hash(name, value));
        }
        for (name, value) in of(&live.outputs).iter().filter(|(name, _)| lasting(name)) {
            seen.insert(format!("output {name}"), hash(name, value));
        }
        Self(seen)
    }

    /// What is not as it was.
    pub(super) fn differences(&self, now: &Self, address: &Address) -> Option<Stale> {
        if self == now {
            return None;
        }
        let address = address.clone();
        Some(match (self.0.is_empty(), now.0.is_empty()) {
            (true, _) => Stale::Appeared { address },
            (_, true) => Stale::Gone { address },
            _ => {
                let differs = |name: &&String| self.0.get(*name) != now.0.get(*name);
                let mut properties: Vec<String> = self.0.keys().chain(now.0.keys()).filter(differs).cloned().collect();
                properties.sort();
                properties.dedup();
                Stale::Changed { address, properties }
            }
        })
    }
}
