//! `iam.role`.

use iac_aws::iam::{Policy, Role};
use iac_core::model::{ErrorKind, Input, Reconciled, TypeInfo};
use iac_sandbox::{ACCOUNT_ID, Fault, Sandbox};
use serde_json::{Value, json};

use crate::{
    bench::{Bench, READ_ONLY, VIEW_ONLY, allow, assert_declared, trust},
    common::{inputs, owned},
};

#[tokio::test]
async fn a_role_is_made_changed_and_deleted() {
    let sandbox = Sandbox::new();
    let roles = Bench::of(&sandbox, "iam.role");
    let role = Role::builder()
        .name("worker")
        .path("/teams/web/")
        .trust_policy(trust("lambda.amazonaws.com"))
        .description("Works. Ünïcode, 100% & more")
        .max_session_duration_s(7200)
        .permissions_boundary("arn:aws:iam::aws:policy/PowerUserAccess")
        .inline_policies([("logs", allow("logs:PutLogEvents")), ("read", allow("s3:GetObject"))])
        .managed_policy_arns([READ_ONLY])
        .tags([("a", "1"), ("b", "2")])
        .build();
    let id = roles.create(&role).await.unwrap();
    assert_eq!(id.as_str(), "worker");
    let live = roles.read(&id, Some(&role)).await.unwrap();
    assert_eq!(live.inputs, inputs(&role));
    assert_eq!(
        live.outputs["arn"],
        format!("arn:aws:iam::{ACCOUNT_ID}:role/teams/web/worker")
    );
    assert_eq!(
        roles.read::<Role>(&id, None).await.unwrap().inputs,
        live.inputs,
        "an import takes all"
    );

    // nothing differs, so nothing is called but the listing of what others may have put on the role
    sandbox.clear_requests();
    roles.update(&id, &role, &role).await;
    assert!(sandbox.requests().iter().all(|request| !request.mutates));

    let other = Role::builder()
        .name("worker")
        .path("/teams/web/")
        .trust_policy(trust("ec2.amazonaws.com"))
        .inline_policies([("logs", allow("logs:*")), ("write", allow("s3:PutObject"))])
        .managed_policy_arns([VIEW_ONLY])
        .tags([("b", "3"), ("c", "4")])
        .build();
    roles.update(&id, &role, &other).await;
    roles.update(&id, &other, &role).await;
    assert_declared(&sandbox, &[&roles]);

    let again = roles.create(&role).await.unwrap_err();
    assert_eq!(again.kind, ErrorKind::AlreadyExists);
    assert!(again.hints[0].contains(".import(\"worker\")"), "{:?}", again.hints);

    roles.delete(&id, &role).await.unwrap();
    assert!(roles.read(&id, Some(&role)).await.is_none());
    roles.delete(&id, &role).await.unwrap();
    assert_declared(&sandbox, &[&roles]);
}

#[tokio::test]
async fn what_others_put_on_a_role_is_theirs() {
    let sandbox = Sandbox::new();
    let roles = Bench::of(&sandbox, "iam.role");
    let role = |exclusive: bool, force: bool| {
        Role::builder()
            .name("shared")
            .trust_policy(trust("lambda.amazonaws.com"))
            .inline_policies([("ours", allow("logs:*"))])
            .exclusive_inline_policies(exclusive)
            .managed_policy_arns([READ_ONLY])
            .exclusive_managed_policies(exclusive)
            .force_detach(force)
            .build()
    };
    let everything = Role::builder()
        .name("shared")
        .trust_policy(trust("lambda.amazonaws.com"))
        .inline_policies([("ours", allow("logs:*")), ("theirs", allow("s3:*"))])
        .managed_policy_arns([READ_ONLY, VIEW_ONLY])
        .build();
    let ours = role(false, false);
    let id = roles.create(&ours).await.unwrap();
    roles.update(&id, &ours, &everything).await;

    let live = roles.read(&id, Some(&ours)).await.unwrap();
    assert_eq!(live.inputs, inputs(&ours), "no drift");
    let refused = roles.delete(&id, &ours).await.unwrap_err();
    assert_eq!(refused.code, "DeleteConflict");
    assert!(refused.hints[0].contains("force_detach"));

    // the mark alone makes them go
    let exclusive = role(true, false);
    let before = roles.read(&id, Some(&exclusive)).await.unwrap();
    assert_eq!(
        before.inputs["inline_policies"].as_object().unwrap().len(),
        1,
        "a failed delete took ours"
    );
    roles.update(&id, &ours, &exclusive).await;
    assert_eq!(
        roles.read::<Role>(&id, None).await.unwrap().inputs["managed_policy_arns"],
        json!([READ_ONLY])
    );

    roles.update(&id, &exclusive, &everything).await;
    let forced = role(false, true);
    roles.delete(&id, &forced).await.unwrap();
    assert!(roles.read(&id, Some(&forced)).await.is_none());
}

