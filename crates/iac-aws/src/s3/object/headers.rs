//! What goes with an object's bytes.

use std::collections::BTreeMap;

use aws_sdk_s3::primitives::DateTime;
use iac_core::model::{Resolved, ResourceError};

use super::{key::CannedAcl, properties::Object};
use crate::s3::{
    bucket::{RetentionMode, SseAlgorithm},
    name::StorageClass,
};

/// What goes with an object's bytes.
#[derive(Clone, Debug, Default)]
pub(in crate::s3) struct Headers {
    pub(in crate::s3) content_type: Option<String>,
    pub(in crate::s3) cache_control: Option<String>,
    pub(in crate::s3) content_disposition: Option<String>,
    pub(in crate::s3) content_encoding: Option<String>,
    pub(in crate::s3) content_language: Option<String>,
    pub(in crate::s3) metadata: BTreeMap<String, String>,
    pub(in crate::s3) storage_class: Option<StorageClass>,
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
            .map(|lock| Ok((lock.mode, lock.until.to_sdk()?)));
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
}
