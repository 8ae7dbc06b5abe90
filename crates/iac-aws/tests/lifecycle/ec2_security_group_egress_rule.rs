//! `ec2.security_group_egress_rule`.

use aws_sdk_ec2::types::SecurityGroupRuleDescription;
use iac_aws::ec2::{Rule, SecurityGroup, SecurityGroupEgressRule};
use iac_core::model::{Handle, Stack};

use crate::harness::Lifecycle;

fn group(stack: &mut Stack, name: &str) -> Handle<SecurityGroup> {
    stack.add(name, SecurityGroup::builder().build())
}

fn minimal(stack: &mut Stack) -> SecurityGroupEgressRule {
    let web = group(stack, "web");
    SecurityGroupEgressRule::of(&web.id, Rule::icmp().to_cidr("10.0.0.0/8"))
}

fn full(stack: &mut Stack) -> SecurityGroupEgressRule {
    let web = group(stack, "web");
    SecurityGroupEgressRule::builder()
        .security_group_id(&web.id)
        .protocol("icmp")
        .from_port(8)
        .to_port(0)
        .cidr("2001:db8::/32")
        .description("echo")
        .tags([("a", "1")])
        .build()
}

lifecycle!(
    SecurityGroupEgressRule,
    Lifecycle::new("AuthorizeSecurityGroupEgress", minimal, full)
        .update("from_port, to_port", |rule| {
            rule.from_port = Some(128);
            rule.to_port = None;
        })
        .update("protocol", |rule| rule.protocol = "icmpv6".into())
        .update("description", |rule| rule.description = None)
        .update("tags", |rule| rule.tags = [("b".to_owned(), "3".into())].into())
        .replace("cidr", |rule| rule.cidr = Some("2001:db8:1::/48".into()))
        .replace_with("security_group_id", |rule, stack| {
            let other = group(stack, "other");
            rule.security_group_id = (&other.id).into();
        })
        .replace_with("cidr, group_id", |rule, stack| {
            let other = group(stack, "other");
            rule.cidr = None;
            rule.group_id = Some((&other.id).into());
        })
        .replace("cidr, prefix_list_id", |rule| {
            rule.cidr = None;
            rule.prefix_list_id = Some("pl-0a1b2c3d".into());
        })
        .replace("cidr, itself", |rule| {
            rule.cidr = None;
            rule.itself = true;
        })
        .except("group_owner", "the AWS in the process has one account")
        .drift("description", |config, id| async move {
            let ec2 = aws_sdk_ec2::Client::new(&config);
            let rules = ec2.describe_security_group_rules().security_group_rule_ids(&id);
            let rules = rules.send().await.unwrap();
            let group = rules.security_group_rules()[0].group_id().unwrap().to_owned();
            let text = SecurityGroupRuleDescription::builder().security_group_rule_id(&id);
            let text = text.description("by hand").build();
            let update = ec2.update_security_group_rule_descriptions_egress().group_id(group);
            update.security_group_rule_descriptions(text).send().await.unwrap();
        })
);
