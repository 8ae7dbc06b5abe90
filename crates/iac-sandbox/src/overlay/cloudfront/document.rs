//! What all kinds have in common: create, get, update, delete and list of a configuration with an `ETag`.

use winterbaume_core::MockResponse;

use super::model::{ACCESS_CONTROL, DISTRIBUTION, Entries, Entry, Kind, NAMESPACE};
use super::{defaults, managed, rules, tagging};
use crate::account_id::ACCOUNT_ID;
use crate::call::Call;
use crate::clock;
use crate::reply::Answer;
use crate::reply::{self, Failure};
use crate::xml::{self, Element};

/// The error of a resource that does not exist.
pub(super) fn missing(kind: &Kind, id: &str) -> Failure {
    let code = format!("NoSuch{}", kind.name);
    Failure::new(404, &code, format!("The specified resource does not exist: {id}"))
}

/// An id as distributions and `ETag`s have it: E and 13 more.
fn short_id() -> String {
    let digits = uuid::Uuid::new_v4().simple().to_string().to_uppercase();
    format!("E{}", digits.get(..13).unwrap_or(&digits))
}

/// The ARN of a distribution.
pub(super) fn arn(id: &str) -> String {
    format!("arn:aws:cloudfront::{ACCOUNT_ID}:distribution/{id}")
}

fn config_of(entry: &Entry) -> Element {
    xml::parse(entry.config.as_bytes()).unwrap_or_default()
}

/// Reads, checks and completes the configuration in a request.
fn accept(entries: &Entries, kind: &Kind, call: &Call, id: Option<&str>) -> Result<(Element, Element), Failure> {
    let malformed = || Failure::new(400, "MalformedXML", "The XML document is malformed.");
    let root = xml::parse(&call.body).ok_or_else(malformed)?;
    let name = format!("{}Config", kind.name);
    let mut config = if root.name == name {
        root.clone()
    } else {
        root.child(&name).cloned().ok_or_else(malformed)?
    };
    config.attributes.clear();
    rules::check(entries, kind, id, &config)?;
    match kind.segment {
        DISTRIBUTION => defaults::distribution(&mut config),
        "cache-policy" => defaults::cache_policy(&mut config)?,
        ACCESS_CONTROL => defaults::access_control(&mut config),
        _ => {}
    }
    Ok((root, config))
}

/// Creates a resource. A new distribution is `InProgress` in this answer and `Deployed` in every later one.
pub(super) fn create(entries: &mut Entries, kind: &Kind, call: &Call) -> Answer {
    let (root, config) = accept(entries, kind, call, None)?;
    let id = match kind.segment {
        DISTRIBUTION | ACCESS_CONTROL => short_id(),
        _ => uuid::Uuid::new_v4().to_string(),
    };
    let entry = Entry {
        etag: short_id(),
        config: config.document(),
        modified_ms: clock::now_ms(),
        domain: format!("d{}.cloudfront.net", short_id().to_lowercase()),
        tags: root.child("Tags").map(tagging::tags_of).unwrap_or_default(),
        invalidations: Vec::new(),
    };
    let mut answer = reply::xml(201, &describe(kind, &id, &entry, "InProgress"));
    reply::set_header(&mut answer, "etag", &entry.etag);
    let location = format!("https://cloudfront.amazonaws.com/2020-05-31/{}/{id}", kind.segment);
    reply::set_header(&mut answer, "location", &location);
    let all = entries.entry(kind.segment.to_owned()).or_default();
    all.insert(id, entry);
    Ok(answer)
}

/// A resource as documents describe it.
fn describe(kind: &Kind, id: &str, entry: &Entry, status: &str) -> Element {
    let mut root = Element::new(kind.name);
    NAMESPACE.clone_into(&mut root.attributes);
    let mut root = root.field("Id", id);
    if kind.segment == DISTRIBUTION {
        root = root.field("ARN", arn(id)).field("Status", status);
    }
    if kind.segment != ACCESS_CONTROL {
        root = root.field("LastModifiedTime", clock::iso(entry.modified_ms));
    }
    if kind.segment == DISTRIBUTION {
        let none = |name: &str| Element::new(name).field("Enabled", "false").field("Quantity", "0");
        root = root
            .field("InProgressInvalidationBatches", "0")
            .field("DomainName", entry.domain.as_str())
            .with(none("ActiveTrustedSigners"))
            .with(none("ActiveTrustedKeyGroups"));
    }
    root.with(config_of(entry))
}

fn find<'a>(entries: &'a Entries, kind: &Kind, id: &str) -> Result<&'a Entry, Failure> {
    entries
        .get(kind.segment)
        .and_then(|all| all.get(id))
        .ok_or_else(|| missing(kind, id))
}

/// Answers a read of a resource.
pub(super) fn get(entries: &Entries, kind: &Kind, id: &str) -> Answer {
    if let Some(entry) = managed::entry(kind, id) {
        return Ok(with_etag(&describe(kind, id, &entry, ""), &entry.etag));
    }
    let entry = find(entries, kind, id)?;
    Ok(with_etag(&describe(kind, id, entry, "Deployed"), &entry.etag))
}

/// Answers a read of a configuration alone.
pub(super) fn get_config(entries: &Entries, kind: &Kind, id: &str) -> Answer {
    let own = managed::entry(kind, id);
    let entry = match &own {
        Some(entry) => entry,
        None => find(entries, kind, id)?,
    };
    let mut config = config_of(entry);
    NAMESPACE.clone_into(&mut config.attributes);
    Ok(with_etag(&config, &entry.etag))
}

