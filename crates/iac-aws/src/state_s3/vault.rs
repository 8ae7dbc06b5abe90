//! The key that the secrets of an environment are encrypted with: made by KMS, kept beside the state as KMS encrypted it, and
//! decrypted by KMS once a run, for those who may.
//!
//! The stack's and the environment's names are the encryption context, so that the key of one environment cannot be passed off
//! as another's. It takes `kms:GenerateDataKey` once and `kms:Decrypt` in every run; both only on the key that is named.
//!
//! Source: KMS API reference, `GenerateDataKey` and `Decrypt`; KMS developer guide, "Encryption context".

use aws_sdk_kms::primitives::Blob;
use base64::{Engine, prelude::BASE64_STANDARD};
use iac_core::{
    model::{DataKey, ErrorKind, ResourceError},
    state::{Backend, BackendError, Precondition},
};
use serde::{Deserialize, Serialize};

use super::S3Backend;
use crate::error::failed;

/// The object that holds it.
const OBJECT: &str = "secret.key.json";
/// What the encryption context says.
const CONTEXT: &str = "iac:state";

/// The encrypted key as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    /// The KMS key it is encrypted with, as an ARN.
    kms_key: String,
    /// The ciphertext in base64.
    ciphertext: String,
}

impl S3Backend {
    /// The environment's key; made when there is none and `make` says so.
    pub(super) async fn data_key(&self, make: bool) -> Result<Option<DataKey>, BackendError> {
        let Some(kms_key) = &self.store.kms_key else {
            return Ok(None);
        };
        if let Some(object) = self.get(OBJECT).await? {
            return self.decrypt(&object.bytes).await.map(Some);
        }
        if !make {
            return Ok(None);
        }
        let (key, kept) = self.generate(kms_key).await?;
        match self.put(OBJECT, &kept, &Precondition::Absent).await {
            Ok(_) => Ok(Some(key)),
            // another run was faster: its key it is
            Err(BackendError::Changed { name }) => match self.get(OBJECT).await? {
                Some(object) => self.decrypt(&object.bytes).await.map(Some),
                None => Err(BackendError::Changed { name }),
            },
            Err(error) => Err(error),
        }
    }

    async fn generate(&self, kms_key: &str) -> Result<(DataKey, Vec<u8>), BackendError> {
        let operation = "kms:GenerateDataKey";
        let length = i32::try_from(DataKey::LENGTH).unwrap_or(i32::MAX);
        let answer = self
            .kms
            .generate_data_key()
            .key_id(kms_key)
            .number_of_bytes(length)
            .encryption_context(CONTEXT, &self.key)
            .send()
            .await
            .map_err(failed(operation))?;
        let (Some(key), Some(ciphertext), Some(kms_key)) = (
            answer
                .plaintext
                .as_ref()
                .and_then(|key| DataKey::from_bytes(key.as_ref())),
            answer.ciphertext_blob,
            answer.key_id,
        ) else {
            let error = ResourceError::new(ErrorKind::Other, "the answer has no whole key").during(operation);
            return Err(error.into());
        };
        let kept = Kept {
            kms_key,
            ciphertext: BASE64_STANDARD.encode(ciphertext),
        };
        let bytes = serde_json::to_vec_pretty(&kept).map_err(|error| malformed(&error.to_string()))?;
        Ok((key, bytes))
    }

    async fn decrypt(&self, bytes: &[u8]) -> Result<DataKey, BackendError> {
        let kept: Kept = serde_json::from_slice(bytes).map_err(|error| malformed(&error.to_string()))?;
        let ciphertext = BASE64_STANDARD.decode(&kept.ciphertext);
        let ciphertext = ciphertext.map_err(|error| malformed(&error.to_string()))?;
        let answer = self
            .kms
            .decrypt()
            .key_id(&kept.kms_key)
            .ciphertext_blob(Blob::new(ciphertext))
            .encryption_context(CONTEXT, &self.key)
            .send()
            .await
            .map_err(failed("kms:Decrypt"))?;
        let key = answer
            .plaintext
            .as_ref()
            .and_then(|key| DataKey::from_bytes(key.as_ref()));
        key.ok_or_else(|| malformed("it is no key of this program"))
    }
}

fn malformed(message: &str) -> BackendError {
    BackendError::Malformed {
        name: OBJECT.to_owned(),
        message: message.to_owned(),
    }
}
