//! KMS: keys, and data keys encrypted with them. As much of it as a program needs that keeps secrets.
//!
//! What AWS does: a ciphertext says by itself which key it is of; it is decrypted only with the encryption context it was made
//! with, otherwise the answer is `InvalidCiphertextException`. Source: KMS API reference.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use iac_core::model::DataKey;
use serde_json::{Value, json};
use winterbaume_core::MockResponse;

use crate::account_id::ACCOUNT_ID;
use crate::call::Call;
use crate::emulator::{Emulator, ServiceSnapshot};
use crate::error::SandboxError;
use crate::reply::{self, Failure};

/// The keys of a sandbox, by ARN.
#[derive(Default)]
pub(super) struct Kms {
    keys: BTreeMap<String, DataKey>,
}

type Answer = Result<Value, Failure>;

impl Kms {
    fn create(&mut self, call: &Call) -> Value {
        let id = uuid::Uuid::new_v4().to_string();
        let arn = format!("arn:aws:kms:{}:{ACCOUNT_ID}:key/{id}", call.region);
        self.keys.insert(arn.clone(), DataKey::generate());
        json!({"KeyMetadata": {"AWSAccountId": ACCOUNT_ID, "KeyId": id, "Arn": arn, "Enabled": true, "KeyState": "Enabled"}})
    }

    /// The key of this ARN or id.
    fn key(&self, name: &str) -> Result<(&String, &DataKey), Failure> {
        let found = self
            .keys
            .iter()
            .find(|(arn, _)| *arn == name || arn.ends_with(&format!("/{name}")));
        found.ok_or_else(|| Failure::new(400, "NotFoundException", format!("Invalid keyId '{name}'")))
    }

    fn generate(&self, input: &Value) -> Answer {
        let (arn, key) = self.key(text(input, "KeyId"))?;
        let length = input["NumberOfBytes"]
            .as_u64()
            .and_then(|length| usize::try_from(length).ok());
        let plain = DataKey::generate();
        let plain = length.and_then(|length| plain.as_bytes().get(..length));
        let plain = plain.ok_or_else(|| Failure::new(400, "ValidationException", "NumberOfBytes is 1 to 64 here"))?;
        let sealed = key.encrypt(&context(input), plain).unwrap_or_default();
        Ok(json!({
            "KeyId": arn,
            "Plaintext": BASE64_STANDARD.encode(plain),
            "CiphertextBlob": BASE64_STANDARD.encode(format!("{arn} {sealed}")),
        }))
    }

    fn encrypt(&self, input: &Value) -> Answer {
        let (arn, key) = self.key(text(input, "KeyId"))?;
        let plain = BASE64_STANDARD.decode(text(input, "Plaintext"));
        let plain = plain.map_err(|_| Failure::new(400, "ValidationException", "Plaintext is base64"))?;
        let sealed = key.encrypt(&context(input), &plain).unwrap_or_default();
        Ok(json!({"KeyId": arn, "CiphertextBlob": BASE64_STANDARD.encode(format!("{arn} {sealed}"))}))
    }

    fn decrypt(&self, input: &Value) -> Answer {
        let refused = || Failure::new(400, "InvalidCiphertextException", "");
        let blob = BASE64_STANDARD
            .decode(text(input, "CiphertextBlob"))
            .map_err(|_| refused())?;
        let blob = String::from_utf8(blob).map_err(|_| refused())?;
        let (arn, sealed) = blob.split_once(' ').ok_or_else(refused)?;
        let (arn, key) = self.key(arn)?;
        let plain = key.decrypt(&context(input), sealed).ok_or_else(refused)?;
        Ok(json!({"KeyId": arn, "Plaintext": BASE64_STANDARD.encode(plain)}))
    }
}

fn text<'a>(input: &'a Value, name: &str) -> &'a str {
    input[name].as_str().unwrap_or_default()
}

/// What the ciphertext is bound to. Maps are ordered: the same context is the same text.
fn context(input: &Value) -> Vec<u8> {
    input["EncryptionContext"].to_string().into_bytes()
}

impl Emulator for Kms {
    fn answer(&mut self, call: &Call) -> MockResponse {
        let input: Value = serde_json::from_slice(&call.body).unwrap_or_default();
        let answer = match call.operation.as_str() {
            "CreateKey" => Ok(self.create(call)),
            "GenerateDataKey" => self.generate(&input),
            "Encrypt" => self.encrypt(&input),
            "Decrypt" => self.decrypt(&input),
            other => Err(Failure::new(
                501,
                "NotImplemented",
                format!("the sandbox's KMS has no {other}"),
            )),
        };
        match answer {
            Ok(document) => reply::json(&document),
            Err(failure) => reply::failure(call, &failure),
        }
    }

    fn knows(&self, region: &str, kind: &str, value: &str) -> Option<bool> {
        match kind {
            "AWS::KMS::Key.Arn" | "AWS::KMS::Key.Id" => {
                let here = format!("arn:aws:kms:{region}:");
                Some(
                    self.key(value)
                        .is_ok_and(|(arn, _)| arn.starts_with(&here) || value == arn),
                )
            }
            // there are no aliases here; those of AWS itself are in every account
            "AWS::KMS::Alias.AliasName" if !value.contains("alias/") => Some(false),
            _ => None,
        }
    }

    fn save(&self) -> Result<ServiceSnapshot, SandboxError> {
        let keys = self
            .keys
            .iter()
            .map(|(arn, key)| (arn.clone(), Value::from(hex::encode(key.as_bytes()))));
        Ok(ServiceSnapshot::from(Value::Object(keys.collect())))
    }

    fn load(&mut self, snapshot: ServiceSnapshot) -> Result<(), SandboxError> {
        let keys = snapshot.document.as_object().into_iter().flatten();
        self.keys = keys
            .filter_map(|(arn, key)| Some((arn.clone(), DataKey::from_bytes(&hex::decode(key.as_str()?).ok()?)?)))
            .collect();
        Ok(())
    }

    fn inventory(&self) -> Vec<String> {
        self.keys.keys().map(|arn| format!("kms:key/{arn}")).collect()
    }
}