fn with_etag(root: &Element, etag: &str) -> MockResponse {
    let mut answer = reply::xml(200, root);
    reply::set_header(&mut answer, "etag", etag);
    answer
}

/// Changes are refused without the `ETag` of the version they are made to.
fn check_version(entry: &Entry, call: &Call) -> Result<(), Failure> {
    match call.header("if-match") {
        Some(etag) if etag == entry.etag => Ok(()),
        Some(_) => {
            let message =
                "The request failed because it didn't meet the preconditions in one or more request-header fields.";
            Err(Failure::new(412, "PreconditionFailed", message))
        }
        None => {
            let message = "The If-Match version is missing or not valid for the resource.";
            Err(Failure::new(400, "InvalidIfMatchVersion", message))
        }
    }
}

/// Replaces the configuration of a resource; what the request leaves out is reset.
pub(super) fn update(entries: &mut Entries, kind: &Kind, call: &Call, id: &str) -> Answer {
    if managed::entry(kind, id).is_some() {
        let message = "You cannot update a managed policy.";
        return Err(Failure::new(400, "IllegalUpdate", message));
    }
    let before = find(entries, kind, id)?;
    check_version(before, call)?;
    let (_, config) = accept(entries, kind, call, Some(id))?;
    let before = config_of(find(entries, kind, id)?);
    if before.value(&["CallerReference"]) != config.value(&["CallerReference"]) {
        let message = "The caller reference cannot be updated.";
        return Err(Failure::new(400, "IllegalUpdate", message));
    }
    let all = entries.get_mut(kind.segment);
    let Some(entry) = all.and_then(|all| all.get_mut(id)) else {
        return Err(missing(kind, id));
    };
    entry.config = config.document();
    entry.etag = short_id();
    entry.modified_ms = clock::now_ms();
    Ok(with_etag(&describe(kind, id, entry, "InProgress"), &entry.etag))
}

/// Deletes a resource that nothing uses; a distribution must be disabled first.
pub(super) fn delete(entries: &mut Entries, kind: &Kind, call: &Call, id: &str) -> Answer {
    if managed::entry(kind, id).is_some() {
        let message = "You cannot delete a managed policy.";
        return Err(Failure::new(400, "IllegalDelete", message));
    }
    let entry = find(entries, kind, id)?;
    check_version(entry, call)?;
    if kind.segment == DISTRIBUTION {
        if config_of(entry).value(&["Enabled"]) == Some("true") {
            let message = "The distribution you are trying to delete has not been disabled.";
            return Err(Failure::new(409, "DistributionNotDisabled", message));
        }
    } else if rules::is_used(entries, id) {
        let code = format!("{}InUse", kind.name);
        let message = "It is attached to one or more distributions.";
        return Err(Failure::new(409, &code, message));
    }
    if let Some(all) = entries.get_mut(kind.segment) {
        all.remove(id);
    }
    Ok(reply::empty(204))
}

/// Lists resources of a kind by id, in pages; of policies also, or only, the managed ones.
pub(super) fn list(entries: &Entries, kind: &Kind, call: &Call) -> MockResponse {
    let query = |name: &str| call.query.get(name).map(String::as_str);
    let after = query("Marker").unwrap_or("");
    let limit = query("MaxItems").and_then(|n| n.parse().ok());
    let limit: usize = limit.unwrap_or(100);
    let wanted = query("Type");
    let mut items: Vec<(String, Element)> = Vec::new();
    if wanted != Some("custom") {
        items.extend(managed::all(kind).map(|(id, entry)| {
            let item = policy_summary(kind, "managed", describe(kind, &id, &entry, ""));
            (id, item)
        }));
    }
    if wanted != Some("managed") {
        let own = entries.get(kind.segment).into_iter().flatten();
        items.extend(own.map(|(id, entry)| {
            let item = match kind.segment {
                DISTRIBUTION | ACCESS_CONTROL => summary(kind, id, entry),
                _ => policy_summary(kind, "custom", describe(kind, id, entry, "")),
            };
            (id.clone(), item)
        }));
    }
    items.sort_by(|(a, _), (b, _)| a.cmp(b));
    items.retain(|(id, _)| id.as_str() > after);
    let truncated = items.len() > limit;
    items.truncate(limit);
    let next = items.last().map(|(id, _)| id.clone()).filter(|_| truncated);
    let quantity = items.len().to_string();
    let mut root = Element::new(kind.list);
    NAMESPACE.clone_into(&mut root.attributes);
    let root = root
        .field("Marker", after)
        .maybe("NextMarker", next)
        .field("MaxItems", limit.to_string())
        .field("IsTruncated", truncated.to_string())
        .field("Quantity", quantity)
        .with(Element::new("Items").with_all(items.into_iter().map(|(_, item)| item)));
    reply::xml(200, &root)
}

/// Summaries have the fields of the resource and of its configuration side by side.
fn summary(kind: &Kind, id: &str, entry: &Entry) -> Element {
    let mut item = describe(kind, id, entry, "Deployed");
    item.name = format!("{}Summary", kind.name);
    item.attributes.clear();
    item.children
        .retain(|child| child.name != format!("{}Config", kind.name));
    let config = config_of(entry);
    item.with_all(config.children)
}

fn policy_summary(kind: &Kind, origin: &str, mut policy: Element) -> Element {
    policy.attributes.clear();
    Element::new(&format!("{}Summary", kind.name))
        .field("Type", origin)
        .with(policy)
}
