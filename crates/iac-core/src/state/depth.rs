//! How deep documents may be nested: what is written must be readable again, and readers stop at 128 levels.

use serde::de::Error as _;

/// How deep a record or a saved plan may be nested. What they hold lies up to three levels deeper in a state.
const DEPTH: usize = 120;

/// Refuses JSON that is nested deeper than [`DEPTH`].
///
/// # Errors
/// One that says so.
pub(crate) fn shallow(bytes: &[u8]) -> serde_json::Result<()> {
    let (mut depth, mut text, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = text,
            b'"' => text = !text,
            b'[' | b'{' if !text => depth += 1,
            b']' | b'}' if !text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH {
            return Err(serde_json::Error::custom(format!("nested deeper than {DEPTH} levels")));
        }
    }
    Ok(())
}
