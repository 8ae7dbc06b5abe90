//! Rules of other groups that refer to a group, and keep it from being deleted.

use iac_core::model::{Context, ErrorKind, RemoteId, ResourceError};

use super::{
    atoms::{Atom, Own, Side, of_permissions},
    permissions::{Direction, revoke as revoke_atoms},
};
use crate::{Aws, ec2::filters::filter, error::failed};

/// Takes them away.
pub(super) async fn revoke(id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    for (direction, name) in [
        (Direction::Ingress, "ip-permission.group-id"),
        (Direction::Egress, "egress.ip-permission.group-id"),
    ] {
        let request = cx
            .provider
            .ec2
            .describe_security_groups()
            .filters(filter(name, [id.as_str()]));
        let groups = request
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        for group in groups.map_err(failed("ec2:DescribeSecurityGroups"))? {
            let other = RemoteId::new(group.group_id().unwrap_or_default());
            if other == *id {
                continue;
            }
            let own = Own::of(&other, cx.provider);
            let refers = |atom: &Atom| matches!(&atom.side, Side::Group { id: named, .. } if named == id.as_str());
            let atoms = of_permissions(direction.permissions(&group), &own).into_keys();
            let atoms: Vec<Atom> = atoms.filter(refers).collect();
            match revoke_atoms(direction, &atoms, &other, cx).await {
                Err(error) if error.kind == ErrorKind::NotFound => {}
                outcome => outcome?,
            }
        }
    }
    Ok(())
}
