//! The stack of aws-gpu-spot-monitor, and what an update and a replacement make of it.

use iac_aws::{
    cloudfront::{CachePolicy, Distribution, ErrorResponse, OriginAccessControl, PriceClass},
    dynamodb::{Billing, StreamView, Table, TableClass},
    ec2::{Rule, SecurityGroup, Subnet, Vpc},
    iam::{OidcProvider, Policy, Role},
    policy::{Principal, Statement},
    s3::{Bucket, BucketPolicy, LifecycleRule, Versioning},
};
use iac_core::{model::Stack, plan::Mode};
use stacks::environments::Environment;

use super::way::Way;

fn built(environment: &Environment) -> Stack {
    let mut stack = Stack::new(stacks::NAME, "dev");
    stacks::build(&mut stack, environment);
    stack
}

fn environment() -> Environment {
    Environment {
        billing: Billing::provisioned(5, 5),
        ..Environment::dev()
    }
}

/// From nothing to everything.
pub(crate) fn create() -> Way {
    Way {
        name: "create",
        before: Vec::new(),
        stack: built(&environment()),
        mode: Mode::Normal,
        stale_reads: 0,
    }
}

/// From everything to nothing.
pub(crate) fn destroy() -> Way {
    Way {
        name: "destroy",
        before: vec![built(&environment())],
        stack: built(&environment()),
        mode: Mode::Destroy,
        stale_reads: 0,
    }
}

/// Something that can change in place, in everything that has such a thing.
pub(crate) fn update() -> Way {
    let mut stack = built(&Environment {
        billing: Billing::provisioned(9, 7),
        keeps_data: true,
        deploys_from: "ref:refs/heads/main",
        ..environment()
    });
    update_network(&mut stack);
    update_storage(&mut stack);
    update_edge(&mut stack);
    update_identity(&mut stack);
    Way {
        name: "update",
        before: vec![built(&environment())],
        stack,
        mode: Mode::Normal,
        stale_reads: 0,
    }
}

fn update_network(stack: &mut Stack) {
    stack.alter::<Vpc>("main", |vpc, _| {
        vpc.enable_dns_hostnames = false;
        vpc.tags.insert("cost-center".to_owned(), "7".into());
    });
    for name in ["a", "b"] {
        stack.alter::<Subnet>(name, |subnet, _| {
            subnet.map_public_ip_on_launch = false;
            subnet.tags.insert("Name".to_owned(), "changed".into());
        });
    }
    stack.alter::<SecurityGroup>("workers", |group, _| {
        let rules = group.egress.get_or_insert_default();
        rules.remove(0);
        rules.push(Rule::tcp(8443).to_anywhere().description("another registry"));
        group.tags.insert("reviewed".to_owned(), "yes".into());
    });
}

fn update_storage(stack: &mut Stack) {
    stack.alter::<Table>("alerts", |table, _| {
        table.ttl_attribute = None;
        table.stream = Some(StreamView::NewImage);
    });
    stack.alter::<Table>("instances", |table, _| {
        table.table_class = TableClass::InfrequentAccess;
        table.tags.insert("owner".to_owned(), "spot".into());
    });
    stack.alter::<Bucket>("frontend", |bucket, _| {
        bucket.versioning = Versioning::Suspended;
        bucket.lifecycle_rules.remove("logs");
        let drafts = LifecycleRule::builder().prefix("drafts/").expire_after_days(3).build();
        bucket.lifecycle_rules.insert("drafts".to_owned(), drafts);
        bucket.intelligent_tiering.clear();
        bucket.tags.insert("public".to_owned(), "no".into());
    });
}

fn update_edge(stack: &mut Stack) {
    stack.alter::<OriginAccessControl>("frontend", |access, _| {
        access.description = Some("another description".into());
    });
    stack.alter::<CachePolicy>("frontend", |policy, _| {
        policy.default_ttl_s = 60;
        policy.brotli = false;
    });
    stack.alter::<Distribution>("frontend", |site, _| {
        site.price_class = PriceClass::Class200;
        site.error_responses
            .insert(500, ErrorResponse::page("/error.html", 500));
        site.tags.insert("tier".to_owned(), "edge".into());
    });
    stack.alter::<BucketPolicy>("frontend", |policy, _| {
        let statement = Statement::deny()
            .sid("NoDrafts")
            .principal(Principal::Anyone)
            .actions(["s3:GetObject"])
            .resources(["arn:aws:s3:::aws-gpu-spot-monitor-dev-other/drafts/*"]);
        let first = std::mem::take(&mut policy.policy);
        policy.policy = first.statement(statement);
    });
}

fn update_identity(stack: &mut Stack) {
    stack.alter::<OidcProvider>("github", |provider, _| {
        provider.client_ids.push("sts.amazonaws.com.cn".into());
        provider.tags.insert("issuer".to_owned(), "github".into());
    });
    stack.alter::<Role>("deploy", |role, _| {
        role.description = Some("Deploys, and says so".into());
        role.max_session_duration_s = 7200;
        role.tags.insert("reviewed".to_owned(), "yes".into());
    });
    for name in ["boundary", "resources", "state"] {
        stack.alter::<Policy>(name, |policy, _| {
            let statement = Statement::deny()
                .sid("NoKeys")
                .actions(["kms:ScheduleKeyDeletion"])
                .resources(["*"]);
            let first = std::mem::take(&mut policy.document);
            policy.document = first.statement(statement);
            policy.tags.insert("reviewed".to_owned(), "yes".into());
        });
    }
}

/// Another network, other names and keys: most objects make place for others, old ones first or new ones first.
pub(crate) fn replace() -> Way {
    let mut stack = built(&Environment {
        name: "dev-b",
        network: "10.11",
        ..environment()
    });
    // new first, and with it everything it stands on: the network; the provider and the boundary
    stack.alter::<SecurityGroup>("workers", |_, marks| marks.create_before_delete = true);
    stack.alter::<Role>("deploy", |_, marks| marks.create_before_delete = true);
    stack.alter::<Table>("instances", |_, marks| marks.create_before_delete = true);
    stack.alter::<Bucket>("frontend", |bucket, _| {
        bucket.bucket = Some("aws-gpu-spot-monitor-dev-moved".into());
    });
    Way {
        name: "replace",
        before: vec![built(&environment())],
        stack,
        mode: Mode::Normal,
        stale_reads: 0,
    }
}
