//! Tests of what rules allow.

use super::*;

const IDENTITY: GroupIdentity<'_> = GroupIdentity {
    group: "sg-own",
    account: "123456789012",
};

fn written() -> Vec<Rule<Resolved>> {
    [
        Rule::tcp(443).from_cidr("0.0.0.0/0").description("https"),
        Rule::tcp(443).from_cidr("::/0"),
        Rule::icmp_type(8).from_cidr("10.0.0.0/8"),
        Rule::icmpv6().from_anywhere_ipv6(),
        Rule::all().from_self(),
        Rule::protocol(50).from_group_of("210987654321", "sg-peer"),
        Rule::udp(8000..=8080).from_prefix_list("pl-1"),
    ]
    .iter()
    .map(Rule::resolved)
    .collect()
}

fn sent(rules: &[Rule<Resolved>]) -> Vec<IpPermission> {
    let permissions = of_rules(rules, &IDENTITY);
    permissions
        .iter()
        .map(|(permission, description)| permission.to_sdk(description.as_deref()))
        .collect()
}

#[test]
fn what_is_sent_is_read_back() {
    let rules = written();
    assert_eq!(
        declared(&sent(&rules), Some(&Some(rules.clone())), &IDENTITY),
        Some(rules.clone())
    );
    // also when it was never written: the same set
    let mut imported = declared(&sent(&rules), None, &IDENTITY).unwrap();
    imported.sort_by_key(|rule| rules.iter().position(|written| written == rule));
    assert_eq!(imported, rules);
}

#[test]
fn what_aws_merges_is_the_same() {
    let merged = IpPermission::builder()
        .ip_protocol("tcp")
        .from_port(443)
        .to_port(443)
        .ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").description("https").build())
        .ipv6_ranges(Ipv6Range::builder().cidr_ipv6("::/0").build())
        .build();
    assert_eq!(
        of_permissions(&[merged], &IDENTITY),
        of_rules(&written()[..2], &IDENTITY)
    );
}

#[test]
fn ports_of_all_protocols_are_dropped() {
    let all = |from, to| {
        let permission = IpPermission::builder()
            .ip_protocol("-1")
            .set_from_port(from)
            .set_to_port(to);
        permission
            .ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").build())
            .build()
    };
    let everything = of_rules(&[Rule::all().to_anywhere().resolved()], &IDENTITY);
    for permission in [all(None, None), all(Some(-1), Some(-1)), all(Some(0), Some(65535))] {
        assert_eq!(of_permissions(&[permission], &IDENTITY), everything);
    }
}

#[test]
fn the_own_id_and_account_may_be_spelt_out() {
    let spelt = [Rule::tcp(22).from_group_of("123456789012", "sg-own").resolved()];
    let short = [Rule::tcp(22).from_self().resolved()];
    assert_eq!(of_rules(&spelt, &IDENTITY), of_rules(&short, &IDENTITY));
    assert_eq!(
        declared(&sent(&short), Some(&Some(spelt.to_vec())), &IDENTITY).unwrap(),
        spelt
    );
}

#[test]
fn rules_of_others_are_seen_once_the_resource_speaks_of_any() {
    let live = sent(&written());
    assert_eq!(declared(&live, Some(&None), &IDENTITY), None);
    assert_eq!(
        declared(&live, Some(&Some(Vec::new())), &IDENTITY).map(|rules| rules.len()),
        Some(7)
    );
}
