//! Reading an object.

use aws_sdk_s3::{
    operation::head_object::HeadObjectOutput,
    primitives::{DateTime, DateTimeFormat},
    types::ObjectLockLegalHoldStatus,
};
use iac_core::model::{Context, ErrorKind, Live, RemoteId, Resolved, ResourceError};

use super::{
    content::Content,
    head::{Head, SHA256_KEY, head_of, unquoted},
    key::{ObjectKey, ObjectRetention},
    properties::{Object, ObjectOutputs},
};
use crate::{
    Aws,
    error::failed,
    s3::{
        bucket::{RetentionMode, SseAlgorithm},
        name::{BucketName, StorageClass},
        tags,
    },
};

pub(super) async fn read(
    id: &RemoteId,
    bucket: &BucketName,
    key: &ObjectKey,
    prior: Option<&Object<Resolved>>,
    cx: &Context<'_, Aws>,
) -> Result<Option<Live<Object<Resolved>>>, ResourceError> {
    let Some(Head { sdk: head, sha256 }) = head_of(&cx.provider.s3, bucket.as_str(), key.as_str()).await? else {
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
        storage_class: Some(shown_class(class.unwrap_or_default(), prior)),
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

/// S3 tells the key by its ARN, whatever it was given. Which key an alias stands for is not asked: the alias that was applied
/// counts as in force while a key is.
fn kms_key(head: &HeadObjectOutput, prior: Option<&Object<Resolved>>) -> Option<String> {
    let live = head.ssekms_key_id()?;
    let given = prior.and_then(|prior| prior.kms_key.as_deref());
    let same =
        |given: &str| live.ends_with(&format!("/{given}")) || given.starts_with("alias/") || given.contains(":alias/");
    Some(given.filter(|given| same(given)).unwrap_or(live).to_owned())
}

/// The classes that lifecycle rules move objects through, in order.
const COLDER: [StorageClass; 7] = [
    StorageClass::Standard,
    StorageClass::StandardIa,
    StorageClass::IntelligentTiering,
    StorageClass::OneZoneIa,
    StorageClass::GlacierInstant,
    StorageClass::Glacier,
    StorageClass::DeepArchive,
];

/// The class to show: one that a lifecycle rule moved the object to is no drift from the one that was applied.
/// Source: S3 user guide, "Transitioning objects using Amazon S3 Lifecycle".
fn shown_class(live: StorageClass, prior: Option<&Object<Resolved>>) -> StorageClass {
    let rank = |class: StorageClass| COLDER.iter().position(|one| *one == class);
    match prior.and_then(|prior| prior.storage_class) {
        Some(applied) if rank(applied).is_some() && rank(applied) < rank(live) => applied,
        _ => live,
    }
}

fn moment(time: &DateTime) -> Option<String> {
    time.fmt(DateTimeFormat::DateTime).ok()
}
