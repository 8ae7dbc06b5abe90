//! `ec2.security_group`: which traffic may reach and leave what is in the group.
//!
//! - Operations and IAM actions: see [`Reconcile::OPERATIONS`]; the actions have the operations' names. The tag of the create
//!   needs `ec2:CreateTags` too.
//! - Remote id, also for import: `sg-...`. The default group of a VPC cannot be deleted: do not import it.
//! - AWS chooses the id and takes no client token, so an interrupted create is found by a tag that holds its token.
//! - A change of name, description or VPC replaces the group. What uses it must be moved over before the old one can go, so
//!   the new one is made first where the name is generated; with a name of your own the old one goes first, and does not go
//!   while it is used.
//! - Two groups that refer to each other have rules of their own: [`SecurityGroupIngressRule`](super::SecurityGroupIngressRule).
//! - Waits: a new group until reads show it. A delete waits 15 minutes for what uses the group to go, 45 when Lambda has left
//!   network interfaces, which it takes away late.
//!
//! Source: EC2 API reference, `CreateSecurityGroup`, `AuthorizeSecurityGroupIngress`, `RevokeSecurityGroupIngress`,
//! `UpdateSecurityGroupRuleDescriptionsIngress`, `DeleteSecurityGroup`.

mod check;
mod description;
mod inline;
mod permission;
mod properties;
mod references;
mod requests;
mod rule;
mod texts;
mod traffic;

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_ec2::types::{ResourceType, SecurityGroup as SdkSecurityGroup};
use iac_core::model::{
    Changed, Context, ErrorKind, Live, ReadRequest, Reconcile, RemoteId, Resolved, ResourceError, Violation,
};
use serde_json::{Map, Value, json};

use super::{
    create::{create_once, one_try, recover},
    describe::{self, known, lacks},
    ids::VpcId,
    in_use::InUse,
    tags,
};
use crate::{Aws, error::failed, wait::KNOWN};
use description::outputs;
use permission::declared;
use properties::made_by;

pub(super) use permission::{GroupIdentity, RulePermission};
pub use properties::{SecurityGroup, SecurityGroupOutputs};
pub(super) use requests::{Direction, Rules};
pub use rule::{Protocol, Rule};
pub use texts::{Description, GroupName};
pub use traffic::{Ports, Traffic};

/// How long what uses the group may take to go.
const UNUSED: Duration = Duration::from_mins(15);

/// What may keep a group from going.
const UNKNOWN_USER: &str =
    "a network interface that is not in this stack is still in the group, or a rule of another group refers to it";

#[async_trait]
impl Reconcile for SecurityGroup<Resolved> {
    type Provider = Aws;
    type Outputs = SecurityGroupOutputs;

