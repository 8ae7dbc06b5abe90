//! What belongs to a version of an object beside its content: tags, access control list, legal hold, retention.

use std::collections::BTreeMap;

use super::aspect::owner_only;
use super::model::{Bucket, Version, no_such_key};
use super::object::version_header;
use crate::call::Call;
use crate::reply::Answer;
use crate::reply::{self, Failure};
use crate::xml::{self, Element};

const LEGAL_HOLD: &str = "x-amz-object-lock-legal-hold";
const MODE: &str = "x-amz-object-lock-mode";
const UNTIL: &str = "x-amz-object-lock-retain-until-date";

/// Answers an operation on a sub-resource of an object.
pub(super) fn answer(bucket: &mut Bucket, call: &Call, key: &str) -> Answer {
    let id = call.query.get("versionId").cloned();
    let version = bucket
        .find_mut(key, id.as_deref())
        .filter(|version| !version.marker)
        .ok_or_else(no_such_key)?;
    let version_id = version.id.clone();
    let mut answer = operate(version, call)?;
    version_header(&mut answer, bucket, &version_id);
    Ok(answer)
}

fn operate(version: &mut Version, call: &Call) -> Answer {
    let request = || {
        let message = "The XML you provided was not well-formed";
        xml::parse(&call.body).ok_or_else(|| Failure::new(400, "MalformedXML", message))
    };
    let root = match call.operation.as_str() {
        "GetObjectTagging" => tag_set(&version.tags),
        "PutObjectTagging" => {
            let tags = tags(&request()?);
            if tags.len() > 10 {
                let message = "Object tags cannot be greater than 10";
                return Err(Failure::new(400, "BadRequest", message));
            }
            version.tags = tags;
            return Ok(reply::empty(200));
        }
        "DeleteObjectTagging" => {
            version.tags.clear();
            return Ok(reply::empty(204));
        }
        "GetObjectAcl" => {
            let stored = version.acl.as_ref();
            let stored = stored.and_then(|text| xml::parse(text.as_bytes()));
            stored.unwrap_or_else(owner_only)
        }
        "PutObjectAcl" => {
            version.acl = xml::parse(&call.body).map(|root| root.document());
            return Ok(reply::empty(200));
        }
        "GetObjectAttributes" => Element::new("GetObjectAttributesResponse")
            .field("ETag", version.etag.trim_matches('"'))
            .field("StorageClass", "STANDARD")
            .field("ObjectSize", version.size.to_string()),
        "GetObjectLegalHold" => match version.headers.get(LEGAL_HOLD) {
            Some(status) => Element::new("LegalHold").field("Status", status.as_str()),
            None => return Err(no_lock()),
        },
        "PutObjectLegalHold" => {
            let status = request()?.value(&["Status"]).unwrap_or("OFF").to_owned();
            version.headers.insert(LEGAL_HOLD.to_owned(), status);
            return Ok(reply::empty(200));
        }
        "GetObjectRetention" => match (version.headers.get(MODE), version.headers.get(UNTIL)) {
            (Some(mode), Some(until)) => Element::new("Retention")
                .field("Mode", mode.as_str())
                .field("RetainUntilDate", until.as_str()),
            _ => return Err(no_lock()),
        },
        "PutObjectRetention" => {
            let request = request()?;
            for (header, name) in [(MODE, "Mode"), (UNTIL, "RetainUntilDate")] {
                match request.value(&[name]) {
                    Some(value) => version.headers.insert(header.to_owned(), value.to_owned()),
                    None => version.headers.remove(header),
                };
            }
            return Ok(reply::empty(200));
        }
        other => {
            let message = format!("the sandbox does not know {other}");
            return Err(Failure::new(501, "NotImplemented", message));
        }
    };
    Ok(reply::xml(200, &root))
}

fn no_lock() -> Failure {
    let message = "The specified object does not have a ObjectLock configuration";
    Failure::new(404, "NoSuchObjectLockConfiguration", message)
}

fn tags(root: &Element) -> BTreeMap<String, String> {
    let set = root.child("TagSet").map(|set| &set.children);
    set.into_iter()
        .flatten()
        .filter_map(|tag| {
            let key = tag.value(&["Key"])?.to_owned();
            Some((key, tag.value(&["Value"])?.to_owned()))
        })
        .collect()
}

fn tag_set(tags: &BTreeMap<String, String>) -> Element {
    let items = tags.iter().map(|(key, value)| {
        Element::new("Tag")
            .field("Key", key.as_str())
            .field("Value", value.as_str())
    });
    Element::new("Tagging").with(Element::new("TagSet").with_all(items))
}
