//! Reading an object.

use aws_sdk_s3::{
    operation::head_object::HeadObjectOutput,
    primitives::{DateTime, DateTimeFormat},
    types::{ChecksumMode, ObjectLockLegalHoldStatus},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use iac_core::model::{Context, ErrorKind, Live, RemoteId, Resolved, ResourceError};

use super::{Content, Object, ObjectKey, ObjectOutputs, ObjectRetention, upload::SHA256_KEY};
use crate::{
    Aws,
    error::failed,
    s3::{
        bucket::{RetentionMode, SseAlgorithm},
        name::{BucketName, StorageClass},
        tags,
    },
};

/// The SHA-256 S3 or the metadata knows, hexadecimal. The checksum of an upload in parts is not that of the content.
pub(in crate::s3) fn live_sha256(head: &HeadObjectOutput) -> Option<String> {
    let whole = head.checksum_sha256().filter(|checksum| !checksum.contains('-'));
    let kept = || head.metadata()?.get(SHA256_KEY).cloned();
    whole
        .and_then(|checksum| STANDARD.decode(checksum).ok())
        .map(hex::encode)
        .or_else(kept)
}

/// What HEAD says of a key; `None` when there is none.
pub(in crate::s3) async fn head(
    s3: &aws_sdk_s3::Client,
    bucket: &str,
    key: &str,
) -> Result<Option<HeadObjectOutput>, ResourceError> {
    let request = s3
        .head_object()
        .bucket(bucket)
        .key(key)
        .checksum_mode(ChecksumMode::Enabled);
    match request.send().await.map_err(failed("s3:HeadObject")) {
        Ok(head) => Ok(Some(head)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind == ErrorKind::Denied => {
            Err(error.hint("without `s3:ListBucket` on the bucket this may also mean that the object is missing"))
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn read(
    id: &RemoteId,
    bucket: &BucketName,
    key: &ObjectKey,
    prior: Option<&Object<Resolved>>,
    cx: &Context<'_, Aws>,
) -> Result<Option<Live<Object<Resolved>>>, ResourceError> {
    let Some(head) = head(&cx.provider.s3, bucket.as_str(), key.as_str()).await? else {
        return Ok(None);
    };
    let request = cx
        .provider
        .s3
        .get_object_tagging()
        .bucket(bucket.as_str())
        .key(key.as_str());
    let tags = match request.send().await.map_err(failed("s3:GetObjectTagging")) {
        Ok(answer) => tags::from_sdk(answer.tag_set()),
        Err(error) if error.kind == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let sha256 = live_sha256(&head);
    let same = prior.filter(|prior| sha256.is_some() && prior.content.sha256() == sha256);
    let content = match same {
        Some(prior) => prior.content.clone(),
        None => Content::unknown(sha256.clone().unwrap_or_default()),
    };
    let inputs = Object {
        bucket: bucket.clone(),
        key: key.clone(),
        content,
        acl: prior.and_then(|prior| prior.acl),
        force_destroy: prior.is_some_and(|prior| prior.force_destroy),
        tags,
        ..from_head(&head, bucket, key, prior)
    };
    let outputs = ObjectOutputs {
        key: key.clone(),
        arn: inputs.arn(cx.provider),
        sha256: sha256.unwrap_or_default(),
        etag: unquoted(head.e_tag()),
        version_id: head
            .version_id()
            .filter(|version| *version != "null")
            .unwrap_or_default()
            .to_owned(),
    };
    Ok(Some(Live {
        id: id.clone(),
        inputs,
        outputs,
    }))
}

fn from_head(
    head: &HeadObjectOutput,
    bucket: &BucketName,
    key: &ObjectKey,
    prior: Option<&Object<Resolved>>,
) -> Object<Resolved> {
    let text = |value: Option<&str>| value.map(str::to_owned);
    let metadata = head.metadata().into_iter().flatten();
    let mode = head
        .object_lock_mode()
        .map(|mode| RetentionMode::from_word(mode.as_str()));
    let until = head.object_lock_retain_until_date().and_then(moment);
    let encryption = head
        .server_side_encryption()
        .map(|sse| SseAlgorithm::from_word(sse.as_str()));
    let class = head
        .storage_class()
        .map(|class| StorageClass::from_word(class.as_str()));
    Object {
        bucket: bucket.clone(),
        key: key.clone(),
        content: Content::unknown(String::new()),
        content_type: text(head.content_type()),
        cache_control: text(head.cache_control()),
        content_disposition: text(head.content_disposition()),
        // uploads of the SDK with a trailing checksum are packed so on their way, and some stores keep the word
        content_encoding: text(head.content_encoding()).filter(|encoding| encoding != "aws-chunked"),
        content_language: text(head.content_language()),
        metadata: metadata
            .filter(|(key, _)| *key != SHA256_KEY)
            .map(|(key, value)| (key.to_lowercase(), value.clone()))
            .collect(),
        storage_class: class.unwrap_or_default(),
        encryption,
        kms_key: kms_key(head, prior),
        bucket_key: head.bucket_key_enabled(),
        website_redirect: text(head.website_redirect_location()),
        acl: None,
        legal_hold: head.object_lock_legal_hold_status() == Some(&ObjectLockLegalHoldStatus::On),
        retention: mode.zip(until).map(|(mode, until)| ObjectRetention {
            mode,
            until: until.as_str().into(),
        }),
        force_destroy: false,
        tags: [].into(),
    }
}

/// S3 tells the key by its ARN, whatever it was given.
fn kms_key(head: &HeadObjectOutput, prior: Option<&Object<Resolved>>) -> Option<String> {
    let live = head.ssekms_key_id()?;
    let given = prior.and_then(|prior| prior.kms_key.as_deref());
    let same = given.filter(|given| live.ends_with(&format!("/{given}")));
    Some(same.unwrap_or(live).to_owned())
}

fn moment(time: &DateTime) -> Option<String> {
    time.fmt(DateTimeFormat::DateTime).ok()
}

/// An entity tag without its quotes.
pub(in crate::s3) fn unquoted(etag: Option<&str>) -> String {
    etag.unwrap_or_default().trim_matches('"').to_owned()
}
