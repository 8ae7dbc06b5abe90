//! The schemas of plain types, and [`text_type!`](crate::text_type) for texts with a kind of their own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{data::HasSchema, schema::Schema};

macro_rules! schemas {
    ($($type:ty => $schema:expr),* $(,)?) => {$(
        impl HasSchema for $type {
            fn schema() -> Schema {
                $schema
            }
        }
    )*};
}
schemas! {
    String => Schema::TEXT,
    bool => Schema::Boolean,
    i32 => Schema::Integer,
    i64 => Schema::Integer,
    u16 => Schema::Integer,
    u32 => Schema::Integer,
    u64 => Schema::Integer,
    f64 => Schema::Number,
    Value => Schema::Any,
}

impl<T: HasSchema> HasSchema for Option<T> {
    fn schema() -> Schema {
        T::schema()
    }
}

impl<T: HasSchema> HasSchema for Box<T> {
    fn schema() -> Schema {
        T::schema()
    }
}

impl<T: HasSchema> HasSchema for Vec<T> {
    fn schema() -> Schema {
        Schema::List(Box::new(T::schema()))
    }
}

impl<T: HasSchema> HasSchema for BTreeSet<T> {
    fn schema() -> Schema {
        Schema::Set(Box::new(T::schema()))
    }
}

impl<K, T: HasSchema> HasSchema for BTreeMap<K, T> {
    fn schema() -> Schema {
        Schema::Map(Box::new(T::schema()))
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

        impl $crate::model::HasSchema for $name {
            fn schema() -> $crate::model::Schema {
                #[allow(unused_mut, unused_assignments, reason = "the check and the normal form are optional")]
                {
                    let mut check: Option<fn(&str) -> Result<(), String>> = None;
                    let mut normal: Option<fn(&str) -> String> = None;
                    $(check = Some($check);)?
                    $(normal = Some($normal);)?
                    $crate::model::Schema::Text($crate::model::StringSchema { name: stringify!($name), check, normal })
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
