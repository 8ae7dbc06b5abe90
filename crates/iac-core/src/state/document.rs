//! The state document: what the engine knows of an environment. Its JSON form is described in `state/README.md`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    entry::{ObjectState, ResourceState},
    format::{self, FORMAT_VERSION, StateError},
    intent::PendingOperation,
};
use crate::model::{Address, DataKey, LiveObject, Sealer, template};

/// Everything that is remembered of one environment of one stack. Ordered, so that equal states are equal bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The format of the document: [`FORMAT_VERSION`].
    pub format_version: u32,
    /// Made once, with the first state: tells states of different origin apart.
    pub lineage: String,
    /// Grows by one with every write.
    pub serial: u64,
    /// Who wrote this serial, when and by what; none before the first write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Author>,
    /// The stack's name.
    pub stack: String,
    /// The environment's name.
    pub environment: String,
    /// The outputs of the stack. Secret ones are sealed.
    pub outputs: BTreeMap<String, OutputState>,
    /// The resources. Their secrets are sealed.
    pub resources: BTreeMap<Address, ResourceState>,
    /// Changes of which no outcome is known: those of a run that was cut off, and creates that were not answered and whose
    /// object was not found so far. Recovered by the next run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending_operations: Vec<PendingOperation>,
}

/// Who wrote a serial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// `user@host`.
    pub who: String,
    /// The command: `apply`, `state mv`.
    pub operation: String,
    /// When.
    pub at: Timestamp,
}

/// An output of the stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutputState {
    /// Its value.
    pub value: Value,
    /// Whether it is a secret; the value is sealed then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
    /// How it was declared, when it refers to resources: what an earlier serial is brought back with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<Value>,
}

impl State {
    /// The state of an environment that has nothing yet.
    pub fn new(stack: &str, environment: &str) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            lineage: uuid::Uuid::new_v4().to_string(),
            serial: 0,
            author: None,
            stack: stack.to_owned(),
            environment: environment.to_owned(),
            outputs: BTreeMap::new(),
            resources: BTreeMap::new(),
            pending_operations: Vec::new(),
        }
    }

    /// Reads a document, of this or an older format. `place` names it in errors.
    ///
    /// # Errors
    /// [`StateError`]: truncated or otherwise malformed, or of a newer format.
    pub fn decode(bytes: &[u8], place: &str) -> Result<Self, StateError> {
        let malformed = |source| StateError::Malformed {
            place: place.to_owned(),
            source,
        };
        let document: Value = serde_json::from_slice(bytes).map_err(malformed)?;
        let document = format::forward(document, place)?;
        serde_json::from_value(document).map_err(malformed)
    }

    /// Refuses a state of another stack or environment.
    ///
    /// # Errors
    /// [`StateError::OtherStack`].
    pub fn belongs_to(&self, stack: &str, environment: &str, place: &str) -> Result<(), StateError> {
        if self.stack == stack && self.environment == environment {
            return Ok(());
        }
        Err(StateError::OtherStack {
            place: place.to_owned(),
            found: format!("{}/{}", self.stack, self.environment),
            wanted: format!("{stack}/{environment}"),
        })
    }

    /// The document's bytes: indented JSON with a line end.
    ///
    /// # Errors
    /// Never for a state whose values came from JSON.
    pub fn encode(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// The current object of a resource.
    pub fn current(&self, address: &Address) -> Option<&ObjectState> {
        self.resources.get(address)?.current.as_ref()
    }

    /// The current object as if it had just been read, with its secrets opened where there is a key.
    pub fn live(&self, address: &Address, key: Option<&DataKey>) -> Option<LiveObject> {
        let object = self.current(address)?;
        let sealer = self.sealer(address, key);
        let open = |value: &Value| sealer.reveal(value).unwrap_or_else(|| value.clone());
        Some(LiveObject {
            id: object.id.clone(),
            inputs: open(&object.inputs),
            outputs: open(&object.outputs),
            observed: object.observed.clone(),
        })
    }

    /// Puts a resource in, or takes it out.
    pub fn set(&mut self, address: Address, resource: Option<ResourceState>) {
        match resource {
            Some(resource) => drop(self.resources.insert(address, resource)),
            None => drop(self.resources.remove(&address)),
        }
    }

    /// Renames a resource, in every place that names it.
    pub fn rename(&mut self, from: &Address, to: &Address) {
        if let Some(resource) = self.resources.remove(from) {
            self.resources.insert(to.clone(), resource);
        }
        for resource in self.resources.values_mut() {
            if resource.dependencies.remove(from) {
                resource.dependencies.insert(to.clone());
            }
            for declared in resource
                .current
                .iter_mut()
                .flat_map(|object| object.declared.values_mut())
            {
                *declared = template::redirect(declared, from, to);
            }
        }
        for declared in self.outputs.values_mut().filter_map(|output| output.declared.as_mut()) {
            *declared = template::redirect(declared, from, to);
        }
    }

    /// The operation of this number, while its outcome is not known.
    pub(crate) fn pending(&mut self, step: u64) -> Option<&mut PendingOperation> {
        let mut pending = self.pending_operations.iter_mut();
        pending.find(|pending| pending.intent.step == step)
    }

    /// Takes out the intent of this number: its outcome is known.
    pub fn complete(&mut self, step: u64) {
        self.pending_operations.retain(|pending| pending.intent.step != step);
    }

    /// The key secrets of a resource are sealed with. A rename keeps it, so that what was sealed is still seen as equal.
    pub fn seal_key(&self, address: &Address) -> Vec<u8> {
        format!("{}/{}", self.lineage, address.type_name()).into_bytes()
    }

    /// What seals the secrets of a resource, and opens them again when there is a key.
    pub fn sealer(&self, address: &Address, key: Option<&DataKey>) -> Sealer {
        Sealer::new(self.seal_key(address), key.cloned())
    }

    /// What seals the secret outputs of the stack.
    pub fn output_sealer(&self, key: Option<&DataKey>) -> Sealer {
        Sealer::new(self.lineage.as_bytes(), key.cloned())
    }
}
