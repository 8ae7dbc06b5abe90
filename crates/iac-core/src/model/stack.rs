//! A stack: the resources, references and outputs that one environment is made of.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::Deref,
    panic::Location,
};

use serde_json::Value;

use super::{
    address::Address,
    expr::Reference,
    input::{Input, Output},
    lifecycle::{Declaration, Lifecycle},
    resource::{OutputRefs, Resource, TypeInfo},
    shape::{Shape, Shaped},
    stage::Data,
    template,
};

/// A place in the user's source: `stacks/src/network.rs:12`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(String);

impl Place {
    fn of(location: &Location<'_>) -> Self {
        Self(format!("{}:{}", location.file(), location.line()))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A resource as the engine sees it: its template, its edges and its marks.
#[derive(Clone, Debug)]
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
    pub place: Place,
}

/// An output of the stack.
#[derive(Clone, Debug, PartialEq)]
pub struct StackOutput {
    /// The value, as a template.
    pub value: Value,
    /// Whether it is never shown.
    pub secret: bool,
}

/// What is wrong with a stack before anything is called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StackError {
    /// Two resources have one address.
    #[error("{address} is declared twice: at {first} and at {second}")]
    Duplicate {
        /// The address.
        address: Address,
        /// Where it was first.
        first: Place,
        /// Where it was again.
        second: Place,
    },
    /// A name that cannot be part of an address.
    #[error("at {place}: {source}")]
    Name {
        /// Where.
        place: Place,
        /// What is wrong with it.
        source: super::address::AddressError,
    },
    /// A property that can never be right.
    #[error("{address}: {}{message} (declared at {place})", property(.path))]
    Invalid {
        /// The resource.
        address: Address,
        /// The property; empty for the whole resource.
        path: String,
        /// What is allowed.
        message: String,
        /// Where it was declared.
        place: Place,
    },
    /// A reference to a resource or an output that is not in the stack.
    #[error("{from} refers to `{reference}`, which is not in this stack")]
    Dangling {
        /// Who refers.
        from: String,
        /// To what.
        reference: Reference,
    },
    /// An output name given twice.
    #[error("the output `{name}` is declared twice")]
    DuplicateOutput {
        /// The name.
        name: String,
    },
    /// A move that cannot be made.
    #[error("cannot move {from} to {to}: {reason}")]
    Move {
        /// The old address.
        from: Address,
        /// The new address.
        to: Address,
        /// Why not.
        reason: &'static str,
    },
}

fn property(path: &str) -> String {
    if path.is_empty() {
        String::new()
    } else {
        format!("`{path}`: ")
    }
}

impl super::error::Hint for StackError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Duplicate { .. } => {
                vec!["give one of them another name, or put it in a `stack.scope(..)`".to_owned()]
            }
            Self::Dangling { .. } => {
                vec!["use handles of this same stack; a value of another stack is passed as text".to_owned()]
            }
            _ => Vec::new(),
        }
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

/// What [`Stack::add`] returns: derefs to the resource's outputs.
#[derive(Clone, Debug)]
pub struct Handle<R: Resource> {
    address: Address,
    outputs: R::Outputs,
}

impl<R: Resource> Handle<R> {
    /// The resource's address.
    pub fn address(&self) -> &Address {
        &self.address
    }
}

impl<R: Resource> Deref for Handle<R> {
    type Target = R::Outputs;

    fn deref(&self) -> &R::Outputs {
        &self.outputs
    }
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
        let place = Place::of(Location::caller());
        let info = R::info();
        let address = self.address(info.name, name, &place);
        let Declaration { resource, lifecycle } = declaration.into();
        let inputs = match serde_json::to_value(&resource) {
            Ok(inputs) => info.shape.canonical(&inputs),
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
        let mut dependencies = template::dependencies(&inputs);
        dependencies.extend(lifecycle.replace_when.iter().flat_map(template::dependencies));
        dependencies.extend(lifecycle.depends_on.iter().cloned());
        let node = Node {
            address: address.clone(),
            info,
            inputs,
            dependencies,
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
        Handle {
            outputs: R::Outputs::at(&address),
            address,
        }
    }

    fn address(&mut self, type_name: &str, name: &str, place: &Place) -> Address {
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
            // stands in until the errors are told; never leaves the stack
            Address::new(type_name, &format!("invalid-{}", self.errors.len()))
                .unwrap_or_else(|_| unreachable!("type names are checked by the derive"))
        })
    }

    /// Runs `build` with `name/` in front of every name, so that one function can be used twice.
    pub fn scope<T>(&mut self, name: &str, build: impl FnOnce(&mut Self) -> T) -> T {
        self.scope.push(name.to_owned());
        let built = build(self);
        self.scope.pop();
        built
    }

    /// Makes a value an output of the stack: shown after an apply and by `output`.
    pub fn output(&mut self, name: &str, value: impl Into<StackOutput>) {
        if self.outputs.insert(name.to_owned(), value.into()).is_some() {
            self.errors.push(StackError::DuplicateOutput { name: name.to_owned() });
        }
    }

    /// Says that the resource at `from` is now called `to`; nothing is deleted or made. Chains are followed.
    pub fn moved(&mut self, from: &str, to: &str) {
        let place = Place("stack.moved".to_owned());
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
                place: Place("stack.forget".to_owned()),
                source,
            }),
        }
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

    /// Everything that is wrong and can be told without calling anything. Empty when the stack is sound.
    pub fn errors(&self) -> Vec<StackError> {
        let mut errors = self.errors.clone();
        for node in self.nodes.values() {
            let mut violations = node.info.shape.check(&node.inputs);
            if violations.is_empty() {
                if let Some(plain) = template::resolved(&node.inputs) {
                    violations = (node.info.validate)(&plain);
                }
            }
            errors.extend(violations.into_iter().map(|violation| StackError::Invalid {
                address: node.address.clone(),
                path: violation.path,
                message: violation.message,
                place: node.place.clone(),
            }));
            self.dangling(&node.address.to_string(), &node.inputs, &mut errors);
        }
        for (name, output) in &self.outputs {
            self.dangling(&format!("the output `{name}`"), &output.value, &mut errors);
        }
        errors
    }

    fn dangling(&self, from: &str, value: &Value, errors: &mut Vec<StackError>) {
        let lost = template::references(value)
            .into_iter()
            .filter(|reference| !self.nodes.contains_key(&reference.address));
        errors.extend(lost.map(|reference| StackError::Dangling {
            from: from.to_owned(),
            reference,
        }));
    }
}

fn output_of<T: Shaped>(value: &impl serde::Serialize) -> StackOutput {
    StackOutput {
        value: serde_json::to_value(value).unwrap_or_default(),
        secret: matches!(T::shape(), Shape::Secret(_)),
    }
}

impl<T: Data> From<&Output<T>> for StackOutput {
    fn from(output: &Output<T>) -> Self {
        output_of::<T>(output)
    }
}

impl<T: Data> From<Input<T>> for StackOutput {
    fn from(input: Input<T>) -> Self {
        output_of::<T>(&input)
    }
}

impl From<&str> for StackOutput {
    fn from(text: &str) -> Self {
        Self {
            value: text.into(),
            secret: false,
        }
    }
}

impl From<String> for StackOutput {
    fn from(text: String) -> Self {
        Self {
            value: text.into(),
            secret: false,
        }
    }
}
