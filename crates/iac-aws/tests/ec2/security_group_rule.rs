//! Rules of security groups by id: made once, told apart from others', waited for; groups that refer to each other.

use std::sync::Arc;

use iac_aws::{
    Aws, AwsConfig,
    ec2::{Rule, SecurityGroup, SecurityGroupEgressRule, SecurityGroupIngressRule},
};
use iac_core::{
    model::{ErrorKind, Hint, RemoteId, Stack},
    plan::Mode,
};
use iac_sandbox::{Fault, Sandbox};

use crate::{
    common::{Alteration, Answer, Engine, NONE, OURS, REGION, TestEnv},
    security_group,
};

/// A group, and a rule of it.
async fn rule(env: &TestEnv) -> SecurityGroupIngressRule {
    let vpc = security_group::network(env).await;
    env.create(&security_group::plain(&vpc)).await.unwrap();
    let rule = Rule::tcp(443).from_anywhere().description("https");
    SecurityGroupIngressRule {
        tags: OURS.map(|(key, value)| (key.to_owned(), value.into())).into(),
        ..SecurityGroupIngressRule::of(env.id().as_str(), rule)
    }
}

#[tokio::test]
async fn a_rule_is_made_once_whatever_happens() {
    for fault in [
        Fault::response_lost(),
        Fault::timeout_after_effect(),
        Fault::throttling(),
    ] {
        let env = TestEnv::new();
        let rule = rule(&env).await;
        env.sandbox
            .inject(fault.on_operation("AuthorizeSecurityGroupIngress").nth(1));
        env.create(&rule).await.unwrap();
        env.assert_in_sync(&rule).await;
        assert_eq!(env.recover(&rule).await, Some(env.id()));
        assert_eq!(env.attempt("another").recover(&rule).await, None);
    }
}

#[tokio::test]
async fn an_answer_that_was_lost_below_is_found_behind_the_refusal() {
    let env = TestEnv::new();
    let rule = rule(&env).await;
    env.create(&rule).await.unwrap();
    let made = env.id();
    // the same request again is refused, since the rule is there
    env.create(&rule).await.unwrap();
    assert_eq!(env.id(), made);
}

#[tokio::test]
async fn a_rule_of_others_is_not_adopted() {
    let env = TestEnv::new();
    let rule = rule(&env).await;
    env.create(&rule).await.unwrap();
    let error = env.attempt("another").create(&rule).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists);
    assert!(error.hints[0].contains("import that rule"), "{error:?}");
}

#[tokio::test]
async fn a_rule_of_the_other_direction_is_not_imported() {
    let env = TestEnv::new();
    let rule = rule(&env).await;
    env.create(&rule).await.unwrap();
    let rules = env.ec2().describe_security_group_rules().send().await.unwrap();
    let outgoing = rules
        .security_group_rules()
        .iter()
        .find(|rule| rule.is_egress() == Some(true));
    let outgoing = outgoing.and_then(|rule| rule.security_group_rule_id()).unwrap();
    let error = env.try_read::<SecurityGroupIngressRule>(&RemoteId::new(outgoing)).await;
    let error = error.unwrap_err();
    assert!(error.hints[0].contains("ec2.security_group_egress_rule"), "{error:?}");
}

#[tokio::test]
async fn a_group_that_is_not_known_yet_is_waited_for() {
    let env = TestEnv::new();
    let rule = rule(&env).await;
    let unknown = Fault::error(400, "InvalidGroup.NotFound", "The security group does not exist");
    env.sandbox
        .inject(unknown.on_operation("AuthorizeSecurityGroupIngress").first(4));
    env.create(&rule).await.unwrap();
    env.assert_in_sync(&rule).await;
}

