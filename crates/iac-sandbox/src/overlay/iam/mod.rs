//! IAM: winterbaume, with what it forgets given back and what it forgives refused.
//!
//! It forgets of roles the boundary, the tags and the description in its answers, and the number of the next policy
//! version in its snapshots; it knows no managed policies of AWS, takes any document, does not percent-encode
//! documents, and reads text that is not ASCII as Latin-1.

mod answer;
mod policy;
mod rules;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};
use winterbaume_core::MockResponse;
use winterbaume_iam::{IamService, IamStateView};

use super::backed::Backed;
use crate::call::Call;
use crate::emulator::{Emulator, ServiceSnapshot};
use crate::encoding::form_body;
use crate::error::SandboxError;
use crate::reply::{self, Failure};
use crate::service::Service;

/// The IAM of a sandbox.
#[derive(Default)]
pub(super) struct Iam {
    aws: Backed<IamService>,
    /// The number of the last version made of each policy: numbers are not used again.
    versions: BTreeMap<String, u32>,
}

impl Iam {
    fn view(&self) -> IamStateView {
        self.aws.view(policy::REGION)
    }

    /// What AWS reads into a request that leaves it out.
    fn complete(call: &Call) -> Cow<'_, Call> {
        let extra = match call.operation.as_str() {
            // An omitted duration is reset, not kept.
            "UpdateRole" => ("MaxSessionDuration", "3600"),
            // Without a thumbprint IAM fetches the one of the certificate.
            "CreateOpenIDConnectProvider" => ("ThumbprintList.member.1", "9e99a48a9960b14926bb7f3b02e22da2b0ab7280"),
            _ => return Cow::Borrowed(call),
        };
        if call.form.contains_key(extra.0) {
            return Cow::Borrowed(call);
        }
        let mut call = call.clone();
        call.form.insert(extra.0.to_owned(), extra.1.to_owned());
        call.body = form_body(&call.form);
        Cow::Owned(call)
    }

    fn route(&mut self, call: &Call) -> Result<MockResponse, Failure> {
        rules::check(&self.view(), call)?;
        policy::know_managed(&mut self.aws, call)?;
        if call.operation == "CreatePolicyVersion" {
            return policy::create_version(&mut self.aws, &mut self.versions, call);
        }
        let call = Self::complete(call);
        let answer = self.aws.forward(&call);
        if answer.status == 200 && call.operation == "CreateRole" {
            self.set_boundary(&call);
        }
        if answer.status == 200 && call.operation == "DeletePolicy" {
            self.versions.remove(call.param("PolicyArn").unwrap_or_default());
        }
        Ok(answer::amend(&self.view(), &call, answer))
    }

    /// Winterbaume takes the boundary of a new role only in a call of its own.
    fn set_boundary(&mut self, call: &Call) {
        let Some(boundary) = call.param("PermissionsBoundary") else {
            return;
        };
        let form = [
            ("Action", "PutRolePermissionsBoundary"),
            ("RoleName", call.param("RoleName").unwrap_or_default()),
            ("PermissionsBoundary", boundary),
        ];
        let form = form.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        self.aws.forward_body(call, form_body(&form));
    }
}

impl Emulator for Iam {
    fn answer(&mut self, call: &Call) -> MockResponse {
        self.route(call)
            .unwrap_or_else(|failure| reply::failure(call, &failure))
    }

    fn knows(&self, _region: &str, kind: &str, value: &str) -> Option<bool> {
        // AWS makes the roles of its own services itself
        let is_role = kind == "AWS::IAM::Role.Arn" && !value.contains(":role/aws-service-role/");
        is_role.then(|| {
            let roles = self.view().roles;
            roles.values().any(|role| answer::repaired(&role.arn) == value)
        })
    }

    fn save(&self) -> Result<ServiceSnapshot, SandboxError> {
        Ok(ServiceSnapshot::from(json!({
            "aws": self.aws.save(Service::Iam)?,
            "versions": self.versions,
        })))
    }

    fn load(&mut self, snapshot: ServiceSnapshot) -> Result<(), SandboxError> {
        let mut document = snapshot.document;
        let mut part = |name: &str| document.get_mut(name).map(Value::take).unwrap_or_default();
        self.versions = serde_json::from_value(part("versions")).map_err(|error| SandboxError::Emulator {
            service: Service::Iam.name(),
            action: "take",
            reason: error.to_string(),
        })?;
        self.aws.load(Service::Iam, part("aws"))
    }

    fn inventory(&self) -> Vec<String> {
        let view = self.view();
        let mut names = Vec::new();
        let mut add = |kind: &str, keys: &mut dyn Iterator<Item = String>| {
            names.extend(keys.map(|key| format!("iam:{kind}/{}", answer::repaired(&key))));
        };
        add("user", &mut view.users.into_keys());
        add("role", &mut view.roles.into_keys());
        add("group", &mut view.groups.into_keys());
        let policies = view.policies.into_values();
        let mut own = policies
            .filter(|policy| !policy.arn.starts_with(policy::MANAGED))
            .map(|policy| policy.policy_name);
        add("policy", &mut own);
        add("instance-profile", &mut view.instance_profiles.into_keys());
        add(
            "oidc-provider",
            &mut view.oidc_providers.into_values().map(|one| one.url),
        );
        add(
            "saml-provider",
            &mut view.saml_providers.into_values().map(|one| one.name),
        );
        add("access-key", &mut view.access_keys.into_keys());
        add("server-certificate", &mut view.server_certificates.into_keys());
        names
    }
}
