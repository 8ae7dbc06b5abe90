//! The shapes of plain types, and [`text_type!`](crate::text_type) for texts with a kind of their own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::shape::{Shape, Shaped};

macro_rules! shaped {
    ($($type:ty => $shape:expr),* $(,)?) => {$(
        impl Shaped for $type {
            fn shape() -> Shape {
                $shape
            }
        }
    )*};
}
shaped! {
    String => Shape::TEXT,
    bool => Shape::Boolean,
    i32 => Shape::Integer,
    i64 => Shape::Integer,
    u16 => Shape::Integer,
    u32 => Shape::Integer,
    u64 => Shape::Integer,
    f64 => Shape::Number,
    Value => Shape::Any,
}

impl<T: Shaped> Shaped for Option<T> {
    fn shape() -> Shape {
        T::shape()
    }
}

impl<T: Shaped> Shaped for Box<T> {
    fn shape() -> Shape {
        T::shape()
    }
}

impl<T: Shaped> Shaped for Vec<T> {
    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }
}

impl<T: Shaped> Shaped for BTreeSet<T> {
    fn shape() -> Shape {
        Shape::Set(Box::new(T::shape()))
    }
}

impl<K, T: Shaped> Shaped for BTreeMap<K, T> {
    fn shape() -> Shape {
        Shape::Map(Box::new(T::shape()))
    }
}

/// Declares a text with a kind of its own: an id, a name, an ARN. A wrong one does not compile, a malformed literal is refused
/// when the stack is planned.
///
/// ```
/// iac_core::text_type! {
///     /// The id of a VPC: `vpc-` and 8 or 17 hexadecimal digits.
///     pub struct VpcId, check = |id| if id.starts_with("vpc-") { Ok(()) } else { Err("a VPC id starts with `vpc-`".into()) };
/// }
/// assert_eq!(VpcId::from("vpc-0abc").as_str(), "vpc-0abc");
/// ```
#[macro_export]
macro_rules! text_type {
    ($($(#[$doc:meta])* $vis:vis struct $name:ident $(, check = $check:expr)? $(, normal = $normal:expr)? ;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(transparent)]
        $vis struct $name(String);

        impl $name {
            /// The text.
            $vis fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl $crate::model::Shaped for $name {
            fn shape() -> $crate::model::Shape {
                #[allow(unused_mut, unused_assignments, reason = "the check and the normal form are optional")]
                {
                    let mut check: Option<fn(&str) -> Result<(), String>> = None;
                    let mut normal: Option<fn(&str) -> String> = None;
                    $(check = Some($check);)?
                    $(normal = Some($normal);)?
                    $crate::model::Shape::Text($crate::model::TextShape { name: stringify!($name), check, normal })
                }
            }
        }

        impl $crate::model::FromText for $name {
            fn from_text(text: String) -> Self {
                Self(text)
            }
        }

        impl From<$name> for $crate::model::Input<$name> {
            fn from(value: $name) -> Self {
                Self::Literal(value)
            }
        }
    )+};
}
