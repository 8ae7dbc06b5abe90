//! Reads the fields of a struct: names, doc comments and attributes.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Attribute, Data, DataStruct, DeriveInput, Expr, ExprLit, Field, Fields, Lit, LitInt, Meta, Result, ext::IdentExt,
};

use crate::defaults::{FieldDefault, Setters, is};

/// The named fields of the struct `input`.
pub(crate) fn named(input: &DeriveInput) -> Result<Vec<&Field>> {
    match &input.data {
        Data::Struct(DataStruct {
            fields: Fields::Named(fields),
            ..
        }) => Ok(fields.named.iter().collect()),
        _ => Err(syn::Error::new_spanned(
            &input.ident,
            "this derive needs a struct with named fields",
        )),
    }
}

/// The text of the doc comments, lines joined by spaces.
pub(crate) fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text), ..
            }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// The expression that makes the `iac_core::model::Field` of a field.
pub(crate) fn metadata(field: &Field, setters: &Setters) -> Result<TokenStream> {
    let name = field
        .ident
        .as_ref()
        .map(|ident| ident.unraw().to_string())
        .unwrap_or_default();
    let doc = doc(&field.attrs);
    let ty = &field.ty;
    let default = FieldDefault::read(field, setters)?;
    let required = default.is_none() && !is(ty, "Option");
    let default_value = default
        .as_ref()
        .map_or_else(|| quote!(::core::option::Option::None), |default| default.value(ty));
    let default = default.map(|default| default.text(ty)).unwrap_or_default();
    let attributes = FieldAttributes::read(&field.attrs)?;
    let into_set = attributes.set.then(|| quote!(.into_set()));
    let schema = quote!(<#ty as ::iac_core::model::HasSchema>::schema() #into_set);
    let attributes = attributes.tokens();
    Ok(quote! {
        ::iac_core::model::Field {
            name: #name,
            doc: #doc,
            schema: #schema,
            required: #required,
            default: #default,
            default_value: #default_value,
            attributes: #attributes,
        }
    })
}

/// The field attributes, as written.
#[derive(Default)]
struct FieldAttributes {
    create_only: bool,
    computed: bool,
    filled: bool,
    write_only: bool,
    set: bool,
    tags: bool,
    volatile: bool,
    name: Option<usize>,
}

impl FieldAttributes {
    fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut read = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("field")) {
            attribute.parse_nested_meta(|meta| {
                let mark = meta.path.require_ident()?.to_string();
                match mark.as_str() {
                    "create_only" => read.create_only = true,
                    "computed" => read.computed = true,
                    "filled" => read.filled = true,
                    "write_only" => read.write_only = true,
                    "set" => read.set = true,
                    "tags" => read.tags = true,
                    "volatile" => read.volatile = true,
                    "name" => read.name = Some(meta.value()?.parse::<LitInt>()?.base10_parse()?),
                    _ => {
                        return Err(meta.error(
                            "unknown field mark: use create_only, computed, filled, write_only, set, tags, volatile or name = LENGTH",
                        ));
                    }
                }
                Ok(())
            })?;
        }
        Ok(read)
    }

    fn tokens(&self) -> TokenStream {
        let Self {
            create_only,
            computed,
            filled,
            write_only,
            set,
            tags,
            volatile,
            name,
        } = self;
        let name = if let Some(length) = name {
            quote!(::core::option::Option::Some(#length))
        } else {
            quote!(::core::option::Option::None)
        };
        quote! {
            ::iac_core::model::FieldAttributes {
                create_only: #create_only,
                computed: #computed,
                filled: #filled,
                write_only: #write_only,
                set: #set,
                tags: #tags,
                volatile: #volatile,
                name: #name,
            }
        }
    }
}
