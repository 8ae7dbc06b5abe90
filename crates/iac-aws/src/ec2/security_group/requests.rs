//! The requests that change rules, in one direction or the other.
//!
//! Source: EC2 API reference, `AuthorizeSecurityGroupIngress`, `RevokeSecurityGroupIngress`,
//! `UpdateSecurityGroupRuleDescriptionsIngress`, and the same for `Egress`.

use aws_sdk_ec2::{
    config,
    types::{IpPermission, SecurityGroup, SecurityGroupRule, SecurityGroupRuleDescription, TagSpecification},
};
use iac_core::model::ResourceError;

use crate::{Aws, ec2::create::one_try, error::failed};

/// In or out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ec2) enum Direction {
    Ingress,
    Egress,
}

/// Which rules are meant.
#[derive(Clone, Debug)]
pub(in crate::ec2) enum Rules {
    /// Those that allow this.
    Allowing(Vec<IpPermission>),
    /// The one with this id.
    Id(String),
}

impl Rules {
    fn split(self) -> (Option<Vec<IpPermission>>, Option<Vec<String>>) {
        match self {
            Self::Allowing(permissions) => (Some(permissions), None),
            Self::Id(id) => (None, Some(vec![id])),
        }
    }
}

impl Direction {
    pub(super) const BOTH: [Self; 2] = [Self::Ingress, Self::Egress];

    /// What a group allows in this direction.
    pub(super) fn permissions(self, group: &SecurityGroup) -> &[IpPermission] {
        match self {
            Self::Ingress => group.ip_permissions(),
            Self::Egress => group.ip_permissions_egress(),
        }
    }

    /// Adds rules, all or none. Gives them with their ids. With tags, which tell what this create has made, it is tried once.
    pub(in crate::ec2) async fn authorize(
        self,
        group: &str,
        permissions: Vec<IpPermission>,
        tags: Option<TagSpecification>,
        aws: &Aws,
    ) -> Result<Vec<SecurityGroupRule>, ResourceError> {
        let tries = if tags.is_some() {
            one_try()
        } else {
            config::Builder::new()
        };
        let tags = tags.map(|tags| vec![tags]);
        let made = match self {
            Self::Ingress => {
                let request = aws.ec2.authorize_security_group_ingress().group_id(group);
                let request = request
                    .set_ip_permissions(Some(permissions))
                    .set_tag_specifications(tags);
                let made = request.customize().config_override(tries).send().await;
                made.map_err(failed("ec2:AuthorizeSecurityGroupIngress"))?
                    .security_group_rules
            }
            Self::Egress => {
                let request = aws.ec2.authorize_security_group_egress().group_id(group);
                let request = request
                    .set_ip_permissions(Some(permissions))
                    .set_tag_specifications(tags);
                let made = request.customize().config_override(tries).send().await;
                made.map_err(failed("ec2:AuthorizeSecurityGroupEgress"))?
                    .security_group_rules
            }
        };
        Ok(made.unwrap_or_default())
    }

    /// Takes rules away, all or none.
    pub(in crate::ec2) async fn revoke(self, group: &str, rules: Rules, aws: &Aws) -> Result<(), ResourceError> {
        let (permissions, ids) = rules.split();
        match self {
            Self::Ingress => {
                let request = aws.ec2.revoke_security_group_ingress().group_id(group);
                let request = request.set_ip_permissions(permissions).set_security_group_rule_ids(ids);
                let done = request.send().await.map(drop);
                done.map_err(failed("ec2:RevokeSecurityGroupIngress"))
            }
            Self::Egress => {
                let request = aws.ec2.revoke_security_group_egress().group_id(group);
                let request = request.set_ip_permissions(permissions).set_security_group_rule_ids(ids);
                let done = request.send().await.map(drop);
                done.map_err(failed("ec2:RevokeSecurityGroupEgress"))
            }
        }
    }

    /// Gives rules the descriptions that stand in the permissions, or takes that of one rule away.
    pub(in crate::ec2) async fn describe(self, group: &str, rules: Rules, aws: &Aws) -> Result<(), ResourceError> {
        let (permissions, ids) = rules.split();
        let none = |id| {
            SecurityGroupRuleDescription::builder()
                .security_group_rule_id(id)
                .build()
        };
        let ids = ids.map(|ids| ids.into_iter().map(none).collect());
        match self {
            Self::Ingress => {
                let request = aws.ec2.update_security_group_rule_descriptions_ingress();
                let request = request.group_id(group).set_ip_permissions(permissions);
                let done = request.set_security_group_rule_descriptions(ids).send().await.map(drop);
                done.map_err(failed("ec2:UpdateSecurityGroupRuleDescriptionsIngress"))
            }
            Self::Egress => {
                let request = aws.ec2.update_security_group_rule_descriptions_egress();
                let request = request.group_id(group).set_ip_permissions(permissions);
                let done = request.set_security_group_rule_descriptions(ids).send().await.map(drop);
                done.map_err(failed("ec2:UpdateSecurityGroupRuleDescriptionsEgress"))
            }
        }
    }
}
