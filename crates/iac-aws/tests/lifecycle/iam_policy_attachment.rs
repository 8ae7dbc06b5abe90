//! `iam.policy_attachment`.

use iac_aws::{
    iam::{Policy, PolicyAttachment, Role},
    policy::{PolicyDocument, Principal, Statement},
};
use iac_core::model::{Handle, Stack};

use crate::{
    harness::Lifecycle,
    iam_role::{READ_ONLY, allow},
};

fn role(stack: &mut Stack, name: &str) -> Handle<Role> {
    let trust = Statement::allow()
        .principal(Principal::service("lambda.amazonaws.com"))
        .actions(["sts:AssumeRole"]);
    let role = Role::builder()
        .trust_policy(PolicyDocument::new().statement(trust))
        .build();
    stack.add(name, role)
}

fn minimal(stack: &mut Stack) -> PolicyAttachment {
    let role = role(stack, "worker");
    PolicyAttachment::builder().role(&role.name).policy_arn(READ_ONLY).build()
}

fn full(stack: &mut Stack) -> PolicyAttachment {
    let role = role(stack, "worker");
    let policy = stack.add("logs", Policy::builder().document(allow("logs:*")).build());
    PolicyAttachment::builder()
        .role(&role.name)
        .policy_arn(&policy.arn)
        .build()
}

lifecycle!(
    PolicyAttachment,
    Lifecycle::new("AttachRolePolicy", minimal, full)
        .replace("policy_arn", |attachment| attachment.policy_arn = READ_ONLY.into())
        .replace_with("role", |attachment, stack| {
            attachment.role = Some((&role(stack, "other").name).into());
        })
        .except("user", "users are not made here; see the tests of the type")
        .except("group", "groups are not made here; see the tests of the type")
);
