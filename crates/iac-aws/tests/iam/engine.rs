//! The types together, planned and applied, and cut off at any call.

use iac_aws::{
    iam::{OidcProvider, Policy, PolicyAttachment, Role},
    policy::{PolicyDocument, Principal, Statement},
};
use iac_core::{model::Stack, text};
use iac_sandbox::Sandbox;

use crate::{
    bench::{READ_ONLY, VIEW_ONLY, allow},
    common::{Crashes, Engine, config, connect, mortal},
};

/// A deployer that GitHub Actions may take, with policies of every kind.
fn stack(action: &str, managed: &'static str) -> Stack {
    let mut stack = Stack::new("shop", "dev");
    let provider = OidcProvider::builder()
        .url("https://token.actions.githubusercontent.com")
        .client_ids(["sts.amazonaws.com"])
        .build();
    let provider = stack.add("github", provider);
    let trust = Statement::allow()
        .principal(Principal::federated(provider.arn.text()))
        .actions(["sts:AssumeRoleWithWebIdentity"])
        .condition(
            "StringEquals",
            "token.actions.githubusercontent.com:aud",
            ["sts.amazonaws.com"],
        );
    let logs = stack.add("logs", Policy::builder().document(allow(action)).build());
    let pass = Statement::allow()
        .actions(["iam:GetPolicy"])
        .resources([text!("{}", logs.arn)]);
    let role = Role::builder()
        .trust_policy(PolicyDocument::new().statement(trust))
        .description(action)
        .inline_policies([("pass", PolicyDocument::new().statement(pass))])
        .managed_policy_arns([managed])
        .build();
    let role = stack.add("deployer", role);
    let attachment = PolicyAttachment::builder()
        .role(&role.name)
        .policy_arn(&logs.arn)
        .build();
    stack.add("deployer-logs", attachment);
    stack
}

#[tokio::test]
async fn a_crash_at_any_call_leaves_nothing_to_clean_up() {
    let crashes = Crashes {
        wanted: stack("logs:*", READ_ONLY),
        changed: stack("logs:Get*", VIEW_ONLY),
        things: Sandbox::inventory,
        made: 3,
        calls: 15,
    };
    crashes
        .leave_nothing_to_clean_up(async || {
            let sandbox = Sandbox::new();
            let engine = Engine::new(&connect(&mortal(&config(&sandbox))));
            (sandbox, engine)
        })
        .await;
}
