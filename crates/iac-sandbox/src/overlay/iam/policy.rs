//! Managed policies: the versions of one's own, and those of AWS.

use std::collections::BTreeMap;

use serde_json::json;
use winterbaume_core::MockResponse;
use winterbaume_iam::views::{ManagedPolicyView, PolicyVersionView};
use winterbaume_iam::{IamService, IamStateView};

use super::super::backed::Backed;
use crate::call::Call;
use crate::clock;
use crate::reply::{self, Failure, REQUEST_ID};
use crate::xml::Element;

/// IAM has no regions; winterbaume keeps its state under this one.
pub(super) const REGION: &str = "us-east-1";

/// The beginning of the ARNs of policies AWS manages.
pub(super) const MANAGED: &str = "arn:aws:iam::aws:policy/";

/// A policy has at most this many versions.
const MAX_VERSIONS: usize = 5;

fn internal(reason: String) -> Failure {
    Failure::new(500, "ServiceFailure", reason)
}

fn put(aws: &mut Backed<IamService>, policy: ManagedPolicyView) -> Result<(), Failure> {
    let mut view = IamStateView::default();
    view.policies.insert(policy.arn.clone(), policy);
    aws.merge(REGION, view).map_err(internal)
}

/// Makes a policy of AWS known that a request names. Any name is taken to exist; all allow everything.
pub(super) fn know_managed(aws: &mut Backed<IamService>, call: &Call) -> Result<(), Failure> {
    for parameter in ["PolicyArn", "PermissionsBoundary"] {
        let Some(arn) = call.param(parameter) else {
            continue;
        };
        let Some(path) = arn.strip_prefix(MANAGED) else {
            continue;
        };
        if aws.view(REGION).policies.contains_key(arn) {
            continue;
        }
        let (path, name) = path.rsplit_once('/').unwrap_or(("", path));
        let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        let created = clock::iso(0);
        let policy = json!({
            "policy_name": name,
            "policy_id": format!("ANPA{}", name.to_uppercase()),
            "arn": arn,
            "path": if path.is_empty() { "/".to_owned() } else { format!("/{path}/") },
            "default_version_id": "v1",
            "description": "",
            "create_date": created,
            "update_date": created,
            "is_attachable": true,
            "document": document,
            "versions": [{
                "version_id": "v1",
                "document": document,
                "is_default_version": true,
                "create_date": created,
            }],
            "attachment_count": 0,
        });
        let policy = serde_json::from_value(policy).map_err(|error| internal(error.to_string()))?;
        put(aws, policy)?;
    }
    Ok(())
}

fn number(version: &PolicyVersionView) -> u32 {
    version.version_id.trim_start_matches('v').parse().unwrap_or(0)
}

/// Adds a version with a number that was never used for this policy, also before a reload.
pub(super) fn create_version(
    aws: &mut Backed<IamService>,
    last: &mut BTreeMap<String, u32>,
    call: &Call,
) -> Result<MockResponse, Failure> {
    let arn = call.param("PolicyArn").unwrap_or_default();
    let Some(mut policy) = aws.view(REGION).policies.remove(arn) else {
        let message = format!("Policy {arn} does not exist or is not attachable.");
        return Err(Failure::new(404, "NoSuchEntity", message));
    };
    if policy.versions.len() >= MAX_VERSIONS {
        let message = "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.";
        return Err(Failure::new(409, "LimitExceeded", message));
    }
    let highest = policy.versions.iter().map(number).max().unwrap_or(0);
    let next = highest.max(last.get(arn).copied().unwrap_or(0)) + 1;
    let document = call.param("PolicyDocument").unwrap_or_default();
    let is_default = call.param("SetAsDefault") == Some("true");
    let created = clock::iso(clock::now_ms());
    let version = PolicyVersionView {
        version_id: format!("v{next}"),
        document: latin1(document),
        is_default_version: is_default,
        create_date: Some(created.clone()),
    };
    if is_default {
        for other in &mut policy.versions {
            other.is_default_version = false;
        }
        policy.default_version_id.clone_from(&version.version_id);
        policy.document.clone_from(&version.document);
        policy.update_date = Some(created.clone());
    }
    let answer = Element::new("CreatePolicyVersionResponse")
        .with(
            Element::new("CreatePolicyVersionResult").with(
                Element::new("PolicyVersion")
                    .field("VersionId", version.version_id.as_str())
                    .field("IsDefaultVersion", is_default.to_string())
                    .field("CreateDate", created),
            ),
        )
        .with(Element::new("ResponseMetadata").field("RequestId", REQUEST_ID));
    policy.versions.push(version);
    last.insert(arn.to_owned(), next);
    put(aws, policy)?;
    Ok(reply::xml(200, &answer))
}

/// Text as winterbaume keeps it: each byte of UTF-8 a character.
fn latin1(text: &str) -> String {
    text.bytes().map(char::from).collect()
}
