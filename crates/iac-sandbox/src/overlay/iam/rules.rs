//! What AWS refuses: documents that are none, principals and policies that do not exist, deletions of what is in use.

use serde_json::Value;
use winterbaume_iam::IamStateView;

use super::policy::MANAGED;
use crate::account_id::ACCOUNT_ID;
use crate::call::Call;
use crate::reply::Failure;

/// Checks a request before winterbaume gets it.
pub(super) fn check(view: &IamStateView, call: &Call) -> Result<(), Failure> {
    let param = |name: &str| call.param(name).unwrap_or_default();
    match call.operation.as_str() {
        "CreateRole" => {
            trust(view, param("AssumeRolePolicyDocument"))?;
            boundary(view, call)?;
            session(param("MaxSessionDuration"))
        }
        "UpdateRole" => session(param("MaxSessionDuration")),
        "UpdateAssumeRolePolicy" => trust(view, param("PolicyDocument")),
        "PutRolePermissionsBoundary" => boundary(view, call),
        "CreatePolicy" | "CreatePolicyVersion" | "PutRolePolicy" | "PutUserPolicy" | "PutGroupPolicy" => {
            own(call)?;
            permissions(param("PolicyDocument"))
        }
        "DeletePolicy" => {
            own(call)?;
            unused(view, param("PolicyArn"))
        }
        "DeletePolicyVersion" | "SetDefaultPolicyVersion" | "TagPolicy" | "UntagPolicy" => own(call),
        "CreateOpenIDConnectProvider" if !param("Url").starts_with("https://") => Err(Failure::new(
            400,
            "ValidationError",
            "Invalid Open ID Connect Provider URL",
        )),
        _ => Ok(()),
    }
}

fn malformed(message: impl Into<String>) -> Failure {
    Failure::new(400, "MalformedPolicyDocument", message)
}

/// Sessions last 1 to 12 hours.
fn session(seconds: &str) -> Result<(), Failure> {
    if seconds.is_empty() || seconds.parse().is_ok_and(|s: u32| (3600..=43_200).contains(&s)) {
        return Ok(());
    }
    let message = format!(
        "1 validation error detected: Value '{seconds}' at 'maxSessionDuration' failed to satisfy constraint: Member must have value between 3600 and 43200"
    );
    Err(Failure::new(400, "ValidationError", message))
}

fn statements(document: &str) -> Result<Vec<Value>, Failure> {
    let mut document: Value =
        serde_json::from_str(document).map_err(|_| malformed("This policy contains invalid Json"))?;
    let statements = match document.get_mut("Statement").map(Value::take) {
        Some(Value::Array(statements)) => statements,
        Some(one @ Value::Object(_)) => vec![one],
        _ => Vec::new(),
    };
    if statements.is_empty() {
        return Err(malformed("Syntax errors in policy."));
    }
    let effect = |statement: &Value| {
        let effect = statement.get("Effect").and_then(Value::as_str);
        matches!(effect, Some("Allow" | "Deny"))
    };
    let has =
        |statement: &Value, one: &str, other: &str| statement.get(one).is_some() || statement.get(other).is_some();
    if !statements.iter().all(effect) {
        return Err(malformed("Syntax errors in policy."));
    }
    if !statements.iter().all(|one| has(one, "Action", "NotAction")) {
        return Err(malformed("Policy statement must contain actions."));
    }
    Ok(statements)
}

/// Policies of identities name resources and no principals.
fn permissions(document: &str) -> Result<(), Failure> {
    for statement in statements(document)? {
        let has = |name: &str| statement.get(name).is_some();
        if !has("Resource") && !has("NotResource") {
            return Err(malformed("Policy statement must contain resources."));
        }
        if has("Principal") || has("NotPrincipal") {
            return Err(malformed("Policy document should not specify a principal."));
        }
    }
    Ok(())
}

/// Trust policies name principals and no resources; those of this account must exist.
fn trust(view: &IamStateView, document: &str) -> Result<(), Failure> {
    for statement in statements(document)? {
        if statement.get("Resource").is_some() {
            return Err(malformed("Has prohibited field Resource"));
        }
        let principal = statement
            .get("Principal")
            .or_else(|| statement.get("NotPrincipal"))
            .ok_or_else(|| malformed("Missing required field Principal"))?;
        for kind in ["AWS", "Federated"] {
            let names = match principal.get(kind) {
                Some(Value::Array(names)) => names.as_slice(),
                Some(one) => std::slice::from_ref(one),
                None => &[],
            };
            for name in names.iter().filter_map(Value::as_str) {
                if !is_known(view, name) {
                    return Err(malformed(format!("Invalid principal in policy: \"{kind}\":\"{name}\"")));
                }
            }
        }
    }
    Ok(())
}

/// Whether a principal may exist: other accounts and services cannot be looked up.
fn is_known(view: &IamStateView, principal: &str) -> bool {
    let Some(rest) = principal.strip_prefix(&format!("arn:aws:iam::{ACCOUNT_ID}:")) else {
        return true;
    };
    match rest.split_once('/') {
        Some(("role", _)) => view.roles.values().any(|role| role.arn == principal),
        Some(("user", _)) => view.users.values().any(|user| user.arn == principal),
        Some(("oidc-provider", _)) => view.oidc_providers.contains_key(principal),
        Some(("saml-provider", _)) => view.saml_providers.contains_key(principal),
        _ => true,
    }
}

fn boundary(view: &IamStateView, call: &Call) -> Result<(), Failure> {
    let arn = call.param("PermissionsBoundary").unwrap_or_default();
    if arn.is_empty() || arn.starts_with(MANAGED) || view.policies.contains_key(arn) {
        return Ok(());
    }
    let message = format!("Scope ARN: {arn} does not exist or is not attachable.");
    Err(Failure::new(404, "NoSuchEntity", message))
}

/// Nobody but AWS changes the policies of AWS.
fn own(call: &Call) -> Result<(), Failure> {
    let arn = call.param("PolicyArn").unwrap_or_default();
    if !arn.starts_with(MANAGED) {
        return Ok(());
    }
    let message = format!("Cannot perform {} on an AWS managed policy.", call.operation);
    Err(Failure::new(403, "AccessDenied", message))
}

/// A policy is deleted after its other versions, and when it is nobody's boundary; winterbaume checks attachments.
fn unused(view: &IamStateView, arn: &str) -> Result<(), Failure> {
    let conflict = |message: &str| Err(Failure::new(409, "DeleteConflict", message));
    let versions = view.policies.get(arn).map_or(0, |policy| policy.versions.len());
    if versions > 1 {
        return conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions.",
        );
    }
    let is_boundary = |boundary: &Option<String>| boundary.as_deref() == Some(arn);
    if view.roles.values().any(|role| is_boundary(&role.permissions_boundary))
        || view.users.values().any(|user| is_boundary(&user.permissions_boundary))
    {
        return conflict("Cannot delete a policy that is used as a permissions boundary.");
    }
    Ok(())
}
