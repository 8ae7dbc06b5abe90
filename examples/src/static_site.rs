//! A static site: a folder synced to a private bucket, served by CloudFront.

use iac_aws::{
    AwsConfig, AwsPlatform, StateStore,
    cloudfront::{Behavior, CachePolicyId, Distribution, Origin, OriginAccessControl},
    policy::{PolicyDocument, Principal, Statement},
    s3::{Bucket, BucketPolicy, Directory, Folder},
};
use iac_cli::App;
use iac_core::{model::Stack, text};
use iac_sandbox::SandboxPlatform;

/// The folder that is published.
const PUBLIC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/site/public");

/// One environment, `dev`.
pub fn app() -> App {
    let store = StateStore::new("static-site-state-{account}", "static-site-lock");
    App::new("static-site")
        .environment("dev", build)
        .platform(AwsPlatform::new().environment("dev", AwsConfig::default(), store))
        .sandbox(SandboxPlatform::new())
}

fn build(stack: &mut Stack) {
    let files = stack.add("files", Bucket::builder().force_destroy(true).build());
    stack.add(
        "public",
        Directory::builder()
            .bucket(&files.name)
            .source(Folder::at(PUBLIC).read())
            .build(),
    );
    let access = stack.add("site", OriginAccessControl::builder().build());
    let site = stack.add(
        "site",
        Distribution::builder()
            .origin(
                "files",
                Origin::s3(&files.regional_domain_name).origin_access_control_id(&access.id),
            )
            .default_behavior(Behavior::to("files").cache_policy_id(CachePolicyId::CACHING_OPTIMIZED))
            .default_root_object("index.html")
            .build(),
    );
    let reads = Statement::allow()
        .principal(Principal::service("cloudfront.amazonaws.com"))
        .actions(["s3:GetObject"])
        .resources([text!("{}/*", files.arn)])
        .condition("StringEquals", "AWS:SourceArn", [site.arn.text()]);
    stack.add(
        "files",
        BucketPolicy::builder()
            .bucket(&files.name)
            .policy(PolicyDocument::new().statement(reads))
            .build(),
    );
    stack.output("address", text!("https://{}", site.domain_name));
}
