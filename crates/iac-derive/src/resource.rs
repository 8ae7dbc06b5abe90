//! `#[derive(Resource)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, LitInt, LitStr, Path, Result};

use crate::{fields, schema};

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let Attributes {
        type_name,
        outputs,
        version,
    } = Attributes::read(input)?;
    let doc = fields::doc(&input.attrs);
    let struct_schema = schema::struct_schema(input)?;
    Ok(quote! {
        #struct_schema

        impl ::iac_core::model::Resource for #name<::iac_core::model::Declared> {
            type Outputs = #outputs<::iac_core::model::References>;
            fn type_info(&self) -> &'static ::iac_core::model::TypeInfo {
                <Self as ::iac_core::model::Reconciled>::info()
            }
        }

        impl ::iac_core::model::Reconciled for #name<::iac_core::model::Declared> {
            type Resolved = #name<::iac_core::model::Resolved>;

            fn info() -> &'static ::iac_core::model::TypeInfo {
                static INFO: ::std::sync::OnceLock<::iac_core::model::TypeInfo> = ::std::sync::OnceLock::new();
                INFO.get_or_init(|| ::iac_core::model::TypeInfo::of::<Self>(#type_name, #doc, #version))
            }
        }
    })
}

struct Attributes {
    type_name: String,
    outputs: Path,
    version: u32,
}

impl Attributes {
    fn read(input: &DeriveInput) -> Result<Self> {
        let (mut type_name, mut outputs, mut version) = (None::<LitStr>, None, 1);
        for attribute in input
            .attrs
            .iter()
            .filter(|attribute| attribute.path().is_ident("resource"))
        {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("type") {
                    type_name = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("outputs") {
                    outputs = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("version") {
                    version = meta.value()?.parse::<LitInt>()?.base10_parse()?;
                } else {
                    return Err(meta.error("unknown: use type, outputs and version"));
                }
                Ok(())
            })?;
        }
        let missing = |what| syn::Error::new_spanned(&input.ident, format!("#[resource({what} = ...)] is missing"));
        let type_name = type_name.ok_or_else(|| missing("type"))?;
        if !is_type_name(&type_name.value()) {
            return Err(syn::Error::new_spanned(
                type_name,
                "a type is called `<service>.<type>` in lower case, like `s3.bucket`",
            ));
        }
        Ok(Self {
            type_name: type_name.value(),
            outputs: outputs.ok_or_else(|| missing("outputs"))?,
            version,
        })
    }
}

fn is_type_name(text: &str) -> bool {
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    text.split_once('.')
        .is_some_and(|(service, kind)| word(service) && word(kind))
}
