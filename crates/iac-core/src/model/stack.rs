//! A stack: the resources, references and outputs that one environment is made of.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    panic::Location,
};

use serde_json::Value;

use super::{
    address::Address,
    expr::Reference,
    handle::Handle,
    lifecycle::{Declaration, Lifecycle},
    redact::REDACTED,
    resource::{Resource, TypeInfo},
    template,
};

mod alter;
mod check;
mod error;
mod output;

pub use error::{SourceLocation, StackError};
pub use output::StackOutput;

/// A resource as the engine sees it: its template, its edges and its marks.
#[derive(Clone)]
pub struct Node {
    /// Its identity.
    pub address: Address,
    /// Its type.
    pub info: &'static TypeInfo,
    /// Its inputs, in canonical form; places that come from other resources hold expressions.
    pub inputs: Value,
    /// The resources it needs: those it refers to and those it names.
    pub dependencies: BTreeSet<Address>,
    /// Its marks.
    pub lifecycle: Lifecycle,
    /// Where it was added.
    pub place: SourceLocation,
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inputs = self.info.schema.seal(&self.inputs, &|_, _| REDACTED.into());
        f.debug_struct("Node")
            .field("address", &self.address)
            .field("inputs", &inputs)
            .field("dependencies", &self.dependencies)
            .field("lifecycle", &self.lifecycle)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

/// The resources of one environment. Built by plain Rust: functions, loops and scopes.
///
/// Adding never fails: everything that is wrong is kept and told at once by [`Stack::errors`], which every command asks first.
#[derive(Clone, Debug)]
pub struct Stack {
    name: String,
    environment: String,
    nodes: BTreeMap<Address, Node>,
    outputs: BTreeMap<String, StackOutput>,
    moves: Vec<(Address, Address)>,
    forgotten: BTreeSet<Address>,
    scope: Vec<String>,
    errors: Vec<StackError>,
}

impl Stack {
    /// An empty stack. Both names are part of the state's identity and of the ownership tags.
    pub fn new(name: &str, environment: &str) -> Self {
        Self {
            name: name.to_owned(),
            environment: environment.to_owned(),
            nodes: BTreeMap::new(),
            outputs: BTreeMap::new(),
            moves: Vec::new(),
            forgotten: BTreeSet::new(),
            scope: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// The stack's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The environment's name.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// Adds a resource under a name that is unique among its type, and gives its outputs for others to refer to.
    #[track_caller]
    pub fn add<R: Resource>(&mut self, name: &str, declaration: impl Into<Declaration<R>>) -> Handle<R> {
        let place = SourceLocation::of(Location::caller());
        let Declaration {
            resource,
            mut lifecycle,
        } = declaration.into();
        let info = resource.type_info();
        let address = self.address(info.name, name, &place);
        let inputs = match serde_json::to_value(&resource) {
            Ok(inputs) => info.schema.canonical(&inputs),
            Err(error) => {
                self.errors.push(StackError::Invalid {
                    address: address.clone(),
                    path: String::new(),
                    message: error.to_string(),
                    place: place.clone(),
                });
                Value::Null
            }
        };
        // a generated name is another one for each replacement, so that both can be there
        let generated = info.name_field().is_some_and(|(name, _)| inputs[name].is_null());
        lifecycle.create_before_delete |= info.replaced_create_first && generated;
        let node = Node {
            address: address.clone(),
            info,
            dependencies: needs(&inputs, &lifecycle),
            inputs,
            lifecycle,
            place,
        };
        if let Some(first) = self.nodes.get(&address) {
            self.errors.push(StackError::Duplicate {
                address: address.clone(),
                first: first.place.clone(),
                second: node.place.clone(),
            });
        }
        self.nodes.insert(address.clone(), node);
        Handle::new(address)
    }

    fn address(&mut self, type_name: &str, name: &str, place: &SourceLocation) -> Address {
        let scoped = self
            .scope
            .iter()
            .map(String::as_str)
            .chain([name])
            .collect::<Vec<_>>()
            .join("/");
        Address::new(type_name, &scoped).unwrap_or_else(|source| {
            self.errors.push(StackError::Name {
                place: place.clone(),
                source,
            });
            Address::stand_in(type_name, self.errors.len())
        })
    }

    /// Runs `build` with `name/` in front of every name, so that one function can be used twice.
    pub fn scope<T>(&mut self, name: &str, build: impl FnOnce(&mut Self) -> T) -> T {
        self.scope.push(name.to_owned());
        let built = build(self);
        self.scope.pop();
        built
    }

    /// Makes `from` wait for `on` though no value of it is used. The same as the mark
    /// [`depends_on`](super::lifecycle::LifecycleExt::depends_on), for resources that are added already; a cycle made this way is told
    /// when the stack is planned.
    pub fn depend_on<F: Resource, O: Resource>(&mut self, from: &Handle<F>, on: &Handle<O>) {
        match self.nodes.get_mut(from.address()) {
            Some(node) => {
                node.lifecycle.depends_on.push(on.address().clone());
                node.dependencies.insert(on.address().clone());
            }
            None => self.errors.push(StackError::Dangling {
                from: "an explicit dependency".to_owned(),
                reference: Reference::whole(from.address()),
            }),
        }
    }

    /// Makes a value an output of the stack: shown after an apply and by `output`.
    pub fn output(&mut self, name: &str, value: impl Into<StackOutput>) {
        if self.outputs.insert(name.to_owned(), value.into()).is_some() {
            self.errors.push(StackError::DuplicateOutput { name: name.to_owned() });
        }
    }

    /// Says that the resource at `from` is now called `to`; nothing is deleted or made. Chains are followed.
    pub fn moved(&mut self, from: &str, to: &str) {
        let place = SourceLocation("stack.moved".to_owned());
        match (from.parse(), to.parse()) {
            (Ok(from), Ok(to)) => self.moves.push((from, to)),
            (Err(source), _) | (_, Err(source)) => self.errors.push(StackError::Name { place, source }),
        }
    }

    /// Says that the resource at `address` is to be dropped from the state without being deleted.
    pub fn forget(&mut self, address: &str) {
        match address.parse() {
            Ok(address) => drop(self.forgotten.insert(address)),
            Err(source) => self.errors.push(StackError::Name {
                place: SourceLocation("stack.forget".to_owned()),
                source,
            }),
        }
    }

    /// Puts in a resource that was not declared by code.
    pub(crate) fn restore(&mut self, node: Node) {
        self.nodes.insert(node.address.clone(), node);
    }

    /// The resources, by address.
    pub fn nodes(&self) -> &BTreeMap<Address, Node> {
        &self.nodes
    }

    /// The outputs, by name.
    pub fn outputs(&self) -> &BTreeMap<String, StackOutput> {
        &self.outputs
    }

    /// The moves, in the order they were declared.
    pub fn moves(&self) -> &[(Address, Address)] {
        &self.moves
    }

    /// The addresses that are to be forgotten.
    pub fn forgotten(&self) -> &BTreeSet<Address> {
        &self.forgotten
    }
}

/// The resources that one with these inputs and marks needs.
fn needs(inputs: &Value, lifecycle: &Lifecycle) -> BTreeSet<Address> {
    let mut needs = template::dependencies(inputs);
    needs.extend(lifecycle.replace_when.iter().flat_map(template::dependencies));
    needs.extend(lifecycle.depends_on.iter().cloned());
    needs
}
