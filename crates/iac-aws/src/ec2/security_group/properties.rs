//! What a security group is made of, and what it gives.

use std::collections::BTreeMap;

use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{Declared, Resolved, Stage},
};
use serde::{Deserialize, Serialize};

use super::{
    rule::Rule,
    texts::{Description, GroupName},
};
use crate::{
    Arn,
    ec2::ids::{SecurityGroupId, VpcId},
};

/// Which traffic may reach and leave the network interfaces that are in the group. Answers to allowed traffic are allowed.
///
/// ```
/// use iac_aws::ec2::{Rule, SecurityGroup};
///
/// let group: SecurityGroup = SecurityGroup::builder()
///     .vpc_id("vpc-0a1b2c3d")
///     .ingress([Rule::tcp(443).from_anywhere().description("https"), Rule::tcp(22).from_cidr("10.0.0.0/8")])
///     .egress([Rule::all().to_anywhere()])
///     .build();
/// assert_eq!(group.ingress.map(|rules| rules.len()), Some(2));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "ec2.security_group", outputs = SecurityGroupOutputs)]
pub struct SecurityGroup<S: Stage = Declared> {
    /// The name, unique in the VPC. Generated when unset.
    #[field(create_only, name = 255)]
    pub name: Option<S::Value<GroupName>>,
    /// What it is for.
    #[field(create_only)]
    #[serde(default = "made_by")]
    #[builder(default = made_by())]
    pub description: Description,
    /// The VPC. Default: the region's default VPC.
    #[field(create_only, computed)]
    pub vpc_id: Option<S::Value<VpcId>>,
    /// What may come in. When given, also as an empty list, no other rules are tolerated; when unset, rules are left alone.
    #[field(set, computed)]
    #[builder(with = |rules: impl IntoIterator<Item = Rule<S>>| rules.into_iter().collect())]
    pub ingress: Option<Vec<Rule<S>>>,
    /// What may go out. When given, also as an empty list, no other rules are tolerated; when unset, rules are left alone, and
    /// a new group has the rule of AWS that everything may go out.
    #[field(set, computed)]
    #[builder(with = |rules: impl IntoIterator<Item = Rule<S>>| rules.into_iter().collect())]
    pub egress: Option<Vec<Rule<S>>>,
    /// Whether a delete first takes away the rules of other groups that refer to this one, which would keep it from going.
    #[field(write_only)]
    #[serde(default)]
    #[builder(default = false)]
    pub revoke_rules_on_delete: bool,
    /// Tags.
    #[field(tags)]
    #[serde(default)]
    #[builder(default, with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<S::Value<String>>)>| tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())]
    pub tags: BTreeMap<String, S::Value<String>>,
}

/// What a security group gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct SecurityGroupOutputs<S: Stage = Resolved> {
    /// The id.
    pub id: S::Value<SecurityGroupId>,
    /// The ARN.
    pub arn: S::Value<Arn<SecurityGroup>>,
    /// The name.
    pub name: S::Value<GroupName>,
    /// The account that owns it.
    pub owner_id: S::Value<String>,
    /// The VPC.
    pub vpc_id: S::Value<VpcId>,
}

/// The description of a group that says nothing of its own.
pub(super) fn made_by() -> Description {
    Description::from("Managed by iac")
}
