//! What a policy document must look like, checked before anything is called.
//!
//! Source: IAM user guide, "Grammar of the IAM JSON policy language", "IAM JSON policy elements: Condition operators".

use std::collections::BTreeSet;

use iac_core::model::{Resolved, Violation};
use serde_json::Value;

use super::{PolicyDocument, Principal, Statement};

/// Where a document is used; each use has rules of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyUse {
    /// On a user, group or role: about resources, never about principals.
    Identity,
    /// Who may take a role: about principals, never about resources.
    Trust,
    /// On a resource, such as a bucket: about principals and resources.
    Resource,
}

/// Refuses what can never be a policy document.
pub(super) fn check(value: &Value) -> Result<(), String> {
    let document: PolicyDocument<Resolved> =
        serde_json::from_value(value.clone()).map_err(|error| format!("not a policy document: {error}"))?;
    match document.faults().as_slice() {
        [] => Ok(()),
        faults => Err(faults.join("; ")),
    }
}

impl PolicyDocument<Resolved> {
    /// What is wrong with the document in this use, beyond what is wrong in any. `path` is where the document stands.
    pub fn violations(&self, path: &str, used_as: PolicyUse) -> Vec<Violation> {
        let mut found = Vec::new();
        for (index, statement) in self.statements.iter().enumerate() {
            let has_principal = !statement.principals.is_empty() || !statement.not_principals.is_empty();
            let has_resource = !statement.resources.is_empty() || !statement.not_resources.is_empty();
            let (principal, resource) = match used_as {
                PolicyUse::Identity => (false, true),
                PolicyUse::Trust => (true, false),
                PolicyUse::Resource => (true, true),
            };
            let mut expect = |wanted: bool, given: bool, element: &str| {
                if wanted != given {
                    let verb = if wanted { "needs" } else { "must not have" };
                    found.push(Violation {
                        path: format!("{path}.Statement[{index}]"),
                        message: format!("a statement of {} {verb} `{element}`", used_as.noun()),
                    });
                }
            };
            expect(principal, has_principal, "Principal");
            expect(resource, has_resource, "Resource");
        }
        found
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.statements.is_empty() {
            faults.push("a policy document needs at least one statement".to_owned());
        }
        let mut sids = BTreeSet::new();
        for (index, statement) in self.statements.iter().enumerate() {
            let sid = statement.sid.as_deref().filter(|sid| !sid.is_empty());
            if let Some(sid) = sid.filter(|sid| !sids.insert(*sid)) {
                faults.push(format!("two statements have the Sid `{sid}`"));
            }
            let name = sid.map_or_else(|| format!("statement {index}"), |sid| format!("statement `{sid}`"));
            faults.extend(statement.faults().into_iter().map(|fault| format!("{name}: {fault}")));
        }
        faults
    }
}

impl PolicyUse {
    fn noun(self) -> &'static str {
        match self {
            Self::Identity => "an identity policy",
            Self::Trust => "a trust policy",
            Self::Resource => "a resource policy",
        }
    }
}

impl Statement<Resolved> {
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.actions.is_empty() == self.not_actions.is_empty() {
            faults.push("needs either `Action` or `NotAction`".to_owned());
        }
        if !self.resources.is_empty() && !self.not_resources.is_empty() {
            faults.push("has both `Resource` and `NotResource`".to_owned());
        }
        if !self.principals.is_empty() && !self.not_principals.is_empty() {
            faults.push("has both `Principal` and `NotPrincipal`".to_owned());
        }
        let actions = self.actions.iter().chain(&self.not_actions);
        let resources = self.resources.iter().chain(&self.not_resources);
        let principals = self.principals.iter().chain(&self.not_principals);
        let values = self.conditions.values().flatten();
        faults.extend(actions.filter_map(|text| action(text)));
        faults.extend(resources.filter_map(|text| resource(text)));
        faults.extend(principals.filter_map(principal));
        faults.extend(self.conditions.keys().filter_map(|text| operator(text)));
        faults.extend(
            values
                .filter(|(_, values)| values.is_empty())
                .map(|(key, _)| format!("the condition on `{key}` has no value")),
        );
        faults
    }
}

fn action(text: &str) -> Option<String> {
    let named = |(service, name): (&str, &str)| {
        let service = !service.is_empty() && service.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        service && !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "*?_".contains(c))
    };
    let fits = text == "*" || text.split_once(':').is_some_and(named);
    (!fits).then(|| format!("`{text}` is not an action, which looks like `s3:GetObject`, `s3:Get*` or `*`"))
}

fn resource(text: &str) -> Option<String> {
    let fits = text == "*" || (text.starts_with("arn:") && text.splitn(6, ':').count() >= 3);
    (!fits).then(|| format!("`{text}` is not a resource, which is an ARN like `arn:aws:s3:::my-bucket/*`, or `*`"))
}

fn principal(principal: &Principal<Resolved>) -> Option<String> {
    let is_arn = |text: &str| crate::arn::check(text).is_ok();
    let digits = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    let (fits, text, allowed) = match principal {
        Principal::Anyone => return None,
        Principal::Aws(text) => (
            text == "*" || digits(text) || is_arn(text),
            text,
            "an account id, an ARN or `*`",
        ),
        Principal::Service(text) => (
            text.contains('.') && !text.contains(|c: char| c.is_whitespace() || c == '/' || c == ':'),
            text,
            "a service like `lambda.amazonaws.com`",
        ),
        Principal::Federated(text) => (
            is_arn(text) || (text.contains('.') && !text.contains(char::is_whitespace)) || text == "*",
            text,
            "the ARN of an identity provider or its domain",
        ),
        Principal::CanonicalUser(text) => (
            text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()),
            text,
            "a canonical user id of 64 hexadecimal digits",
        ),
    };
    (!fits).then(|| format!("the principal `{text}` is not {allowed}"))
}

/// The operators without what may stand before and after them.
const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "Null",
];

fn operator(text: &str) -> Option<String> {
    let bare = text
        .strip_prefix("ForAllValues:")
        .or_else(|| text.strip_prefix("ForAnyValue:"))
        .unwrap_or(text);
    let bare = bare.strip_suffix("IfExists").unwrap_or(bare);
    let fits = OPERATORS.iter().any(|operator| operator.eq_ignore_ascii_case(bare));
    (!fits).then(|| format!("`{text}` is not a condition operator, which looks like `StringEquals`"))
}
