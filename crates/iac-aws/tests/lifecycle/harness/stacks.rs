//! The stacks the steps are made of: the resource as it is told, and with properties as in the minimal one.

use iac_core::model::{Field, Reconciled, Stack};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Build, Edit, Lifecycle};
use crate::test_env::{address, empty};

impl<R: Reconciled + DeserializeOwned> Lifecycle<R> {
    /// The variants that were told, and those with one property as in the minimal resource, which may make no sense.
    pub(super) fn variants(
        &self,
        edits: &[(&'static str, Edit<R>)],
        wanted: fn(&Field) -> bool,
    ) -> Vec<(&'static str, Stack, bool)> {
        let told = edits
            .iter()
            .map(|(property, edit)| (*property, self.edited(edit), true));
        let plain = Self::fields(wanted).filter_map(|field| Some((field.name, self.as_in_minimal(field)?, false)));
        told.chain(plain).collect()
    }

    /// The resource with what it needs.
    pub(super) fn stack(build: &Build<R>) -> Stack {
        let mut stack = empty();
        let resource = build(&mut stack);
        stack.add("it", resource);
        stack
    }

    /// What the full resource needs, without it.
    pub(super) fn needs(&self) -> Stack {
        let mut stack = empty();
        (self.full)(&mut stack);
        stack
    }

    fn edited(&self, edit: &Edit<R>) -> Stack {
        let mut stack = empty();
        let mut resource = (self.full)(&mut stack);
        edit(&mut resource, &mut stack);
        stack.add("it", resource);
        stack
    }

    /// The full resource with all that can be changed as in the minimal one.
    pub(super) fn plain_stack(&self) -> Stack {
        let mut stack = empty();
        let mutable: Vec<&Field> = Self::fields(|field| !field.attributes.create_only).collect();
        let mut plain = self.mixed(&mutable, &mut stack);
        if let Some(edit) = &self.plain {
            edit(&mut plain, &mut stack);
        }
        stack.add("it", plain);
        stack
    }

    /// The full resource with one property as in the minimal one; none when that is the same, or refused.
    fn as_in_minimal(&self, field: &Field) -> Option<Stack> {
        let mut stack = empty();
        let mixed = self.mixed(&[field], &mut stack);
        stack.add("it", mixed);
        let canonical = |stack: &Stack| stack.nodes()[&address::<R>()].inputs.clone();
        let same = canonical(&stack) == canonical(&Self::stack(&self.full));
        (!same && stack.errors().is_empty()).then_some(stack)
    }

    /// The full resource with some properties as in the minimal one; what the cloud or the engine fills in stays as it is.
    fn mixed(&self, fields: &[&Field], stack: &mut Stack) -> R {
        let mut mixed = encoded(&(self.full)(stack));
        let minimal = encoded(&(self.minimal)(&mut empty()));
        for field in fields {
            let value = &minimal[field.name];
            if !(value.is_null() && (field.attributes.computed || field.attributes.name.is_some())) {
                mixed[field.name] = value.clone();
            }
        }
        decoded(mixed)
    }

    /// The full resource without a property that the cloud fills in, and changed in another one.
    pub(super) fn left_to_the_cloud(&self, field: &Field, edit: Option<&Edit<R>>) -> Option<Stack> {
        let mut stack = empty();
        let mut full = encoded(&(self.full)(&mut stack));
        let minimal = encoded(&(self.minimal)(&mut empty()));
        let fills = field.attributes.computed && minimal[field.name].is_null() && !full[field.name].is_null();
        full[field.name] = Value::Null;
        let mut resource = fills.then(|| decoded::<R>(full))?;
        if let Some(edit) = edit {
            edit(&mut resource, &mut stack);
        }
        stack.add("it", resource);
        stack.errors().is_empty().then_some(stack)
    }

    /// The properties that are wanted.
    pub(super) fn fields(wanted: impl Fn(&Field) -> bool) -> impl Iterator<Item = &'static Field> {
        R::info().schema.fields().iter().filter(move |field| wanted(field))
    }
}

fn encoded<R: Reconciled>(resource: &R) -> Value {
    serde_json::to_value(resource).unwrap()
}

fn decoded<R: DeserializeOwned>(value: Value) -> R {
    serde_json::from_value(value).unwrap()
}
