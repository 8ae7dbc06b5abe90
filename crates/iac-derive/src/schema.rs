//! `#[derive(Schema)]` for nested structs and for enums of plain variants.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, Result};

use crate::{defaults::Setters, fields};

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let schema = match &input.data {
        Data::Enum(_) => one_of(input)?,
        _ => struct_schema(input)?,
    };
    // a generic struct is a stage of its own; only a plain one can be a literal
    let literal = input.generics.params.is_empty().then(|| literal(input));
    Ok(quote!(#schema #literal))
}

/// `impl HasSchema` for a struct.
pub(crate) fn struct_schema(input: &DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let setters = Setters::read(&input.attrs)?;
    let fields: Vec<TokenStream> = fields::named(input)?
        .into_iter()
        .map(|field| fields::metadata(field, &setters))
        .collect::<Result<_>>()?;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    Ok(quote! {
        impl #impl_generics ::iac_core::model::HasSchema for #name #type_generics #where_clause {
            fn schema() -> ::iac_core::model::Schema {
                ::iac_core::model::Schema::Struct(::std::vec![#(#fields),*])
            }
        }
    })
}

fn one_of(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(syn::Error::new_spanned(input, "this needs an enum"));
    };
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(syn::Error::new_spanned(
                variant,
                "a variant with fields has no schema of its own: implement `HasSchema` by hand",
            ));
        }
    }
    let name = &input.ident;
    let variants = data.variants.iter().map(|variant| &variant.ident);
    Ok(quote! {
        impl ::iac_core::model::HasSchema for #name {
            fn schema() -> ::iac_core::model::Schema {
                ::iac_core::model::Schema::one_of([#(Self::#variants),*])
            }
        }
    })
}

fn literal(input: &DeriveInput) -> TokenStream {
    let name = &input.ident;
    quote! {
        impl ::core::convert::From<#name> for ::iac_core::model::Input<#name> {
            fn from(value: #name) -> Self {
                Self::Literal(value)
            }
        }
    }
}
