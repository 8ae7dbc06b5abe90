//! What stands for a resource that was added to a stack.

use std::ops::Deref;

use super::{
    address::Address,
    resource::{OutputRefs, Resource},
};

/// What [`Stack::add`](super::stack::Stack::add) returns: derefs to the resource's outputs.
#[derive(Clone, Debug)]
pub struct Handle<R: Resource> {
    address: Address,
    outputs: R::Outputs,
}

impl<R: Resource> Handle<R> {
    /// The handle of the resource at `address`.
    pub(super) fn new(address: Address) -> Self {
        Self {
            outputs: R::Outputs::at(&address),
            address,
        }
    }

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
