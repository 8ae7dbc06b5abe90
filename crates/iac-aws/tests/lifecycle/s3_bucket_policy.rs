//! `s3.bucket_policy`.

use iac_aws::{
    policy::{PolicyDocument, Principal, Statement},
    s3::{Bucket, BucketPolicy},
};
use iac_core::{model::Stack, text};

use crate::harness::Lifecycle;

fn policy(stack: &mut Stack, bucket: &str, action: &str) -> BucketPolicy {
    let bucket = stack.add("site", Bucket::builder().bucket(bucket).build());
    let statement = Statement::allow()
        .principal(Principal::service("cloudfront.amazonaws.com"))
        .actions([action])
        .resources([text!("{}/*", bucket.arn)])
        .condition("StringEquals", "aws:SourceAccount", ["123456789012"]);
    BucketPolicy::builder()
        .bucket(&bucket.name)
        .policy(PolicyDocument::new().statement(statement))
        .build()
}

#[tokio::test(flavor = "multi_thread")]
async fn lifecycle() {
    let full = |stack: &mut Stack| policy(stack, "my-site", "s3:GetObject");
    Lifecycle::new(full, full)
        .update("policy", |stack| policy(stack, "my-site", "s3:PutObject"))
        .replace("bucket", |stack| policy(stack, "other-site", "s3:GetObject"))
        .drift("policy", |config, id| async move {
            aws_sdk_s3::Client::new(&config)
                .delete_bucket_policy()
                .bucket(id)
                .send()
                .await
                .unwrap();
        })
        .created_by("PutBucketPolicy")
        .run()
        .await;
}
