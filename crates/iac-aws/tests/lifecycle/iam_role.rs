//! `iam.role`.

use iac_aws::{
    iam::Role,
    policy::{PolicyDocument, Principal, Statement},
};
use iac_core::model::Stack;

use crate::harness::Lifecycle;

fn trust(service: &str) -> PolicyDocument {
    PolicyDocument::new().statement(
        Statement::allow()
            .principal(Principal::service(service))
            .actions(["sts:AssumeRole"]),
    )
}

fn full(_: &mut Stack) -> Role {
    Role::builder()
        .name("full")
        .trust_policy(trust("lambda.amazonaws.com"))
        .description("a role")
        .build()
}

#[tokio::test(flavor = "multi_thread")]
async fn lifecycle() {
    Lifecycle::new(
        |_| Role::builder().trust_policy(trust("lambda.amazonaws.com")).build(),
        full,
    )
    .update("description", |_| {
        Role::builder()
            .name("full")
            .trust_policy(trust("lambda.amazonaws.com"))
            .description("another")
            .build()
    })
    .replace("name", |_| {
        Role::builder()
            .name("other")
            .trust_policy(trust("lambda.amazonaws.com"))
            .description("a role")
            .build()
    })
    .drift("description", |config, id| async move {
        let iam = aws_sdk_iam::Client::new(&config);
        iam.update_role()
            .role_name(id)
            .description("by hand")
            .send()
            .await
            .unwrap();
    })
    .created_by("CreateRole")
    .run()
    .await;
}
