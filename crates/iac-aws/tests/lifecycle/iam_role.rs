//! `iam.role`.

use iac_aws::{
    iam::Role,
    policy::{PolicyDocument, Principal, Statement},
};
use iac_core::model::Stack;

use crate::harness::Lifecycle;

pub(crate) const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
pub(crate) const VIEW_ONLY: &str = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess";

pub(crate) fn allow(action: &str) -> PolicyDocument {
    PolicyDocument::new().statement(Statement::allow().actions([action]).resources(["*"]))
}

fn trust(service: &str) -> PolicyDocument {
    PolicyDocument::new().statement(
        Statement::allow()
            .principal(Principal::service(service))
            .actions(["sts:AssumeRole"]),
    )
}

fn minimal(_: &mut Stack) -> Role {
    Role::builder().trust_policy(trust("lambda.amazonaws.com")).build()
}

fn full(_: &mut Stack) -> Role {
    Role::builder()
        .name("full")
        .path("/teams/web/")
        .trust_policy(trust("ec2.amazonaws.com"))
        .description("Ünïcode, 100% & more")
        .max_session_duration_s(7200)
        .permissions_boundary("arn:aws:iam::aws:policy/PowerUserAccess")
        .inline_policies([("logs", allow("logs:PutLogEvents")), ("read", allow("s3:GetObject"))])
        .exclusive_inline_policies(true)
        .managed_policy_arns([READ_ONLY])
        .exclusive_managed_policies(true)
        .force_detach(true)
        .tags([("a", "1"), ("b", "2")])
        .build()
}

lifecycle!(
    Role,
    Lifecycle::new("CreateRole", minimal, full)
        .update("trust_policy", |role| role.trust_policy = trust("states.amazonaws.com"))
        .update("description", |role| role.description = Some("another".into()))
        .update("max_session_duration_s", |role| role.max_session_duration_s = 43200)
        .update("permissions_boundary", |role| role.permissions_boundary = Some(VIEW_ONLY.into()))
        .update("inline_policies", |role| {
            role.inline_policies = [
                ("logs".to_owned(), allow("logs:*")),
                ("write".to_owned(), allow("s3:PutObject")),
            ]
            .into();
        })
        .update("managed_policy_arns", |role| role.managed_policy_arns = vec![VIEW_ONLY.into()])
        .update("tags", |role| role.tags = [("b".to_owned(), "3".into()), ("c".to_owned(), "4".into())].into())
        .replace("name", |role| role.name = Some("other".into()))
        .replace("path", |role| role.path = "/".into())
        .drift("description", |config, id| async move {
            let iam = aws_sdk_iam::Client::new(&config);
            let update = iam.update_role().role_name(id).description("by hand");
            update.max_session_duration(7200).send().await.unwrap();
        })
        .drift("managed_policy_arns", |config, id| async move {
            let iam = aws_sdk_iam::Client::new(&config);
            let attach = iam.attach_role_policy().role_name(id).policy_arn(VIEW_ONLY);
            attach.send().await.unwrap();
        })
        .drift("inline_policies", |config, id| async move {
            let iam = aws_sdk_iam::Client::new(&config);
            let delete = iam.delete_role_policy().role_name(id).policy_name("logs");
            delete.send().await.unwrap();
        })
        .drift("tags", |config, id| async move {
            let iam = aws_sdk_iam::Client::new(&config);
            iam.untag_role().role_name(id).tag_keys("a").send().await.unwrap();
        })
);
