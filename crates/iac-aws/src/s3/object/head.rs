//! What HEAD tells of an object, its hash among it.

use aws_sdk_s3::{
    operation::head_object::HeadObjectOutput,
    types::{ChecksumMode, ServerSideEncryption},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use iac_core::model::{ErrorKind, ResourceError};

use crate::error::failed;

/// Where the SHA-256 of every upload is kept. S3 has none of the whole of an upload in parts, and tells that of an object that
/// is encrypted with KMS only to those who may decrypt it.
pub(super) const SHA256_KEY: &str = "iac-sha256";

/// What HEAD tells.
#[derive(Clone, Debug)]
pub(in crate::s3) struct Head {
    pub(in crate::s3) sdk: HeadObjectOutput,
    /// The SHA-256 of the content, hexadecimal; `None` for an object of others whose hash nobody knows.
    pub(in crate::s3) sha256: Option<String>,
}

/// What HEAD tells of a key; `None` when there is none.
///
/// The checksum that S3 keeps is asked for only when the metadata has no hash: to ask for it needs `kms:Decrypt` where KMS
/// encrypts. Whoever puts other content puts other metadata, too: S3 keeps none of an object that is overwritten. Source: `HeadObject`, `ChecksumMode`.
pub(in crate::s3) async fn head_of(
    s3: &aws_sdk_s3::Client,
    bucket: &str,
    key: &str,
) -> Result<Option<Head>, ResourceError> {
    let Some(sdk) = head(s3, bucket, key, None).await? else {
        return Ok(None);
    };
    if let Some(sha256) = sdk.metadata().and_then(|metadata| metadata.get(SHA256_KEY)).cloned() {
        return Ok(Some(Head {
            sdk,
            sha256: Some(sha256),
        }));
    }
    let sdk = match head(s3, bucket, key, Some(ChecksumMode::Enabled)).await {
        // it is encrypted with a key that may not be used here: then its hash is not known
        Err(error) if error.kind == ErrorKind::Denied && is_of_kms(&sdk) => Some(sdk),
        checked => checked?,
    };
    Ok(sdk.map(|sdk| Head {
        sha256: checksum(&sdk),
        sdk,
    }))
}

fn is_of_kms(head: &HeadObjectOutput) -> bool {
    let encryption = head.server_side_encryption();
    matches!(
        encryption,
        Some(ServerSideEncryption::AwsKms | ServerSideEncryption::AwsKmsDsse)
    )
}

/// The SHA-256 that S3 keeps, hexadecimal. That of an upload in parts is not one of the content.
fn checksum(head: &HeadObjectOutput) -> Option<String> {
    let whole = head.checksum_sha256().filter(|checksum| !checksum.contains('-'))?;
    STANDARD.decode(whole).ok().map(hex::encode)
}

async fn head(
    s3: &aws_sdk_s3::Client,
    bucket: &str,
    key: &str,
    checksum: Option<ChecksumMode>,
) -> Result<Option<HeadObjectOutput>, ResourceError> {
    let request = s3.head_object().bucket(bucket).key(key).set_checksum_mode(checksum);
    match request.send().await.map_err(failed("s3:HeadObject")) {
        Ok(head) => Ok(Some(head)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind == ErrorKind::Denied => {
            Err(error.hint("without `s3:ListBucket` on the bucket this may also mean that the object is missing"))
        }
        Err(error) => Err(error),
    }
}

/// An entity tag without its quotes.
pub(in crate::s3) fn unquoted(etag: Option<&str>) -> String {
    etag.unwrap_or_default().trim_matches('"').to_owned()
}
