//! Reads the fields of a struct: names, doc comments, defaults and attributes.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Attribute, Data, DataStruct, DeriveInput, Expr, ExprLit, Field, Fields, Lit, LitInt, Meta, Result, Type,
    ext::IdentExt,
};

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
pub(crate) fn metadata(field: &Field) -> Result<TokenStream> {
    let name = field
        .ident
        .as_ref()
        .map(|ident| ident.unraw().to_string())
        .unwrap_or_default();
    let doc = doc(&field.attrs);
    let ty = &field.ty;
    let default = default_text(field)?;
    let required = default.is_none() && !is(ty, "Option");
    let default = default.unwrap_or_default();
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
            attributes: #attributes,
        }
    })
}

/// Whether the type's last word is `word`.
pub(crate) fn is(ty: &Type, word: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|segment| segment.ident == word))
}

/// The default of `#[builder(default = ...)]` as text; `None` when the field must be given.
fn default_text(field: &Field) -> Result<Option<String>> {
    let mut found = None;
    for attribute in field
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("builder"))
    {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("default") {
                found = Some(match meta.value() {
                    Ok(value) => {
                        let value: Expr = value.parse()?;
                        readable(&value)
                    }
                    Err(_) if is(&field.ty, "bool") => "false".to_owned(),
                    Err(_) => "empty".to_owned(),
                });
            } else if meta.input.peek(syn::Token![=]) {
                drop(meta.value()?.parse::<Expr>()?);
            } else if meta.input.peek(syn::token::Paren) {
                let content;
                syn::parenthesized!(content in meta.input);
                drop(content.parse::<TokenStream>()?);
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// An expression as a reader of the documentation expects it: `3600`, `/`, `Suspended`.
fn readable(value: &Expr) -> String {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text), ..
        }) => format!("\"{}\"", text.value()),
        Expr::Path(path) => path
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string())
            .unwrap_or_default(),
        Expr::MethodCall(call) => readable(&call.receiver),
        Expr::Call(call) => call.args.first().map(readable).unwrap_or_default(),
        other => quote!(#other).to_string().replace(' ', ""),
    }
}

/// The field attributes, as written.
#[derive(Default)]
struct FieldAttributes {
    create_only: bool,
    computed: bool,
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
                    "write_only" => read.write_only = true,
                    "set" => read.set = true,
                    "tags" => read.tags = true,
                    "volatile" => read.volatile = true,
                    "name" => read.name = Some(meta.value()?.parse::<LitInt>()?.base10_parse()?),
                    _ => {
                        return Err(meta.error(
                            "unknown field mark: use create_only, computed, write_only, set, tags, volatile or name = LENGTH",
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
                write_only: #write_only,
                set: #set,
                tags: #tags,
                volatile: #volatile,
                name: #name,
            }
        }
    }
}
