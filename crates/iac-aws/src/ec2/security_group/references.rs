//! Rules of other groups that refer to a group, and keep it from being deleted.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::SecurityGroup as SdkSecurityGroup;
use iac_core::model::{Context, ErrorKind, RemoteId, ResourceError};

use super::{
    inline::revoke as revoke_rules,
    permission::{GroupIdentity, RulePermission, Side, of_permissions},
    requests::Direction,
};
use crate::{Aws, ec2::filter::filter, error::failed};

/// Says in a refused delete which groups refer to this one, in place of the hint for users that nothing is known of.
pub(super) async fn explain(
    mut error: ResourceError,
    unknown: &str,
    id: &RemoteId,
    cx: &Context<'_, Aws>,
) -> ResourceError {
    if error.code != "DependencyViolation" && error.code != "InvalidGroup.InUse" {
        return error;
    }
    let mut referring = BTreeSet::new();
    for direction in Direction::BOTH {
        let groups = referring_groups(direction, id, cx).await.unwrap_or_default();
        referring.extend(groups.into_iter().filter_map(|group| group.group_id));
    }
    referring.remove(id.as_str());
    if referring.is_empty() {
        return error;
    }
    let referring: Vec<String> = referring.into_iter().map(|group| format!("`{group}`")).collect();
    error.hints.retain(|hint| hint != unknown);
    error
        .hint(format!(
            "rules of {} refer to this group: take them away first",
            referring.join(", ")
        ))
        .hint("with `revoke_rules_on_delete` such rules are taken away before the group is deleted")
}

/// Takes them away.
pub(super) async fn revoke(id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    for direction in Direction::BOTH {
        for group in referring_groups(direction, id, cx).await? {
            let other = RemoteId::new(group.group_id().unwrap_or_default());
            if other == *id {
                continue;
            }
            let identity = GroupIdentity::of(&other, cx.provider);
            let refers = |permission: &RulePermission| matches!(&permission.side, Side::Group { id: named, .. } if named == id.as_str());
            let permissions = of_permissions(direction.permissions(&group), &identity).into_keys();
            let permissions: Vec<RulePermission> = permissions.filter(refers).collect();
            match revoke_rules(direction, &permissions, &other, cx).await {
                Err(error) if error.kind == ErrorKind::NotFound => {}
                outcome => outcome?,
            }
        }
    }
    Ok(())
}

/// The groups with a rule of this direction that refers to the group; it may be one of them.
async fn referring_groups(
    direction: Direction,
    id: &RemoteId,
    cx: &Context<'_, Aws>,
) -> Result<Vec<SdkSecurityGroup>, ResourceError> {
    let name = match direction {
        Direction::Ingress => "ip-permission.group-id",
        Direction::Egress => "egress.ip-permission.group-id",
    };
    let request = cx.provider.ec2.describe_security_groups();
    let request = request.filters(filter(name, [id.as_str()]));
    let found = request.into_paginator().items().send().collect::<Result<_, _>>().await;
    found.map_err(failed("ec2:DescribeSecurityGroups"))
}
