//! Answers of winterbaume, completed: roles in full, documents percent-encoded, text as it was sent.

use std::collections::BTreeMap;

use winterbaume_core::MockResponse;
use winterbaume_iam::IamStateView;
use winterbaume_iam::views::RoleView;

use super::policy::MANAGED;
use crate::call::Call;
use crate::encoding::encode;
use crate::xml::{self, Element};

/// Completes an answer.
pub(super) fn amend(view: &IamStateView, call: &Call, mut answer: MockResponse) -> MockResponse {
    if let Ok(text) = std::str::from_utf8(&answer.body)
        && !text.is_ascii()
    {
        answer.body = repaired(text).into();
    }
    let Some(mut root) = xml::parse(&answer.body).filter(|_| answer.status == 200) else {
        return answer;
    };
    if matches!(call.operation.as_str(), "CreateRole" | "GetRole" | "ListRoles") {
        complete_roles(view, &mut root, call.operation != "ListRoles");
    }
    if call.operation == "ListPolicies" {
        keep_scope(call, &mut root);
    }
    encode_documents(&mut root);
    answer.body = root.document().into();
    answer
}

/// Undoes the reading of UTF-8 as Latin-1; text that is something else stays as it is.
pub(super) fn repaired(text: &str) -> String {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_else(|| text.to_owned())
}

fn complete_roles(view: &IamStateView, element: &mut Element, with_tags: bool) {
    let name = element.value(&["RoleName"]).map(str::to_owned);
    let role = name.and_then(|name| view.roles.values().find(|role| repaired(&role.name) == name));
    if let Some(role) = role {
        complete_role(role, element, with_tags);
        return;
    }
    for child in &mut element.children {
        complete_roles(view, child, with_tags);
    }
}

fn complete_role(role: &RoleView, element: &mut Element, with_tags: bool) {
    if !role.description.is_empty() {
        element.set(Element::text("Description", repaired(&role.description)));
    }
    if !with_tags {
        return;
    }
    if let Some(boundary) = &role.permissions_boundary {
        element.set(
            Element::new("PermissionsBoundary")
                .field("PermissionsBoundaryType", "Policy")
                .field("PermissionsBoundaryArn", boundary.as_str()),
        );
    }
    if !role.tags.is_empty() {
        let tags: BTreeMap<String, String> = role
            .tags
            .iter()
            .map(|(key, value)| (repaired(key), repaired(value)))
            .collect();
        let members = tags
            .into_iter()
            .map(|(key, value)| Element::new("member").field("Key", key).field("Value", value));
        element.set(Element::new("Tags").with_all(members));
    }
    if element.child("RoleLastUsed").is_none() {
        element.children.push(Element::new("RoleLastUsed"));
    }
}

/// Documents come back percent-encoded, in every operation that gives one.
fn encode_documents(element: &mut Element) {
    let is_document = matches!(
        element.name.as_str(),
        "AssumeRolePolicyDocument" | "PolicyDocument" | "Document"
    );
    if is_document && element.text.trim_start().starts_with('{') {
        element.text = encode(&element.text, "");
    }
    element.children.iter_mut().for_each(encode_documents);
}

/// Lists only policies of the scope asked for, and only attached ones when asked.
fn keep_scope(call: &Call, root: &mut Element) {
    let scope = call.param("Scope").unwrap_or("All");
    let attached_only = call.param("OnlyAttached") == Some("true");
    let Some(policies) = root
        .child_mut("ListPoliciesResult")
        .and_then(|result| result.child_mut("Policies"))
    else {
        return;
    };
    policies.children.retain(|policy| {
        let managed = policy.value(&["Arn"]).is_some_and(|arn| arn.starts_with(MANAGED));
        let attached = policy.value(&["AttachmentCount"]) != Some("0");
        (scope == "All" || managed == (scope == "AWS")) && (attached || !attached_only)
    });
    policies
        .children
        .sort_by(|a, b| a.value(&["Arn"]).cmp(&b.value(&["Arn"])));
}
