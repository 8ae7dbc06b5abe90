//! The policies that AWS manages, the same in every account.
//!
//! Source: developer guide, "Use managed cache policies", "Use managed origin request policies", "Use managed response headers
//! policies".

use super::{CachePolicyId, OriginRequestPolicyId, ResponseHeadersPolicyId};

impl CachePolicyId {
    /// For an Amplify web app.
    pub const AMPLIFY: &'static str = "2e54312d-136d-493c-8eb9-b001f22f67d2";
    /// Nothing is cached: for APIs.
    pub const CACHING_DISABLED: &'static str = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
    /// A day, up to a year, compressed; no headers, cookies and query strings: for buckets.
    pub const CACHING_OPTIMIZED: &'static str = "658327ea-f89d-4fab-a63d-7e88639e58f6";
    /// As [`CACHING_OPTIMIZED`](Self::CACHING_OPTIMIZED), without compression.
    pub const CACHING_OPTIMIZED_FOR_UNCOMPRESSED_OBJECTS: &'static str = "b2884449-e4de-46a7-ac36-70bc7f1ddd6d";
    /// For an endpoint of `MediaPackage`.
    pub const ELEMENTAL_MEDIA_PACKAGE: &'static str = "08627262-05a9-4f76-9ded-b50ca2e3a84f";
    /// As long as the origin's `Cache-Control` says, by host, origin, method overrides and cookies.
    pub const USE_ORIGIN_CACHE_CONTROL_HEADERS: &'static str = "83da9c7e-98b4-4e11-a168-04f0df8e2c65";
    /// As [`USE_ORIGIN_CACHE_CONTROL_HEADERS`](Self::USE_ORIGIN_CACHE_CONTROL_HEADERS), by query strings too.
    pub const USE_ORIGIN_CACHE_CONTROL_HEADERS_QUERY_STRINGS: &'static str = "4cc15a8a-d715-48a4-82b8-cc0b614638fe";
}

impl OriginRequestPolicyId {
    /// All headers, cookies and query strings of the viewer.
    pub const ALL_VIEWER: &'static str = "216adef6-5c7f-47e4-b989-5492eafa07d3";
    /// As [`ALL_VIEWER`](Self::ALL_VIEWER), and the headers that CloudFront adds (those of June 2022).
    pub const ALL_VIEWER_AND_CLOUDFRONT_HEADERS_2022_06: &'static str = "33f36d7e-f396-46d9-90e0-52428a34d9dc";
    /// As [`ALL_VIEWER`](Self::ALL_VIEWER) without `Host`: for API Gateway and function URLs.
    pub const ALL_VIEWER_EXCEPT_HOST_HEADER: &'static str = "b689b0a8-53d0-40ab-baf2-68738e2966ac";
    /// CORS for a custom origin.
    pub const CORS_CUSTOM_ORIGIN: &'static str = "59781a5b-3903-41f3-afcb-af62929ccde1";
    /// CORS for a bucket.
    pub const CORS_S3_ORIGIN: &'static str = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf";
    /// For an endpoint of `MediaTailor`.
    pub const ELEMENTAL_MEDIA_TAILOR: &'static str = "775133bc-15f2-49f9-abea-afb2e0bf67d2";
    /// `Host` alone.
    pub const HOST_HEADER_ONLY: &'static str = "bf0718e1-ba1e-49d1-88b1-f726733018ae";
    /// `User-Agent` and `Referer`.
    pub const USER_AGENT_REFERER_HEADERS: &'static str = "acba4595-bd28-49b8-b9fe-13317c0390fa";
}

impl ResponseHeadersPolicyId {
    /// CORS from any origin for simple requests, and security headers.
    pub const CORS_AND_SECURITY_HEADERS: &'static str = "e61eb60c-9c35-4d20-a928-2b84e02af89c";
    /// CORS from any origin, preflight included.
    pub const CORS_WITH_PREFLIGHT: &'static str = "5cc3b908-e619-4b99-88e5-2cf7f45965bd";
    /// CORS from any origin, preflight included, and security headers.
    pub const CORS_WITH_PREFLIGHT_AND_SECURITY_HEADERS: &'static str = "eaab4381-ed33-4a86-88ca-d9558dc6cd63";
    /// Security headers: HSTS, `X-Content-Type-Options`, `X-Frame-Options`, `Referrer-Policy`.
    pub const SECURITY_HEADERS: &'static str = "67f7725c-6f97-4210-82d7-5512b31e9d03";
    /// CORS from any origin for simple requests.
    pub const SIMPLE_CORS: &'static str = "60669652-455b-4ae9-85a4-c4c02393f86c";
}
