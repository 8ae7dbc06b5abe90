//! What a role is declared with, and what it gives.

use std::collections::BTreeMap;

use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{Declared, Resolved, Stage},
};
use serde::{Deserialize, Serialize};

use crate::{
    Arn,
    iam::{IamPath, Policy, check_name},
    kind,
    policy::PolicyDocument,
};

iac_core::text_type! {
    /// The name of a role: 1 to 64 letters, digits and `_+=,.@-`, unique in the account.
    pub struct RoleName, check = |name| check_name(name, "role's name", 64);
}

/// An IAM role: who may take it, and what it may then do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "iam.role", outputs = RoleOutputs)]
pub struct Role<S: Stage = Declared> {
    /// The name; generated when unset.
    #[field(create_only, name = 64)]
    pub name: Option<S::Value<RoleName>>,
    /// A path that groups roles; part of the ARN.
    #[field(create_only)]
    #[builder(default = IamPath::from("/"))]
    pub path: IamPath,
    /// Who may take the role. At most 4096 characters without white space, 2048 unless the account's quota was raised.
    pub trust_policy: PolicyDocument<S>,
    /// What it is for. At most 1000 characters.
    pub description: Option<S::Value<String>>,
    /// How long a session may last, in seconds: 3600 to 43200.
    #[builder(default = 3600)]
    pub max_session_duration_s: i32,
    /// A managed policy that bounds what the role may do, whatever its own policies allow.
    pub permissions_boundary: Option<S::Value<Arn<Policy>>>,
    /// Policies of the role's own, by their names: 1 to 128 letters, digits and `_+=,.@-`. At most 10240 characters
    /// together, without white space.
    #[serde(default)]
    #[builder(default, with = |policies: impl IntoIterator<Item = (impl Into<String>, PolicyDocument<S>)>| policies.into_iter().map(|(name, document)| (name.into(), document)).collect())]
    pub inline_policies: BTreeMap<String, PolicyDocument<S>>,
    /// Whether inline policies that others put on the role are removed.
    #[field(write_only)]
    #[builder(default = false)]
    pub exclusive_inline_policies: bool,
    /// Managed policies that are attached; AWS's own as literals: `arn:aws:iam::aws:policy/ReadOnlyAccess`. At most 10
    /// unless the account's quota was raised.
    #[field(set)]
    #[serde(default)]
    #[builder(default, with = |arns: impl IntoIterator<Item = impl Into<S::Value<Arn<Policy>>>>| arns.into_iter().map(Into::into).collect())]
    pub managed_policy_arns: Vec<S::Value<Arn<Policy>>>,
    /// Whether managed policies that others attached are detached. Not together with an `iam.policy_attachment` of the
    /// role, which would be detached too.
    #[field(write_only)]
    #[builder(default = false)]
    pub exclusive_managed_policies: bool,
    /// Whether a delete also removes the policies that others put on the role or attached to it; otherwise it fails then.
    #[field(write_only)]
    #[builder(default = false)]
    pub force_detach: bool,
    /// Tags.
    #[field(tags)]
    #[serde(default)]
    #[builder(default, with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<S::Value<String>>)>| tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())]
    pub tags: BTreeMap<String, S::Value<String>>,
}

/// What a role gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct RoleOutputs<S: Stage = Resolved> {
    /// The name.
    pub name: S::Value<RoleName>,
    /// The ARN.
    pub arn: S::Value<Arn<kind::Role>>,
    /// The id that no other role will ever have: `AROA...`.
    pub unique_id: S::Value<String>,
    /// When it was made, in RFC 3339.
    pub created_at: S::Value<String>,
}
