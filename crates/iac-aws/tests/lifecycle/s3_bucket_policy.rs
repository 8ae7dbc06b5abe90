//! `s3.bucket_policy`.

use iac_aws::{
    policy::{PolicyDocument, Principal, Statement},
    s3::{Bucket, BucketPolicy},
};
use iac_core::{model::Stack, text};

use crate::{harness::Lifecycle, test_env::empty};

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

fn full(stack: &mut Stack) -> BucketPolicy {
    policy(stack, "my-site", "s3:GetObject")
}

lifecycle!(
    BucketPolicy,
    Lifecycle::new("PutBucketPolicy", full, full)
        .update("policy", |it| it.policy = policy(&mut empty(), "my-site", "s3:PutObject").policy)
        .replace_with("bucket", |it, stack| {
            let other = stack.add("other", Bucket::builder().build());
            it.bucket = (&other.name).into();
        })
        .drift("policy", |config, id| async move {
            let own = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::my-site/*"}]}"#;
            let put = aws_sdk_s3::Client::new(&config).put_bucket_policy();
            put.bucket(id).policy(own).send().await.unwrap();
        })
);
