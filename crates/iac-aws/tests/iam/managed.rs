//! `iam.policy` and `iam.policy_attachment`.

use iac_aws::iam::{Policy, PolicyAttachment, Role};
use iac_core::model::{Changed, ReadObject, RemoteId};
use iac_sandbox::{Fault, Sandbox};

use crate::{
    bench::{Bench, READ_ONLY, allow, assert_declared, trust},
    common::inputs,
};

#[tokio::test]
async fn a_policy_keeps_five_versions() {
    let sandbox = Sandbox::new();
    let policies = Bench::of(&sandbox, "iam.policy");
    let policy = |action: &str, tag: &str| {
        Policy::builder()
            .name("logs")
            .path("/teams/")
            .description("Logs")
            .document(allow(action))
            .tags([("v", tag)])
            .build()
    };
    let mut last = policy("logs:A0", "0");
    let id = policies.create(&last).await.unwrap();
    assert_eq!(policies.read::<Policy>(&id, None).await.unwrap().inputs, inputs(&last));
    for version in 1..8 {
        let next = policy(&format!("logs:A{version}"), &version.to_string());
        let live = policies.update(&id, &last, &next).await;
        assert_eq!(live.outputs["default_version_id"], format!("v{}", version + 1));
        last = next;
    }
    // an update that is cut off before the version becomes the default is taken up again, not repeated
    let next = policy("logs:A8", "8");
    let live = policies.read(&id, Some(&last)).await.unwrap();
    sandbox.inject(Fault::internal_error().on_operation("SetDefaultPolicyVersion").nth(1));
    let inputs = inputs(&next);
    policies
        .types
        .update(&inputs, &live, &Changed::default(), &policies.call)
        .await
        .unwrap_err();
    sandbox.clear_requests();
    policies.update(&id, &last, &next).await;
    assert!(
        sandbox
            .requests()
            .iter()
            .all(|request| request.operation != "CreatePolicyVersion")
    );

    policies.delete(&id, &next).await.unwrap();
    assert!(policies.read(&id, Some(&next)).await.is_none());
    policies.delete(&id, &next).await.unwrap();
    assert_declared(&sandbox, &[&policies]);
}

#[tokio::test]
async fn attachments_come_and_go() {
    let sandbox = Sandbox::new();
    let roles = Bench::of(&sandbox, "iam.role");
    let policies = Bench::of(&sandbox, "iam.policy");
    let attachments = Bench::of(&sandbox, "iam.policy_attachment");
    let role = Role::builder()
        .name("worker")
        .trust_policy(trust("lambda.amazonaws.com"))
        .build();
    let role_id = roles.create(&role).await.unwrap();
    let policy = Policy::builder().name("logs").document(allow("logs:*")).build();
    let arn = policies.create(&policy).await.unwrap();

    let ours = PolicyAttachment::builder()
        .role("worker")
        .policy_arn(arn.as_str())
        .build();
    let of_aws = PolicyAttachment::builder().role("worker").policy_arn(READ_ONLY).build();
    sandbox.inject(Fault::not_found().on_operation("AttachRolePolicy").first(2));
    let id = attachments.create(&ours).await.unwrap();
    assert_eq!(id.as_str(), format!("role/worker/{arn}"));
    let of_aws_id = attachments.create(&of_aws).await.unwrap();
    assert_eq!(attachments.read(&id, Some(&ours)).await.unwrap().inputs, inputs(&ours));

    // one listing for both
    sandbox.clear_requests();
    let ids = [
        &id,
        &of_aws_id,
        &RemoteId::new("user/nobody/arn:aws:iam::aws:policy/ReadOnlyAccess"),
    ];
    let requests = ids.map(|id| ReadObject::new(id.clone(), None));
    let read = attachments.types.read_many(&requests, &attachments.call).await;
    let found: Vec<bool> = read.into_iter().map(|read| read.unwrap().is_some()).collect();
    assert_eq!(found, [true, true, false]);
    let requests = sandbox.requests();
    let of_role = requests
        .iter()
        .filter(|request| request.operation == "ListAttachedRolePolicies");
    assert_eq!(of_role.count(), 1);

    let conflict = policies.delete(&arn, &policy).await.unwrap_err();
    assert_eq!(conflict.code, "DeleteConflict");
    attachments.delete(&of_aws_id, &of_aws).await.unwrap();
    attachments.delete(&of_aws_id, &of_aws).await.unwrap();
    assert!(attachments.read(&of_aws_id, Some(&of_aws)).await.is_none());

    let forced = Policy::builder()
        .name("logs")
        .document(allow("logs:*"))
        .force_detach(true)
        .build();
    policies.delete(&arn, &forced).await.unwrap();
    assert!(attachments.read(&id, Some(&ours)).await.is_none());
    roles.delete(&role_id, &role).await.unwrap();
    assert_declared(&sandbox, &[&roles, &policies, &attachments]);
}
