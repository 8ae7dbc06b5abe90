//! What the IAM types share when they talk to the API.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_iam::types::Tag;
use iac_core::model::{ErrorKind, Resolved, ResourceError};

use crate::policy::PolicyDocument;

/// How long IAM may take until a change is seen everywhere. Source: IAM user guide, "Changes that I make are not always
/// immediately visible".
pub(super) const PROPAGATION: Duration = Duration::from_mins(2);

/// Whether the failure passes by itself once IAM has seen what was made a moment ago.
///
/// A principal that is not there has the code of a document that can never be right; only the words tell them apart.
pub(super) fn is_propagating(error: &ResourceError) -> bool {
    match error.code.as_str() {
        "ConcurrentModification" | "EntityTemporarilyUnmodifiable" => true,
        "MalformedPolicyDocument" => error.message.contains("Invalid principal"),
        _ => false,
    }
}

/// As [`is_propagating`], where what is named in the request may also be too new to be known.
pub(super) fn is_propagating_or_new(error: &ResourceError) -> bool {
    is_propagating(error) || error.kind == ErrorKind::NotFound
}

/// What is to be retried when a policy is attached: as [`is_propagating_or_new`], but AWS's own policies are never new.
pub(super) fn may_appear(policy_arn: &str) -> impl Fn(&ResourceError) -> bool + Send + Sync {
    let of_aws = policy_arn.split(':').nth(4) == Some("aws");
    move |error| is_propagating(error) || (!of_aws && error.kind == ErrorKind::NotFound)
}

/// Says how to take over what has the name already.
pub(super) fn or_import(error: ResourceError, id: &str) -> ResourceError {
    if error.kind == ErrorKind::AlreadyExists {
        error.hint(format!("take it over with `.import(\"{id}\")`, or choose another name"))
    } else {
        error
    }
}

/// An answer that lacks what the API promises.
pub(super) fn incomplete(operation: &str, what: &str) -> ResourceError {
    ResourceError::new(ErrorKind::Other, format!("the answer holds no {what}")).during(operation)
}

/// A document as IAM gives it: percent-encoded after RFC 3986.
pub(super) fn document(text: &str, operation: &str) -> Result<PolicyDocument<Resolved>, ResourceError> {
    // a document that starts with its brace is not encoded: a `%` in it is the user's
    let text = if text.trim_start().starts_with('{') {
        text.to_owned()
    } else {
        percent_decoded(text)
    };
    text.parse()
        .map_err(|error| ResourceError::invalid(format!("{error}")).during(operation))
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(decoded) if byte == b'%' => {
                bytes.push(decoded);
                rest = &after[2..];
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The description that is set. IAM does not tell an empty one from none, so the last applied one decides.
pub(super) fn description(text: Option<&str>, prior: Option<&String>) -> Option<String> {
    let set = text.filter(|text| !text.is_empty()).map(str::to_owned);
    set.or_else(|| prior.filter(|prior| prior.is_empty()).cloned())
}

/// Tags for a request; `None` when there are none, since an empty list is no list in the query protocol.
pub(super) fn to_tags(tags: &BTreeMap<String, String>) -> Result<Option<Vec<Tag>>, ResourceError> {
    let tags = tags
        .iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build());
    let tags: Vec<Tag> = tags
        .collect::<Result<_, _>>()
        .map_err(|error| ResourceError::invalid(error.to_string()))?;
    Ok(some(tags))
}

/// The list, unless it is empty.
pub(super) fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

/// Tags of an answer, without those of AWS's own.
pub(super) fn from_tags(tags: &[Tag]) -> BTreeMap<String, String> {
    crate::tags::without_aws(tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_come_percent_encoded() {
        let encoded = "%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22%2A%22%2C\
                       %22Resource%22%3A%22arn%3Aaws%3As3%3A%3A%3Aa%2Bb+c%22%7D%5D%7D";
        let decoded = document(encoded, "iam:GetRolePolicy").unwrap();
        assert_eq!(decoded.statements[0].resources, ["arn:aws:s3:::a+b+c"]);
        let plain = r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::50%25"}]}"#;
        let kept = document(plain, "iam:GetRolePolicy").unwrap();
        assert_eq!(kept.statements[0].resources, ["arn:aws:s3:::50%25"]);
        assert_eq!(percent_decoded("100%"), "100%");
        assert_eq!(percent_decoded("%C3%BC%zz"), "ü%zz");
    }

    #[test]
    fn only_a_principal_that_is_too_new_is_waited_for() {
        let error = |message: &str| {
            let mut error = ResourceError::invalid(message);
            error.code = "MalformedPolicyDocument".to_owned();
            error
        };
        assert!(is_propagating(&error(
            "Invalid principal in policy: \"AWS\":\"arn:aws:iam::1:role/new\""
        )));
        assert!(!is_propagating(&error("Syntax errors in policy.")));
    }
}
