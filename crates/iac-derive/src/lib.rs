//! The derives of `iac-core`: `Resource`, `Outputs` and `Schema`.
//!
//! They turn a struct's fields, doc comments and field attributes into the metadata that diffing, validation, redaction and the
//! documentation read. Use them through `iac_core`.
#![forbid(unsafe_code)]

mod defaults;
mod fields;
mod outputs;
mod resource;
mod schema;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct with a stage parameter a resource.
///
/// `#[resource(type = "ec2.vpc", outputs = VpcOutputs, version = 1)]` names the type, the struct of its outputs (see
/// [`Outputs`](macro@Outputs)) and the version of its inputs' schema (1 when left out).
///
/// Field marks, in `#[field(...)]`:
/// - `create_only`: a change replaces the object;
/// - `computed`: the cloud fills it when unset, so there is no difference unless the user sets it;
/// - `write_only`: the cloud never gives it back, the last applied value stands in;
/// - `set`: the order of the list does not matter;
/// - `tags`: default and ownership tags are merged in;
/// - `name = 63`: the physical name, generated at most this long when unset.
#[proc_macro_derive(Resource, attributes(resource, field))]
pub fn derive_resource(input: TokenStream) -> TokenStream {
    expand(resource::expand(&parse_macro_input!(input as DeriveInput)))
}

/// Makes a struct with a stage parameter the outputs of a resource. `#[field(volatile)]` marks a value that an in-place update
/// may change.
#[proc_macro_derive(Outputs, attributes(field))]
pub fn derive_outputs(input: TokenStream) -> TokenStream {
    expand(outputs::expand(&parse_macro_input!(input as DeriveInput)))
}

/// Gives a nested struct, or an enum of plain variants, its schema. Takes the same field attributes as
/// [`Resource`](macro@Resource).
#[proc_macro_derive(Schema, attributes(field))]
pub fn derive_schema(input: TokenStream) -> TokenStream {
    expand(schema::expand(&parse_macro_input!(input as DeriveInput)))
}

fn expand(expanded: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    expanded.unwrap_or_else(syn::Error::into_compile_error).into()
}
