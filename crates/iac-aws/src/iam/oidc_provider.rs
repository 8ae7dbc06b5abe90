//! `iam.oidc_provider`: an issuer of OpenID Connect tokens, such as GitHub Actions, whose tokens may be traded for a role.
//!
//! - Operations and IAM actions: see [`Reconcile::OPERATIONS`]; the actions have the operations' names.
//! - Remote id and import id: the provider's ARN. An account has one provider per URL.
//! - Replaced when its URL changes.
//! - Waits: up to 2 minutes until a new provider is seen. Roles that trust it retry until IAM knows it as a principal.
//!
//! Source: IAM API reference, `CreateOpenIDConnectProvider`, `GetOpenIDConnectProvider`.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use aws_sdk_iam::operation::get_open_id_connect_provider::GetOpenIdConnectProviderOutput;
use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{Changed, Context, Declared, Live, Reconcile, RemoteId, Resolved, ResourceError, Stage, Violation},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::wire;
use crate::{
    Arn, Aws,
    error::failed,
    tags::{self, TagChanges},
};

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
const SCHEME: &str = "https://";

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

#[async_trait]
impl Reconcile for OidcProvider<Resolved> {
    type Provider = Aws;
    type Outputs = OidcProviderOutputs;

    const RESUMABLE: bool = true;
    const OPERATIONS: &'static [&'static str] = &[
        "iam:AddClientIDToOpenIDConnectProvider",
        "iam:CreateOpenIDConnectProvider",
        "iam:DeleteOpenIDConnectProvider",
        "iam:GetOpenIDConnectProvider",
        "iam:RemoveClientIDFromOpenIDConnectProvider",
        "iam:TagOpenIDConnectProvider",
        "iam:UntagOpenIDConnectProvider",
        "iam:UpdateOpenIDConnectProviderThumbprint",
    ];

    fn validate(&self) -> Vec<Violation> {
        let mut found = tags::violations(&self.tags);
        let mut refuse = |path: &str, message: &str| {
            found.push(Violation {
                path: path.to_owned(),
                message: message.to_owned(),
            });
        };
        if self.client_ids.len() > 100 {
            refuse("client_ids", "a provider has at most 100 client ids");
        }
        if self.client_ids.iter().any(|id| id.is_empty() || id.len() > 255) {
            refuse("client_ids", "a client id has 1 to 255 characters");
        }
        if self
            .thumbprints
            .as_ref()
            .is_some_and(|thumbprints| !(1..=5).contains(&thumbprints.len()))
        {
            refuse("thumbprints", "give 1 to 5 thumbprints, or leave them to IAM");
        }
        found
    }

    fn predict(&self, aws: &Aws) -> Map<String, Value> {
        let issuer = issuer(&self.url);
        let mut outputs = Map::from_iter([("issuer".to_owned(), json!(issuer))]);
        // what becomes of a slash at the end is IAM's affair
        if !issuer.ends_with('/') {
            outputs.insert("arn".to_owned(), json!(self.arn(aws)));
        }
        outputs
    }

    async fn read(
        id: &RemoteId,
        _prior: Option<&Self>,
        cx: &Context<'_, Aws>,
    ) -> Result<Option<Live<Self>>, ResourceError> {
        let Some(provider) = find(id.as_str(), cx).await? else {
            return Ok(None);
        };
        let issuer = provider.url().unwrap_or_default();
        let issuer = issuer.strip_prefix(SCHEME).unwrap_or(issuer);
        let thumbprints = provider.thumbprint_list().iter();
        let inputs = Self {
            url: OidcUrl::from(format!("{SCHEME}{issuer}")),
            client_ids: provider.client_id_list().to_vec(),
            thumbprints: Some(
                thumbprints
                    .map(|text| Thumbprint::from(text.to_ascii_lowercase()))
                    .collect(),
            ),
            tags: wire::from_tags(provider.tags()),
        };
        let outputs = OidcProviderOutputs {
            arn: Arn::from(id.as_str()),
            issuer: issuer.to_owned(),
        };
        Ok(Some(Live {
            id: id.clone(),
            inputs,
            outputs,
        }))
    }

    async fn create(&self, cx: &Context<'_, Aws>) -> Result<OidcProviderOutputs, ResourceError> {
        let thumbprints = self.thumbprints.as_ref();
        let request = cx
            .provider
            .iam
            .create_open_id_connect_provider()
            .url(self.url.as_str())
            .set_client_id_list(wire::some(self.client_ids.clone()))
            .set_thumbprint_list(thumbprints.map(|list| list.iter().map(ToString::to_string).collect()))
            .set_tags(wire::to_tags(&self.tags)?);
        let answer = request
            .send()
            .await
            .map_err(failed("iam:CreateOpenIDConnectProvider"))
            .map_err(|error| wire::or_import(error, self.arn(cx.provider).as_str()))?;
        let arn = answer.open_id_connect_provider_arn();
        let arn = arn.ok_or_else(|| wire::incomplete("iam:CreateOpenIDConnectProvider", "ARN"))?;
        cx.created(&RemoteId::new(arn)).await?;
        cx.until("the provider to be seen", wire::PROPAGATION, || find(arn, cx))
            .await?;
        Ok(OidcProviderOutputs {
            arn: Arn::from(arn),
            issuer: issuer(&self.url).to_owned(),
        })
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _changed: &Changed,
        cx: &Context<'_, Aws>,
    ) -> Result<OidcProviderOutputs, ResourceError> {
        let arn = live.id.as_str();
        self.update_client_ids(arn, &live.inputs.client_ids, cx).await?;
        if self.thumbprints.is_some() && self.thumbprints != live.inputs.thumbprints {
            let thumbprints = self.thumbprints.iter().flatten().map(ToString::to_string).collect();
            let request = cx.provider.iam.update_open_id_connect_provider_thumbprint();
            let request = request
                .open_id_connect_provider_arn(arn)
                .set_thumbprint_list(Some(thumbprints));
            request
                .send()
                .await
                .map_err(failed("iam:UpdateOpenIDConnectProviderThumbprint"))?;
        }
        let changes = TagChanges::between(&live.inputs.tags, &self.tags);
        if !changes.unset.is_empty() {
            let request = cx.provider.iam.untag_open_id_connect_provider();
            let request = request
                .open_id_connect_provider_arn(arn)
                .set_tag_keys(Some(changes.unset));
            request.send().await.map_err(failed("iam:UntagOpenIDConnectProvider"))?;
        }
        if !changes.set.is_empty() {
            let request = cx.provider.iam.tag_open_id_connect_provider();
            let request = request.open_id_connect_provider_arn(arn);
            let request = request.set_tags(wire::to_tags(&changes.set)?);
            request.send().await.map_err(failed("iam:TagOpenIDConnectProvider"))?;
        }
        Ok(live.outputs.clone())
    }

    async fn delete(_last: &Self, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let deleted = cx
            .retry(
                "the provider to be free",
                wire::PROPAGATION,
                wire::is_settling,
                || async {
                    let request = cx.provider.iam.delete_open_id_connect_provider();
                    let request = request.open_id_connect_provider_arn(id.as_str());
                    request.send().await.map_err(failed("iam:DeleteOpenIDConnectProvider"))
                },
            )
            .await;
        wire::unless_gone(deleted).map(drop)
    }

    async fn recover(&self, cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
        let arn = self.arn(cx.provider);
        let found = find(arn.as_str(), cx).await?;
        let ours = found.is_some_and(|provider| tags::are_ours(&wire::from_tags(provider.tags()), cx));
        Ok(ours.then(|| RemoteId::new(arn.as_str())))
    }
}

