//! Percent-encoding, and the parameters of queries and forms.

use std::collections::BTreeMap;

#[cfg(feature = "iam")]
use bytes::Bytes;

/// Reads `a=b&c` pairs, of a query or of a form.
pub(crate) fn parameters(text: &str) -> BTreeMap<String, String> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key, true), decode(value, true))
        })
        .collect()
}

/// Undoes percent-encoding; in forms and queries a plus sign is a space.
pub(crate) fn decode(text: &str, plus_is_space: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = bytes
            .get(at + 1..at + 3)
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, hex) {
            (b'%', Some(value)) => {
                out.push(value);
                at += 2;
            }
            (b'+', _) if plus_is_space => out.push(b' '),
            _ => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Encodes as the query protocols and S3 listings do: everything but unreserved characters.
pub(crate) fn encode(text: &str, keep: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || keep.as_bytes().contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _infallible = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A form as a body.
#[cfg(feature = "iam")]
pub(crate) fn form_body(form: &BTreeMap<String, String>) -> Bytes {
    let pairs: Vec<String> = form
        .iter()
        .map(|(key, value)| format!("{}={}", encode(key, ""), encode(value, "")))
        .collect();
    Bytes::from(pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_and_decoding_agree_for_any_text() {
        let text = "a b+c/ü%1";
        assert_eq!(decode(&encode(text, ""), true), text);
        assert_eq!(decode("a+b", false), "a+b");
    }
}
