//! Roles and policies of two teams, a provider, and what is renamed, let go and removed among them.

use iac_aws::{
    iam::{OidcProvider, Policy, PolicyAttachment, Role},
    policy::{PolicyDocument, Principal, Statement},
};
use iac_core::model::{LifecycleExt, Stack};

use super::Variant;

fn reads(variant: Variant) -> PolicyDocument {
    let action = if variant.changed {
        "s3:GetObjectVersion"
    } else {
        "s3:GetObject"
    };
    PolicyDocument::new().statement(Statement::allow().actions([action]).resources(["*"]))
}

fn policy(variant: Variant, name: &str) -> Policy {
    Policy::builder()
        .name(variant.named(name))
        .document(reads(variant))
        .build()
}

/// A role that may do two things; its replacement may be asked to be made first.
pub(super) fn build(stack: &mut Stack, variant: Variant, team: &str, first: bool) {
    let boundary = stack.add("boundary", policy(variant, &format!("{team}-boundary")));
    let trust = Statement::allow()
        .principal(Principal::service("ec2.amazonaws.com"))
        .actions(["sts:AssumeRole"]);
    let role = Role::builder()
        .name(variant.named(team))
        .trust_policy(PolicyDocument::new().statement(trust))
        .max_session_duration_s(if variant.changed { 7200 } else { 3600 })
        .permissions_boundary(&boundary.arn)
        .tags([("size", variant.size().to_string())])
        .build();
    let role = if first {
        stack.add("role", role.create_before_delete())
    } else {
        stack.add("role", role)
    };
    let own = stack.add("own", policy(variant, &format!("{team}-own")));
    let first = stack.add(
        "own",
        PolicyAttachment::builder()
            .role(&role.name)
            .policy_arn(&own.arn)
            .build(),
    );
    let bounds = PolicyAttachment::builder()
        .role(&role.name)
        .policy_arn(&boundary.arn)
        .build();
    stack.add("bounds", bounds.depends_on(&first));
}

/// Four that stand alone.
pub(super) fn build_others(stack: &mut Stack, variant: Variant) {
    stack.add(
        "issuer",
        OidcProvider::builder()
            .url("https://issuer.example.com")
            .client_ids(if variant.changed {
                vec!["one", "two"]
            } else {
                vec!["one"]
            })
            .build(),
    );
    let named = if variant.changed { "renamed" } else { "first-name" };
    stack.add(
        named,
        Policy::builder().name("renamed").document(reads(variant)).build(),
    );
    if variant.changed {
        stack.moved("iam.policy.first-name", "iam.policy.second-name");
        stack.moved("iam.policy.second-name", "iam.policy.renamed");
        stack.forget("iam.policy.let-go");
        stack.add("added", policy(variant, "added"));
    } else {
        stack.add("let-go", policy(variant, "kept-policy"));
        stack.add("removed", policy(variant, "removed"));
    }
}
