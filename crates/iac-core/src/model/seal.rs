//! What stands for a secret outside of a run: a keyed hash, good for seeing that it changed, and, when the environment has a
//! key, the ciphertext of the value, for the runs that need it later.

use std::fmt;

use aes_siv::{
    KeyInit,
    aead::{Generate, Key},
    siv::Aes256Siv,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, Mac};
use serde_json::Value;
use sha2::Sha256;

use super::{
    redact::{HASH_PREFIX, REDACTED, is_sealed},
    template,
};

/// Between the hash and the ciphertext.
const CIPHER: &str = " aes-siv:";

/// The key that the secrets of an environment are encrypted with. Never shown, never in the state.
///
/// AES-256 in the SIV mode (RFC 5297): the same secret at the same place is the same ciphertext, so that a state does not change
/// from run to run; that two secrets are equal is told by their hashes already.
#[derive(Clone)]
pub struct DataKey(Key<Aes256Siv>);

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl DataKey {
    /// Its length in bytes.
    pub const LENGTH: usize = 64;

    /// A new one, at random.
    pub fn generate() -> Self {
        Self(Key::<Aes256Siv>::generate())
    }

    /// The key of these bytes; `None` unless they are [`LENGTH`](Self::LENGTH) many.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Key::<Aes256Siv>::try_from(bytes).ok().map(Self)
    }

    /// Its bytes, to be kept where nobody else can read them.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// Encrypts; what is given as `place` is needed to decrypt again.
    pub fn encrypt(&self, place: &[u8], plain: &[u8]) -> Option<String> {
        let bytes = Aes256Siv::new(&self.0).encrypt([place], plain).ok()?;
        Some(BASE64_STANDARD.encode(bytes))
    }

    /// Takes [`encrypt`](Self::encrypt) back; `None` for another key, place or text.
    pub fn decrypt(&self, place: &[u8], text: &str) -> Option<Vec<u8>> {
        let bytes = BASE64_STANDARD.decode(text).ok()?;
        Aes256Siv::new(&self.0).decrypt([place], &bytes).ok()
    }
}

/// Seals the secrets of a resource, or of a stack's outputs, and opens them again.
#[derive(Clone, Debug)]
pub struct Sealer {
    place: Vec<u8>,
    key: Option<DataKey>,
}

impl Sealer {
    /// One for `place`, which makes the hashes of equal secrets differ from place to place. Without a key there are hashes only.
    pub fn new(place: impl Into<Vec<u8>>, key: Option<DataKey>) -> Self {
        let place = place.into();
        Self { place, key }
    }

    /// What its hashes are keyed with.
    pub fn place(&self) -> &[u8] {
        &self.place
    }

    /// What stands for a secret in the state. Sealing what is sealed already changes nothing.
    pub fn seal(&self, path: &str, value: &Value) -> Value {
        if is_sealed(value) {
            return value.clone();
        }
        let sealed = seal(&self.place, path, value);
        let (Some(key), Some(hash)) = (&self.key, sealed.as_str().filter(|_| is_sealed(&sealed))) else {
            return sealed;
        };
        match key.encrypt(&self.place, value.to_string().as_bytes()) {
            Some(text) => Value::String(format!("{hash}{CIPHER}{text}")),
            None => sealed,
        }
    }

    /// The value with every seal in it opened; `None` when one cannot be.
    pub fn reveal(&self, value: &Value) -> Option<Value> {
        match value {
            Value::String(text) if is_sealed(value) => {
                let (_, cipher) = text.split_once(CIPHER)?;
                let plain = self.key.as_ref()?.decrypt(&self.place, cipher)?;
                serde_json::from_slice(&plain).ok()
            }
            Value::Array(items) => items.iter().map(|item| self.reveal(item)).collect(),
            Value::Object(map) => map
                .iter()
                .map(|(name, value)| Some((name.clone(), self.reveal(value)?)))
                .collect(),
            other => Some(other.clone()),
        }
    }
}

/// Whether some place of the value is a seal.
pub fn has_seal(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_seal),
        Value::Object(map) => map.values().any(has_seal),
        other => is_sealed(other),
    }
}

/// The keyed hash that stands for a secret wherever it is compared or shown: equal secrets at one place are seen as equal,
/// nothing else is told. Of what is sealed already it is the hash.
pub fn seal(key: &[u8], path: &str, value: &Value) -> Value {
    if let Some(text) = value.as_str().filter(|_| is_sealed(value)) {
        let hash = text.split_once(CIPHER).map_or(text, |(hash, _)| hash);
        return Value::String(hash.to_owned());
    }
    if template::as_expression(value).is_some() {
        return value.clone();
    }
    let Ok(mut mac) = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key) else {
        // HMAC takes keys of every length; a place that cannot be sealed is still never shown
        return Value::String(REDACTED.to_owned());
    };
    mac.update(path.as_bytes());
    mac.update(&[0]);
    mac.update(value.to_string().as_bytes());
    Value::String(format!("{HASH_PREFIX}{}", hex::encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_sealed_with_a_key_opens_with_it_alone() {
        let sealer = Sealer::new("here", Some(DataKey::generate()));
        let sealed = sealer.seal("password", &json!("open sesame"));
        assert!(is_sealed(&sealed) && !sealed.to_string().contains("sesame"));
        assert_eq!(sealer.seal("password", &json!("open sesame")), sealed, "the same again");
        assert_eq!(
            sealer.reveal(&json!({"a": [sealed]})),
            Some(json!({"a": ["open sesame"]}))
        );
        let other = Sealer::new("here", Some(DataKey::generate()));
        assert_eq!(other.reveal(&sealed), None);
        assert_eq!(Sealer::new("there", sealer.key.clone()).reveal(&sealed), None);
        assert_eq!(Sealer::new("here", None).reveal(&sealed), None);
    }

    #[test]
    fn hashes_compare_with_and_without_ciphertext() {
        let with = Sealer::new("here", Some(DataKey::generate()));
        let without = Sealer::new("here", None);
        let value = json!("open sesame");
        let sealed = with.seal("password", &value);
        assert_eq!(with.seal("password", &sealed), sealed);
        assert_eq!(seal(b"here", "password", &sealed), without.seal("password", &value));
    }
}
