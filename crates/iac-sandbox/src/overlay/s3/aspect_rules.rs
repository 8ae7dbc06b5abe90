//! What AWS refuses or completes in a configuration that is put.

use super::model::Bucket;
use crate::call::Call;
use crate::reply::Failure;
use crate::xml::Element;

/// The header beside a lifecycle configuration.
pub(super) const MINIMUM_SIZE: &str = "x-amz-transition-default-minimum-object-size";

/// Checks a configuration and completes it with the ids AWS makes up.
pub(super) fn accept(bucket: &Bucket, call: &Call, key: &str, mut root: Element) -> Result<Element, Failure> {
    match key {
        "versioning" => versioning(bucket, &root)?,
        "lifecycle" => {
            complete_ids(&mut root, "ID", |name| name == "Rule");
        }
        "notification" => {
            complete_ids(&mut root, "Id", |name| name != "EventBridgeConfiguration");
        }
        "replication" => {
            if bucket.versioning().as_deref() != Some("Enabled") {
                let message = "Versioning must be 'Enabled' on the bucket to apply a replication configuration";
                return Err(Failure::new(400, "InvalidRequest", message));
            }
            complete_ids(&mut root, "ID", |name| name == "Rule");
        }
        "object-lock" if bucket.versioning().as_deref() != Some("Enabled") => {
            let message = "Versioning must be 'Enabled' on the bucket to apply an Object Lock configuration";
            return Err(Failure::new(409, "InvalidBucketState", message));
        }
        "encryption" => encryption(&mut root),
        "acl" => acl(bucket, call)?,
        "tagging" => tagging(&root)?,
        _ => {}
    }
    Ok(root)
}

/// A bucket with object lock or replication cannot suspend versioning.
fn versioning(bucket: &Bucket, root: &Element) -> Result<(), Failure> {
    match root.value(&["Status"]) {
        Some("Enabled") => Ok(()),
        Some("Suspended") if bucket.documents.contains_key("object-lock") => {
            let message =
                "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.";
            Err(Failure::new(409, "InvalidBucketState", message))
        }
        Some("Suspended") if bucket.documents.contains_key("replication") => {
            let message = "A replication configuration is present on this bucket, so you cannot change the versioning state. To change the versioning state, first delete the replication configuration.";
            Err(Failure::new(409, "InvalidBucketState", message))
        }
        Some("Suspended") => Ok(()),
        _ => {
            let message = "The Versioning element must be specified";
            Err(Failure::new(400, "IllegalVersioningConfigurationException", message))
        }
    }
}

/// Rules without an id get one. The order of the rules is their order in the document.
fn complete_ids(root: &mut Element, id: &str, is_rule: impl Fn(&str) -> bool) {
    for rule in root.children.iter_mut().filter(|rule| is_rule(&rule.name)) {
        if rule.value(&[id]).is_none_or(str::is_empty) {
            rule.children.retain(|child| child.name != id);
            let made_up = uuid::Uuid::new_v4().simple().to_string();
            rule.children.insert(0, Element::text(id, made_up));
        }
    }
}

/// Whether bucket keys are used is always given back; off is the default.
fn encryption(root: &mut Element) {
    for rule in root.children.iter_mut().filter(|rule| rule.name == "Rule") {
        if rule.child("BucketKeyEnabled").is_none() {
            rule.children.push(Element::text("BucketKeyEnabled", "false"));
        }
    }
}

/// Access control lists are refused where the bucket's owner owns every object.
fn acl(bucket: &Bucket, call: &Call) -> Result<(), Failure> {
    let enforced = bucket
        .documents
        .get("ownershipControls")
        .is_none_or(|document| document.contains("BucketOwnerEnforced"));
    if enforced && call.header("x-amz-acl") != Some("private") {
        let message = "The bucket does not allow ACLs";
        return Err(Failure::new(400, "AccessControlListNotSupported", message));
    }
    Ok(())
}

/// Keys of tags are unique and not reserved.
fn tagging(root: &Element) -> Result<(), Failure> {
    let tags = root.child("TagSet").map(|set| &set.children);
    let mut keys: Vec<&str> = tags
        .into_iter()
        .flatten()
        .filter_map(|tag| tag.value(&["Key"]))
        .collect();
    keys.sort_unstable();
    if keys.windows(2).any(|pair| pair.first() == pair.last()) {
        let message = "Cannot provide multiple Tags with the same key";
        return Err(Failure::new(400, "InvalidTag", message));
    }
    if keys.iter().any(|key| key.starts_with("aws:")) {
        let message = "System tags cannot be added/updated by requester";
        return Err(Failure::new(400, "InvalidTag", message));
    }
    Ok(())
}
