//! STS: who the caller is follows from the access key.
//!
//! Winterbaume hands out credentials for assumed roles but answers `GetCallerIdentity` for one fixed key; here
//! credentials of an assumed role answer as that role, any others as a user of the account.

use std::collections::BTreeMap;

use serde_json::Value;
use winterbaume_core::MockResponse;
use winterbaume_sts::StsService;

use crate::account_id::ACCOUNT_ID;
use crate::call::Call;
use crate::emulator::{Emulator, ServiceSnapshot, forward};
use crate::error::SandboxError;
use crate::reply::{self, REQUEST_ID};
use crate::xml::{self, Element};

/// Who credentials belong to.
struct Identity {
    account: String,
    arn: String,
    user_id: String,
}

/// The STS of a sandbox; its sessions end with the process.
#[derive(Default)]
pub(super) struct Sts {
    aws: StsService,
    sessions: BTreeMap<String, Identity>,
}

impl Sts {
    fn assume(&mut self, call: &Call) -> MockResponse {
        let answer = forward(&self.aws, call);
        if answer.status == 200
            && let Some(root) = xml::parse(&answer.body)
            && let Some(result) = root.child("AssumeRoleResult")
            && let Some(key) = result.value(&["Credentials", "AccessKeyId"])
            && let Some(arn) = result.value(&["AssumedRoleUser", "Arn"])
        {
            let identity = Identity {
                account: arn.split(':').nth(4).unwrap_or(ACCOUNT_ID).to_owned(),
                arn: arn.to_owned(),
                user_id: result
                    .value(&["AssumedRoleUser", "AssumedRoleId"])
                    .unwrap_or_default()
                    .to_owned(),
            };
            self.sessions.insert(key.to_owned(), identity);
        }
        answer
    }

    fn identity(&self, call: &Call) -> MockResponse {
        let key = call
            .header("authorization")
            .and_then(|text| text.split("Credential=").nth(1)?.split('/').next());
        let session = key.and_then(|key| self.sessions.get(key));
        let user = Identity {
            account: ACCOUNT_ID.to_owned(),
            arn: format!("arn:aws:iam::{ACCOUNT_ID}:user/sandbox"),
            user_id: "AIDASANDBOXSANDBOX000".to_owned(),
        };
        let identity = session.unwrap_or(&user);
        reply::xml(
            200,
            &Element::new("GetCallerIdentityResponse")
                .with(
                    Element::new("GetCallerIdentityResult")
                        .field("Arn", identity.arn.as_str())
                        .field("UserId", identity.user_id.as_str())
                        .field("Account", identity.account.as_str()),
                )
                .with(Element::new("ResponseMetadata").field("RequestId", REQUEST_ID)),
        )
    }
}

impl Emulator for Sts {
    fn answer(&mut self, call: &Call) -> MockResponse {
        match call.operation.as_str() {
            "GetCallerIdentity" => self.identity(call),
            "AssumeRole" => self.assume(call),
            _ => forward(&self.aws, call),
        }
    }

    fn save(&self) -> Result<ServiceSnapshot, SandboxError> {
        Ok(ServiceSnapshot::from(Value::Null))
    }

    fn load(&mut self, _image: ServiceSnapshot) -> Result<(), SandboxError> {
        Ok(())
    }

    fn inventory(&self) -> Vec<String> {
        Vec::new()
    }
}
