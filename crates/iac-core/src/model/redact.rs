//! What stands where a secret was, and how it is told from the secret.

use serde_json::Value;

/// What stands for a secret wherever a person or a file would see it.
pub const REDACTED: &str = "(secret)";

/// What a seal begins with: the hash that stands for the secret.
pub(super) const HASH_PREFIX: &str = "hmac-sha256:";

/// Whether the value is a seal and not the secret itself.
pub fn is_sealed(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with(HASH_PREFIX))
}
