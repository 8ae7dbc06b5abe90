//! Data and traits: addresses, values and references, schemas, the reconcile trait, stacks. No I/O.

mod address;
mod context;
mod data;
mod error;
pub mod eventual;
mod expr;
mod handle;

mod id;
mod input;
mod lifecycle;
mod output;
mod primitives;
mod property_path;
mod redact;
mod registry;
mod resource;
mod schema;
mod seal;
mod secret;
mod stack;
mod stage;
mod tags;
pub mod template;
mod text;

pub(crate) use property_path::join;
pub use template::{ExpressionError, Resolution};

pub use address::{Address, AddressError};
pub use context::{Call, Clock, Context, Recorder};
#[doc(hidden)]
pub use data::default_value;
pub use data::{Data, HasSchema};
pub use error::{ErrorKind, Hint, ResourceError};
pub use expr::{Expr, Reference, Segment};
pub use handle::Handle;
pub use id::{AccountRegion, RemoteId};
pub use input::{AddressBlock, AsText, AssignableTo, FromText, Input};
pub use lifecycle::{Declaration, Lifecycle, LifecycleExt};
pub use output::Output;
pub use property_path::{PathError, PathStep, PropertyPath};
pub use redact::{REDACTED, is_sealed};
pub use registry::{LiveObject, ReadObject, Reconciler, Registry};
pub use resource::{
    Changed, Live, OutputRefs, Overlap, Provider, ReadRequest, Reconcile, Reconciled, Resource, TypeInfo, Validate,
};
pub use schema::{DocumentSchema, Field, FieldAttributes, Schema, StringSchema, TextCheck, Violation};
pub use seal::{DataKey, Sealer, has_seal, seal};
pub use secret::Secret;
pub use stack::{Node, SourceLocation, Stack, StackError, StackOutput};
pub use stage::{Declared, References, Resolved, Stage};
pub use tags::IgnoreTags;
#[doc(hidden)]
pub use text::{interpolate, placeholders};
