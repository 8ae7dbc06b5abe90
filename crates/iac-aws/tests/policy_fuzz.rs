//! What reads policy documents, fed with damaged ones: it refuses them, or takes them; it never panics and never hangs, and what
//! it took means the same when it was written and read again.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

#[path = "../../iac-core/tests/support/fuzz.rs"]
mod fuzzing;

use fuzzing::fuzz;
use iac_aws::policy::{PolicyDocument, PolicyUse};
use iac_core::model::{HasSchema, Resolved, Schema};
use serde_json::Value;

/// As users write them and as AWS gives them back.
const DOCUMENTS: &[&str] = &[
    r#"{"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::site/*", "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    }}"#,
    r#"{"Version": "2012-10-17", "Id": "site", "Statement": [
        {"Sid": "Secure", "Effect": "Deny", "Principal": "*", "Action": ["s3:*"],
         "Resource": ["arn:aws:s3:::site", "arn:aws:s3:::site/*"], "Condition": {"Bool": {"aws:SecureTransport": false}}},
        {"Sid": "Few", "Effect": "Allow", "NotPrincipal": {"AWS": ["arn:aws:iam::123456789012:root", "*"]},
         "NotAction": ["iam:Get*", "sts:?"], "NotResource": "*",
         "Condition": {"NumericLessThan": {"s3:max-keys": [10, 1.5, -3]}, "Null": {"aws:TokenIssueTime": "true"}}}
    ]}"#,
    r#"{"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
                      "CanonicalUser": "00000000000000000000000000000000000000000000000000000000000000aa"},
        "Condition": {"ForAnyValue:StringLikeIfExists": {"token.actions.githubusercontent.com:sub": ["repo:a/b:*", ""]}}}]}"#,
];

type Check = fn(&Value) -> Result<(), String>;
type Canonical = fn(&Value) -> Value;

fn document_shape() -> (Check, Canonical) {
    match PolicyDocument::<Resolved>::schema() {
        Schema::Document(schema) => (schema.check, schema.canonical),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_damaged_policy_is_refused_or_means_the_same() {
    let (check, canonical) = document_shape();
    let documents: Vec<Vec<u8>> = DOCUMENTS.iter().map(|text| text.as_bytes().to_vec()).collect();
    fuzz("policy", &documents, || {
        move |input: &[u8]| {
            if let Ok(value) = serde_json::from_slice::<Value>(input) {
                let once = canonical(&value);
                assert_eq!(canonical(&once), once, "a canonical form is its own");
                assert_eq!(check(&value).is_ok(), check(&once).is_ok(), "{value} is {once}");
            }
            let Some(read) = std::str::from_utf8(input).ok().and_then(|text| text.parse().ok()) else {
                return false;
            };
            let read: PolicyDocument<Resolved> = read;
            let again: PolicyDocument<Resolved> = read.to_json().parse().unwrap();
            assert!(again.same_as(&read), "{} is not {}", again.to_json(), read.to_json());
            assert_eq!(again.to_json().parse::<PolicyDocument<Resolved>>().unwrap(), again);
            let meant = read.clone().canonical();
            assert!(meant.same_as(&read));
            assert_eq!(meant.clone().canonical(), meant);
            assert!(read.size() <= read.to_json().len());
            for used_as in [PolicyUse::Identity, PolicyUse::Trust, PolicyUse::Resource] {
                assert_eq!(
                    read.violations("policy", used_as).is_empty(),
                    meant.violations("policy", used_as).is_empty()
                );
            }
            // taken over into a source, it is the same
            assert_eq!(PolicyDocument::from(read.clone()).resolved().unwrap(), again);
            true
        }
    });
}