    const RESUMABLE: bool = true;
    // one that is used cannot be deleted
    const REPLACED_CREATE_FIRST: bool = true;
    const OPERATIONS: &'static [&'static str] = &[
        "ec2:CreateSecurityGroup",
        "ec2:DescribeSecurityGroups",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:AuthorizeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress",
        "ec2:RevokeSecurityGroupEgress",
        "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
        "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
        "ec2:CreateTags",
        "ec2:DeleteTags",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeVpcEndpoints",
        "ec2:DeleteSecurityGroup",
    ];

    fn validate(&self) -> Vec<Violation> {
        let mut found = tags::violations(&self.tags);
        if self.description.as_str().is_empty() {
            found.push(Violation {
                path: "description".to_owned(),
                message: "a security group's description is not empty".to_owned(),
            });
        }
        check::rules("ingress", self.ingress.as_deref(), &mut found);
        check::rules("egress", self.egress.as_deref(), &mut found);
        found
    }

    fn predict(&self, aws: &Aws) -> Map<String, Value> {
        let mut known = Map::from_iter([("owner_id".to_owned(), json!(aws.account()))]);
        if let Some(name) = &self.name {
            known.insert("name".to_owned(), json!(name));
        }
        if let Some(vpc_id) = &self.vpc_id {
            known.insert("vpc_id".to_owned(), json!(vpc_id));
        }
        known
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
        describe::read_many(requests, cx, |request, group: SdkSecurityGroup| async move {
            Ok(Live {
                id: request.id.clone(),
                inputs: Self::from_sdk(&group, request.prior.as_ref(), cx.provider),
                outputs: outputs(&group, cx.provider)?,
            })
        })
        .await
    }

    async fn create(&self, cx: &Context<'_, Aws>) -> Result<Self::Outputs, ResourceError> {
        let id = create_once::<SdkSecurityGroup, _>(cx, || self.request(cx)).await?;
        cx.created(&id).await?;
        let made = known::<SdkSecurityGroup>(&id, cx).await?;
        self.configure(&id, cx).await?;
        outputs(&made, cx.provider)
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _changed: &Changed,
        cx: &Context<'_, Aws>,
    ) -> Result<Self::Outputs, ResourceError> {
        tags::retag(&live.id, &live.inputs.tags, &self.tags, cx).await?;
        self.configure(&live.id, cx).await?;
        Ok(live.outputs.clone())
    }

    async fn delete(last: &Self, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        if last.revoke_rules_on_delete {
            references::revoke(id, cx).await?;
        }
        let in_use = InUse {
            id,
            awaited: "the security group to be unused",
            filter: "group-id",
            limit: UNUSED,
            hint: UNKNOWN_USER,
        };
        let delete = || async {
            let request = cx.provider.ec2.delete_security_group().group_id(id.as_str());
            let deleted = request.send().await.map(drop);
            deleted.map_err(failed("ec2:DeleteSecurityGroup"))
        };
        if let Err(error) = in_use.delete(cx, delete).await {
            return Err(references::explain(error, UNKNOWN_USER, id, cx).await);
        }
        describe::gone::<SdkSecurityGroup>(id, cx).await
    }

    async fn recover(&self, cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
        recover::<SdkSecurityGroup>(cx).await
    }
}

impl SecurityGroup<Resolved> {
    /// Asks for a group, once.
    async fn request(&self, cx: &Context<'_, Aws>) -> Result<RemoteId, ResourceError> {
        let name = self.name.as_ref();
        let name = name.ok_or_else(|| ResourceError::invalid("a security group needs a name"))?;
        let request = cx
            .provider
            .ec2
            .create_security_group()
            .group_name(name.as_str())
            .description(self.description.as_str())
            .set_vpc_id(self.vpc_id.clone().map(Into::into))
            .tag_specifications(tags::at_create(ResourceType::SecurityGroup, &self.tags, cx));
        // a VPC made a moment ago may be unknown still
        let unknown = |error: &ResourceError| error.code == "InvalidVpcID.NotFound";
        cx.retry("the VPC to be known everywhere", KNOWN, unknown, || async {
            let request = request.clone().customize().config_override(one_try());
            let made = request.send().await.map_err(failed("ec2:CreateSecurityGroup"));
            let made = made.map_err(|error| match error.kind {
                ErrorKind::AlreadyExists => error.hint("choose another name, or import the group that has it"),
                _ => error,
            })?;
            let id = made.group_id.map(RemoteId::new);
            id.ok_or_else(|| lacks("ec2:CreateSecurityGroup", "id"))
        })
        .await
    }

    /// Brings the rules to what is desired, in the directions of which something is said.
    async fn configure(&self, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        for (direction, desired) in [(Direction::Ingress, &self.ingress), (Direction::Egress, &self.egress)] {
            if let Some(desired) = desired {
                inline::apply(direction, desired, id, cx).await?;
            }
        }
        Ok(())
    }

    fn from_sdk(group: &SdkSecurityGroup, prior: Option<&Self>, aws: &Aws) -> Self {
        let identity = GroupIdentity::new(group.group_id().unwrap_or_default(), aws.account());
        Self {
            name: group.group_name().map(GroupName::from),
            description: group.description().map_or_else(made_by, Description::from),
            vpc_id: group.vpc_id().map(VpcId::from),
            ingress: declared(group.ip_permissions(), prior.map(|prior| &prior.ingress), &identity),
            egress: declared(
                group.ip_permissions_egress(),
                prior.map(|prior| &prior.egress),
                &identity,
            ),
            revoke_rules_on_delete: prior.is_some_and(|prior| prior.revoke_rules_on_delete),
            tags: tags::from_sdk(group.tags.as_deref()),
        }
    }
}
