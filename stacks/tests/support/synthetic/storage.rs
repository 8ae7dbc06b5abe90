//! Tables with the marks that guard data, and a site: buckets, objects, and the way in.

use iac_aws::{
    cloudfront::{Behavior, CachePolicy, Distribution, Origin, OriginAccessControl},
    dynamodb::{Billing, Key, Table},
    ec2::Vpc,
    policy::{PolicyDocument, Principal, Statement},
    s3::{Bucket, BucketPolicy, Content, Object},
};
use iac_core::{
    model::{Handle, LifecycleExt, Stack},
    text,
};

use super::Variant;

fn table(name: impl Into<String>, units: i64) -> Table {
    Table::builder()
        .name(name.into())
        .partition_key(Key::string("id"))
        .billing(Billing::provisioned(units, 5))
        .build()
}

/// The table that somebody else makes.
pub(super) fn foreign(stack: &mut Stack) {
    stack.add("adopted", table("kept-adopted", 1));
}

pub(super) fn tables(stack: &mut Stack, variant: Variant, network: &Handle<Vpc>) {
    let size = variant.size();
    let orders = table("orders", size);
    let orders = if variant.lifted {
        stack.add("orders", orders)
    } else {
        stack.add("orders", orders.protect())
    };
    let archive = table(variant.named("kept-archive"), size);
    stack.add("archive", archive.retain_on_delete().depends_on(&orders));
    // not even its name changes: it goes with the network
    stack.add("events", table("events", size).replace_when(&network.id));
    let jobs = table(variant.named("jobs"), size);
    stack.add("jobs", jobs.ignore_changes(["billing"]).depends_on(&orders));
    stack.add("adopted", table("kept-adopted", size).import("kept-adopted"));
    // a name that the engine makes up
    let unnamed = Table::builder()
        .partition_key(Key::string(variant.named("key")))
        .tags([("size", size.to_string())])
        .build();
    stack.add("unnamed", unnamed.create_before_delete());
}

pub(super) fn site(stack: &mut Stack, variant: Variant) {
    let bucket = |name: &str| {
        Bucket::builder()
            .bucket(variant.named(name))
            .tags([("size", variant.size().to_string())])
            .build()
    };
    let logs = stack.add("logs", bucket("synthetic-logs"));
    let site = stack.add("site", bucket("synthetic-site").depends_on(&logs));
    for page in ["index", "error"] {
        let content = Content::text(format!("{page} {}", variant.size()));
        let object = Object::builder().bucket(&site.name).key(format!("{page}.html"));
        stack.add(page, object.content(content).build());
    }
    let access = stack.add(
        "site",
        OriginAccessControl::builder()
            .name("synthetic-site")
            .description(variant.size().to_string())
            .build(),
    );
    stack.add("spare", OriginAccessControl::builder().name("synthetic-spare").build());
    let [short, _long] = ["short", "long"].map(|name| {
        let policy = CachePolicy::builder()
            .name(format!("synthetic-{name}"))
            .default_ttl_s(if variant.changed { 60 } else { 3600 })
            .max_ttl_s(86_400);
        stack.add(name, policy.build())
    });
    let mut front = Distribution::builder()
        .origin(
            "bucket",
            Origin::s3(&site.regional_domain_name).origin_access_control_id(&access.id),
        )
        .default_behavior(Behavior::to("bucket").cache_policy_id(&short.id))
        .comment(variant.size().to_string())
        .build();
    front.wait_for_deployment = false;
    let front = stack.add("site", front);
    let reads = Statement::allow()
        .principal(Principal::service("cloudfront.amazonaws.com"))
        .actions(["s3:GetObject"])
        .resources([text!("{}/*", site.arn)])
        .condition("StringEquals", "AWS:SourceArn", [front.arn.text()]);
    stack.add(
        "site",
        BucketPolicy::builder()
            .bucket(&site.name)
            .policy(PolicyDocument::new().statement(reads))
            .build(),
    );
}
