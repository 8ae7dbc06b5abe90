//! What goes with an object's bytes, and what can be changed without uploading them again.

use std::collections::BTreeMap;

use aws_sdk_s3::{
    primitives::{DateTime, DateTimeFormat},
    types::{ObjectLockLegalHold, ObjectLockLegalHoldStatus, ObjectLockRetention, Tagging},
};
use bon::Builder;
use iac_core::{
    Schema,
    model::{Resolved, ResourceError},
};
use serde::{Deserialize, Serialize};

use super::Object;
use crate::{
    error::failed,
    s3::{
        bucket::{At, RetentionMode, SseAlgorithm},
        name::StorageClass,
        tags,
        words::built,
    },
};

iac_core::text_type! {
    /// The key of an object: 1 to 1024 bytes of UTF-8. A `/` at the start, two in a row and the parts `.` and `..` are
    /// refused: S3 would keep them, other tools would not.
    pub struct ObjectKey, check = check_key;

    /// A moment: `2027-01-31T00:00:00Z`.
    pub struct FaultTiming, check = |moment| match moment.parse::<jiff::Timestamp>() {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("`{moment}` is not a moment, which looks like `2027-01-31T00:00:00Z`: {error}")),
    }, normal = |moment| moment.parse::<jiff::Timestamp>().map_or_else(|_| moment.to_owned(), |time| time.to_string());
}

fn check_key(key: &str) -> Result<(), String> {
    let problem = if key.is_empty() || key.len() > 1024 {
        "has 1 to 1024 bytes"
    } else if key.starts_with('/') || key.contains("//") {
        "does not begin with `/` and has no two in a row"
    } else if key.split('/').any(|part| part == "." || part == "..") {
        "has no parts `.` and `..`"
    } else {
        return Ok(());
    };
    Err(format!("`{key}`: a key {problem}"))
}

string_enum! {
    /// Who may read and write, in one word. Source: S3 user guide, "Canned ACL".
    pub enum CannedAcl {
        /// The owner alone.
        Private = "private",
        /// Everyone may read.
        PublicRead = "public-read",
        /// Everyone may read and write.
        PublicReadWrite = "public-read-write",
        /// Everyone with an AWS account may read.
        AuthenticatedRead = "authenticated-read",
        /// EC2 may read, for machine images.
        AwsExecRead = "aws-exec-read",
        /// The bucket's owner may read.
        BucketOwnerRead = "bucket-owner-read",
        /// The bucket's owner may do all.
        BucketOwnerFullControl = "bucket-owner-full-control",
    }
}

/// How long an object is locked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[builder(on(_, into))]
pub struct ObjectRetention {
    /// How firm the lock is.
    pub mode: RetentionMode,
    /// Until when. It can be put off; with `GOVERNANCE` and `force_destroy` it can be brought forward.
    pub until: FaultTiming,
}

/// What goes with an object's bytes.
#[derive(Clone, Debug, Default)]
pub(in crate::s3) struct Headers {
    pub(in crate::s3) content_type: Option<String>,
    pub(in crate::s3) cache_control: Option<String>,
    pub(in crate::s3) content_disposition: Option<String>,
    pub(in crate::s3) content_encoding: Option<String>,
    pub(in crate::s3) content_language: Option<String>,
    pub(in crate::s3) metadata: BTreeMap<String, String>,
    pub(in crate::s3) storage_class: StorageClass,
    pub(in crate::s3) encryption: Option<SseAlgorithm>,
    pub(in crate::s3) kms_key: Option<String>,
    pub(in crate::s3) bucket_key: Option<bool>,
    pub(in crate::s3) website_redirect: Option<String>,
    pub(in crate::s3) acl: Option<CannedAcl>,
    pub(in crate::s3) tagging: Option<String>,
    pub(in crate::s3) legal_hold: bool,
    pub(in crate::s3) retention: Option<(RetentionMode, DateTime)>,
}

impl Object<Resolved> {
    pub(super) fn headers(&self) -> Result<Headers, ResourceError> {
        let retention = self
            .retention
            .as_ref()
            .map(|lock| Ok((lock.mode, moment(&lock.until)?)));
        Ok(Headers {
            content_type: self
                .content_type
                .clone()
                .or_else(|| Some(media_type(self.key.as_str()))),
            cache_control: self.cache_control.clone(),
            content_disposition: self.content_disposition.clone(),
            content_encoding: self.content_encoding.clone(),
            content_language: self.content_language.clone(),
            metadata: self.metadata.clone(),
            storage_class: self.storage_class,
            encryption: self.encryption,
            kms_key: self.kms_key.clone(),
            bucket_key: self.bucket_key,
            website_redirect: self.website_redirect.clone(),
            acl: self.acl,
            tagging: (!self.tags.is_empty()).then(|| query(&self.tags)),
            legal_hold: self.legal_hold,
            retention: retention.transpose()?,
        })
    }
}

