//! The stages of a resource's struct: as it is declared, as it is resolved, and as its outputs are referred to.

use std::fmt::Debug;

use super::{data::Data, input::Input, output::Output};

/// A stage decides what a property of type `T` is: an [`Input`], a plain value or an [`Output`].
///
/// `Subnet` as declared in a stack is `Subnet<Declared>`; code that talks to the cloud receives `Subnet<Resolved>`, in which
/// a value that is not known yet cannot be expressed.
pub trait Stage: Clone + Copy + Debug + Default + PartialEq + Send + Sync + 'static {
    /// What a property of type `T` is in this stage.
    type Value<T: Data>: Data;
}

/// Properties are [`Input`]s: literals or expressions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Declared;

/// Properties are plain values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resolved;

/// Properties are [`Output`]s of a resource that has been added to a stack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct References;

impl Stage for Declared {
    type Value<T: Data> = Input<T>;
}

impl Stage for Resolved {
    type Value<T: Data> = T;
}

impl Stage for References {
    type Value<T: Data> = Output<T>;
}
