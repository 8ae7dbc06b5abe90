//! EC2 networking: VPCs, subnets, security groups and rules before and after a reload, and refusals.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::*;

use crate::common::{code, config, config_in, reloaded};
use iac_sandbox::Sandbox;

fn tagged(kind: ResourceType, value: &str) -> TagSpecification {
    TagSpecification::builder()
        .resource_type(kind)
        .tags(Tag::builder().key("Name").value(value).build())
        .build()
}

fn named(name: &str, value: &str) -> Filter {
    Filter::builder().name(name).values(value).build()
}

async fn vpc(ec2: &Client) -> String {
    let made = ec2
        .create_vpc()
        .cidr_block("10.0.0.0/16")
        .amazon_provided_ipv6_cidr_block(true)
        .tag_specifications(tagged(ResourceType::Vpc, "größe"))
        .send()
        .await
        .unwrap();
    made.vpc().unwrap().vpc_id().unwrap().to_owned()
}

fn tcp(port: i32) -> IpPermission {
    IpPermission::builder()
        .ip_protocol("6")
        .from_port(port)
        .to_port(port)
        .ip_ranges(IpRange::builder().cidr_ip("10.0.0.1/8").description("inside").build())
        .ipv6_ranges(Ipv6Range::builder().cidr_ipv6("::/0").build())
        .build()
}

async fn read_all(ec2: &Client) -> Vec<String> {
    vec![
        format!("{:?}", ec2.describe_vpcs().send().await.unwrap()),
        format!("{:?}", ec2.describe_subnets().send().await.unwrap()),
        format!("{:?}", ec2.describe_security_groups().send().await.unwrap()),
        format!("{:?}", ec2.describe_security_group_rules().send().await.unwrap()),
        format!("{:?}", ec2.describe_route_tables().send().await.unwrap()),
        format!("{:?}", ec2.describe_network_acls().send().await.unwrap()),
        format!("{:?}", ec2.describe_tags().send().await.unwrap()),
    ]
}

#[tokio::test]
async fn a_network_survives_a_reload() {
    let sandbox = Sandbox::new();
    let ec2 = Client::new(&config(&sandbox));
    let vpc = vpc(&ec2).await;
    ec2.modify_vpc_attribute()
        .vpc_id(&vpc)
        .enable_dns_hostnames(AttributeBooleanValue::builder().value(true).build())
        .send()
        .await
        .unwrap();
    let got = ec2.describe_vpcs().vpc_ids(&vpc).send().await.unwrap();
    let got = &got.vpcs()[0];
    assert_eq!(got.state(), Some(&VpcState::Available));
    assert_eq!(got.tags()[0].value(), Some("größe"));
    let block = got.ipv6_cidr_block_association_set()[0].ipv6_cidr_block().unwrap();
    let subnet = ec2
        .create_subnet()
        .vpc_id(&vpc)
        .cidr_block("10.0.1.0/24")
        .ipv6_cidr_block(block.replace("/56", "/64"))
        .availability_zone("eu-west-1b")
        .tag_specifications(tagged(ResourceType::Subnet, "s"))
        .send()
        .await
        .unwrap();
    let subnet = subnet.subnet().unwrap().subnet_id().unwrap().to_owned();
    for attribute in ["public", "ipv6", "dns"] {
        let on = AttributeBooleanValue::builder().value(true).build();
        let modify = ec2.modify_subnet_attribute().subnet_id(&subnet);
        let modify = match attribute {
            "public" => modify.map_public_ip_on_launch(on),
            "ipv6" => modify.assign_ipv6_address_on_creation(on),
            _ => modify.enable_resource_name_dns_a_record_on_launch(on),
        };
        modify.send().await.unwrap();
    }
    let group = ec2
        .create_security_group()
        .group_name("web")
        .description("serves the web")
        .vpc_id(&vpc)
        .send()
        .await
        .unwrap();
    let group = group.group_id().unwrap().to_owned();
    ec2.authorize_security_group_ingress()
        .group_id(&group)
        .ip_permissions(tcp(443))
        .send()
        .await
        .unwrap();
    let before = read_all(&ec2).await;
    let sandbox = reloaded(&sandbox);
    let ec2 = Client::new(&config(&sandbox));
    assert_eq!(read_all(&ec2).await, before);
    let hostnames = ec2
        .describe_vpc_attribute()
        .vpc_id(&vpc)
        .attribute(VpcAttributeName::EnableDnsHostnames)
        .send()
        .await
        .unwrap();
    assert_eq!(hostnames.enable_dns_hostnames().unwrap().value(), Some(true));
    let got = ec2.describe_subnets().subnet_ids(&subnet).send().await.unwrap();
    let got = &got.subnets()[0];
    assert_eq!(got.map_public_ip_on_launch(), Some(true));
    assert_eq!(got.assign_ipv6_address_on_creation(), Some(true));
    assert_eq!(got.availability_zone_id(), Some("euw1-az2"));
    assert_eq!(got.available_ip_address_count(), Some(251));
    let dns = got.private_dns_name_options_on_launch().unwrap();
    assert_eq!(dns.enable_resource_name_dns_a_record(), Some(true));
    let main = ec2
        .describe_route_tables()
        .filters(named("vpc-id", &vpc))
        .filters(named("association.main", "true"))
        .send()
        .await
        .unwrap();
    assert_eq!(main.route_tables().len(), 1);
    let acl = ec2
        .describe_network_acls()
        .filters(named("vpc-id", &vpc))
        .filters(named("default", "true"))
        .send()
        .await
        .unwrap();
    assert_eq!(acl.network_acls().len(), 1);
    let interfaces = ec2.describe_network_interfaces().send().await.unwrap();
    assert!(interfaces.network_interfaces().is_empty());
    assert_eq!(sandbox.inventory().len(), 3, "{:?}", sandbox.inventory());
}

