//! An earlier serial as a stack: what it takes to bring an environment back without the source it was made from.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    model::{Address, Hint, Node, Registry, RemoteId, SourceLocation, Stack, StackOutput, template},
    state::{ObjectState, State},
};

/// Why a serial cannot be brought back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StackFromStateError {
    /// A type that this program does not know.
    #[error("serial {serial} holds {address}, whose type this program does not know")]
    UnknownType {
        /// The serial.
        serial: u64,
        /// The resource.
        address: Address,
    },
    /// Its inputs were written by another version of the type.
    #[error("serial {serial} holds {address} with schema version {found} of its type, this program has {known}")]
    OtherSchema {
        /// The serial.
        serial: u64,
        /// The resource.
        address: Address,
        /// The version in the state.
        found: u32,
        /// The version here.
        known: u32,
    },
}

impl Hint for StackFromStateError {
    fn hints(&self) -> Vec<String> {
        vec![match self {
            Self::UnknownType { .. } => "build with the cargo feature of its service".to_owned(),
            Self::OtherSchema { .. } => "use the version of the program that wrote it, or a newer one".to_owned(),
        }]
    }
}

/// The stack that an earlier state stands for: the inputs as they were, with the references they were declared with, the
/// edges and the marks. Resources that `now` knows under other names are moved back.
///
/// # Errors
/// [`StackFromStateError`]: a type is not known, or not in that version.
pub fn stack_from_state(then: &State, now: &State, registry: &Registry) -> Result<Stack, StackFromStateError> {
    let mut stack = Stack::new(&then.stack, &then.environment);
    let names: BTreeMap<(&str, &RemoteId), &Address> = objects(now)
        .map(|(address, object)| ((address.type_name(), &object.id), address))
        .collect();
    for (address, object) in objects(then) {
        let Some(types) = registry.get(address.type_name()) else {
            return Err(StackFromStateError::UnknownType {
                serial: then.serial,
                address: address.clone(),
            });
        };
        let info = types.info();
        if object.schema_version != info.schema_version {
            return Err(StackFromStateError::OtherSchema {
                serial: then.serial,
                address: address.clone(),
                found: object.schema_version,
                known: info.schema_version,
            });
        }
        let resource = &then.resources[address];
        let mut inputs = declared(object, then);
        // what others set may have been stored before it was ignored; it is not declared
        types.ignore_tags().take_from(info.tags_field(), &mut inputs);
        let mut lifecycle = resource.lifecycle.clone();
        lifecycle.depends_on.retain(|need| then.current(need).is_some());
        let needs = resource.dependencies.iter();
        stack.restore(Node {
            address: address.clone(),
            info,
            inputs: info.schema.canonical(&inputs),
            dependencies: needs.filter(|need| then.current(need).is_some()).cloned().collect(),
            lifecycle,
            place: SourceLocation::elsewhere(format!("serial {}", then.serial)),
        });
        // what was renamed since is still the same object
        let renamed = names.get(&(address.type_name(), &object.id));
        if let Some(other) = renamed.filter(|_| now.current(address).is_none()) {
            stack.moved(&other.to_string(), &address.to_string());
        }
    }
    for (name, output) in &then.outputs {
        let value = output.declared.clone().filter(|declared| resolves_in(declared, then));
        let output = StackOutput {
            value: value.unwrap_or_else(|| template::escape(output.value.clone())),
            secret: output.secret,
        };
        stack.output(name, output);
    }
    Ok(stack)
}

fn objects(state: &State) -> impl Iterator<Item = (&Address, &ObjectState)> {
    let resources = state.resources.iter();
    resources.filter_map(|(address, resource)| Some((address, resource.current.as_ref()?)))
}

/// The inputs as they were declared: values where values stood, references where references stood. What had been forgotten by
/// then cannot be referred to any more: there the value stands.
fn declared(object: &ObjectState, then: &State) -> Value {
    let mut inputs = template::escape(object.inputs.clone());
    if let Value::Object(inputs) = &mut inputs {
        let declared = object.declared.iter();
        let declared = declared.filter(|(_, value)| resolves_in(value, then));
        inputs.extend(declared.map(|(name, value)| (name.clone(), value.clone())));
    }
    inputs
}

fn resolves_in(declared: &Value, then: &State) -> bool {
    let needs = template::dependencies(declared);
    needs.iter().all(|need| then.current(need).is_some())
}
