//! Uploading: small contents in one piece, which S3 checks against their SHA-256; large files in parts.

use std::path::Path;

use aws_sdk_s3::{
    primitives::ByteStream,
    types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart, ObjectLockLegalHoldStatus},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use iac_core::model::{ErrorKind, ResourceError};
use sha2::{Digest, Sha256};
use tokio::{fs::File, io::AsyncReadExt};

use super::{
    content::{Source, hex_sha256, problem},
    head::{SHA256_KEY, head_of, unquoted},
    headers::Headers,
};
use crate::{error::failed, s3::bucket::BucketClient};

/// What is larger goes up in parts, which are at least as large.
const PART: u64 = 16 * 1024 * 1024;
/// The most parts of one upload. Source: S3 user guide, "Amazon S3 multipart upload limits".
const PARTS: u64 = 10_000;

/// What may be there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::s3) enum Condition {
    /// Nothing: an object of that key is never overwritten.
    Absent,
    /// Anything.
    Any,
}

/// One upload.
#[derive(Debug)]
pub(in crate::s3) struct Upload<'a> {
    pub(in crate::s3) key: &'a str,
    pub(in crate::s3) source: Source<'a>,
    /// What the bytes must hash to, hexadecimal.
    pub(in crate::s3) sha256: &'a str,
    pub(in crate::s3) headers: Headers,
    pub(in crate::s3) condition: Condition,
}

/// What an upload has made.
#[derive(Clone, Debug)]
pub(in crate::s3) struct Uploaded {
    pub(in crate::s3) etag: String,
    pub(in crate::s3) version_id: String,
}

/// Both ways to begin an upload take the same headers.
macro_rules! with_headers {
    ($request:expr, $headers:expr) => {{
        let headers = $headers;
        let (mode, until) = headers
            .retention
            .map(|(mode, until)| (mode.as_str().into(), until))
            .unzip();
        $request
            .set_content_type(headers.content_type.clone())
            .set_cache_control(headers.cache_control.clone())
            .set_content_disposition(headers.content_disposition.clone())
            .set_content_encoding(headers.content_encoding.clone())
            .set_content_language(headers.content_language.clone())
            .set_metadata((!headers.metadata.is_empty()).then(|| headers.metadata.clone().into_iter().collect()))
            .set_storage_class(headers.storage_class.map(|class| class.as_str().into()))
            .set_server_side_encryption(headers.encryption.map(|algorithm| algorithm.as_str().into()))
            .set_ssekms_key_id(headers.kms_key.clone())
            .set_bucket_key_enabled(headers.bucket_key)
            .set_website_redirect_location(headers.website_redirect.clone())
            .set_acl(headers.acl.map(|acl| acl.as_str().into()))
            .set_tagging(headers.tagging.clone())
            .set_object_lock_legal_hold_status(headers.legal_hold.then_some(ObjectLockLegalHoldStatus::On))
            .set_object_lock_mode(mode)
            .set_object_lock_retain_until_date(until)
    }};
}

/// Uploads. Fails when the bytes are not those that were hashed.
pub(in crate::s3) async fn upload(client: &BucketClient<'_>, upload: &Upload<'_>) -> Result<Uploaded, ResourceError> {
    let path = match &upload.source {
        Source::Bytes(bytes) => return in_one(client, upload, bytes).await,
        Source::File(path) => *path,
    };
    let unreadable = |error| ResourceError::invalid(problem(path, &error).to_string());
    let size = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
    if size > PART {
        return in_parts(client, upload, path, size).await;
    }
    let bytes = tokio::fs::read(path).await.map_err(unreadable)?;
    if hex_sha256(&bytes) != upload.sha256 {
        return Err(changed(path));
    }
    in_one(client, upload, &bytes).await
}

fn changed(path: &Path) -> ResourceError {
    let message = format!("`{}` has changed since the plan", path.display());
    ResourceError::new(ErrorKind::Conflict, message).hint("plan again, and apply while the file stays as it is")
}

/// The headers, with the hash in the metadata.
fn with_hash(upload: &Upload<'_>) -> Headers {
    let mut headers = upload.headers.clone();
    headers.metadata.insert(SHA256_KEY.to_owned(), upload.sha256.to_owned());
    headers
}

fn base64_of(bytes: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(bytes))
}

/// A failed condition says that the object is there.
fn condition_failed(error: ResourceError, key: &str) -> ResourceError {
    if error.code != "PreconditionFailed" {
        return error;
    }
    let mut there = ResourceError::new(ErrorKind::AlreadyExists, format!("the object `{key}` is there already"));
    there.operation = error.operation;
    there.code = error.code;
    there.request_id = error.request_id;
    there
}

fn passes(error: &ResourceError) -> bool {
    error.code == "ConditionalRequestConflict"
}

async fn in_one(client: &BucketClient<'_>, upload: &Upload<'_>, bytes: &[u8]) -> Result<Uploaded, ResourceError> {
    let checksum = base64_of(bytes);
    let headers = with_hash(upload);
    let put = client.steadily(passes, || async {
        let request = client.s3.put_object().bucket(client.name).key(upload.key);
        let request = with_headers!(request, &headers)
            .checksum_sha256(&checksum)
            .set_if_none_match((upload.condition == Condition::Absent).then(|| "*".to_owned()))
            .body(ByteStream::from(bytes.to_vec()));
        request.send().await.map_err(failed("s3:PutObject"))
    });
    let put = put.await.map_err(|error| condition_failed(error, upload.key))?;
    Ok(Uploaded {
        etag: unquoted(put.e_tag()),
        version_id: put.version_id().unwrap_or_default().to_owned(),
    })
}

