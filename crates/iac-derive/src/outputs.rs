//! `#[derive(Outputs)]`: the struct of a resource's outputs, as values and as references.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Result, ext::IdentExt};

use crate::{fields, schema};

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let struct_schema = schema::struct_schema(input)?;
    let idents: Vec<_> = fields::named(input)?
        .into_iter()
        .filter_map(|field| field.ident.as_ref())
        .collect();
    let names = idents.iter().map(|ident| ident.unraw().to_string());
    Ok(quote! {
        #struct_schema

        impl ::iac_core::model::OutputRefs for #name<::iac_core::model::References> {
            fn at(address: &::iac_core::model::Address) -> Self {
                Self { #(#idents: ::iac_core::model::Output::new(address, #names)),* }
            }
        }
    })
}
