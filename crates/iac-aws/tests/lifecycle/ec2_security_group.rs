//! `ec2.security_group`.

use aws_sdk_ec2::types::{IpPermission, IpRange, Tag};
use iac_aws::ec2::{Rule, SecurityGroup, Vpc};
use iac_core::model::{Handle, Stack};

use crate::harness::Lifecycle;

fn network(stack: &mut Stack, name: &str) -> Handle<Vpc> {
    stack.add(name, Vpc::builder().cidr_block("10.0.0.0/16").build())
}

fn minimal(_: &mut Stack) -> SecurityGroup {
    SecurityGroup::builder().build()
}

fn full(stack: &mut Stack) -> SecurityGroup {
    let vpc = network(stack, "main");
    let clients = SecurityGroup::builder().vpc_id(&vpc.id).build();
    let clients = stack.add("clients", clients);
    SecurityGroup::builder()
        .name("full")
        .description("What the web may see")
        .vpc_id(&vpc.id)
        .ingress([
            Rule::tcp(443).from_anywhere().description("https"),
            Rule::tcp(443).from_cidr("2001:db8::/32"),
            Rule::tcp(5432).from_group(&clients.id).description("clients"),
            Rule::tcp(8000..=8080).from_self(),
            Rule::icmp_type(8).from_cidr(&vpc.cidr_block),
        ])
        .egress([
            Rule::tcp(443).to_anywhere(),
            Rule::udp(53).to_cidr("10.0.0.2/32"),
            Rule::all().to_anywhere_ipv6(),
        ])
        .revoke_rules_on_delete(true)
        .tags([("a", "1"), ("b", "2")])
        .build()
}

lifecycle!(
    SecurityGroup,
    Lifecycle::new("CreateSecurityGroup", minimal, full)
        .update("ingress", |group| {
            group.ingress = Some(vec![
                Rule::tcp(443).from_anywhere().description("encrypted"),
                Rule::tcp(80).from_anywhere(),
                Rule::tcp(8000..=8080).from_self().description("peers"),
            ]);
        })
        .update("ingress", |group| group.ingress = Some(vec![]))
        .update("egress", |group| group.egress = Some(vec![Rule::all().to_anywhere()]))
        .update("egress", |group| group.egress = Some(vec![]))
        .update("tags", |group| group.tags = [("b".to_owned(), "3".into()), ("c".to_owned(), "4".into())].into())
        .replace("name", |group| group.name = Some("other".into()))
        .replace("description", |group| group.description = "another".into())
        .replace_with("vpc_id", |group, stack| {
            let other = network(stack, "other");
            group.vpc_id = Some((&other.id).into());
            group.ingress = Some(vec![Rule::tcp(443).from_anywhere()]);
        })
        .drift("ingress", |config, id| async move {
            let anywhere = IpRange::builder().cidr_ip("0.0.0.0/0").build();
            let ssh = IpPermission::builder().ip_protocol("tcp").from_port(22).to_port(22);
            let ec2 = aws_sdk_ec2::Client::new(&config);
            let authorize = ec2.authorize_security_group_ingress().group_id(id);
            let authorize = authorize.ip_permissions(ssh.ip_ranges(anywhere).build());
            authorize.send().await.unwrap();
        })
        .drift("egress", |config, id| async move {
            let anywhere = IpRange::builder().cidr_ip("0.0.0.0/0").build();
            let https = IpPermission::builder().ip_protocol("tcp").from_port(443).to_port(443);
            let ec2 = aws_sdk_ec2::Client::new(&config);
            let revoke = ec2.revoke_security_group_egress().group_id(id);
            let revoke = revoke.ip_permissions(https.ip_ranges(anywhere).build());
            revoke.send().await.unwrap();
        })
        .drift("tags", |config, id| async move {
            let ec2 = aws_sdk_ec2::Client::new(&config);
            let tag = Tag::builder().key("a").build();
            ec2.delete_tags().resources(id).tags(tag).send().await.unwrap();
        })
);