#[tokio::test]
async fn a_deleted_rule_is_waited_for_until_it_is_gone() {
    let env = TestEnv::new();
    let rule = rule(&env).await;
    env.create(&rule).await.unwrap();
    let late = Alteration::new("DescribeSecurityGroupRules", 2, 3, Answer::Earlier);
    let stale = env.altered([&late]);
    assert!(stale.read::<SecurityGroupIngressRule>(&env.id(), None).await.is_some());
    stale.delete(&rule).await.unwrap();
    assert_eq!(late.seen(), 5);
}

/// The web and its database: each group's rules refer to the other one.
fn web_and_database(description: &str) -> Stack {
    let mut stack = Stack::new("shop", "dev");
    let web = SecurityGroup::builder().description(description).build();
    let web = stack.add("web", web);
    let database = stack.add("database", SecurityGroup::builder().egress([]).build());
    let to_database = Rule::tcp(5432).to_group(&database.id);
    stack.add("to_database", SecurityGroupEgressRule::of(&web.id, to_database));
    let from_web = Rule::tcp(5432).from_group(&web.id);
    stack.add("from_web", SecurityGroupIngressRule::of(&database.id, from_web));
    stack
}

async fn sandbox() -> (Sandbox, Engine) {
    let sandbox = Sandbox::new();
    let config = AwsConfig::builder()
        .region(REGION)
        .allowed_accounts([sandbox.account_id()])
        .http_client(sandbox.http_client())
        .build();
    let aws = Arc::new(Aws::connect(&config).await.unwrap());
    (sandbox, Engine::new(&aws))
}

async fn run(engine: &Engine, stack: &Stack, mode: Mode) {
    let report = engine.run(stack, mode).await.unwrap();
    assert!(report.is_success(), "{report:#?}");
}

#[tokio::test]
async fn groups_that_refer_to_each_other_are_deployed_replaced_and_destroyed() {
    let (sandbox, engine) = sandbox().await;
    let stack = web_and_database("web");
    run(&engine, &stack, Mode::Normal).await;
    assert_eq!(engine.actions(&stack).await, NONE);

    // one that is referred to cannot be deleted: with a generated name its replacement is made first
    let changed = web_and_database("the web");
    let symbol = "+/-";
    assert!(
        engine
            .actions(&changed)
            .await
            .contains(&format!("{symbol} ec2.security_group.web")),
        "{:?}",
        engine.actions(&changed).await
    );
    run(&engine, &changed, Mode::Normal).await;
    assert_eq!(engine.actions(&changed).await, NONE);

    run(&engine, &changed, Mode::Destroy).await;
    assert!(sandbox.is_empty(), "{:?}", sandbox.inventory());
}

#[tokio::test]
async fn a_group_with_a_name_of_its_own_goes_first_unless_told() {
    let (_sandbox, engine) = sandbox().await;
    let stack = |description: &str| {
        let mut stack = Stack::new("shop", "dev");
        stack.add(
            "web",
            SecurityGroup::builder().name("web").description(description).build(),
        );
        stack
    };
    run(&engine, &stack("web"), Mode::Normal).await;
    assert_eq!(engine.actions(&stack("the web")).await, ["-/+ ec2.security_group.web"]);
}

#[test]
fn a_rule_beside_those_within_the_group_is_refused_before_anything_is_called() {
    let mut stack = Stack::new("shop", "dev");
    let web = SecurityGroup::builder()
        .ingress([Rule::tcp(80).from_anywhere()])
        .build();
    let web = stack.add("web", web);
    let egress = SecurityGroupEgressRule::of(&web.id, Rule::all().to_self());
    stack.add("out", egress);
    assert_eq!(stack.errors(), []);
    stack.add(
        "https",
        SecurityGroupIngressRule::of(&web.id, Rule::tcp(443).from_anywhere()),
    );
    let errors = stack.errors();
    assert_eq!(errors.len(), 1);
    let told = errors[0].to_string();
    assert!(
        told.starts_with(
            "ec2.security_group_ingress_rule.https: ec2.security_group.web says in `ingress` all there is"
        ),
        "{told}"
    );
    assert!(errors[0].hints()[0].contains("leave `ingress` of ec2.security_group.web unset"));
}
