//! Which permission lacks when AWS denies a request, and the statement of a policy that gives it.
//!
//! AWS's sentence knows more than the operation: tagging while creating, deleting one version and passing a role are actions of
//! their own. Sources: IAM user guide, "Troubleshoot access denied error messages"; S3 user guide, "Required permissions for
//! Amazon S3 API operations"; service authorization reference.

use serde_json::json;

/// What to do about a denial of `operation` that AWS tells in these words.
pub(super) fn hints(operation: &str, message: &str) -> Vec<String> {
    if message.contains("protected by object lock") {
        return vec![
            "the version is locked: wait until its retention ends; in governance mode, who may \
             `s3:BypassGovernanceRetention` can delete it before"
                .to_owned(),
        ];
    }
    let action = after(message, "not authorized to perform: ").unwrap_or_else(|| action(operation));
    let mut hints = vec![remedy(action, message)];
    if message.contains("Encoded authorization failure message") {
        hints.push(
            "`aws sts decode-authorization-message --encoded-message ...` tells which statement decided".to_owned(),
        );
    }
    hints
}

fn remedy(action: &str, message: &str) -> String {
    if let Some(denier) = between(message, "with an explicit deny in ", &[" action", ".", ",", ":"]) {
        return format!("{denier} denies `{action}`: it has to be changed, allowing more elsewhere does not help");
    }
    let allows = [
        "permissions boundary",
        "service control policy",
        "resource control policy",
        "session policy",
        "VPC endpoint policy",
    ];
    if let Some(policy) = allows
        .iter()
        .find(|policy| message.contains(&format!("because no {policy} allows")))
    {
        return format!("a {policy} bounds the identity this runs as: it has to allow `{action}` too");
    }
    let resource = after(message, "on resource: ").filter(|resource| resource.starts_with("arn:"));
    let statement = json!({"Effect": "Allow", "Action": action, "Resource": resource.unwrap_or("*")});
    format!("allow `{action}` for the identity this runs as: {statement}")
}

/// The word after a phrase, without quotes and the stop of a sentence.
fn after<'a>(message: &'a str, phrase: &str) -> Option<&'a str> {
    let (_, rest) = message.split_once(phrase)?;
    let word = rest.split_whitespace().next()?;
    let word = word.trim_matches('"').trim_end_matches(['.', ',']);
    (!word.is_empty()).then_some(word)
}

/// What stands between a phrase and the nearest of these ends.
fn between<'a>(message: &'a str, phrase: &str, ends: &[&str]) -> Option<&'a str> {
    let (_, rest) = message.split_once(phrase)?;
    let end = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    Some(rest[..end].trim())
}

