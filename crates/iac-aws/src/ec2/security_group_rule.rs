//! `ec2.security_group_ingress_rule` and `ec2.security_group_egress_rule`: one rule of a security group, with an id and tags
//! of its own. Two groups can refer to each other by such rules.
//!
//! - Operations and IAM actions: see [`Reconcile::OPERATIONS`]; the actions have the operations' names. The tag of the create
//!   needs `ec2:CreateTags` too.
//! - Remote id, also for import: `sgr-...`.
//! - AWS chooses the id and takes no client token, so an interrupted create is found by a tag that holds its token.
//! - Leave `ingress` or `egress` of the group unset, in the direction in which it has such rules: a group that says what its
//!   rules are takes all others away. A stack that has both is refused.
//! - Protocol, ports, description and tags change in place. Another other side makes another rule: AWS cannot change from one
//!   kind of side to another. Mark it `create_before_delete` where traffic must not be cut.
//! - Waits: five minutes for a group that was made a moment ago to be known.
//!
//! Source: EC2 API reference, `AuthorizeSecurityGroupIngress`, `AuthorizeSecurityGroupEgress`, `ModifySecurityGroupRules`,
//! `DescribeSecurityGroupRules`, `RevokeSecurityGroupIngress`, `RevokeSecurityGroupEgress`.

#![expect(
    missing_debug_implementations,
    reason = "the builder's own types have none, which is told where a macro of this crate declares the struct"
)]

mod calls;
mod live;

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_ec2::types::SecurityGroupRule as SdkRule;
use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{
        Changed, Context, Declared, Input, Live, Overlap, ReadRequest, Reconcile, RemoteId, Resolved, ResourceError,
        Stage, Violation,
    },
};
use serde::{Deserialize, Serialize};

use super::{
    cidr::CidrBlock,
    create::recover,
    describe,
    ids::{PrefixListId, SecurityGroupId, SecurityGroupRuleId},
    security_group::{Description, Direction, Protocol, Rule},
    tags,
};
use crate::{Arn, Aws};

