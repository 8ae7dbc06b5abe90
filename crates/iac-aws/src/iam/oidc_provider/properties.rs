//! What an identity provider is declared with, and what it gives.

use std::collections::{BTreeMap, BTreeSet};

use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{Declared, Resolved, Stage},
};
use serde::{Deserialize, Serialize};

use crate::Arn;

iac_core::text_type! {
    /// The URL of an issuer, as in the `iss` of its tokens: `https://token.actions.githubusercontent.com`. At most 255
    /// characters, without a port or a query.
    pub struct OidcUrl, check = |url| {
        let host = url.strip_prefix(SCHEME).and_then(|rest| rest.split('/').next());
        let fits = |host: &str| !host.is_empty() && !host.contains(':');
        if host.is_some_and(fits) && !url.contains(['?', '#', ' ']) && url.len() <= 255 {
            Ok(())
        } else {
            Err(format!("`{url}` is not an issuer's URL, which looks like `https://token.actions.githubusercontent.com`"))
        }
    };

    /// The SHA-1 fingerprint of a certificate, 40 hexadecimal digits.
    pub struct Thumbprint,
        check = |text| {
            if text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                Ok(())
            } else {
                Err(format!("`{text}` is not a thumbprint, which has 40 hexadecimal digits"))
            }
        },
        normal = str::to_ascii_lowercase;
}

/// What IAM leaves away when it gives a provider's URL.
pub(super) const SCHEME: &str = "https://";

/// An OpenID Connect identity provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "iam.oidc_provider", outputs = OidcProviderOutputs)]
pub struct OidcProvider<S: Stage = Declared> {
    /// The issuer's URL. A slash at its end counts.
    #[field(create_only)]
    pub url: S::Value<OidcUrl>,
    /// The audiences whose tokens are taken, as in their `aud`: `sts.amazonaws.com`. At most 100, each of at most 255
    /// characters.
    #[field(set)]
    #[serde(default)]
    #[builder(default, with = |ids: impl IntoIterator<Item = impl Into<S::Value<String>>>| ids.into_iter().map(Into::into).collect())]
    pub client_ids: Vec<S::Value<String>>,
    /// The fingerprints of the certificates that the issuer's server may show, 1 to 5; IAM fills them in when unset.
    #[field(computed)]
    #[builder(with = |thumbprints: impl IntoIterator<Item = impl Into<Thumbprint>>| thumbprints.into_iter().map(Into::into).collect())]
    pub thumbprints: Option<BTreeSet<Thumbprint>>,
    /// Whether other environments of the account use the provider too. Then one that is there already is taken, client ids
    /// are added and never removed, tags are those of the environment that made it, and the last one that lets go of it
    /// deletes it, unless it was made by hand. Otherwise one that is there is an error.
    #[field(write_only)]
    #[builder(default = false)]
    pub shared: bool,
    /// Tags.
    #[field(tags)]
    #[serde(default)]
    #[builder(default, with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<S::Value<String>>)>| tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())]
    pub tags: BTreeMap<String, S::Value<String>>,
}

/// What an identity provider gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct OidcProviderOutputs<S: Stage = Resolved> {
    /// The ARN: the `Federated` principal of the roles that trust it.
    pub arn: S::Value<Arn<OidcProvider>>,
    /// The URL without its scheme, as it stands before the colon in condition keys.
    pub issuer: S::Value<String>,
}

#[cfg(test)]
mod tests {
    use iac_core::model::{HasSchema, Schema};
    use serde_json::json;

    use super::*;

    #[test]
    fn urls_and_thumbprints_are_checked() {
        let check = |schema: &Schema, text: &str| schema.check(&json!(text)).is_empty();
        let url = OidcUrl::schema();
        assert!(check(&url, "https://oidc.eks.eu-central-1.amazonaws.com/id/0123"));
        for wrong in [
            "http://a.example",
            "https://",
            "https://a.example:8443",
            "https://a.example?x",
            "a.example",
        ] {
            assert!(!check(&url, wrong), "{wrong}");
        }
        let thumbprint = Thumbprint::schema();
        assert!(check(&thumbprint, "6938FD4D98BAB03FAADB97B34396831E3780AEA1"));
        assert!(!check(&thumbprint, "6938fd"));
        let lower = thumbprint.canonical(&json!("6938FD4D98BAB03FAADB97B34396831E3780AEA1"));
        assert_eq!(lower, "6938fd4d98bab03faadb97b34396831e3780aea1");
    }
}