/// The action to allow for an operation, where it is not called as the operation is.
fn action(operation: &str) -> &str {
    match operation {
        "cloudfront:CreateDistributionWithTags" => "cloudfront:CreateDistribution",
        "s3:HeadBucket" | "s3:ListObjectsV2" => "s3:ListBucket",
        "s3:ListObjectVersions" => "s3:ListBucketVersions",
        "s3:ListMultipartUploads" => "s3:ListBucketMultipartUploads",
        "s3:HeadObject" => "s3:GetObject",
        "s3:CreateMultipartUpload" | "s3:UploadPart" | "s3:CompleteMultipartUpload" => "s3:PutObject",
        "s3:DeleteObjects" => "s3:DeleteObject",
        "s3:GetBucketAccelerateConfiguration" => "s3:GetAccelerateConfiguration",
        "s3:PutBucketAccelerateConfiguration" => "s3:PutAccelerateConfiguration",
        "s3:GetBucketCors" => "s3:GetBucketCORS",
        "s3:PutBucketCors" | "s3:DeleteBucketCors" => "s3:PutBucketCORS",
        "s3:GetBucketEncryption" => "s3:GetEncryptionConfiguration",
        "s3:PutBucketEncryption" | "s3:DeleteBucketEncryption" => "s3:PutEncryptionConfiguration",
        "s3:ListBucketIntelligentTieringConfigurations" => "s3:GetIntelligentTieringConfiguration",
        "s3:PutBucketIntelligentTieringConfiguration" | "s3:DeleteBucketIntelligentTieringConfiguration" => {
            "s3:PutIntelligentTieringConfiguration"
        }
        "s3:GetBucketLifecycleConfiguration" => "s3:GetLifecycleConfiguration",
        "s3:PutBucketLifecycleConfiguration" | "s3:DeleteBucketLifecycle" => "s3:PutLifecycleConfiguration",
        "s3:GetBucketNotificationConfiguration" => "s3:GetBucketNotification",
        "s3:PutBucketNotificationConfiguration" => "s3:PutBucketNotification",
        "s3:GetObjectLockConfiguration" => "s3:GetBucketObjectLockConfiguration",
        "s3:PutObjectLockConfiguration" => "s3:PutBucketObjectLockConfiguration",
        "s3:DeleteBucketOwnershipControls" => "s3:PutBucketOwnershipControls",
        "s3:GetPublicAccessBlock" => "s3:GetBucketPublicAccessBlock",
        "s3:PutPublicAccessBlock" | "s3:DeletePublicAccessBlock" => "s3:PutBucketPublicAccessBlock",
        "s3:GetBucketReplication" => "s3:GetReplicationConfiguration",
        "s3:PutBucketReplication" | "s3:DeleteBucketReplication" => "s3:PutReplicationConfiguration",
        "s3:DeleteBucketTagging" => "s3:PutBucketTagging",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: &str = "User: arn:aws:sts::123456789012:assumed-role/deploy/ci is not authorized to perform:";

    #[test]
    fn the_action_is_the_one_that_aws_names() {
        let message = format!(
            "{WHO} s3:TagResource on resource: \"arn:aws:s3:::logs\" because no identity-based policy allows the s3:TagResource \
             action"
        );
        assert_eq!(
            hints("s3:CreateBucket", &message),
            ["allow `s3:TagResource` for the identity this runs as: \
                 {\"Action\":\"s3:TagResource\",\"Effect\":\"Allow\",\"Resource\":\"arn:aws:s3:::logs\"}"]
        );
    }

    #[test]
    fn without_such_a_sentence_it_is_the_action_of_the_operation() {
        assert_eq!(
            hints("s3:HeadBucket", ""),
            ["allow `s3:ListBucket` for the identity this runs as: \
                 {\"Action\":\"s3:ListBucket\",\"Effect\":\"Allow\",\"Resource\":\"*\"}"]
        );
    }

    #[test]
    fn an_explicit_deny_is_not_mended_by_allowing_more() {
        let message = format!(
            "{WHO} ec2:CreateVpc on resource: arn:aws:ec2:::vpc/* with an explicit deny in a service control policy"
        );
        assert_eq!(
            hints("ec2:CreateVpc", &message),
            [
                "a service control policy denies `ec2:CreateVpc`: it has to be changed, allowing more elsewhere does not help"
            ]
        );
    }

    #[test]
    fn a_boundary_is_told_from_a_policy() {
        let message = format!(
            "{WHO} iam:PassRole on resource: arn:aws:iam::123456789012:role/r because no permissions boundary allows the \
             iam:PassRole action"
        );
        assert_eq!(
            hints("iam:CreateRole", &message),
            ["a permissions boundary bounds the identity this runs as: it has to allow `iam:PassRole` too"]
        );
    }

    #[test]
    fn a_locked_version_lacks_no_permission_to_delete() {
        let found = hints(
            "s3:DeleteObjects",
            "Access Denied because object protected by object lock.",
        );
        assert!(found[0].contains("s3:BypassGovernanceRetention"), "{found:?}");
    }

    #[test]
    fn an_encoded_reason_can_be_decoded() {
        let message = format!(
            "You are not authorized to perform this operation. {WHO} ec2:CreateTags on resource: \
             arn:aws:ec2:eu-west-1:123456789012:vpc/*. Encoded authorization failure message: abcDEF"
        );
        let found = hints("ec2:CreateVpc", &message);
        assert!(found[0].contains("\"Action\":\"ec2:CreateTags\""), "{found:?}");
        assert!(
            found[0].contains("\"Resource\":\"arn:aws:ec2:eu-west-1:123456789012:vpc/*\""),
            "{found:?}"
        );
        assert!(found[1].contains("decode-authorization-message"), "{found:?}");
    }
}
