//! `iam.oidc_provider`: an issuer of OpenID Connect tokens, such as GitHub Actions, whose tokens may be traded for a role.
//!
//! - Operations and IAM actions: see [`Reconcile::OPERATIONS`]; the actions have the operations' names.
//! - Remote id and import id: the provider's ARN. An account has one provider per URL: see [`OidcProvider::shared`].
//! - Replaced when its URL changes.
//! - Waits: up to 2 minutes until a new provider is seen. Roles that trust it retry until IAM knows it as a principal.
//!
//! Source: IAM API reference, `CreateOpenIDConnectProvider`, `GetOpenIDConnectProvider`.

mod calls;
mod properties;
mod shared;

use async_trait::async_trait;
use iac_core::model::{
    Changed, Context, ErrorKind, Live, Reconcile, RemoteId, Resolved, ResourceError, Violation, eventual,
};
use serde_json::{Map, Value, json};

pub use self::properties::{OidcProvider, OidcProviderOutputs, OidcUrl, Thumbprint};
use self::{
    calls::{add_client_ids, find, live_tags, remove_client_ids, retag, until_free},
    properties::SCHEME,
};
use super::wire;
use crate::{
    Arn, Aws,
    error::failed,
    tags::{self, TagChanges},
};

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
        prior: Option<&Self>,
        cx: &Context<'_, Aws>,
    ) -> Result<Option<Live<Self>>, ResourceError> {
        let Some(provider) = find(id.as_str(), cx).await? else {
            return Ok(None);
        };
        let issuer = provider.url().unwrap_or_default();
        let issuer = issuer.strip_prefix(SCHEME).unwrap_or(issuer);
        let thumbprints = provider.thumbprint_list().iter();
        let mut client_ids = provider.client_id_list().to_vec();
        let mut tags = wire::from_tags(provider.tags());
        let sharing = prior.filter(|prior| prior.shared);
        if let Some(declared) = sharing {
            // those of others are no concern of ours
            client_ids.retain(|id| declared.client_ids.contains(id));
            tags = shared::seen(tags, &declared.tags, cx);
        }
        let inputs = Self {
            url: OidcUrl::from(format!("{SCHEME}{issuer}")),
            client_ids,
            thumbprints: Some(
                thumbprints
                    .map(|text| Thumbprint::from(text.to_ascii_lowercase()))
                    .collect(),
            ),
            shared: sharing.is_some(),
            tags,
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
        let tags = if self.shared {
            shared::with_own(self.tags.clone(), cx)
        } else {
            self.tags.clone()
        };
        let request = cx
            .provider
            .iam
            .create_open_id_connect_provider()
            .url(self.url.as_str())
            .set_client_id_list(wire::some(self.client_ids.clone()))
            .set_thumbprint_list(thumbprints.map(|list| list.iter().map(ToString::to_string).collect()))
            .set_tags(wire::to_tags(&tags)?);
        let made = request.send().await.map_err(failed("iam:CreateOpenIDConnectProvider"));
        let answer = match made {
            Err(error) if error.kind == ErrorKind::AlreadyExists && self.shared => return self.take(cx).await,
            Err(error) if error.kind == ErrorKind::AlreadyExists => {
                let arn = self.arn(cx.provider);
                return Err(error.hint(format!(
                    "give it `.shared(true)` if other environments of the account use it too, or take it over with \
                     `.import(\"{arn}\")`"
                )));
            }
            made => made?,
        };
        let arn = answer.open_id_connect_provider_arn();
        let arn = arn.ok_or_else(|| wire::incomplete("iam:CreateOpenIDConnectProvider", "ARN"))?;
        cx.created(&RemoteId::new(arn)).await?;
        cx.until("the provider to be seen", wire::PROPAGATION, || find(arn, cx))
            .await?;
        Ok(self.outputs(arn))
    }

    async fn update(
        &self,
        live: &Live<Self>,
        changed: &Changed,
        cx: &Context<'_, Aws>,
    ) -> Result<OidcProviderOutputs, ResourceError> {
        let arn = live.id.as_str();
        let (mut client_ids, mut tags) = (live.inputs.client_ids.clone(), live.inputs.tags.clone());
        if changed.contains("shared")
            && !self.shared
            && let Some(provider) = find(arn, cx).await?
        {
            // what others left on it is this environment's from now on
            client_ids = provider.client_id_list().to_vec();
            tags = shared::alone(wire::from_tags(provider.tags()), cx)?;
            shared::leave(arn, cx).await?;
        }
        add_client_ids(arn, &self.client_ids, &client_ids, cx).await?;
        if !self.shared {
            remove_client_ids(arn, &self.client_ids, &client_ids, cx).await?;
        }
        if self.thumbprints.is_some() && self.thumbprints != live.inputs.thumbprints {
            let thumbprints = self.thumbprints.iter().flatten().map(ToString::to_string).collect();
            let request = cx.provider.iam.update_open_id_connect_provider_thumbprint();
            let request = request
                .open_id_connect_provider_arn(arn)
                .set_thumbprint_list(Some(thumbprints));
            until_free(cx, || async {
                let updated = request.clone().send().await;
                updated.map_err(failed("iam:UpdateOpenIDConnectProviderThumbprint"))
            })
            .await?;
        }
        let mut changes = TagChanges::between(&tags, &self.tags);
        if self.shared {
            shared::join(arn, cx).await?;
            let made_it = shared::made_it(&live_tags(arn, cx).await?, cx);
            changes = if made_it { changes } else { TagChanges::default() };
        }
        retag(arn, changes, cx).await?;
        Ok(live.outputs.clone())
    }

    async fn delete(last: &Self, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        if last.shared {
            let last_user = shared::is_last_user(&live_tags(id.as_str(), cx).await?, cx);
            if !last_user {
                return shared::leave(id.as_str(), cx).await;
            }
        }
        let deleted = until_free(cx, || async {
            let request = cx.provider.iam.delete_open_id_connect_provider();
            let request = request.open_id_connect_provider_arn(id.as_str());
            request.send().await.map_err(failed("iam:DeleteOpenIDConnectProvider"))
        })
        .await;
        eventual::unless_not_found(deleted).map(drop)
    }

    async fn recover(&self, cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
        let arn = self.arn(cx.provider);
        let found = find(arn.as_str(), cx).await?;
        let ours = found.is_some_and(|provider| {
            let tags = wire::from_tags(provider.tags());
            tags::are_ours(&tags, cx) || (self.shared && shared::is_user(&tags, cx))
        });
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

    fn outputs(&self, arn: &str) -> OidcProviderOutputs {
        OidcProviderOutputs {
            arn: Arn::from(arn),
            issuer: issuer(&self.url).to_owned(),
        }
    }

    /// Becomes a user of the provider that is there.
    async fn take(&self, cx: &Context<'_, Aws>) -> Result<OidcProviderOutputs, ResourceError> {
        let arn = self.arn(cx.provider);
        cx.created(&RemoteId::new(arn.as_str())).await?;
        shared::join(arn.as_str(), cx).await?;
        add_client_ids(arn.as_str(), &self.client_ids, &[], cx).await?;
        Ok(self.outputs(arn.as_str()))
    }
}

fn issuer(url: &OidcUrl) -> &str {
    url.as_str().strip_prefix(SCHEME).unwrap_or(url.as_str())
}
