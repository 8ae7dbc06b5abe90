//! The way in: CloudFront before the frontend's bucket, and the bucket's policy that lets it read.

use iac_aws::{
    cloudfront::{
        Behavior, CachePolicy, Distribution, ErrorResponse, HttpVersion, Origin, OriginAccessControl, PriceClass,
        ViewerCertificate,
    },
    policy::{PolicyDocument, Principal, Statement},
    s3::{Bucket, BucketPolicy},
};
use iac_core::{
    model::{Handle, Stack},
    text,
};

use crate::{environments::Environment, names::named};

pub(crate) fn build(stack: &mut Stack, environment: &Environment, frontend: &Handle<Bucket>) -> Handle<Distribution> {
    let access = stack.add(
        "frontend",
        OriginAccessControl::builder()
            .name(named(environment, "frontend"))
            .description("CloudFront reads the frontend's bucket")
            .build(),
    );
    let hour = stack.add(
        "frontend",
        CachePolicy::builder()
            .name(named(environment, "frontend"))
            .default_ttl_s(3600)
            .max_ttl_s(86_400)
            .build(),
    );
    let mut site = Distribution::builder()
        .origin(
            "bucket",
            Origin::s3(&frontend.regional_domain_name).origin_access_control_id(&access.id),
        )
        .default_behavior(Behavior::to("bucket").cache_policy_id(&hour.id))
        .default_root_object("index.html")
        // a single-page app answers every path with its one page
        .error_response(403, ErrorResponse::page("/index.html", 200))
        .error_response(404, ErrorResponse::page("/index.html", 200))
        .comment(named(environment, "frontend"))
        .price_class(PriceClass::Class100)
        .http_version(HttpVersion::Http2And3)
        .maybe_viewer_certificate(environment.domain.map(|(_, arn)| ViewerCertificate::acm(arn)))
        .aliases(environment.domain.map(|(name, _)| name))
        .build();
    // a deployment need not stand by while the edges of a test environment catch up
    site.wait_for_deployment = environment.is_prod();
    let site = stack.add("frontend", site);
    let reads = Statement::allow()
        .sid("CloudFrontReads")
        .principal(Principal::service("cloudfront.amazonaws.com"))
        .actions(["s3:GetObject"])
        .resources([text!("{}/*", frontend.arn)])
        .condition("StringEquals", "AWS:SourceArn", [site.arn.text()]);
    let secure = Statement::deny()
        .sid("TlsOnly")
        .principal(Principal::Anyone)
        .actions(["s3:*"])
        .resources([frontend.arn.text(), text!("{}/*", frontend.arn)])
        .condition("Bool", "aws:SecureTransport", ["false"]);
    stack.add(
        "frontend",
        BucketPolicy::builder()
            .bucket(&frontend.name)
            .policy(PolicyDocument::new().statement(reads).statement(secure))
            .build(),
    );
    stack.output("site", text!("https://{}", site.domain_name));
    stack.output("distribution", &site.id);
    site
}
