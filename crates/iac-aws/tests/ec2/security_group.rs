//! Security groups: made, changed, drifted, imported, interrupted and deleted.

use aws_sdk_ec2::types::{IpPermission, IpRange};
use iac_aws::ec2::{Rule, SecurityGroup};
use iac_core::model::ErrorKind;
use iac_sandbox::Fault;

use crate::{
    common::{NONE, OURS, TestEnv},
    vpc,
};

pub(crate) async fn network(env: &TestEnv) -> String {
    env.create(&vpc::plain()).await.unwrap();
    env.sandbox.clear_requests();
    env.id().to_string()
}

pub(crate) fn plain(vpc: &str) -> SecurityGroup {
    SecurityGroup::builder().name("web").vpc_id(vpc).tags(OURS).build()
}

pub(crate) fn full(vpc: &str) -> SecurityGroup {
    SecurityGroup::builder()
        .name("web")
        .description("what the web may see")
        .vpc_id(vpc)
        .ingress([
            Rule::tcp(443).from_cidr("0.0.0.0/0").description("https"),
            Rule::tcp(443).from_cidr("2001:db8::/32"),
            Rule::tcp(8000..=8080).from_self(),
            Rule::icmp_type(8).from_cidr("10.0.0.0/8"),
        ])
        .egress([Rule::tcp(443).to_anywhere(), Rule::udp(53).to_cidr("10.0.0.2/32")])
        .tags(OURS.into_iter().chain([("tier", "web")]))
        .build()
}

#[tokio::test]
async fn a_plain_group_comes_and_goes() {
    let env = TestEnv::new();
    let vpc = network(&env).await;
    let outputs = env.create(&plain(&vpc)).await.unwrap();
    assert_eq!(
        (&outputs["name"], &outputs["vpc_id"]),
        (&"web".into(), &vpc.as_str().into())
    );
    env.assert_in_sync(&plain(&vpc)).await;
    // nothing is said of egress, so what AWS gives stays
    assert_eq!(env.written(), ["CreateSecurityGroup"]);
    env.delete(&plain(&vpc)).await.unwrap();
    assert_eq!(env.read::<SecurityGroup>(&env.id(), None).await, None);
    env.delete(&plain(&vpc)).await.unwrap();
}

#[tokio::test]
async fn rules_are_made_changed_and_taken_back() {
    let env = TestEnv::new();
    let vpc = network(&env).await;
    let full = full(&vpc);
    env.create(&full).await.unwrap();
    env.assert_in_sync(&full).await;
    assert_eq!(
        env.written(),
        [
            "CreateSecurityGroup",
            "AuthorizeSecurityGroupIngress",
            "AuthorizeSecurityGroupEgress",
            "RevokeSecurityGroupEgress"
        ]
    );
    assert_eq!(env.changes(&env.id(), &full, None).await, NONE);

    let other = SecurityGroup {
        ingress: Some(vec![
            Rule::tcp(443).from_cidr("0.0.0.0/0").description("encrypted"),
            Rule::tcp(80).from_anywhere(),
            Rule::tcp(443).from_cidr("2001:db8::/32"),
        ]),
        egress: Some(vec![]),
        ..full.clone()
    };
    env.sandbox.clear_requests();
    env.update(&other, Some(&full)).await.unwrap();
    assert_eq!(
        env.written(),
        [
            "AuthorizeSecurityGroupIngress",
            "UpdateSecurityGroupRuleDescriptionsIngress",
            "RevokeSecurityGroupIngress",
            "RevokeSecurityGroupEgress"
        ]
    );
    env.assert_in_sync(&other).await;

    // what is no longer spoken of is left alone, also when something else is changed
    let silent = SecurityGroup {
        ingress: None,
        egress: None,
        tags: plain(&vpc).tags,
        ..other.clone()
    };
    env.update(&silent, Some(&other)).await.unwrap();
    env.assert_in_sync(&silent).await;
    let tags = silent.tags.clone();
    assert_eq!(
        env.changes(&env.id(), &SecurityGroup { tags, ..other }, None).await,
        NONE
    );
}

#[tokio::test]
async fn the_order_and_the_spelling_of_rules_do_not_matter() {
    let env = TestEnv::new();
    let vpc = network(&env).await;
    let group = full(&vpc);
    env.create(&group).await.unwrap();
    let mut turned = group.clone();
    turned.ingress.as_mut().unwrap().reverse();
    turned.egress.as_mut().unwrap()[0].protocol = "6".into();
    assert_eq!(env.changes(&env.id(), &turned, Some(&group)).await, NONE);
}

#[tokio::test]
async fn a_rule_made_by_hand_is_drift_where_rules_are_declared() {
    let env = TestEnv::new();
    let vpc = network(&env).await;
    let group = SecurityGroup {
        ingress: Some(vec![]),
        ..plain(&vpc)
    };
    env.create(&group).await.unwrap();
    let permission = |builder: aws_sdk_ec2::types::builders::IpPermissionBuilder| {
        builder
            .ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").build())
            .build()
    };
    let ssh = permission(IpPermission::builder().ip_protocol("tcp").from_port(22).to_port(22));
    let authorize = env.ec2().authorize_security_group_ingress().group_id(env.id().as_str());
    authorize.ip_permissions(ssh).send().await.unwrap();
    assert_eq!(env.changes(&env.id(), &group, Some(&group)).await, ["ingress"]);
    assert_eq!(env.changes(&env.id(), &plain(&vpc), Some(&plain(&vpc))).await, NONE);
    env.update(&group, Some(&group)).await.unwrap();
    env.assert_in_sync(&group).await;
}