/// How often an upload in parts is begun anew when S3 has dropped it.
const UPLOADS: u32 = 3;

async fn in_parts(
    client: &BucketClient<'_>,
    upload: &Upload<'_>,
    path: &Path,
    size: u64,
) -> Result<Uploaded, ResourceError> {
    for _ in 1..UPLOADS {
        match in_parts_once(client, upload, path, size).await {
            // it is completed, and the answer was lost; or another write of the key made S3 drop it
            Err(error) if error.code == "NoSuchUpload" => {
                if let Some(uploaded) = made_already(client, upload).await? {
                    return Ok(uploaded);
                }
            }
            made => return made,
        }
    }
    in_parts_once(client, upload, path, size).await
}

/// The object, if it is the one of this upload.
async fn made_already(client: &BucketClient<'_>, upload: &Upload<'_>) -> Result<Option<Uploaded>, ResourceError> {
    let head = head_of(&client.s3, client.name, upload.key).await?;
    Ok(head
        .filter(|head| head.sha256.as_deref() == Some(upload.sha256))
        .map(|head| Uploaded {
            etag: unquoted(head.sdk.e_tag()),
            version_id: head.sdk.version_id().unwrap_or_default().to_owned(),
        }))
}

async fn in_parts_once(
    client: &BucketClient<'_>,
    upload: &Upload<'_>,
    path: &Path,
    size: u64,
) -> Result<Uploaded, ResourceError> {
    let headers = with_hash(upload);
    let begun = client.steadily(passes, || async {
        let request = client.s3.create_multipart_upload().bucket(client.name).key(upload.key);
        let request = with_headers!(request, &headers).checksum_algorithm(ChecksumAlgorithm::Sha256);
        request.send().await.map_err(failed("s3:CreateMultipartUpload"))
    });
    let begun = begun.await?;
    let id = begun.upload_id().unwrap_or_default();
    let made = async {
        let parts = send_parts(client, upload, id, path, size).await?;
        complete(client, upload, id, parts).await
    };
    match made.await {
        Ok(uploaded) => Ok(uploaded),
        Err(error) if error.code == "NoSuchUpload" => Err(error),
        Err(error) => {
            let request = client
                .s3
                .abort_multipart_upload()
                .bucket(client.name)
                .key(upload.key)
                .upload_id(id);
            // the first failure is the one to tell; parts that stay behind are for a lifecycle rule
            match request.send().await.map_err(failed("s3:AbortMultipartUpload")) {
                Ok(_) => Err(error),
                Err(second) => Err(error.hint(format!("the unfinished upload `{id}` is still there: {second}"))),
            }
        }
    }
}

async fn send_parts(
    client: &BucketClient<'_>,
    upload: &Upload<'_>,
    id: &str,
    path: &Path,
    size: u64,
) -> Result<Vec<CompletedPart>, ResourceError> {
    let unreadable = |error| ResourceError::invalid(problem(path, &error).to_string());
    let mut file = File::open(path).await.map_err(unreadable)?;
    let part_size = PART.max(size.div_ceil(PARTS));
    let mut hash = Sha256::new();
    let mut parts = Vec::new();
    for number in 1.. {
        let mut bytes = Vec::new();
        let read = (&mut file)
            .take(part_size)
            .read_to_end(&mut bytes)
            .await
            .map_err(unreadable)?;
        if read == 0 {
            break;
        }
        hash.update(&bytes);
        let checksum = base64_of(&bytes);
        let request = client
            .s3
            .upload_part()
            .bucket(client.name)
            .key(upload.key)
            .upload_id(id)
            .part_number(number);
        let request = request.checksum_sha256(&checksum).body(ByteStream::from(bytes));
        let sent = request.send().await.map_err(failed("s3:UploadPart"))?;
        let part = CompletedPart::builder().part_number(number).checksum_sha256(checksum);
        parts.push(part.set_e_tag(sent.e_tag).build());
        client
            .call
            .progress(&format!("uploaded part {number} of `{}`", upload.key));
    }
    if hex::encode(hash.finalize()) == upload.sha256 {
        Ok(parts)
    } else {
        Err(changed(path))
    }
}

/// Puts the parts together. Another write of the key at the same time is answered with 409: the parts are still there, so
/// only this call is sent again. An upload that S3 has dropped on it is answered with `NoSuchUpload`.
async fn complete(
    client: &BucketClient<'_>,
    upload: &Upload<'_>,
    id: &str,
    parts: Vec<CompletedPart>,
) -> Result<Uploaded, ResourceError> {
    let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    let done = client.steadily(passes, || async {
        let request = client
            .s3
            .complete_multipart_upload()
            .bucket(client.name)
            .key(upload.key)
            .upload_id(id);
        let request = request
            .multipart_upload(parts.clone())
            .set_if_none_match((upload.condition == Condition::Absent).then(|| "*".to_owned()));
        request.send().await.map_err(failed("s3:CompleteMultipartUpload"))
    });
    let done = done.await.map_err(|error| condition_failed(error, upload.key))?;
    Ok(Uploaded {
        etag: unquoted(done.e_tag()),
        version_id: done.version_id().unwrap_or_default().to_owned(),
    })
}
