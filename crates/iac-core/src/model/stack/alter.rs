//! Changing a resource that is in a stack already.

use serde::de::DeserializeOwned;

use super::{SourceLocation, Stack, StackError, needs};
use crate::model::{expr::Reference, lifecycle::Lifecycle, resource::Reconciled};

impl Stack {
    /// Changes a resource that was added already, its properties as well as its marks: for what one environment wants
    /// otherwise than the function that builds them all. Handles that were given out stay good.
    ///
    /// ```
    /// # use iac_core::model::{Reconciled, Stack};
    /// # use serde::de::DeserializeOwned;
    /// fn keep<Table: Reconciled + DeserializeOwned>(stack: &mut Stack) {
    ///     stack.alter::<Table>("orders", |_, marks| marks.protect = true);
    /// }
    /// ```
    #[track_caller]
    pub fn alter<R: Reconciled + DeserializeOwned>(&mut self, name: &str, change: impl FnOnce(&mut R, &mut Lifecycle)) {
        let place = SourceLocation::of(std::panic::Location::caller());
        let address = self.address(R::info().name, name, &place);
        let Some(node) = self.nodes.get_mut(&address) else {
            self.errors.push(StackError::Dangling {
                from: format!("the change at {place}"),
                reference: Reference::whole(&address),
            });
            return;
        };
        let changed = serde_json::from_value::<R>(node.inputs.clone()).and_then(|mut resource| {
            change(&mut resource, &mut node.lifecycle);
            serde_json::to_value(&resource)
        });
        match changed {
            Ok(inputs) => {
                node.inputs = node.info.schema.canonical(&inputs);
                node.dependencies = needs(&node.inputs, &node.lifecycle);
            }
            Err(error) => self.errors.push(StackError::Invalid {
                address,
                path: String::new(),
                message: error.to_string(),
                place,
            }),
        }
    }
}
