//! Texts with a kind of their own that no resource type here owns: ids and ARNs of things a distribution refers to.

use crate::arn;

iac_core::text_type! {
    /// A remark on an object, 1 to 128 characters. Source: API reference, `DistributionConfig` and `CachePolicyConfig`.
    pub struct Comment, check = |text| match text.chars().count() {
        1..=128 => Ok(()),
        0 => Err("a comment is not empty: leave it unset".to_owned()),
        length => Err(format!("a comment has at most 128 characters, this one has {length}")),
    };

    /// The id of an origin request policy, a UUID.
    pub struct OriginRequestPolicyId, check = |id| plain("an origin request policy id", id);

    /// The id of a response headers policy, a UUID.
    pub struct ResponseHeadersPolicyId, check = |id| plain("a response headers policy id", id);

    /// The id of a key group, a UUID.
    pub struct KeyGroupId, check = |id| plain("a key group id", id);

    /// The ARN of a CloudFront function: `arn:aws:cloudfront::123456789012:function/rewrite`.
    pub struct FunctionArn, check = |text| match arn::check(text) {
        Ok(()) if text.contains(":cloudfront::") && text.contains(":function/") => Ok(()),
        _ => Err(format!(
            "`{text}` is not the ARN of a CloudFront function, which looks like \
             `arn:aws:cloudfront::123456789012:function/rewrite`"
        )),
    };

    /// The ARN of a version of a Lambda function in us-east-1: `arn:aws:lambda:us-east-1:123456789012:function:auth:7`.
    ///
    /// An alias or `$LATEST` is refused. Source: developer guide, "Restrictions on Lambda@Edge".
    pub struct FunctionVersionArn, check = |text| {
        let version = text.splitn(8, ':').nth(7).unwrap_or_default();
        let numbered = !version.is_empty() && version.chars().all(|c| c.is_ascii_digit());
        if arn::check(text).is_ok() && text.contains(":lambda:us-east-1:") && numbered {
            Ok(())
        } else {
            Err(format!(
                "`{text}` is not the ARN of a numbered version of a function in us-east-1, which looks like \
                 `arn:aws:lambda:us-east-1:123456789012:function:auth:7`"
            ))
        }
    };

    /// The ARN of a certificate of ACM in us-east-1. Source: developer guide, "Requirements for using SSL/TLS certificates".
    pub struct CertificateArn, check = |text| match arn::check(text) {
        Ok(()) if text.contains(":acm:us-east-1:") => Ok(()),
        Ok(()) if text.contains(":acm:") => Err(format!("CloudFront takes certificates of us-east-1 alone, not `{text}`")),
        _ => Err(format!(
            "`{text}` is not the ARN of a certificate, which looks like \
             `arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-...`"
        )),
    };

    /// A web ACL: the ARN of a global one of WAFv2, or the id of one of WAF classic.
    pub struct WebAclId, check = |text| {
        let global = text.contains(":wafv2:us-east-1:") && text.contains(":global/webacl/");
        if (arn::check(text).is_ok() && global) || plain("a web ACL", text).is_ok() {
            Ok(())
        } else {
            Err(format!(
                "`{text}` is not a web ACL, which looks like `arn:aws:wafv2:us-east-1:123456789012:global/webacl/name/id`"
            ))
        }
    };
}

/// Refuses what is no id: ids are made of letters, digits and hyphens.
pub(super) fn plain(what: &str, id: &str) -> Result<(), String> {
    if !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        Ok(())
    } else {
        Err(format!(
            "`{id}` is not {what}, which is made of letters, digits and hyphens"
        ))
    }
}

/// Refuses a name that is too long or has characters other than letters, digits, hyphens and underscores.
pub(super) fn named(what: &str, name: &str, longest: usize) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=longest).contains(&name.len()) && name.chars().all(allowed) {
        Ok(())
    } else {
        Err(format!(
            "the name of {what} has 1 to {longest} letters, digits, hyphens and underscores, unlike `{name}`"
        ))
    }
}