#[tokio::test]
async fn a_group_is_made_once_whatever_happens() {
    for fault in [
        Fault::response_lost(),
        Fault::timeout_after_effect(),
        Fault::throttling(),
    ] {
        let env = TestEnv::new();
        let vpc = network(&env).await;
        env.sandbox.inject(fault.on_operation("CreateSecurityGroup").nth(1));
        env.create(&full(&vpc)).await.unwrap();
        env.assert_in_sync(&full(&vpc)).await;
        assert_eq!(env.recover(&full(&vpc)).await, Some(env.id()));
        assert_eq!(env.attempt("another").recover(&full(&vpc)).await, None);
    }
}

#[tokio::test]
async fn a_half_made_group_is_finished() {
    for operation in [
        "AuthorizeSecurityGroupIngress",
        "AuthorizeSecurityGroupEgress",
        "RevokeSecurityGroupEgress",
    ] {
        let env = TestEnv::new();
        let vpc = network(&env).await;
        env.sandbox
            .inject(Fault::access_denied().on_operation(operation).nth(1));
        let error = env.create(&full(&vpc)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Denied);
        env.update(&full(&vpc), None).await.unwrap();
        env.assert_in_sync(&full(&vpc)).await;
    }
}

#[tokio::test]
async fn stale_reads_are_looked_at_again() {
    let env = TestEnv::new();
    let vpc = network(&env).await;
    let duplicate = Fault::error(400, "InvalidPermission.Duplicate", "already exists");
    env.sandbox
        .inject(duplicate.on_operation("AuthorizeSecurityGroupIngress").nth(1));
    let gone = Fault::error(400, "InvalidPermission.NotFound", "does not exist");
    env.sandbox
        .inject(gone.on_operation("RevokeSecurityGroupEgress").nth(1));
    let unknown = Fault::error(400, "InvalidGroup.NotFound", "does not exist");
    env.sandbox
        .inject(unknown.on_operation("AuthorizeSecurityGroupEgress").first(2));
    env.create(&full(&vpc)).await.unwrap();
    env.assert_in_sync(&full(&vpc)).await;
}

#[tokio::test]
async fn without_room_for_old_and_new_rules_the_old_ones_go_first() {
    let env = TestEnv::new();
    let vpc = network(&env).await;
    let group = full(&vpc);
    env.create(&group).await.unwrap();
    let other = SecurityGroup {
        ingress: Some(vec![Rule::tcp(80).from_anywhere()]),
        ..group.clone()
    };
    let full_up = Fault::error(400, "RulesPerSecurityGroupLimitExceeded", "too many");
    env.sandbox
        .inject(full_up.on_operation("AuthorizeSecurityGroupIngress").nth(1));
    env.sandbox.clear_requests();
    env.update(&other, Some(&group)).await.unwrap();
    env.assert_in_sync(&other).await;
    assert_eq!(
        env.written(),
        [
            "AuthorizeSecurityGroupIngress",
            "RevokeSecurityGroupIngress",
            "AuthorizeSecurityGroupIngress"
        ]
    );
}

#[tokio::test]
async fn a_name_that_is_taken_is_not_adopted() {
    let env = TestEnv::new();
    let vpc = network(&env).await;
    env.create(&plain(&vpc)).await.unwrap();
    let error = env.attempt("another").create(&plain(&vpc)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists);
    assert!(error.hints[0].contains("import"));
}

#[tokio::test]
async fn a_group_that_others_refer_to_stays_unless_told() {
    let env = TestEnv::new();
    let vpc = network(&env).await;
    env.create(&plain(&vpc)).await.unwrap();
    let wanted = env.id();
    let referring = SecurityGroup {
        name: Some("app".into()),
        ingress: Some(vec![
            Rule::tcp(80).from_group(wanted.as_str()),
            Rule::tcp(22).from_cidr("10.0.0.0/8"),
        ]),
        egress: Some(vec![Rule::all().to_group(wanted.as_str())]),
        ..plain(&vpc)
    };
    let app = env.attempt("another");
    app.create(&referring).await.unwrap();
    app.assert_in_sync(&referring).await;
    let referring_id = env.id();

    env.adopt(&wanted);
    let error = env.delete(&plain(&vpc)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Conflict);
    assert_eq!(
        error.hints,
        [
            format!(
                "rules of `{}` refer to this group: take them away first",
                referring_id.as_str()
            ),
            "with `revoke_rules_on_delete` such rules are taken away before the group is deleted".to_owned()
        ]
    );
    let told = SecurityGroup {
        revoke_rules_on_delete: true,
        ..plain(&vpc)
    };
    env.delete(&told).await.unwrap();
    assert_eq!(env.read::<SecurityGroup>(&wanted, None).await, None);
}
