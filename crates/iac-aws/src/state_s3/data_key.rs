//! The key that the secrets of an environment are encrypted with: made by KMS, kept beside the state as KMS encrypted it, and
//! decrypted by KMS once a run, for those who may.
//!
//! The stack's and the environment's names are the encryption context, so that the key of one environment cannot be passed off
//! as another's. It takes `kms:GenerateDataKey` once and `kms:Decrypt` in every run; both only on the key that is named. When
//! another KMS key is named, the next run that writes secrets decrypts it with the earlier one, encrypts it with the new one
//! (`kms:Encrypt`) and puts that in its place: the key itself stays, and so all that was encrypted with it can be read.
//!
//! Source: KMS API reference, `GenerateDataKey`, `Decrypt`, `Encrypt`; KMS developer guide, "Encryption context".

use aws_sdk_kms::primitives::Blob;
use base64::{Engine, prelude::BASE64_STANDARD};
use iac_core::{
    model::{DataKey, ErrorKind, ResourceError},
    state::{BackendError, Object, Precondition},
};
use serde::{Deserialize, Serialize};

use super::{objects::Objects, store::StateStore};
use crate::{Aws, error::failed};

/// The object that holds it.
const OBJECT: &str = "secret.key.json";
/// What the encryption context says.
const CONTEXT: &str = "iac:state";

/// The encrypted key as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    /// The KMS key it is encrypted with, as an ARN.
    kms_key: String,
    /// That key as the store spelled it. Absent in files of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    named: Option<String>,
    /// The ciphertext in base64.
    ciphertext: String,
}

impl Kept {
    fn new(named: &str, kms_key: String, ciphertext: &Blob) -> Self {
        Self {
            kms_key,
            named: Some(named.to_owned()),
            ciphertext: BASE64_STANDARD.encode(ciphertext),
        }
    }

    fn parse(object: &Object) -> Result<Self, BackendError> {
        serde_json::from_slice(&object.bytes).map_err(|error| malformed(&error.to_string()))
    }

    fn to_bytes(&self) -> Result<Vec<u8>, BackendError> {
        serde_json::to_vec_pretty(self).map_err(|error| malformed(&error.to_string()))
    }

    /// Whether it is encrypted with this KMS key: an ARN, an id or an alias.
    fn is_of(&self, kms_key: &str) -> bool {
        self.named.as_deref() == Some(kms_key)
            || self.kms_key == kms_key
            || self.kms_key.ends_with(&format!(":key/{kms_key}"))
    }
}

/// Makes and opens the key of one environment.
#[derive(Clone, Debug)]
pub(super) struct DataKeys {
    kms: aws_sdk_kms::Client,
    kms_key: Option<String>,
    /// The state's key in the bucket: `shop/dev`.
    context: String,
}

impl DataKeys {
    pub(super) fn new(aws: &Aws, store: &StateStore, context: &str) -> Self {
        Self {
            kms: aws.kms.clone(),
            kms_key: store.kms_key.clone(),
            context: context.to_owned(),
        }
    }

    /// The environment's key. With `writes` it is made when there is none, and encrypted anew when the KMS key is another one.
    pub(super) async fn key(&self, objects: &Objects, writes: bool) -> Result<Option<DataKey>, BackendError> {
        let Some(kms_key) = &self.kms_key else {
            return Ok(None);
        };
        if let Some(object) = objects.get(OBJECT).await? {
            let kept = Kept::parse(&object)?;
            let key = self.decrypt(&kept).await?;
            if writes && !kept.is_of(kms_key) {
                self.encrypt_anew(objects, kms_key, &key, object).await?;
            }
            return Ok(Some(key));
        }
        if !writes {
            return Ok(None);
        }
        let (key, kept) = self.generate(kms_key).await?;
        match objects.put(OBJECT, &kept.to_bytes()?, &Precondition::Absent).await {
            Ok(_) => Ok(Some(key)),
            // another run was faster: its key it is
            Err(BackendError::Changed { name }) => match objects.get(OBJECT).await? {
                Some(object) => self.decrypt(&Kept::parse(&object)?).await.map(Some),
                None => Err(BackendError::Changed { name }),
            },
            Err(error) => Err(error),
        }
    }

    async fn generate(&self, kms_key: &str) -> Result<(DataKey, Kept), BackendError> {
        let operation = "kms:GenerateDataKey";
        let length = i32::try_from(DataKey::LENGTH).unwrap_or(i32::MAX);
        let answer = self
            .kms
            .generate_data_key()
            .key_id(kms_key)
            .number_of_bytes(length)
            .encryption_context(CONTEXT, &self.context)
            .send()
            .await
            .map_err(failed(operation))?;
        let plaintext = answer.plaintext.as_ref();
        let (Some(key), Some(ciphertext), Some(arn)) = (
            plaintext.and_then(|key| DataKey::from_bytes(key.as_ref())),
            answer.ciphertext_blob,
            answer.key_id,
        ) else {
            return Err(incomplete(operation));
        };
        Ok((key, Kept::new(kms_key, arn, &ciphertext)))
    }

    /// Puts the same key in the place of `object`, encrypted with another KMS key.
    async fn encrypt_anew(
        &self,
        objects: &Objects,
        kms_key: &str,
        key: &DataKey,
        object: Object,
    ) -> Result<(), BackendError> {
        let operation = "kms:Encrypt";
        let answer = self
            .kms
            .encrypt()
            .key_id(kms_key)
            .plaintext(Blob::new(key.as_bytes()))
            .encryption_context(CONTEXT, &self.context)
            .send()
            .await
            .map_err(failed(operation))?;
        let (Some(ciphertext), Some(arn)) = (answer.ciphertext_blob, answer.key_id) else {
            return Err(incomplete(operation));
        };
        let kept = Kept::new(kms_key, arn, &ciphertext).to_bytes()?;
        match objects.put(OBJECT, &kept, &Precondition::Matches(object.version)).await {
            // another run was faster, with the same key in it
            Ok(_) | Err(BackendError::Changed { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn decrypt(&self, kept: &Kept) -> Result<DataKey, BackendError> {
        let ciphertext = BASE64_STANDARD.decode(&kept.ciphertext);
        let ciphertext = ciphertext.map_err(|error| malformed(&error.to_string()))?;
        let answer = self
            .kms
            .decrypt()
            .key_id(&kept.kms_key)
            .ciphertext_blob(Blob::new(ciphertext))
            .encryption_context(CONTEXT, &self.context)
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

fn incomplete(operation: &str) -> BackendError {
    ResourceError::new(ErrorKind::Other, "the answer has no whole key")
        .during(operation)
        .into()
}

fn malformed(message: &str) -> BackendError {
    BackendError::Malformed {
        name: OBJECT.to_owned(),
        message: message.to_owned(),
    }
}
