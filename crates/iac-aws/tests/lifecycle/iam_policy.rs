//! `iam.policy`.

use iac_aws::iam::Policy;
use iac_core::model::Stack;

use crate::{harness::Lifecycle, iam_role::allow};

fn minimal(_: &mut Stack) -> Policy {
    Policy::builder().document(allow("logs:*")).build()
}

fn full(_: &mut Stack) -> Policy {
    Policy::builder()
        .name("full")
        .path("/teams/web/")
        .description("What the web may do")
        .document(allow("s3:GetObject"))
        .force_detach(true)
        .tags([("a", "1"), ("b", "2")])
        .build()
}

lifecycle!(
    Policy,
    Lifecycle::new("CreatePolicy", minimal, full)
        .update("document", |policy| policy.document = allow("s3:PutObject"))
        .update("tags", |policy| policy.tags = [("b".to_owned(), "3".into())].into())
        .replace("name", |policy| policy.name = Some("other".into()))
        .replace("path", |policy| policy.path = "/".into())
        .replace("description", |policy| policy.description = Some("another".into()))
        .drift("document", |config, arn| async move {
            let iam = aws_sdk_iam::Client::new(&config);
            let version = iam.create_policy_version().policy_arn(arn).set_as_default(true);
            let version = version.policy_document(serde_json::to_string(&allow("ec2:*")).unwrap());
            version.send().await.unwrap();
        })
        .drift("tags", |config, arn| async move {
            let iam = aws_sdk_iam::Client::new(&config);
            iam.untag_policy().policy_arn(arn).tag_keys("a").send().await.unwrap();
        })
);
