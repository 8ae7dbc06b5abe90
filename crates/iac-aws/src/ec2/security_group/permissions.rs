//! Brings the rules of a group to what is desired: new ones first, so that traffic which stays allowed is never cut.

use std::time::Duration;

use aws_sdk_ec2::types::{IpPermission, SecurityGroup as SdkSecurityGroup};
use iac_core::model::{Context, RemoteId, Resolved, ResourceError};

use super::{
    atoms::{Atom, Atoms, Own, of_permissions, of_rules},
    facts::one,
    rule::Rule,
};
use crate::{
    Aws,
    error::failed,
    wait::{self, KNOWN},
};

/// How long reads of a group's rules may be older than the rules.
const SEEN: Duration = Duration::from_mins(1);

/// In or out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ec2) enum Direction {
    Ingress,
    Egress,
}

impl Direction {
    pub(super) fn permissions(self, group: &SdkSecurityGroup) -> &[IpPermission] {
        match self {
            Self::Ingress => group.ip_permissions(),
            Self::Egress => group.ip_permissions_egress(),
        }
    }
}

/// What is to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Steps {
    authorize: Atoms,
    describe: Atoms,
    revoke: Vec<Atom>,
}

impl Steps {
    /// From the rules there are to those that are wanted, and no others.
    fn between(live: &Atoms, wanted: &Atoms) -> Self {
        let mut steps = Self::default();
        for (atom, description) in wanted {
            match live.get(atom) {
                None => drop(steps.authorize.insert(atom.clone(), description.clone())),
                Some(other) if other != description => {
                    drop(steps.describe.insert(atom.clone(), description.clone()));
                }
                Some(_) => {}
            }
        }
        let unwanted = live.keys().filter(|atom| !wanted.contains_key(*atom));
        steps.revoke = unwanted.cloned().collect();
        steps
    }
}

/// Brings one direction to the rules that are desired, from what is live now.
pub(super) async fn apply(
    direction: Direction,
    desired: &[Rule<Resolved>],
    id: &RemoteId,
    cx: &Context<'_, Aws>,
) -> Result<(), ResourceError> {
    let own = Own::of(id, cx.provider);
    let wanted = of_rules(desired, &own);
    // reads were older than the rules, or somebody else was faster: then the difference is looked up anew
    cx.retry("the rules to be seen as they are", SEEN, is_done_already, || async {
        let group = wait::known(cx, "the security group to be known everywhere", || one(id, cx.provider)).await?;
        let live = of_permissions(direction.permissions(&group), &own);
        take(direction, &Steps::between(&live, &wanted), id, cx).await
    })
    .await
}

fn is_done_already(error: &ResourceError) -> bool {
    matches!(
        error.code.as_str(),
        "InvalidPermission.Duplicate" | "InvalidPermission.NotFound"
    )
}

async fn take(direction: Direction, steps: &Steps, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
    match authorize(direction, &steps.authorize, id, cx).await {
        // there is no room for old and new ones together
        Err(error) if error.code == "RulesPerSecurityGroupLimitExceeded" && !steps.revoke.is_empty() => {
            revoke(direction, &steps.revoke, id, cx).await?;
            authorize(direction, &steps.authorize, id, cx).await?;
            return describe(direction, &steps.describe, id, cx).await;
        }
        outcome => outcome?,
    }
    describe(direction, &steps.describe, id, cx).await?;
    revoke(direction, &steps.revoke, id, cx).await
}

fn permissions(atoms: &Atoms) -> Vec<IpPermission> {
    let described = atoms.iter();
    described.map(|(atom, text)| atom.permission(text.as_deref())).collect()
}

