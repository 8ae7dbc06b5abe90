//! Who deploys: GitHub's workflows, through a role that is bounded and may do two things: deploy these resources, and keep
//! their state.

use iac_aws::{
    cloudfront::Distribution,
    dynamodb::Table,
    iam::{OidcProvider, Policy, PolicyAttachment, Role},
    policy::{PolicyDocument, Principal, Statement},
    s3::Bucket,
};
use iac_core::{
    model::{Handle, Input, Stack},
    text,
};

use crate::{
    environments::{Environment, REPOSITORY},
    names::{NAME, named},
};

const ISSUER: &str = "token.actions.githubusercontent.com";
const AUDIENCE: &str = "sts.amazonaws.com";

/// What the role deploys to.
pub(crate) struct Deployed<'a> {
    pub frontend: &'a Handle<Bucket>,
    pub site: &'a Handle<Distribution>,
    pub tables: &'a [Handle<Table>],
}

pub(crate) fn build(stack: &mut Stack, environment: &Environment, deployed: &Deployed<'_>) {
    let github = stack.add(
        "github",
        OidcProvider::builder()
            .url(format!("https://{ISSUER}"))
            .client_ids([AUDIENCE])
            // an account has one, and may hold all three environments
            .shared(true)
            .build(),
    );
    let boundary = stack.add(
        "boundary",
        Policy::builder()
            .name(named(environment, "boundary"))
            .description("The most a deployment may do, whatever its role allows")
            .document(boundary())
            .build(),
    );
    let trust = Statement::allow()
        .principal(Principal::federated(github.arn.text()))
        .actions(["sts:AssumeRoleWithWebIdentity"])
        .condition("StringEquals", format!("{ISSUER}:aud"), [AUDIENCE])
        .condition(
            "StringLike",
            format!("{ISSUER}:sub"),
            [format!("repo:{REPOSITORY}:{}", environment.deploys_from)],
        );
    let role = stack.add(
        "deploy",
        Role::builder()
            .name(named(environment, "deploy"))
            .description("Deploys from the repository's workflows")
            .trust_policy(PolicyDocument::new().statement(trust))
            .permissions_boundary(&boundary.arn)
            .build(),
    );
    let policies = [("resources", resources(deployed)), ("state", state(environment))];
    for (name, document) in policies {
        let policy = stack.add(
            name,
            Policy::builder()
                .name(named(environment, &format!("deploy-{name}")))
                .document(document)
                .build(),
        );
        stack.add(
            name,
            PolicyAttachment::builder()
                .role(&role.name)
                .policy_arn(&policy.arn)
                .build(),
        );
        stack.output(&format!("policy_{name}"), &policy.arn);
    }
    stack.output("deploy_role", &role.arn);
}

/// Everything but what would let a deployment out of its bounds.
fn boundary() -> PolicyDocument {
    PolicyDocument::new()
        .statement(
            Statement::allow()
                .sid("Services")
                .actions([
                    "s3:*",
                    "dynamodb:*",
                    "cloudfront:*",
                    "ec2:*",
                    "iam:*",
                    "sts:GetCallerIdentity",
                ])
                .resources(["*"]),
        )
        .statement(
            Statement::deny()
                .sid("NoUsersNoKeys")
                .actions([
                    "iam:CreateUser",
                    "iam:CreateAccessKey",
                    "iam:DeleteRolePermissionsBoundary",
                    "organizations:*",
                    "account:*",
                ])
                .resources(["*"]),
        )
}

/// The policy that deploys the resources.
fn resources(deployed: &Deployed<'_>) -> PolicyDocument {
    let Deployed { frontend, site, tables } = deployed;
    let tables: Vec<Input<String>> = tables.iter().map(|table| table.arn.text()).collect();
    PolicyDocument::new()
        .statement(
            Statement::allow()
                .sid("Frontend")
                .actions(["s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
                .resources([frontend.arn.text(), text!("{}/*", frontend.arn)]),
        )
        .statement(
            Statement::allow()
                .sid("Invalidate")
                .actions([
                    "cloudfront:GetDistribution",
                    "cloudfront:CreateInvalidation",
                    "cloudfront:GetInvalidation",
                ])
                .resources([site.arn.text()]),
        )
        .statement(
            Statement::allow()
                .sid("Tables")
                .actions(["dynamodb:DescribeTable", "dynamodb:UpdateTable"])
                .resources(tables),
        )
}

/// The state policy: these permissions, and no other, are what the state backend needs.
fn state(environment: &Environment) -> PolicyDocument {
    let bucket = format!("arn:aws:s3:::{NAME}-{}-state-*", environment.name);
    PolicyDocument::new()
        .statement(
            Statement::allow()
                .sid("StateObjects")
                .actions(["s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
                .resources([bucket.clone(), format!("{bucket}/*")]),
        )
        .statement(
            Statement::allow()
                .sid("StateLock")
                .actions(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"])
                .resources([format!(
                    "arn:aws:dynamodb:*:*:table/{}",
                    named(environment, "state-lock")
                )]),
        )
}
