//! Reads what the builder fills unset fields with: as documentation tells it, and as a value.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, ExprLit, Field, Lit, Result, Token, Type, meta::ParseNestedMeta};

/// What `#[builder(default)]` fills an unset field with.
pub(crate) enum FieldDefault {
    /// The expression that is written there.
    Expression {
        value: Box<Expr>,
        /// Whether the builder converts it into the field's type.
        into: bool,
    },
    /// The default of the field's type.
    OfType,
}

/// The types whose setters convert what they are given: `#[builder(on(String, into))]` on the struct.
#[derive(Default)]
pub(crate) struct Setters(Vec<Type>);

impl Setters {
    /// Reads the attributes of a struct.
    pub(crate) fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut types = Vec::new();
        each(attributes, |meta| {
            if meta.path.is_ident("on") {
                let content;
                syn::parenthesized!(content in meta.input);
                let ty: Type = content.parse()?;
                let flags: TokenStream = content.parse()?;
                if flags.into_iter().any(|flag| flag.to_string() == "into") {
                    types.push(ty);
                }
                return Ok(());
            }
            skip(&meta)
        })?;
        Ok(Self(types))
    }

    fn convert(&self, ty: &Type) -> bool {
        let text = |ty: &Type| quote!(#ty).to_string();
        self.0
            .iter()
            .any(|pattern| matches!(pattern, Type::Infer(_)) || text(pattern) == text(ty))
    }
}

impl FieldDefault {
    /// The default of `#[builder(default = ...)]`; `None` when the field must be given.
    pub(crate) fn read(field: &Field, setters: &Setters) -> Result<Option<Self>> {
        let mut found = None;
        let mut converted = setters.convert(&field.ty);
        each(&field.attrs, |meta| {
            if meta.path.is_ident("default") {
                found = Some(match meta.value() {
                    Ok(value) => Self::Expression {
                        value: Box::new(value.parse()?),
                        into: false,
                    },
                    Err(_) => Self::OfType,
                });
                return Ok(());
            }
            converted |= meta.path.is_ident("into");
            skip(&meta)
        })?;
        if let Some(Self::Expression { into, .. }) = &mut found {
            *into = converted;
        }
        Ok(found)
    }

    /// The default as documentation tells it.
    pub(crate) fn text(&self, ty: &Type) -> String {
        match self {
            Self::Expression { value, .. } => readable(value),
            Self::OfType if is(ty, "bool") => "false".to_owned(),
            Self::OfType => "empty".to_owned(),
        }
    }

    /// The expression of type `Option<fn() -> Value>` that makes the default of a field of this type.
    pub(crate) fn value(&self, ty: &Type) -> TokenStream {
        let value = match self {
            Self::OfType => quote!(<#ty as ::core::default::Default>::default()),
            Self::Expression { value, into: false } => quote!(#value),
            Self::Expression { value, into: true } => quote!(::core::convert::Into::into(#value)),
        };
        quote! {
            ::core::option::Option::Some(|| {
                let value: #ty = #value;
                ::iac_core::model::default_value(&value)
            })
        }
    }
}

/// Reads what stands in each `#[builder(...)]`.
fn each(attributes: &[Attribute], mut read: impl FnMut(ParseNestedMeta<'_>) -> Result<()>) -> Result<()> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("builder") && !matches!(attribute.meta, syn::Meta::Path(_)))
        .try_for_each(|attribute| attribute.parse_nested_meta(&mut read))
}

/// Passes over what follows a word: `= value`, `(content)`, or nothing.
fn skip(meta: &ParseNestedMeta<'_>) -> Result<()> {
    if meta.input.peek(Token![=]) {
        drop(meta.value()?.parse::<Expr>()?);
    } else if meta.input.peek(syn::token::Paren) {
        let content;
        syn::parenthesized!(content in meta.input);
        drop(content.parse::<TokenStream>()?);
    }
    Ok(())
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

/// Whether the type's last word is `word`.
pub(crate) fn is(ty: &Type, word: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|segment| segment.ident == word))
}