impl OidcProvider<Resolved> {
    fn arn(&self, aws: &Aws) -> Arn<OidcProvider> {
        let issuer = issuer(&self.url);
        Arn::new(format!(
            "arn:{}:iam::{}:oidc-provider/{issuer}",
            aws.partition(),
            aws.account()
        ))
    }

    /// New ones are added before old ones go, so that there is always one whose tokens are taken.
    async fn update_client_ids(&self, arn: &str, live: &[String], cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        for id in self.client_ids.iter().filter(|id| !live.contains(id)) {
            let request = cx.provider.iam.add_client_id_to_open_id_connect_provider();
            let request = request.open_id_connect_provider_arn(arn).client_id(id);
            request
                .send()
                .await
                .map_err(failed("iam:AddClientIDToOpenIDConnectProvider"))?;
        }
        for id in live.iter().filter(|id| !self.client_ids.contains(id)) {
            let request = cx.provider.iam.remove_client_id_from_open_id_connect_provider();
            let request = request.open_id_connect_provider_arn(arn).client_id(id);
            let removed = request
                .send()
                .await
                .map_err(failed("iam:RemoveClientIDFromOpenIDConnectProvider"));
            wire::unless_gone(removed)?;
        }
        Ok(())
    }
}

fn issuer(url: &OidcUrl) -> &str {
    url.as_str().strip_prefix(SCHEME).unwrap_or(url.as_str())
}

async fn find(arn: &str, cx: &Context<'_, Aws>) -> Result<Option<GetOpenIdConnectProviderOutput>, ResourceError> {
    let request = cx
        .provider
        .iam
        .get_open_id_connect_provider()
        .open_id_connect_provider_arn(arn);
    wire::unless_gone(request.send().await.map_err(failed("iam:GetOpenIDConnectProvider")))
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
