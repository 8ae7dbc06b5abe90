//! Texts with outputs in them.

use super::input::Input;

/// A text with outputs in it: `text!("{}/*", bucket.arn)`. Every `{}` takes the next argument, an [`Input`] or an
/// [`Output`](crate::model::Output).
///
/// The number of arguments is checked when it is compiled; the edges to the outputs' resources are kept.
#[macro_export]
macro_rules! text {
    ($format:literal $(, $part:expr)* $(,)?) => {{
        const _: () = assert!(
            $crate::model::placeholders($format) == 0usize $(+ { let _ = stringify!($part); 1 })*,
            "text!: every {{}} takes one argument",
        );
        $crate::model::interpolate($format, [$($part.text()),*])
    }};
}

/// How many `{}` the text holds.
#[doc(hidden)]
pub const fn placeholders(format: &str) -> usize {
    let bytes = format.as_bytes();
    let (mut at, mut found) = (0, 0);
    while at + 1 < bytes.len() {
        if bytes[at] == b'{' && bytes[at + 1] == b'}' {
            found += 1;
            at += 1;
        }
        at += 1;
    }
    found
}

/// Puts the parts in the places of the `{}`.
#[doc(hidden)]
pub fn interpolate<const N: usize>(format: &str, parts: [Input<String>; N]) -> Input<String> {
    let mut parts = parts.into_iter();
    let mut joined = Vec::with_capacity(2 * N + 1);
    for (index, literal) in format.split("{}").enumerate() {
        if index > 0 {
            joined.extend(parts.next());
        }
        if !literal.is_empty() {
            joined.push(Input::Literal(literal.to_owned()));
        }
    }
    Input::join(joined)
}
