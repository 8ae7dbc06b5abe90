//! `ec2.security_group_ingress_rule`.

use aws_sdk_ec2::types::{SecurityGroupRuleRequest, SecurityGroupRuleUpdate, Tag};
use iac_aws::ec2::{Rule, SecurityGroup, SecurityGroupIngressRule};
use iac_core::model::{Handle, Stack};

use crate::harness::Lifecycle;

fn group(stack: &mut Stack, name: &str) -> Handle<SecurityGroup> {
    stack.add(name, SecurityGroup::builder().build())
}

fn minimal(stack: &mut Stack) -> SecurityGroupIngressRule {
    let web = group(stack, "web");
    SecurityGroupIngressRule::of(&web.id, Rule::all().from_self())
}

fn full(stack: &mut Stack) -> SecurityGroupIngressRule {
    let (web, database) = (group(stack, "web"), group(stack, "database"));
    SecurityGroupIngressRule::builder()
        .security_group_id(&database.id)
        .protocol("tcp")
        .from_port(5432)
        .to_port(5433)
        .group_id(&web.id)
        .description("from the web")
        .tags([("a", "1"), ("b", "2")])
        .build()
}

lifecycle!(
    SecurityGroupIngressRule,
    Lifecycle::new("AuthorizeSecurityGroupIngress", minimal, full)
        .update("from_port", |rule| rule.from_port = Some(5400))
        .update("to_port", |rule| rule.to_port = Some(5500))
        .update("protocol", |rule| rule.protocol = "udp".into())
        .update("description", |rule| rule.description = Some("the web".into()))
        .update("tags", |rule| rule.tags = [("b".to_owned(), "3".into()), ("c".to_owned(), "4".into())].into())
        .replace_with("security_group_id", |rule, stack| {
            let other = group(stack, "other");
            rule.security_group_id = (&other.id).into();
        })
        .replace("cidr, group_id", |rule| {
            rule.group_id = None;
            rule.cidr = Some("10.0.0.0/8".into());
        })
        .replace("group_id, prefix_list_id", |rule| {
            rule.group_id = None;
            rule.prefix_list_id = Some("pl-0a1b2c3d".into());
        })
        .replace("group_id, itself", |rule| {
            rule.group_id = None;
            rule.itself = true;
        })
        .except("group_owner", "the AWS in the process has one account")
        .drift("to_port", |config, id| async move {
            let ec2 = aws_sdk_ec2::Client::new(&config);
            let rules = ec2.describe_security_group_rules().security_group_rule_ids(&id);
            let rules = rules.send().await.unwrap();
            let rule = &rules.security_group_rules()[0];
            let source = rule.referenced_group_info().unwrap().group_id().unwrap();
            let wider = SecurityGroupRuleRequest::builder().ip_protocol("tcp").from_port(5432);
            let wider = wider.to_port(6000).referenced_group_id(source).build();
            let update = SecurityGroupRuleUpdate::builder().security_group_rule_id(&id);
            let modify = ec2.modify_security_group_rules().group_id(rule.group_id().unwrap());
            let modify = modify.security_group_rules(update.security_group_rule(wider).build());
            modify.send().await.unwrap();
        })
        .drift("tags", |config, id| async move {
            let ec2 = aws_sdk_ec2::Client::new(&config);
            let tag = Tag::builder().key("a").build();
            ec2.delete_tags().resources(id).tags(tag).send().await.unwrap();
        })
);
