//! Tags that others put on buckets, whose tags S3 takes as a whole.

use aws_sdk_s3::types::{Tag, Tagging};
use iac_aws::{Aws, AwsConfig, IgnoreTags, s3::Bucket};
use iac_core::{model::Stack, plan::Mode};
use iac_sandbox::Sandbox;

use crate::common::{Engine, REGION, config};

fn stack(team: &str) -> Stack {
    let mut stack = Stack::new("site", "dev");
    let bucket = Bucket::builder().bucket("tagged-by-others").tags([("team", team)]);
    stack.add("site", bucket.build());
    stack
}

#[tokio::test]
async fn tags_that_others_set_survive_an_update_of_all_tags() {
    let sandbox = Sandbox::new();
    let settings = AwsConfig::builder()
        .region(REGION)
        .ignore_tags(IgnoreTags::new(["awsApplication"], ["kubernetes.io/"]))
        .http_client(sandbox.http_client())
        .build();
    let engine = Engine::new(&Aws::connect(&settings).await.unwrap().into());
    assert!(engine.run(&stack("web"), Mode::Normal).await.unwrap().is_success());

    let s3 = aws_sdk_s3::Client::new(&config(&sandbox));
    let read = async || {
        let tags = s3.get_bucket_tagging().bucket("tagged-by-others").send().await;
        tags.unwrap().tag_set
    };
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build().unwrap();
    let foreign = [
        tag("kubernetes.io/cluster/web", "owned"),
        tag("awsApplication", "arn:x"),
    ];
    let mut all = read().await;
    all.extend(foreign.clone());
    let tagging = Tagging::builder().set_tag_set(Some(all)).build().unwrap();
    let put = s3.put_bucket_tagging().bucket("tagged-by-others").tagging(tagging);
    put.send().await.unwrap();

    assert!(engine.actions(&stack("web")).await.is_empty());
    assert!(engine.run(&stack("shop"), Mode::Normal).await.unwrap().is_success());
    let now = read().await;
    assert!(foreign.iter().all(|tag| now.contains(tag)), "{now:?}");
    assert!(now.contains(&tag("team", "shop")), "{now:?}");
    assert!(engine.actions(&stack("shop")).await.is_empty());
}
