//! Filters of describe operations, judged on the item itself.
//!
//! The name of a filter leads to a field of the item: `vpc-id` to `vpcId`, `association.main` to `main` in any item
//! of `associationSet`. A few names follow no rule and are listed. Values may have `*` and `?`.

use super::filter_names;
use super::model::Kind;
use crate::call::Call;
use crate::reply::Failure;
use crate::xml::Element;

/// A filter: its name and the values of which one must match.
pub(super) struct Filter {
    name: String,
    values: Vec<String>,
}

/// The filters of a request.
pub(super) fn filters(call: &Call) -> Vec<Filter> {
    (1..)
        .map_while(|n| {
            Some(Filter {
                name: call.param(&format!("Filter.{n}.Name"))?.to_owned(),
                values: call.list(&format!("Filter.{n}.Value")),
            })
        })
        .collect()
}

/// Names that follow no rule.
const NAMED: [(&str, &[&str]); 14] = [
    ("cidr", &["cidrBlock"]),
    ("cidr-block", &["cidrBlock"]),
    ("isDefault", &["isDefault"]),
    ("is-default", &["isDefault"]),
    ("default-for-az", &["defaultForAz"]),
    ("description", &["groupDescription"]),
    ("tenancy", &["instanceTenancy"]),
    ("association.", &["associationSet", "item"]),
    ("entry.", &["entrySet", "item"]),
    ("route.", &["routeSet", "item"]),
    ("cidr-block-association.", &["cidrBlockAssociationSet", "item"]),
    ("ipv6-cidr-block-association.", &["ipv6CidrBlockAssociationSet", "item"]),
    ("ip-permission.", &["ipPermissions", "item"]),
    ("egress.ip-permission.", &["ipPermissionsEgress", "item"]),
];

/// Fields of permissions whose filters are named otherwise.
const INNER: [(&str, &[&str]); 9] = [
    ("cidr", &["ipRanges", "item", "cidrIp"]),
    ("ipv6-cidr", &["ipv6Ranges", "item", "cidrIpv6"]),
    ("group-id", &["groups", "item", "groupId"]),
    ("user-id", &["groups", "item", "userId"]),
    ("prefix-list-id", &["prefixListIds", "item", "prefixListId"]),
    ("protocol", &["ipProtocol"]),
    ("state", &["cidrBlockState", "state"]),
    ("route-table-association-id", &["routeTableAssociationId"]),
    ("association-id", &["associationId"]),
];

fn camel(name: &str) -> String {
    let mut out = String::new();
    for (index, part) in name.split('-').enumerate() {
        let mut chars = part.chars();
        match chars.next() {
            Some(first) if index > 0 => out.push(first.to_ascii_uppercase()),
            Some(first) => out.push(first),
            None => {}
        }
        out.push_str(chars.as_str());
    }
    out
}

/// The path of a filter's field.
fn path(name: &str) -> Vec<String> {
    let own = |path: &[&str]| path.iter().map(|part| (*part).to_owned()).collect();
    for (pattern, start) in NAMED {
        if name == pattern {
            return own(start);
        }
        if let Some(rest) = name.strip_prefix(pattern).filter(|_| pattern.ends_with('.')) {
            let mut path: Vec<String> = own(start);
            let inner = INNER.iter().find(|(inner, _)| *inner == rest);
            match inner {
                Some((_, inner)) => path.extend(own(inner)),
                None => path.push(camel(rest)),
            }
            return path;
        }
    }
    vec![camel(name)]
}

fn values<'a>(item: &'a Element, path: &[String], found: &mut Vec<&'a str>) {
    match path.split_first() {
        None => found.push(&item.text),
        Some((name, rest)) => {
            for child in item.children.iter().filter(|child| child.name == *name) {
                values(child, rest, found);
            }
        }
    }
}

/// Whether an item passes all filters.
pub(super) fn passes(item: &Element, filters: &[Filter]) -> bool {
    filters.iter().all(|filter| {
        let tags = || item.child("tagSet").map(|set| &set.children).into_iter().flatten();
        let mut found = Vec::new();
        if let Some(key) = filter.name.strip_prefix("tag:") {
            found.extend(
                tags()
                    .filter(|tag| tag.value(&["key"]) == Some(key))
                    .filter_map(|tag| tag.value(&["value"])),
            );
        } else if filter.name == "tag-key" {
            found.extend(tags().filter_map(|tag| tag.value(&["key"])));
        } else {
            values(item, &path(&filter.name), &mut found);
        }
        found
            .iter()
            .any(|value| filter.values.iter().any(|pattern| like(value, pattern)))
    })
}

/// Refuses filters that EC2 does not know of this kind.
pub(super) fn check(kind: Kind, filters: &[Filter]) -> Result<(), Failure> {
    filters
        .iter()
        .try_for_each(|filter| filter_names::check(kind, &filter.name))
}

/// Matches a value with `*` for any text and `?` for any character.
fn like(value: &str, pattern: &str) -> bool {
    let (value, pattern): (Vec<char>, Vec<char>) = (value.chars().collect(), pattern.chars().collect());
    let (mut v, mut p) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while v < value.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p, v));
                p += 1;
            }
            Some(c) if *c == '?' || value.get(v) == Some(c) => {
                v += 1;
                p += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    p = star + 1;
                    v = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|c| *c == '*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_like_those_of_ec2() {
        assert!(like("10.0.0.0/16", "10.*"));
        assert!(like("abc", "a?c"));
        assert!(like("", "*"));
        assert!(!like("abc", "ab"));
        assert!(like("aXbXc", "a*b*c"));
    }

    #[test]
    fn names_of_filters_lead_to_fields() {
        assert_eq!(path("vpc-id"), ["vpcId"]);
        assert_eq!(path("association.main"), ["associationSet", "item", "main"]);
        assert_eq!(
            path("ip-permission.group-id"),
            ["ipPermissions", "item", "groups", "item", "groupId"]
        );
    }
}
