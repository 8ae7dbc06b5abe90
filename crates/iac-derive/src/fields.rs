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
    let default = default_of(field)?;
    let required = default.is_none() && !is(ty, "Option");
    let default_value = default_value(ty, default.as_ref());
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

/// Whether the type's last word is `word`.
pub(crate) fn is(ty: &Type, word: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|segment| segment.ident == word))
}

/// What `#[builder(default)]` fills an unset field with.
enum FieldDefault {
    /// The expression that is written there.
    Expression(Box<Expr>),
    /// The default of the field's type.
    OfType,
}

impl FieldDefault {
    /// The default as documentation tells it.
    fn text(&self, ty: &Type) -> String {
        match self {
            Self::Expression(value) => readable(value),
            Self::OfType if is(ty, "bool") => "false".to_owned(),
            Self::OfType => "empty".to_owned(),
        }
    }
}

/// The expression of type `Option<fn() -> Value>` that makes the default of a field of this type.
fn default_value(ty: &Type, default: Option<&FieldDefault>) -> TokenStream {
    let value = match default {
        None => return quote!(::core::option::Option::None),
        Some(FieldDefault::OfType) => quote!(<#ty as ::core::default::Default>::default()),
        Some(FieldDefault::Expression(value)) => quote!(#value),
    };
    quote! {
        ::core::option::Option::Some(|| {
            let value: #ty = #value;
            ::iac_core::model::default_value(&value)
        })
    }
}

/// The default of `#[builder(default = ...)]`; `None` when the field must be given.
fn default_of(field: &Field) -> Result<Option<FieldDefault>> {
    let mut found = None;
    for attribute in field
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("builder"))
    {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("default") {
                found = Some(match meta.value() {
                    Ok(value) => FieldDefault::Expression(Box::new(value.parse()?)),
                    Err(_) => FieldDefault::OfType,
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