#[tokio::test]
async fn rules_are_atoms_and_permissions() {
    let sandbox = Sandbox::new();
    let ec2 = Client::new(&config(&sandbox));
    let vpc = vpc(&ec2).await;
    let create = |name: &str| {
        ec2.create_security_group()
            .group_name(name)
            .description("d")
            .vpc_id(&vpc)
            .tag_specifications(tagged(ResourceType::SecurityGroup, name))
            .send()
    };
    let web = create("web").await.unwrap().group_id().unwrap().to_owned();
    let data = create("data").await.unwrap().group_id().unwrap().to_owned();
    assert_eq!(code(create("web").await), "InvalidGroup.Duplicate");
    let authorize = |group: &str, permission: IpPermission| {
        ec2.authorize_security_group_ingress()
            .group_id(group)
            .ip_permissions(permission)
            .send()
    };
    let added = authorize(&web, tcp(443)).await.unwrap();
    assert_eq!(added.security_group_rules().len(), 2);
    assert_eq!(code(authorize(&web, tcp(443)).await), "InvalidPermission.Duplicate");
    let from_web = IpPermission::builder()
        .ip_protocol("tcp")
        .from_port(5432)
        .to_port(5432)
        .user_id_group_pairs(UserIdGroupPair::builder().group_id(&web).description("web").build())
        .build();
    authorize(&data, from_web).await.unwrap();
    let got = ec2.describe_security_groups().group_ids(&web).send().await.unwrap();
    let got = &got.security_groups()[0];
    let permission = &got.ip_permissions()[0];
    assert_eq!(permission.ip_protocol(), Some("tcp"));
    assert_eq!(permission.ip_ranges()[0].cidr_ip(), Some("10.0.0.0/8"));
    assert_eq!(permission.ip_ranges()[0].description(), Some("inside"));
    assert_eq!(
        got.ip_permissions_egress()[0].ip_ranges()[0].cidr_ip(),
        Some("0.0.0.0/0")
    );
    assert_eq!(
        got.ip_permissions_egress()[0].ipv6_ranges()[0].cidr_ipv6(),
        Some("::/0")
    );
    let deleted = ec2.delete_security_group().group_id(&web).send().await;
    assert_eq!(code(deleted), "DependencyViolation");
    let rules = ec2
        .describe_security_group_rules()
        .filters(named("group-id", &data))
        .send()
        .await
        .unwrap();
    let rule = rules
        .security_group_rules()
        .iter()
        .find(|rule| rule.is_egress() == Some(false))
        .unwrap();
    let referenced = rule.referenced_group_info().unwrap().group_id();
    assert_eq!(referenced, Some(web.as_str()));
    ec2.modify_security_group_rules()
        .group_id(&data)
        .security_group_rules(
            SecurityGroupRuleUpdate::builder()
                .security_group_rule_id(rule.security_group_rule_id().unwrap())
                .security_group_rule(
                    SecurityGroupRuleRequest::builder()
                        .ip_protocol("tcp")
                        .from_port(5432)
                        .to_port(5433)
                        .cidr_ipv4("10.1.0.0/16")
                        .description("moved")
                        .build(),
                )
                .build(),
        )
        .send()
        .await
        .unwrap();
    ec2.update_security_group_rule_descriptions_ingress()
        .group_id(&web)
        .ip_permissions(
            IpPermission::builder()
                .ip_protocol("tcp")
                .from_port(443)
                .to_port(443)
                .ip_ranges(IpRange::builder().cidr_ip("10.0.0.0/8").description("changed").build())
                .build(),
        )
        .send()
        .await
        .unwrap();
    let got = ec2.describe_security_groups().group_names("data").send().await.unwrap();
    assert_eq!(got.security_groups()[0].ip_permissions()[0].to_port(), Some(5433));
}

#[tokio::test]
async fn rules_are_revoked_and_groups_deleted() {
    let sandbox = Sandbox::new();
    let ec2 = Client::new(&config(&sandbox));
    let made = ec2.create_security_group().group_name("web").description("d");
    let web = made.send().await.unwrap().group_id().unwrap().to_owned();
    ec2.authorize_security_group_ingress()
        .group_id(&web)
        .ip_permissions(tcp(443))
        .send()
        .await
        .unwrap();
    let revoke = || {
        ec2.revoke_security_group_ingress()
            .group_id(&web)
            .ip_permissions(tcp(443))
            .send()
    };
    revoke().await.unwrap();
    assert_eq!(code(revoke().await), "InvalidPermission.NotFound");
    let everything = IpPermission::builder()
        .ip_protocol("-1")
        .ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").build())
        .build();
    ec2.revoke_security_group_egress()
        .group_id(&web)
        .ip_permissions(everything)
        .send()
        .await
        .unwrap();
    ec2.delete_security_group().group_id(&web).send().await.unwrap();
    let gone = ec2.describe_security_groups().group_ids(&web).send().await;
    assert_eq!(code(gone), "InvalidGroup.NotFound");
}

