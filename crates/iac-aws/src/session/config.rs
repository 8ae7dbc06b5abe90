//! How an environment reaches AWS, as plain data.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use bon::Builder;
use iac_core::model::IgnoreTags;
use serde::{Deserialize, Serialize};

use super::error::SessionError;
use crate::arn;

/// How an environment reaches AWS. What is not said is found the way all AWS tools find it: environment variables, profiles,
/// SSO, web identity, container and instance roles.
///
/// ```
/// use iac_aws::{AssumeRole, AwsConfig};
///
/// let config = AwsConfig::builder()
///     .region("eu-central-1")
///     .allowed_accounts(["123456789012"])
///     .assume_role(AssumeRole::builder().role_arn("arn:aws:iam::123456789012:role/deploy").build())
///     .default_tags([("team", "web")])
///     .build();
/// assert_eq!(config.retry_attempts, 10);
/// ```
#[derive(Clone, Debug, Builder)]
#[builder(on(String, into))]
pub struct AwsConfig {
    /// The region's name. Default: `AWS_REGION`, the profile's region, the instance's region, in this order.
    pub region: Option<String>,
    /// The profile of `~/.aws/config` and `~/.aws/credentials`. Default: `AWS_PROFILE`, else `default`.
    pub profile: Option<String>,
    /// The role to take on with the credentials found.
    pub assume_role: Option<AssumeRole>,
    /// The accounts that may be worked in, 12 digits each. Empty allows every account.
    #[builder(default, with = |accounts: impl IntoIterator<Item = impl Into<String>>| accounts.into_iter().map(Into::into).collect())]
    pub allowed_accounts: BTreeSet<String>,
    /// Tags for every resource that can carry tags; a resource's own tags win.
    #[builder(default, with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>| tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())]
    pub default_tags: BTreeMap<String, String>,
    /// Tags that others put on resources, such as EKS or an organisation's tagger: never shown and never removed. Default: none.
    #[builder(default)]
    pub ignore_tags: IgnoreTags,
    /// The address all services are called at, such as `http://localhost:4566`. Default: `AWS_ENDPOINT_URL`,
    /// `AWS_ENDPOINT_URL_<SERVICE>` or the profile's, else AWS itself.
    pub endpoint_url: Option<String>,
    /// A file of PEM certificates: the certificate authorities to trust in place of the machine's, such as those of a proxy
    /// that looks into the traffic. Default: `AWS_CA_BUNDLE`, else the machine's.
    #[builder(into)]
    pub ca_bundle: Option<PathBuf>,
    /// How often one call is tried, at least 1. Between the tries the rate is lowered as AWS asks for it.
    #[builder(default = 10)]
    pub retry_attempts: u32,
    /// The credentials. Default: found as described above.
    pub credentials: Option<Credentials>,
    /// Answers the calls in place of the network. With it nothing is read from the environment or from profiles, so that a
    /// sandbox in the process is the same on every machine.
    pub http_client: Option<SharedHttpClient>,
}

/// A role to take on. Source: STS API reference, `AssumeRole`.
#[derive(Clone, Debug, PartialEq, Eq, Builder, Serialize, Deserialize)]
#[builder(on(String, into))]
pub struct AssumeRole {
    /// The role's ARN.
    pub role_arn: String,
    /// What the session is called in the audit log, 2 to 64 of letters, digits and `=,.@_-`.
    #[builder(default = "iac".to_owned())]
    pub session_name: String,
    /// The secret word that the role's trust policy asks for, when it does.
    pub external_id: Option<String>,
}

impl Default for AwsConfig {
    fn default() -> Self {
        Self::builder().build()
    }
}

impl AwsConfig {
    /// Refuses what can never be right, before anything is called.
    pub(super) fn check(&self) -> Result<(), SessionError> {
        let invalid = |setting, message: String| Err(SessionError::Invalid { setting, message });
        for account in &self.allowed_accounts {
            if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
                return invalid(
                    "allowed_accounts",
                    format!("`{account}` is not an account id, which has 12 digits"),
                );
            }
        }
        if let Some(url) = &self.endpoint_url
            && !url.starts_with("http://")
            && !url.starts_with("https://")
        {
            return invalid(
                "endpoint_url",
                format!("`{url}` is not an address, which looks like `https://localhost:4566`"),
            );
        }
        if let Some(role) = &self.assume_role {
            if let Err(message) = arn::check(&role.role_arn) {
                return invalid("assume_role.role_arn", message);
            }
            let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"=,.@_-".contains(&byte);
            if !(2..=64).contains(&role.session_name.len()) || !role.session_name.bytes().all(letter) {
                let message = format!(
                    "`{}` is not a session name, which has 2 to 64 letters, digits and `=,.@_-`",
                    role.session_name
                );
                return invalid("assume_role.session_name", message);
            }
        }
        if self.retry_attempts == 0 {
            return invalid("retry_attempts", "a call is tried at least once".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(config: &AwsConfig) -> String {
        config.check().unwrap_err().to_string()
    }

    #[test]
    fn defaults_are_fine() {
        assert!(AwsConfig::default().check().is_ok());
    }

    #[test]
    fn what_can_never_be_right_is_refused() {
        let account = AwsConfig::builder().allowed_accounts(["12345"]).build();
        assert_eq!(
            refused(&account),
            "allowed_accounts: `12345` is not an account id, which has 12 digits"
        );
        let endpoint = AwsConfig::builder().endpoint_url("localhost:4566").build();
        assert!(refused(&endpoint).starts_with("endpoint_url: `localhost:4566`"));
        let role = AssumeRole::builder().role_arn("deploy").build();
        assert!(refused(&AwsConfig::builder().assume_role(role).build()).starts_with("assume_role.role_arn: "));
        assert!(refused(&AwsConfig::builder().retry_attempts(0).build()).starts_with("retry_attempts: "));
    }
}