#[tokio::test]
async fn a_role_waits_for_its_principal_but_not_for_ever() {
    let sandbox = Sandbox::new();
    let roles = Bench::of(&sandbox, "iam.role");
    let role = Role::builder()
        .name("late")
        .trust_policy(trust("lambda.amazonaws.com"))
        .build();
    let too_new = || {
        Fault::error(
            400,
            "MalformedPolicyDocument",
            "Invalid principal in policy: \"AWS\":\"x\"",
        )
    };
    sandbox.inject(too_new().on_operation("CreateRole").first(3));
    sandbox.inject(Fault::not_found().on_operation("GetRole").first(2));
    let id = roles.create(&role).await.unwrap();

    sandbox.inject(too_new().on_operation("UpdateAssumeRolePolicy").first(2));
    let other = Role::builder()
        .name("late")
        .trust_policy(trust("ec2.amazonaws.com"))
        .build();
    roles.update(&id, &role, &other).await;

    sandbox.inject(
        Fault::error(409, "DeleteConflict", "still in use")
            .on_operation("DeleteRole")
            .first(2),
    );
    roles.delete(&id, &other).await.unwrap();

    sandbox.inject(too_new().on_operation("CreateRole"));
    let error = roles.create(&role).await.unwrap_err();
    assert_eq!(error.code, "MalformedPolicyDocument");
    sandbox.clear_faults();
    sandbox.inject(Fault::error(400, "MalformedPolicyDocument", "Syntax errors in policy").on_operation("CreateRole"));
    sandbox.clear_requests();
    roles.create(&role).await.unwrap_err();
    assert_eq!(sandbox.requests().len(), 1, "what can never be right is not repeated");
}

#[tokio::test]
async fn an_interrupted_create_is_found_and_finished() {
    let sandbox = Sandbox::new();
    let roles = Bench::of(&sandbox, "iam.role");
    let role = Role::builder()
        .name("half")
        .trust_policy(trust("lambda.amazonaws.com"))
        .inline_policies([("logs", allow("logs:*"))])
        .managed_policy_arns([READ_ONLY])
        .tags(owned("iam.role.main"))
        .build();
    assert!(
        roles
            .types
            .recover(&inputs(&role), &roles.call)
            .await
            .unwrap()
            .is_none()
    );
    sandbox.inject(Fault::access_denied().on_operation("AttachRolePolicy").nth(1));
    assert_eq!(roles.create(&role).await.unwrap_err().kind, ErrorKind::Denied);
    let id = roles.types.recover(&inputs(&role), &roles.call).await.unwrap().unwrap();
    roles.update(&id, &role, &role).await;

    let mut elsewhere = roles.call.clone();
    elsewhere.stack = "other".to_owned();
    assert!(
        roles.types.recover(&inputs(&role), &elsewhere).await.unwrap().is_none(),
        "not ours"
    );
}

#[test]
fn what_iam_refuses_is_refused_before() {
    let violations = |resource: &Value, info: &TypeInfo| -> Vec<String> {
        let mut found = info.schema.check(resource);
        found.extend(info.validate.check(resource));
        found.into_iter().map(|violation| violation.path).collect()
    };
    let role = Role::builder()
        .name("a role")
        .path("teams")
        .trust_policy(allow("sts:AssumeRole"))
        .max_session_duration_s(60)
        .permissions_boundary(Input::Literal("boundary".into()))
        .inline_policies([("a policy", trust("lambda.amazonaws.com"))])
        .build();
    assert_eq!(
        violations(&inputs(&role), Role::info()),
        [
            "name",
            "path",
            "permissions_boundary",
            "trust_policy.Statement[0]",
            "trust_policy.Statement[0]",
            "max_session_duration_s",
            "inline_policies.a policy.Statement[0]",
            "inline_policies.a policy.Statement[0]",
            "inline_policies.a policy",
        ]
    );
    let policy = Policy::builder()
        .name("p")
        .document(trust("lambda.amazonaws.com"))
        .build();
    assert_eq!(violations(&inputs(&policy), Policy::info()).len(), 2);
}