#[tokio::test]
async fn what_aws_refuses_is_refused() {
    let sandbox = Sandbox::new();
    let ec2 = Client::new(&config(&sandbox));
    let vpc = vpc(&ec2).await;
    let subnet = |cidr: &str| ec2.create_subnet().vpc_id(&vpc).cidr_block(cidr).send();
    let made = subnet("10.0.0.0/24").await.unwrap();
    let made = made.subnet().unwrap().subnet_id().unwrap().to_owned();
    assert_eq!(code(subnet("10.0.0.0/25").await), "InvalidSubnet.Conflict");
    assert_eq!(code(subnet("10.9.0.0/24").await), "InvalidSubnet.Range");
    assert_eq!(code(ec2.delete_vpc().vpc_id(&vpc).send().await), "DependencyViolation");
    let absent = ec2.describe_vpcs().vpc_ids("vpc-none").send().await;
    assert_eq!(code(absent), "InvalidVpcID.NotFound");
    let wrong = ec2.create_vpc().cidr_block("10.0.0.0/8").send().await;
    assert_eq!(code(wrong), "InvalidVpc.Range");
    ec2.delete_subnet().subnet_id(&made).send().await.unwrap();
    ec2.delete_vpc().vpc_id(&vpc).send().await.unwrap();
    let left = ec2
        .describe_route_tables()
        .filters(named("vpc-id", &vpc))
        .send()
        .await
        .unwrap();
    assert!(left.route_tables().is_empty());
    assert!(sandbox.is_empty());
}

#[tokio::test]
async fn tags_and_blocks_come_and_go() {
    let sandbox = Sandbox::new();
    let ec2 = Client::new(&config(&sandbox));
    let vpc = vpc(&ec2).await;
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    ec2.create_tags()
        .resources(&vpc)
        .tags(tag("a", "1"))
        .tags(tag("b", "2"))
        .send()
        .await
        .unwrap();
    ec2.delete_tags()
        .resources(&vpc)
        .tags(Tag::builder().key("a").build())
        .send()
        .await
        .unwrap();
    let found = ec2.describe_vpcs().filters(named("tag:b", "2")).send().await.unwrap();
    assert_eq!(found.vpcs().len(), 1);
    assert_eq!(found.vpcs()[0].tags().len(), 2);
    let found = ec2.describe_vpcs().filters(named("tag-key", "a")).send().await.unwrap();
    assert!(found.vpcs().is_empty());
    let found = ec2
        .describe_vpcs()
        .filters(named("is-default", "true"))
        .send()
        .await
        .unwrap();
    assert_eq!(found.vpcs().len(), 1);
    let added = ec2
        .associate_vpc_cidr_block()
        .vpc_id(&vpc)
        .cidr_block("10.1.0.0/16")
        .send()
        .await;
    let added = added.unwrap();
    let id = added.cidr_block_association().unwrap().association_id().unwrap();
    ec2.disassociate_vpc_cidr_block()
        .association_id(id)
        .send()
        .await
        .unwrap();
    let got = ec2.describe_vpcs().vpc_ids(&vpc).send().await.unwrap();
    assert_eq!(got.vpcs()[0].cidr_block_association_set().len(), 1);
    let elsewhere = Client::new(&config_in(&sandbox, "us-east-1"));
    let absent = elsewhere.describe_vpcs().vpc_ids(&vpc).send().await;
    assert_eq!(code(absent), "InvalidVpcID.NotFound");
    let zones = elsewhere.describe_availability_zones().send().await.unwrap();
    assert_eq!(zones.availability_zones()[0].zone_id(), Some("use1-az1"));
}

#[tokio::test]
async fn the_default_vpc_is_the_same_in_every_run() {
    let mut seen = Vec::new();
    for _ in 0..2 {
        let sandbox = Sandbox::new();
        let ec2 = Client::new(&config(&sandbox));
        seen.push(read_all(&ec2).await);
        assert!(sandbox.is_empty());
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn filters_that_ec2_does_not_know_are_refused() {
    let ec2 = Client::new(&config(&Sandbox::new()));
    for name in ["vpc-idd", "cidr-block", "instance-id", "route.cidr"] {
        let refused = ec2.describe_vpcs().filters(named(name, "x")).send().await;
        assert_eq!(code(refused), "InvalidParameterValue", "{name}");
    }
    for name in ["vpc-id", "tag:Name", "tag-key", "cidr-block-association.state"] {
        let found = ec2.describe_vpcs().filters(named(name, "x")).send().await;
        assert!(found.unwrap().vpcs().is_empty(), "{name}");
    }
}
