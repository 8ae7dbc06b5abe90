//! The policy of a bucket: JSON that AWS checks, rewrites a little, and gives back.

use serde_json::Value;

use super::model::Bucket;
use crate::call::Call;
use crate::reply::Answer;
use crate::reply::{self, Failure};
use crate::xml::{self, Element};

/// Answers an operation on the policy.
pub(super) fn answer(bucket: &mut Bucket, call: &Call, name: &str) -> Answer {
    match call.operation.as_str() {
        "PutBucketPolicy" => put(bucket, call, name),
        "GetBucketPolicy" => match bucket.documents.get("policy") {
            Some(policy) => {
                let mut answer = reply::empty(200);
                answer.body = policy.clone().into();
                reply::set_header(&mut answer, "content-type", "application/json");
                Ok(answer)
            }
            None => Err(absent()),
        },
        "GetBucketPolicyStatus" => match bucket.documents.get("policy") {
            Some(policy) => {
                let public = serde_json::from_str(policy).is_ok_and(|policy| is_public(&policy));
                let root = Element::new("PolicyStatus").field("IsPublic", public.to_string());
                Ok(reply::xml(200, &root))
            }
            None => Err(absent()),
        },
        _ => {
            bucket.documents.remove("policy");
            Ok(reply::empty(204))
        }
    }
}

fn absent() -> Failure {
    Failure::new(404, "NoSuchBucketPolicy", "The bucket policy does not exist")
}

fn malformed(message: &str) -> Failure {
    Failure::new(400, "MalformedPolicy", message)
}

fn put(bucket: &mut Bucket, call: &Call, name: &str) -> Answer {
    let mut policy: Value = serde_json::from_slice(&call.body)
        .map_err(|_| malformed("Policies must be valid JSON and the first byte must be '{'"))?;
    let statements = statements_mut(&mut policy);
    if statements.is_empty() {
        return Err(malformed("Missing required field Statement"));
    }
    for statement in statements {
        let has = |key: &str| statement.get(key).is_some();
        if !has("Effect") {
            return Err(malformed("Missing required field Effect"));
        }
        if !has("Principal") && !has("NotPrincipal") {
            return Err(malformed("Missing required field Principal"));
        }
        if !has("Action") && !has("NotAction") {
            return Err(malformed("Missing required field Action"));
        }
        let arn = format!("arn:aws:s3:::{name}");
        let foreign = texts(statement.get("Resource"))
            .any(|resource| !(resource == arn || resource.starts_with(&format!("{arn}/")) || resource.contains('*')));
        if foreign {
            return Err(malformed("Policy has invalid resource"));
        }
        rewrite(statement);
    }
    if blocks_public_policy(bucket) && is_public(&policy) {
        let message = "User is not authorized to perform: s3:PutBucketPolicy because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.";
        return Err(Failure::new(403, "AccessDenied", message));
    }
    bucket.documents.insert("policy".to_owned(), policy.to_string());
    Ok(reply::empty(204))
}

fn statements_mut(policy: &mut Value) -> Vec<&mut Value> {
    match policy.get_mut("Statement") {
        Some(Value::Array(statements)) => statements.iter_mut().collect(),
        Some(one @ Value::Object(_)) => vec![one],
        _ => Vec::new(),
    }
}

fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let list = match value {
        Some(Value::Array(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    list.iter().filter_map(Value::as_str)
}

/// S3 gives lists of one element back as the element, and account ids as the ARN of the account's root.
fn rewrite(statement: &mut Value) {
    for key in ["Action", "NotAction", "Resource", "NotResource"] {
        if let Some(value) = statement.get_mut(key) {
            collapse(value);
        }
    }
    for key in ["Principal", "NotPrincipal"] {
        let Some(Value::Object(principals)) = statement.get_mut(key) else {
            continue;
        };
        for (kind, value) in principals {
            if kind == "AWS" {
                root_arns(value);
            }
            collapse(value);
        }
    }
}

fn collapse(value: &mut Value) {
    if let Value::Array(list) = value
        && list.len() == 1
        && let Some(only) = list.pop()
    {
        *value = only;
    }
}

fn root_arns(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(root_arns),
        Value::String(text) if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) => {
            *text = format!("arn:aws:iam::{text}:root");
        }
        _ => {}
    }
}

/// A policy is public when it allows anyone and no condition narrows who that is.
fn is_public(policy: &Value) -> bool {
    let statements = match policy.get("Statement") {
        Some(Value::Array(statements)) => statements.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    statements.iter().any(|statement| {
        let principal = statement.get("Principal");
        let anyone = principal.and_then(Value::as_str) == Some("*")
            || texts(principal.and_then(|who| who.get("AWS"))).any(|who| who == "*");
        anyone
            && statement.get("Effect").and_then(Value::as_str) == Some("Allow")
            && statement.get("Condition").is_none()
    })
}

fn blocks_public_policy(bucket: &Bucket) -> bool {
    bucket
        .documents
        .get("publicAccessBlock")
        .and_then(|document| xml::parse(document.as_bytes()))
        .is_some_and(|root| root.value(&["BlockPublicPolicy"]) == Some("true"))
}