/// The media type of a name, told from its end; text is said to be in UTF-8.
pub(in crate::s3) fn media_type(name: &str) -> String {
    let guess = mime_guess::from_path(name).first_or_octet_stream();
    let subtype = guess.subtype().as_str();
    let is_text = guess.type_() == "text" || matches!(subtype, "javascript" | "json" | "xml" | "manifest+json");
    if is_text {
        format!("{}; charset=utf-8", guess.essence_str())
    } else {
        guess.to_string()
    }
}

fn moment(moment: &FaultTiming) -> Result<DateTime, ResourceError> {
    DateTime::from_str(moment.as_str(), DateTimeFormat::DateTimeWithOffset)
        .map_err(|error| ResourceError::invalid(format!("`{moment}`: {error}")))
}

/// Tags as the query of a URL, which is how an upload takes them.
fn query(tags: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> = tags
        .iter()
        .map(|(key, value)| format!("{}={}", encode(key), encode(value)))
        .collect();
    pairs.join("&")
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

pub(super) async fn put_tags(
    at: &At<'_>,
    key: &ObjectKey,
    tags: &BTreeMap<String, String>,
) -> Result<(), ResourceError> {
    if tags.is_empty() {
        let request = at.s3.delete_object_tagging().bucket(at.name).key(key.as_str());
        request.send().await.map_err(failed("s3:DeleteObjectTagging"))?;
    } else {
        let tagging = Tagging::builder().set_tag_set(Some(tags::to_sdk(tags)?)).build();
        let request = at.s3.put_object_tagging().bucket(at.name).key(key.as_str());
        let request = request.tagging(tagging.map_err(built)?);
        request.send().await.map_err(failed("s3:PutObjectTagging"))?;
    }
    Ok(())
}

pub(super) async fn put_acl(at: &At<'_>, key: &ObjectKey, acl: CannedAcl) -> Result<(), ResourceError> {
    let request = at.s3.put_object_acl().bucket(at.name).key(key.as_str());
    let request = request.acl(acl.as_str().into());
    request.send().await.map_err(failed("s3:PutObjectAcl"))?;
    Ok(())
}

pub(super) async fn put_hold(at: &At<'_>, key: &ObjectKey, on: bool) -> Result<(), ResourceError> {
    let status = if on {
        ObjectLockLegalHoldStatus::On
    } else {
        ObjectLockLegalHoldStatus::Off
    };
    let request = at.s3.put_object_legal_hold().bucket(at.name).key(key.as_str());
    let request = request.legal_hold(ObjectLockLegalHold::builder().status(status).build());
    request.send().await.map_err(failed("s3:PutObjectLegalHold"))?;
    Ok(())
}

pub(super) async fn put_retention(
    at: &At<'_>,
    key: &ObjectKey,
    retention: &ObjectRetention,
    lift: bool,
) -> Result<(), ResourceError> {
    let lock = ObjectLockRetention::builder()
        .mode(retention.mode.as_str().into())
        .retain_until_date(moment(&retention.until)?);
    let request = at.s3.put_object_retention().bucket(at.name).key(key.as_str());
    let request = request
        .retention(lock.build())
        .set_bypass_governance_retention(lift.then_some(true));
    request.send().await.map_err(failed("s3:PutObjectRetention"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types() {
        assert_eq!(media_type("index.html"), "text/html; charset=utf-8");
        assert_eq!(media_type("a/app.js"), "text/javascript; charset=utf-8");
        assert_eq!(media_type("logo.png"), "image/png");
        assert_eq!(media_type("data"), "application/octet-stream");
    }

    #[test]
    fn tags_as_a_query() {
        let tags = BTreeMap::from([("a b".to_owned(), "ä&c".to_owned())]);
        assert_eq!(query(&tags), "a%20b=%C3%A4%26c");
    }

    #[test]
    fn keys() {
        assert_eq!(check_key("a/b c.txt"), Ok(()));
        for bad in ["", "/a", "a//b", "a/../b"] {
            assert!(check_key(bad).is_err(), "{bad}");
        }
    }
}
