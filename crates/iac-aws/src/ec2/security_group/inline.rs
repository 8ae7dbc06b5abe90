//! Brings the rules of a group to what is desired: new ones first, so that traffic which stays allowed is never cut.

use std::time::Duration;

use aws_sdk_ec2::types::{IpPermission, SecurityGroup as SdkSecurityGroup};
use iac_core::model::{Context, RemoteId, Resolved, ResourceError};

use super::{
    permission::{GroupIdentity, Permissions, RulePermission, of_permissions, of_rules},
    requests::{Direction, Rules},
    rule::Rule,
};
use crate::{Aws, ec2::describe::known, wait::KNOWN};

/// How long reads of a group's rules may be older than the rules.
const SEEN: Duration = Duration::from_mins(1);

/// What is to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Steps {
    authorize: Permissions,
    describe: Permissions,
    revoke: Vec<RulePermission>,
}

impl Steps {
    /// From the rules there are to those that are wanted, and no others.
    fn between(live: &Permissions, wanted: &Permissions) -> Self {
        let mut steps = Self::default();
        for (permission, description) in wanted {
            match live.get(permission) {
                None => drop(steps.authorize.insert(permission.clone(), description.clone())),
                Some(other) if other != description => {
                    drop(steps.describe.insert(permission.clone(), description.clone()));
                }
                Some(_) => {}
            }
        }
        let unwanted = live.keys().filter(|permission| !wanted.contains_key(*permission));
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
    let identity = GroupIdentity::of(id, cx.provider);
    let wanted = of_rules(desired, &identity);
    // reads were older than the rules, or somebody else was faster: then the difference is looked up anew
    cx.retry("the rules to be seen as they are", SEEN, is_done_already, || async {
        let group = known::<SdkSecurityGroup>(id, cx).await?;
        let live = of_permissions(direction.permissions(&group), &identity);
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

fn to_sdk(permissions: &Permissions) -> Vec<IpPermission> {
    let described = permissions.iter();
    described
        .map(|(permission, text)| permission.to_sdk(text.as_deref()))
        .collect()
}

async fn authorize(
    direction: Direction,
    permissions: &Permissions,
    id: &RemoteId,
    cx: &Context<'_, Aws>,
) -> Result<(), ResourceError> {
    if permissions.is_empty() {
        return Ok(());
    }
    // this group or one that a rule refers to may have been made a moment ago
    let unknown = |error: &ResourceError| error.code == "InvalidGroup.NotFound";
    cx.retry("the security group to be known everywhere", KNOWN, unknown, || {
        direction.authorize(id.as_str(), to_sdk(permissions), None, cx.provider)
    })
    .await
    .map(drop)
}

async fn describe(
    direction: Direction,
    permissions: &Permissions,
    id: &RemoteId,
    cx: &Context<'_, Aws>,
) -> Result<(), ResourceError> {
    if permissions.is_empty() {
        return Ok(());
    }
    let rules = Rules::Allowing(to_sdk(permissions));
    direction.describe(id.as_str(), rules, cx.provider).await
}

/// Takes rules away.
pub(super) async fn revoke(
    direction: Direction,
    permissions: &[RulePermission],
    id: &RemoteId,
    cx: &Context<'_, Aws>,
) -> Result<(), ResourceError> {
    if permissions.is_empty() {
        return Ok(());
    }
    let rules = permissions.iter().map(|permission| permission.to_sdk(None)).collect();
    match direction.revoke(id.as_str(), Rules::Allowing(rules), cx.provider).await {
        // what a VPC that knows no IPv6 says of the rule for IPv6, which is then not there
        Err(error) if error.code == "InvalidParameterValue" && error.message.contains("remote-ipv6-range") => Ok(()),
        outcome => outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDENTITY: GroupIdentity<'_> = GroupIdentity::UNKNOWN;

    fn rules<const N: usize>(rules: &[Rule; N]) -> Vec<Rule<Resolved>> {
        rules.iter().map(Rule::resolved).collect()
    }

    fn permission(rule: &Rule) -> RulePermission {
        rule.resolved().permission(&IDENTITY).unwrap()
    }

    #[test]
    fn only_what_differs_is_done() {
        let (https, http, ssh) = (
            Rule::tcp(443).from_anywhere(),
            Rule::tcp(80).from_anywhere(),
            Rule::tcp(22).from_anywhere(),
        );
        let live = of_rules(&rules(&[https.clone(), ssh.clone()]), &IDENTITY);
        let desired = rules(&[https.clone().description("https"), http.clone()]);
        let wanted = of_rules(&desired, &IDENTITY);
        let steps = Steps {
            authorize: Permissions::from([(permission(&http), None)]),
            describe: Permissions::from([(permission(&https), Some("https".to_owned()))]),
            revoke: vec![permission(&ssh)],
        };
        assert_eq!(Steps::between(&live, &wanted), steps);
        assert_eq!(Steps::between(&wanted, &wanted), Steps::default());
    }
}
