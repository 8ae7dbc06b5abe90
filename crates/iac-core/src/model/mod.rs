//! Data and traits: addresses, values and references, shapes, the reconcile trait, stacks. No I/O.

mod address;
mod context;
mod error;
mod expr;
mod has_schema;
mod input;
mod lifecycle;
mod property_path;
mod registry;
mod resource;
mod schema;
mod seal;
mod second_look;
mod secret;
mod stack;
mod stage;
mod tags;
pub mod template;

pub(crate) use schema::join;
pub use template::{ExpressionError, Resolution};

pub use address::{Address, AddressError};
pub use context::{Call, Clock, Context, Recorder};
pub use error::{ErrorKind, Hint, ResourceError};
pub use expr::{Expr, Reference, Segment};
pub use input::{AddressBlock, AsText, AssignableTo, FromText, Input, Output};
#[doc(hidden)]
pub use input::{interpolate, placeholders};
pub use lifecycle::{Declaration, Lifecycle, LifecycleExt};
pub use property_path::{PathError, PathStep, PropertyPath};
pub use registry::{LiveObject, ReadObject, Reconciler, Registry};
pub use resource::{
    AccountRegion, Changed, Live, OutputRefs, Overlap, Provider, ReadRequest, Reconcile, RemoteId, Resource, TypeInfo,
};
pub use schema::{DocumentSchema, Field, FieldAttributes, HasSchema, Schema, StringSchema, TextCheck, Violation};
pub use seal::{DataKey, Sealer, has_seal, is_sealed, seal};
pub use secret::{REDACTED, Secret};
pub use stack::{Handle, Node, SourceLocation, Stack, StackError, StackOutput};
pub use stage::{Data, Declared, References, Resolved, Stage};
pub use tags::IgnoreTags;