async fn authorize(
    direction: Direction,
    atoms: &Atoms,
    id: &RemoteId,
    cx: &Context<'_, Aws>,
) -> Result<(), ResourceError> {
    if atoms.is_empty() {
        return Ok(());
    }
    // this group or one that a rule refers to may have been made a moment ago
    let unknown = |error: &ResourceError| error.code == "InvalidGroup.NotFound";
    cx.retry("the security group to be known everywhere", KNOWN, unknown, || async {
        let ec2 = &cx.provider.ec2;
        match direction {
            Direction::Ingress => {
                let request = ec2.authorize_security_group_ingress().group_id(id.as_str());
                let done = request.set_ip_permissions(Some(permissions(atoms))).send().await;
                done.map(drop).map_err(failed("ec2:AuthorizeSecurityGroupIngress"))
            }
            Direction::Egress => {
                let request = ec2.authorize_security_group_egress().group_id(id.as_str());
                let done = request.set_ip_permissions(Some(permissions(atoms))).send().await;
                done.map(drop).map_err(failed("ec2:AuthorizeSecurityGroupEgress"))
            }
        }
    })
    .await
}

async fn describe(
    direction: Direction,
    atoms: &Atoms,
    id: &RemoteId,
    cx: &Context<'_, Aws>,
) -> Result<(), ResourceError> {
    if atoms.is_empty() {
        return Ok(());
    }
    let ec2 = &cx.provider.ec2;
    match direction {
        Direction::Ingress => {
            let request = ec2
                .update_security_group_rule_descriptions_ingress()
                .group_id(id.as_str());
            let done = request.set_ip_permissions(Some(permissions(atoms))).send().await;
            done.map(drop)
                .map_err(failed("ec2:UpdateSecurityGroupRuleDescriptionsIngress"))
        }
        Direction::Egress => {
            let request = ec2
                .update_security_group_rule_descriptions_egress()
                .group_id(id.as_str());
            let done = request.set_ip_permissions(Some(permissions(atoms))).send().await;
            done.map(drop)
                .map_err(failed("ec2:UpdateSecurityGroupRuleDescriptionsEgress"))
        }
    }
}

/// Takes rules away.
pub(super) async fn revoke(
    direction: Direction,
    atoms: &[Atom],
    id: &RemoteId,
    cx: &Context<'_, Aws>,
) -> Result<(), ResourceError> {
    if atoms.is_empty() {
        return Ok(());
    }
    let ec2 = &cx.provider.ec2;
    let permissions = Some(atoms.iter().map(|atom| atom.permission(None)).collect());
    let revoked = match direction {
        Direction::Ingress => {
            let request = ec2.revoke_security_group_ingress().group_id(id.as_str());
            let done = request.set_ip_permissions(permissions).send().await;
            done.map(drop).map_err(failed("ec2:RevokeSecurityGroupIngress"))
        }
        Direction::Egress => {
            let request = ec2.revoke_security_group_egress().group_id(id.as_str());
            let done = request.set_ip_permissions(permissions).send().await;
            done.map(drop).map_err(failed("ec2:RevokeSecurityGroupEgress"))
        }
    };
    match revoked {
        // what a VPC that knows no IPv6 says of the rule for IPv6, which is then not there
        Err(error) if error.code == "InvalidParameterValue" && error.message.contains("remote-ipv6-range") => Ok(()),
        outcome => outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: Own<'_> = Own::UNKNOWN;

    fn rules<const N: usize>(rules: &[Rule; N]) -> Vec<Rule<Resolved>> {
        rules.iter().map(Rule::resolved).collect()
    }

    fn atom(rule: &Rule) -> Atom {
        rule.resolved().atom(&OWN).unwrap()
    }

    #[test]
    fn only_what_differs_is_done() {
        let (https, http, ssh) = (
            Rule::tcp(443).from_anywhere(),
            Rule::tcp(80).from_anywhere(),
            Rule::tcp(22).from_anywhere(),
        );
        let live = of_rules(&rules(&[https.clone(), ssh.clone()]), &OWN);
        let desired = rules(&[https.clone().description("https"), http.clone()]);
        let wanted = of_rules(&desired, &OWN);
        let steps = Steps {
            authorize: Atoms::from([(atom(&http), None)]),
            describe: Atoms::from([(atom(&https), Some("https".to_owned()))]),
            revoke: vec![atom(&ssh)],
        };
        assert_eq!(Steps::between(&live, &wanted), steps);
        assert_eq!(Steps::between(&wanted, &wanted), Steps::default());
    }
}
