//! Data and traits: addresses, values and references, shapes, the reconcile trait, stacks. No I/O.

mod address;
mod context;
mod error;
mod expr;
mod input;
mod lifecycle;
mod registry;
mod resource;
mod seal;
mod secret;
mod shape;
mod shaped;
mod stack;
mod stage;
pub mod template;

pub(crate) use shape::join;
pub use template::{DanglingReference, Lookup};

pub use address::{Address, AddressError};
pub use context::{Call, Clock, Context, Recorder};
pub use error::{ErrorKind, Hint, ResourceError};
pub use expr::{Expr, Reference, Segment};
pub use input::{FromText, Input, Is, Output, Textual};
#[doc(hidden)]
pub use input::{interpolate, placeholders};
pub use lifecycle::{Declaration, Lifecycle, Mark};
pub use registry::{LiveObject, ReadObject, Reconciler, Registry};
pub use resource::{
    Changed, Live, Location, OutputRefs, Provider, ReadRequest, Reconcile, RemoteId, Resource, TypeInfo,
};
pub use seal::{DataKey, Sealer, has_seal, is_sealed, seal};
pub use secret::{REDACTED, Secret};
pub use shape::{DocumentShape, Field, Marks, Shape, Shaped, TextCheck, TextShape, Violation};
pub use stack::{Handle, Node, Place, Stack, StackError, StackOutput};
pub use stage::{Data, Declared, References, Resolved, Stage};
