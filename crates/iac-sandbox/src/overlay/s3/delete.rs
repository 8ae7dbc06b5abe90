//! Objects: deleting one, or many at once.

use super::model::{Bucket, NULL, Version};
use super::object::version_header;
use crate::call::Call;
use crate::clock;
use crate::reply::Answer;
use crate::reply::{self, Failure};
use crate::xml::{self, Element};

/// What a deletion did.
struct Deleted {
    /// The version removed or the marker added; `None` when nothing was there.
    id: Option<String>,
    marker: bool,
}

/// Deletes a version, or without an id the object: with versioning that adds a delete marker.
fn delete(bucket: &mut Bucket, key: &str, id: Option<&str>) -> Result<Deleted, Failure> {
    if let Some(id) = id {
        let Some(versions) = bucket.keys.get_mut(key) else {
            return Ok(Deleted {
                id: Some(id.to_owned()),
                marker: false,
            });
        };
        let held = |version: &&Version| {
            version.id == id
                && version
                    .headers
                    .get("x-amz-object-lock-legal-hold")
                    .is_some_and(|hold| hold == "ON")
        };
        if versions.iter().any(|version| held(&version)) {
            let message = "Access Denied because object protected by object lock.";
            return Err(Failure::new(403, "AccessDenied", message));
        }
        let marker = versions.iter().any(|version| version.id == id && version.marker);
        versions.retain(|version| version.id != id);
        if versions.is_empty() {
            bucket.keys.remove(key);
        }
        return Ok(Deleted {
            id: Some(id.to_owned()),
            marker,
        });
    }
    if bucket.versioning().is_none() {
        bucket.keys.remove(key);
        return Ok(Deleted {
            id: None,
            marker: false,
        });
    }
    let marker = Version {
        modified_ms: clock::now_ms(),
        marker: true,
        ..Version::default()
    };
    Ok(Deleted {
        id: Some(bucket.push(key, marker)),
        marker: true,
    })
}

/// Answers `DeleteObject`: what is not there counts as deleted.
pub(super) fn one(bucket: &mut Bucket, call: &Call, key: &str) -> Answer {
    if let Some(condition) = call.header("if-match") {
        match bucket.current(key) {
            Some(version) if condition != "*" && condition.trim_matches('"') != version.etag.trim_matches('"') => {
                let message = "At least one of the pre-conditions you specified did not hold";
                return Err(Failure::new(412, "PreconditionFailed", message));
            }
            _ => {}
        }
    }
    let id = call.query.get("versionId").map(String::as_str);
    let deleted = delete(bucket, key, id)?;
    let mut answer = reply::empty(204);
    if let Some(id) = &deleted.id {
        version_header(&mut answer, bucket, id);
    }
    if deleted.marker {
        reply::set_header(&mut answer, "x-amz-delete-marker", "true");
    }
    Ok(answer)
}

/// Answers `DeleteObjects`: each key succeeds or fails alone.
pub(super) fn many(bucket: &mut Bucket, call: &Call) -> Answer {
    let malformed = || Failure::new(400, "MalformedXML", "The XML you provided was not well-formed");
    let request = xml::parse(&call.body).ok_or_else(malformed)?;
    let objects: Vec<&Element> = request.all("Object").collect();
    if objects.is_empty() || objects.len() > 1000 {
        return Err(malformed());
    }
    let quiet = request.value(&["Quiet"]) == Some("true");
    let mut result = Element::new("DeleteResult");
    for object in objects {
        let key = object.value(&["Key"]).unwrap_or_default();
        let id = object.value(&["VersionId"]).filter(|id| !id.is_empty());
        let named = |name: &str| Element::new(name).field("Key", key);
        match delete(bucket, key, id) {
            Ok(_) if quiet => {}
            Ok(deleted) => {
                let own = deleted.id.filter(|id| id != NULL || deleted.marker);
                let item = named("Deleted").maybe("VersionId", id);
                result.children.push(if deleted.marker {
                    item.field("DeleteMarker", "true").maybe("DeleteMarkerVersionId", own)
                } else {
                    item
                });
            }
            Err(failure) => result.children.push(
                named("Error")
                    .maybe("VersionId", id)
                    .field("Code", failure.code)
                    .field("Message", failure.message),
            ),
        }
    }
    Ok(reply::xml(200, &result))
}
