//! Enums whose values are words of an AWS API. AWS adds words at any time: one that this version does not know is kept as it
//! is, so that a read still succeeds and the plan shows the difference.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Mutex, PoisonError},
};

/// A word of an AWS API that this version does not know. Made by the `from_word` of an enum.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnknownWord(&'static str);

impl UnknownWord {
    /// Keeps a word. Each distinct one is kept once, until the process ends: enums of words stay plain values that can be
    /// copied, and AWS has few words.
    #[allow(dead_code, reason = "used by the services, each a feature of its own")]
    pub(crate) fn keep(word: &str) -> Self {
        static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(word) = kept.get(word) {
            return Self(word);
        }
        let word: &'static str = Box::leak(word.into());
        kept.insert(word);
        Self(word)
    }

    /// The word.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Debug for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Declares enums of the exact words of an API: what is declared, stored, shown, sent and read are the same words.
///
/// ```text
/// string_enum! {
///     /// What it is.
///     pub enum Color = Red {
///         /// The default, which may be left out above.
///         Red = "red",
///     }
/// }
/// ```
///
/// Each enum gets a variant `Unknown` besides, `as_str`, `from_word`, serde as plain text, a schema of the known words, and
/// `From` for `Input`. Words are read in any case: some services answer in another case than they ask for.
#[allow(
    unused_macros,
    reason = "used by the services that have words, each a feature of its own"
)]
macro_rules! string_enum {
    ($(
        $(#[$meta:meta])*
        pub enum $name:ident $(= $default:ident)? {
            $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+
        }
    )+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
            /// A word that AWS has and this version does not know.
            Unknown($crate::UnknownWord),
        }

        $(impl Default for $name {
            fn default() -> Self {
                Self::$default
            }
        })?

        impl $name {
            /// The word.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Unknown(word) => word.as_str(),
                }
            }

            /// The value of a word, in any case. A word that is not known is kept as it is.
            pub fn from_word(word: &str) -> Self {
                const KNOWN: &[$name] = &[$($name::$variant),+];
                let known = KNOWN.iter().find(|known| known.as_str().eq_ignore_ascii_case(word));
                known.map_or_else(|| Self::Unknown($crate::UnknownWord::keep(word)), |known| *known)
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as ::serde::Deserialize>::deserialize(deserializer).map(|word| Self::from_word(&word))
            }
        }

        impl ::iac_core::model::HasSchema for $name {
            fn schema() -> ::iac_core::model::Schema {
                ::iac_core::model::Schema::one_of([$($name::$variant),+])
            }
        }

        impl From<$name> for ::iac_core::model::Input<$name> {
            fn from(value: $name) -> Self {
                Self::Literal(value)
            }
        }
    )+};
}

#[cfg(test)]
mod tests {
    use iac_core::model::HasSchema;

    string_enum! {
        /// A colour.
        pub enum Color = Red {
            /// Red.
            Red = "RED",
            /// Blue.
            Blue = "blue",
        }
    }

    #[test]
    fn known_words_are_read_in_any_case_and_unknown_ones_kept() {
        assert_eq!(Color::from_word("red"), Color::Red);
        assert_eq!(Color::from_word("BLUE").as_str(), "blue");
        let green = Color::from_word("Green");
        assert_eq!((green, green.as_str()), (Color::from_word("Green"), "Green"));
        assert_ne!(green, Color::from_word("Grey"));
        assert_eq!(serde_json::to_value(green).unwrap(), "Green");
        assert_eq!(serde_json::from_value::<Color>("Green".into()).unwrap(), green);
        assert_eq!(Color::schema().describe(), "one of RED, blue");
        assert_eq!(Color::default(), Color::Red);
    }
}
