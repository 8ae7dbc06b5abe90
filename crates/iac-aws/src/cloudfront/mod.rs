//! Amazon CloudFront: distributions, and the origin access controls and cache policies they use.

mod cache_policy;
mod managed;
mod names;
mod origin_access_control;
mod shared;

pub use cache_policy::{CachePolicy, CachePolicyId, CachePolicyName, CachePolicyOutputs, Choice, Selection};
pub use names::{
    CertificateArn, Comment, FunctionArn, FunctionVersionArn, KeyGroupId, OriginRequestPolicyId,
    ResponseHeadersPolicyId, WebAclId,
};
pub use origin_access_control::{
    Description, OriginAccessControl, OriginAccessControlId, OriginAccessControlName, OriginAccessControlOutputs,
    OriginType, SigningBehavior, SigningProtocol,
};
