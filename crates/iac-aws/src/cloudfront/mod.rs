//! Amazon CloudFront: distributions, and the origin access controls and cache policies they use.
//!
//! A site of one page on a private bucket:
//! ```
//! use iac_aws::cloudfront::{Behavior, CachePolicyId, Distribution, ErrorResponse, Origin, OriginAccessControl};
//! use iac_core::model::Stack;
//!
//! let mut stack = Stack::new("site", "dev");
//! let access = stack.add("bucket", OriginAccessControl::builder().build());
//! let site = stack.add(
//!     "site",
//!     Distribution::builder()
//!         .origin("bucket", Origin::s3("my-site.s3.eu-west-1.amazonaws.com").origin_access_control_id(&access.id))
//!         .default_behavior(Behavior::to("bucket").cache_policy_id(CachePolicyId::CACHING_OPTIMIZED))
//!         .default_root_object("index.html")
//!         .error_response(403, ErrorResponse::page("/index.html", 200))
//!         .build(),
//! );
//! stack.output("address", &site.domain_name);
//! assert!(stack.errors().is_empty());
//! ```

mod cache_policy;
mod distribution;
mod managed;
mod names;
mod origin_access_control;
mod shared;

pub use cache_policy::{CachePolicy, CachePolicyId, CachePolicyName, CachePolicyOutputs, Choice, Selection};
pub use distribution::{
    AllowedMethods, Behavior, BehaviorBuilder, CachedMethods, Caching, Certificate, CookieForwarding, CustomOrigin,
    Distribution, DistributionId, DistributionOutputs, EdgeEvent, EdgeFunction, ErrorPage, ErrorResponse,
    ForwardedValues, GeoRestriction, GeoRestrictionType, HttpVersion, IpAddresses, Logging, MinimumTls, Origin,
    OriginBuilder, OriginGroup, OriginProtocol, OriginSelection, PathBehavior, PriceClass, S3Origin, Source,
    SslSupport, TlsVersion, ViewerCertificate, ViewerEvent, ViewerProtocol, VpcOrigin,
};
pub use names::{
    CertificateArn, Comment, FunctionArn, FunctionVersionArn, KeyGroupId, OriginRequestPolicyId,
    ResponseHeadersPolicyId, WebAclId,
};
pub use origin_access_control::{
    Description, OriginAccessControl, OriginAccessControlId, OriginAccessControlName, OriginAccessControlOutputs,
    OriginType, SigningBehavior, SigningProtocol,
};
