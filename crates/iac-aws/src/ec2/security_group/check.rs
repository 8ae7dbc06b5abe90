//! What no single rule can tell.

use std::collections::BTreeSet;

use iac_core::model::{Resolved, Violation};

use super::{permission::GroupIdentity, rule::Rule};

/// Refuses rules that AWS refuses, and two that allow the same.
pub(super) fn rules(property: &str, rules: Option<&[Rule<Resolved>]>, found: &mut Vec<Violation>) {
    let mut seen = BTreeSet::new();
    for (index, rule) in rules.unwrap_or_default().iter().enumerate() {
        let problem = rule.problem().map(|(_, message)| message.to_owned()).or_else(|| {
            let permission = rule.permission(&GroupIdentity::UNKNOWN)?;
            (!seen.insert(permission))
                .then(|| "another rule allows the same: put both descriptions into one".to_owned())
        });
        found.extend(problem.map(|message| Violation {
            path: format!("{property}[{index}]"),
            message,
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ec2::security_group::rule::Protocol;

    fn problems(rules: &[Rule]) -> Vec<String> {
        let rules: Vec<Rule<Resolved>> = rules.iter().map(Rule::resolved).collect();
        let mut found = Vec::new();
        super::rules("ingress", Some(&rules), &mut found);
        found.into_iter().map(|violation| violation.path).collect()
    }

    #[test]
    fn what_aws_refuses_is_refused() {
        let fine = Rule::tcp(443).from_anywhere();
        let no_side = Rule {
            cidr: None,
            ..fine.clone()
        };
        let two_sides = Rule {
            itself: true,
            ..fine.clone()
        };
        let no_ports = Rule {
            to_port: None,
            ..fine.clone()
        };
        let useless_ports = Rule {
            protocol: Protocol::from("50"),
            ..fine.clone()
        };
        assert_eq!(
            problems(&[fine.clone(), Rule::icmp_type(8).from_self(), Rule::all().to_anywhere()]),
            [""; 0]
        );
        assert_eq!(
            problems(&[fine, no_side, two_sides, no_ports, useless_ports]),
            ["ingress[1]", "ingress[2]", "ingress[3]", "ingress[4]"]
        );
    }

    #[test]
    fn two_rules_that_allow_the_same_are_refused() {
        let named = Rule::tcp(443).from_cidr("2001:db8::/32");
        let numbered = Rule {
            protocol: Protocol::from("6"),
            ..Rule::tcp(443).from_cidr("2001:DB8::/32").description("x")
        };
        assert_eq!(problems(&[named, numbered]), ["ingress[1]"]);
    }
}
