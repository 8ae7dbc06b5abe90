//! Encryption of a table at rest.
//!
//! Source: DynamoDB API reference, `SSESpecification`, `SSEDescription`; developer guide, "DynamoDB encryption at rest".

use aws_sdk_dynamodb::types::{SseSpecification, SseStatus, SseType, TableDescription};
use iac_core::{
    Schema,
    model::{Declared, Input, Resolved, Stage},
};
use serde::{Deserialize, Serialize};

iac_core::text_type! {
    /// The ARN of a key in KMS: `arn:aws:kms:<region>:<account>:key/<id>`. Aliases are refused: the table shows the key itself.
    pub struct KmsKeyArn, check = |arn| {
        crate::arn::check(arn)?;
        if arn.contains(":kms:") && arn.contains(":key/") {
            Ok(())
        } else {
            Err(format!("`{arn}` is not the ARN of a KMS key, which looks like `arn:aws:kms:eu-west-1:123456789012:key/1a2b`"))
        }
    };
}

/// Encryption with a key in KMS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(bound = "")]
pub struct Encryption<S: Stage = Declared> {
    /// The key. When unset, the one that AWS keeps in this account for DynamoDB; a key that was set before is then left in place.
    #[field(computed)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<S::Value<KmsKeyArn>>,
}

impl Encryption {
    /// With the key that AWS keeps in this account for DynamoDB (`alias/aws/dynamodb`).
    pub fn aws_managed() -> Self {
        Self { kms_key: None }
    }

    /// With a key of your own.
    pub fn customer_key(key: impl Into<Input<KmsKeyArn>>) -> Self {
        Self {
            kms_key: Some(key.into()),
        }
    }
}

impl Encryption<Resolved> {
    pub(super) fn request(&self) -> SseSpecification {
        SseSpecification::builder()
            .enabled(true)
            .sse_type(SseType::Kms)
            .set_kms_master_key_id(self.kms_key.as_ref().map(ToString::to_string))
            .build()
    }

    /// What the table shows. A table without a description uses AWS's own key.
    pub(super) fn live(table: &TableDescription) -> Option<Self> {
        let description = table.sse_description()?;
        match description.status()? {
            SseStatus::Disabled | SseStatus::Disabling => None,
            _ => Some(Self {
                kms_key: description.kms_master_key_arn().map(KmsKeyArn::from),
            }),
        }
    }

    /// Whether `live` needs no change to become `desired`.
    pub(super) fn satisfied(desired: Option<&Self>, live: Option<&Self>) -> bool {
        match (desired, live) {
            (None, None) => true,
            (Some(desired), Some(live)) => desired.kms_key.is_none() || desired.kms_key == live.kms_key,
            _ => false,
        }
    }

    /// Whether a change of the encryption is over.
    pub(super) fn is_stable(table: &TableDescription) -> bool {
        let status = table.sse_description().and_then(|description| description.status());
        matches!(status, None | Some(SseStatus::Enabled | SseStatus::Disabled))
    }
}