/// Declares the type of the rules of one direction.
macro_rules! rule_type {
    (
        $(#[$doc:meta])*
        $name:ident, $type:literal, $direction:expr, $inline:literal, [$($operation:literal),+];
        $(#[$outputs_doc:meta])*
        $outputs:ident
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
        #[serde(bound = "")]
        #[builder(on(_, into))]
        #[resource(type = $type, outputs = $outputs)]
        pub struct $name<S: Stage = Declared> {
            /// The group whose rule it is.
            #[field(create_only)]
            pub security_group_id: S::Value<SecurityGroupId>,
            /// The protocol.
            pub protocol: Protocol,
            /// The first port, from 0 to 65535, or the type of an ICMP message. All when unset.
            pub from_port: Option<i32>,
            /// The last port, from 0 to 65535, or the code of an ICMP message. All when unset.
            pub to_port: Option<i32>,
            /// Addresses on the other side.
            #[field(create_only)]
            pub cidr: Option<S::Value<CidrBlock>>,
            /// A list of addresses on the other side.
            #[field(create_only)]
            pub prefix_list_id: Option<S::Value<PrefixListId>>,
            /// What is in this group, on the other side.
            #[field(create_only)]
            pub group_id: Option<S::Value<SecurityGroupId>>,
            /// The account of that group, when it is another one: 12 digits.
            #[field(create_only)]
            pub group_owner: Option<S::Value<String>>,
            /// What is in the rule's own group, on the other side.
            #[field(create_only)]
            #[serde(default)]
            #[builder(default = false)]
            pub itself: bool,
            /// What the rule is for: at most 255 characters.
            pub description: Option<S::Value<Description>>,
            /// Tags.
            #[field(tags)]
            #[serde(default)]
            #[builder(default, with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<S::Value<String>>)>| tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())]
            pub tags: BTreeMap<String, S::Value<String>>,
        }

        $(#[$outputs_doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
        #[serde(bound = "")]
        pub struct $outputs<S: Stage = Resolved> {
            /// The id.
            pub id: S::Value<SecurityGroupRuleId>,
            /// The ARN.
            pub arn: S::Value<Arn<$name>>,
        }

        impl $name {
            /// The rule as one of a group: `Rule::tcp(5432).from_group(&web.id)`. Without tags.
            pub fn of(group: impl Into<Input<SecurityGroupId>>, rule: Rule) -> Self {
                Self::joined(group.into(), rule, BTreeMap::new())
            }
        }

        impl<S: Stage> $name<S> {
            fn joined(
                security_group_id: S::Value<SecurityGroupId>,
                rule: Rule<S>,
                tags: BTreeMap<String, S::Value<String>>,
            ) -> Self {
                Self {
                    security_group_id,
                    protocol: rule.protocol,
                    from_port: rule.from_port,
                    to_port: rule.to_port,
                    cidr: rule.cidr,
                    prefix_list_id: rule.prefix_list_id,
                    group_id: rule.group_id,
                    group_owner: rule.group_owner,
                    itself: rule.itself,
                    description: rule.description,
                    tags,
                }
            }
        }

        impl $name<Resolved> {
            fn rule(&self) -> Rule<Resolved> {
                Rule {
                    protocol: self.protocol.clone(),
                    from_port: self.from_port,
                    to_port: self.to_port,
                    cidr: self.cidr.clone(),
                    prefix_list_id: self.prefix_list_id.clone(),
                    group_id: self.group_id.clone(),
                    group_owner: self.group_owner.clone(),
                    itself: self.itself,
                    description: self.description.clone(),
                }
            }

            fn outputs(id: &RemoteId, aws: &Aws) -> $outputs {
                $outputs {
                    id: SecurityGroupRuleId::from(id.as_str()),
                    arn: Arn::new(live::arn(id, aws)),
                }
            }
        }

        #[async_trait]
        impl Reconcile for $name<Resolved> {
            type Provider = Aws;
            type Outputs = $outputs;

            const RESUMABLE: bool = true;
            const OVERLAPS: &'static [Overlap] = &[Overlap {
                through: "security_group_id",
                with: "ec2.security_group",
                property: $inline,
            }];
            const OPERATIONS: &'static [&'static str] = &[
                $($operation,)+
                "ec2:DescribeSecurityGroupRules",
                "ec2:ModifySecurityGroupRules",
                "ec2:CreateTags",
                "ec2:DeleteTags",
            ];

            fn validate(&self) -> Vec<Violation> {
                let mut found = tags::violations(&self.tags);
                found.extend(self.rule().violation());
                found
            }

            async fn read(
                id: &RemoteId,
                prior: Option<&Self>,
                cx: &Context<'_, Aws>,
            ) -> Result<Option<Live<Self>>, ResourceError> {
                describe::read(id, prior, cx).await
            }

            async fn read_many(
                requests: &[ReadRequest<Self>],
                cx: &Context<'_, Aws>,
            ) -> Vec<Result<Option<Live<Self>>, ResourceError>> {
                describe::read_many(requests, cx, |request, seen: SdkRule| async move {
                    let prior = request.prior.as_ref().map(Self::rule);
                    let seen = live::Seen::new(&seen, $direction, prior.as_ref(), cx.provider)?;
                    Ok(Live {
                        id: request.id.clone(),
                        inputs: Self::joined(seen.group, seen.rule, seen.tags),
                        outputs: Self::outputs(&request.id, cx.provider),
                    })
                })
                .await
            }

            async fn create(&self, cx: &Context<'_, Aws>) -> Result<Self::Outputs, ResourceError> {
                let group = &self.security_group_id;
                let id = calls::create($direction, group, &self.rule(), &self.tags, cx).await?;
                cx.created(&id).await?;
                Ok(Self::outputs(&id, cx.provider))
            }

            async fn update(
                &self,
                live: &Live<Self>,
                _changed: &Changed,
                cx: &Context<'_, Aws>,
            ) -> Result<Self::Outputs, ResourceError> {
                tags::retag(&live.id, &live.inputs.tags, &self.tags, cx).await?;
                let (before, wanted) = (live.inputs.rule(), self.rule());
                if before != wanted {
                    let change = calls::Change {
                        direction: $direction,
                        group: &self.security_group_id,
                        id: &live.id,
                    };
                    change.make(&before, &wanted, cx).await?;
                }
                Ok(live.outputs.clone())
            }

            async fn delete(last: &Self, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
                calls::delete($direction, &last.security_group_id, id, cx).await
            }

            async fn recover(&self, cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
                recover::<SdkRule>(cx).await
            }
        }
    };
}

rule_type! {
    /// One rule that says what may reach what is in a security group.
    ///
    /// ```
    /// use iac_aws::ec2::{Rule, SecurityGroupIngressRule};
    ///
    /// let rule = SecurityGroupIngressRule::of("sg-0a1b2c3d", Rule::tcp(5432).from_group("sg-4e5f6a7b"));
    /// assert_eq!(rule.from_port, Some(5432));
    /// ```
    SecurityGroupIngressRule,
    "ec2.security_group_ingress_rule",
    Direction::Ingress,
    "ingress",
    ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress", "ec2:UpdateSecurityGroupRuleDescriptionsIngress"];
    /// What a rule for incoming traffic gives.
    SecurityGroupIngressRuleOutputs
}

rule_type! {
    /// One rule that says what what is in a security group may reach. A new group that says nothing of `egress` also has the
    /// rule of AWS that everything may go out.
    SecurityGroupEgressRule,
    "ec2.security_group_egress_rule",
    Direction::Egress,
    "egress",
    ["ec2:AuthorizeSecurityGroupEgress", "ec2:RevokeSecurityGroupEgress", "ec2:UpdateSecurityGroupRuleDescriptionsEgress"];
    /// What a rule for outgoing traffic gives.
    SecurityGroupEgressRuleOutputs
}
