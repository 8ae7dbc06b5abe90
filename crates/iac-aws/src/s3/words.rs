//! Enums whose variants are words of the S3 API.

use iac_core::model::{ErrorKind, ResourceError};

/// Declares an enum of the API's exact words: they are what is stored, shown and sent.
macro_rules! words {
    ($(
        $(#[$meta:meta])*
        pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+ }
    )+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, iac_core::Schema)]
        pub enum $name {
            $($(#[$variant_meta])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// The word.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The variant of a word that S3 answered with.
            #[allow(dead_code, reason = "some words are only ever sent")]
            pub(crate) fn of(word: &str) -> Result<Self, iac_core::model::ResourceError> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(crate::s3::words::unknown(stringify!($name), word)),
                }
            }
        }
    )+};
}

/// S3 has learned a word since this was written. A guess would show as drift or, worse, be put back.
pub(super) fn unknown(what: &str, word: &str) -> ResourceError {
    ResourceError::new(
        ErrorKind::Other,
        format!("S3 answered with the {what} `{word}`, which is not known here"),
    )
}

/// The error of a request that lacks what the SDK knows to be required.
#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
pub(super) fn built(error: aws_sdk_s3::error::BuildError) -> ResourceError {
    ResourceError::invalid(error.to_string())
}
