//! The types together, planned and applied, and cut off at any call.

use std::path::Path;

use iac_aws::{
    policy::{PolicyDocument, Principal, Statement},
    s3::{
        Bucket, BucketPolicy, Content, CorsMethod, CorsRule, Directory, Folder, LifecycleRule, Object, Versioning,
        Website,
    },
};
use iac_core::{
    model::{LifecycleExt, Stack},
    text,
};
use iac_sandbox::Sandbox;

use crate::common::{Crashes, Engine, config, connect};

/// A site in a bucket with a policy, from a folder and a generated object.
fn stack(root: &Path, version: u32) -> Stack {
    let mut stack = Stack::new("site", "dev");
    let rule = LifecycleRule::builder()
        .abort_uploads_after_days(i32::try_from(version).unwrap())
        .build();
    let cors = CorsRule::builder()
        .allowed_methods([CorsMethod::Get])
        .allowed_origins([format!("https://v{version}.example.com")])
        .build();
    let bucket = Bucket::builder()
        .versioning(Versioning::Enabled)
        .lifecycle_rules([("uploads", rule)])
        .cors_rules([cors])
        .website(
            Website::builder()
                .index_document(format!("index{version}.html"))
                .build(),
        )
        .tags([("version", version.to_string())])
        .force_destroy(true)
        .build();
    let bucket = stack.add("site", bucket);
    let read = Statement::allow()
        .principal(Principal::service("cloudfront.amazonaws.com"))
        .actions(["s3:GetObject"])
        .resources([text!("{}/*", bucket.arn)])
        .condition("NumericLessThan", "s3:max-keys", [version.to_string()]);
    let policy = BucketPolicy::builder()
        .bucket(&bucket.name)
        .policy(PolicyDocument::new().statement(read))
        .build();
    let policy = stack.add("site", policy);
    let site = Directory::builder()
        .bucket(&bucket.name)
        .prefix("www/")
        .source(Folder::at(root.join(version.to_string())))
        .build();
    let site = stack.add("www", site.depends_on(&policy));
    let count = Object::builder()
        .bucket(&bucket.name)
        .key("count.txt")
        .content(Content::text(text!(
            "{} files, version {}",
            site.count,
            site.manifest_hash
        )))
        .build();
    stack.add("count", count);
    stack
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in [
        ("1/index.html", "<p>"),
        ("1/app.js", "1"),
        ("1/gone.js", "1"),
        ("2/index.html", "<p>"),
        ("2/app.js", "2"),
    ] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    folder
}

/// The buckets, and what is left over of uploads.
fn buckets(sandbox: &Sandbox) -> Vec<String> {
    let mut things = sandbox.inventory();
    // how many objects there are depends on the version
    if things.iter().any(|thing| thing.starts_with("s3:bucket/")) {
        things.retain(|thing| thing.starts_with("s3:bucket/") || thing.starts_with("s3:upload/"));
    }
    things
}

#[tokio::test]
async fn a_crash_at_any_call_leaves_nothing_to_clean_up() {
    let folder = folder();
    let crashes = Crashes {
        wanted: stack(folder.path(), 1),
        changed: stack(folder.path(), 2),
        things: buckets,
        made: 1,
        calls: 20,
    };
    crashes
        .leave_nothing_to_clean_up(async || {
            let sandbox = Sandbox::new();
            let engine = Engine::new(&connect(&config(&sandbox)));
            (sandbox, engine)
        })
        .await;
}
