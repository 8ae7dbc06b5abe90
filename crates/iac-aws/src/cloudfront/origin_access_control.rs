//! `cloudfront.origin_access_control`: how CloudFront signs its requests to a private origin.
//!
//! - Operations and IAM actions: see [`Reconcile::OPERATIONS`]; the actions have the operations' names.
//! - Remote id, also for import: the id, `E2QWRUHAPOMQZL`.
//! - A change of `origin_type` replaces it: AWS may refuse it while a distribution uses the access control.
//! - Waits: a delete is repeated for ten minutes while the distribution that used it is updated.
//! - It carries no tags, so what an interrupted create left is found by its name and properties.
//!
//! Source: CloudFront API reference, `OriginAccessControlConfig`.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_cloudfront::types::{
    OriginAccessControlConfig, OriginAccessControlOriginTypes, OriginAccessControlSigningBehaviors,
    OriginAccessControlSigningProtocols,
};
use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{
        Changed, Context, Declared, ErrorKind, Live, Reconcile, RemoteId, Resolved, ResourceError, Stage, eventual,
    },
};
use serde::{Deserialize, Serialize};

use super::{
    names::{named, plain},
    shared::{incomplete, missing, stale, text, until_current},
};
use crate::{Arn, Aws, error::failed, wait::insist};

iac_core::text_type! {
    /// The id of an origin access control: `E2QWRUHAPOMQZL`.
    pub struct OriginAccessControlId, check = |id| plain("an origin access control id", id);

    /// The name of an origin access control: 1 to 64 letters, digits, hyphens and underscores.
    pub struct OriginAccessControlName, check = |name| named("an origin access control", name, 64);

    /// What an origin access control is for, 1 to 256 characters.
    pub struct Description, check = |text| match text.chars().count() {
        1..=256 => Ok(()),
        0 => Err("a description is not empty: leave it unset".to_owned()),
        length => Err(format!("a description has at most 256 characters, this one has {length}")),
    };
}

/// How CloudFront signs its requests to a private origin, so that the origin can refuse everyone else.
///
/// A distribution's origin refers to it; the bucket's policy then allows `cloudfront.amazonaws.com` with the distribution's ARN
/// as `AWS:SourceArn`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(S::Value<_>, into))]
#[resource(type = "cloudfront.origin_access_control", outputs = OriginAccessControlOutputs)]
pub struct OriginAccessControl<S: Stage = Declared> {
    /// The name, unique in the account. Generated when unset. Can be changed.
    #[field(name = 64)]
    pub name: Option<S::Value<OriginAccessControlName>>,
    /// What it is for.
    pub description: Option<S::Value<Description>>,
    /// The kind of origin it is for.
    #[field(create_only)]
    #[serde(default)]
    #[builder(default = OriginType::S3)]
    pub origin_type: OriginType,
    /// Which requests are signed.
    #[serde(default)]
    #[builder(default = SigningBehavior::Always)]
    pub signing_behavior: SigningBehavior,
    /// How they are signed.
    #[serde(default)]
    #[builder(default = SigningProtocol::Sigv4)]
    pub signing_protocol: SigningProtocol,
}

string_enum! {
    /// The kind of origin an access control is for.
    pub enum OriginType = S3 {
        /// A bucket.
        S3 = "s3",
        /// A function URL.
        Lambda = "lambda",
        /// A `MediaStore` container.
        MediaStore = "mediastore",
        /// A `MediaPackage` v2 endpoint.
        MediaPackageV2 = "mediapackagev2",
    }
}

string_enum! {
    /// Which requests to the origin are signed.
    pub enum SigningBehavior = Always {
        /// All, whatever the viewer sent.
        Always = "always",
        /// None: switches the access control off for all origins that use it.
        Never = "never",
        /// Those that came without an `Authorization` header.
        NoOverride = "no-override",
        /// All, with a header that tells the origin so.
        AlwaysAmzAuth = "always-amz-auth",
    }
}

string_enum! {
    /// How requests to the origin are signed.
    pub enum SigningProtocol = Sigv4 {
        /// Signature version 4.
        Sigv4 = "sigv4",
        /// Signature version 4 for many regions.
        Sigv4a = "sigv4a",
    }
}

/// What an origin access control gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct OriginAccessControlOutputs<S: Stage = Resolved> {
    /// The id.
    pub id: S::Value<OriginAccessControlId>,
    /// The ARN.
    pub arn: S::Value<Arn<OriginAccessControl>>,
}

/// How long a delete is repeated while the last user of the access control is updated.
const DELETE_TIMEOUT: Duration = Duration::from_mins(10);

#[async_trait]
impl Reconcile for OriginAccessControl<Resolved> {
    type Provider = Aws;
    type Outputs = OriginAccessControlOutputs;

    const RESUMABLE: bool = true;
    const OPERATIONS: &'static [&'static str] = &[
        "cloudfront:CreateOriginAccessControl",
        "cloudfront:GetOriginAccessControl",
        "cloudfront:UpdateOriginAccessControl",
        "cloudfront:DeleteOriginAccessControl",
        "cloudfront:ListOriginAccessControls",
    ];

    async fn read(
        id: &RemoteId,
        _prior: Option<&Self>,
        cx: &Context<'_, Aws>,
    ) -> Result<Option<Live<Self>>, ResourceError> {
        let Some((config, _)) = eventual::unless_not_found(current(id, cx).await)? else {
            return Ok(None);
        };
        Ok(Some(Live {
            id: id.clone(),
            inputs: Self::from_config(&config),
            outputs: outputs(id, cx.provider),
        }))
    }

    async fn create(&self, cx: &Context<'_, Aws>) -> Result<Self::Outputs, ResourceError> {
        let made = cx
            .provider
            .cloudfront
            .create_origin_access_control()
            .origin_access_control_config(self.onto(None)?)
            .send()
            .await
            .map_err(failed("cloudfront:CreateOriginAccessControl"))
            .map_err(|error| match error.kind {
                ErrorKind::AlreadyExists => error.hint("choose another name, or import the access control that has it"),
                _ => error,
            })?;
        let id = RemoteId::new(
            made.origin_access_control
                .ok_or_else(|| missing("the access control"))?
                .id,
        );
        cx.created(&id).await?;
        Ok(outputs(&id, cx.provider))
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _changed: &Changed,
        cx: &Context<'_, Aws>,
    ) -> Result<Self::Outputs, ResourceError> {
        until_current(cx, || async {
            let (before, etag) = current(&live.id, cx).await?;
            let wanted = self.onto(Some(&before))?;
            if wanted == before {
                return Ok(());
            }
            cx.provider
                .cloudfront
                .update_origin_access_control()
                .id(live.id.as_str())
                .if_match(etag)
                .origin_access_control_config(wanted)
                .send()
                .await
                .map(|_| ())
                .map_err(failed("cloudfront:UpdateOriginAccessControl"))
        })
        .await?;
        Ok(outputs(&live.id, cx.provider))
    }

    async fn delete(_last: &Self, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let in_use = |error: &ResourceError| stale(error) || error.code == "OriginAccessControlInUse";
        let deleted = cx
            .retry("the access control to be unused", DELETE_TIMEOUT, in_use, || async {
                let (_, etag) = insist(cx, || current(id, cx)).await?;
                cx.provider
                    .cloudfront
                    .delete_origin_access_control()
                    .id(id.as_str())
                    .if_match(etag)
                    .send()
                    .await
                    .map(|_| ())
                    .map_err(failed("cloudfront:DeleteOriginAccessControl"))
            })
            .await;
        match deleted {
            Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
            Err(error) if error.code == "OriginAccessControlInUse" => {
                Err(error.hint("a distribution outside this stack uses it: take it from its origins first"))
            }
            outcome => outcome,
        }
    }

    /// The name is unique in the account, and so is what a generated one ends with; with equal properties beside it, the object
    /// is the one that was asked for. With other properties it is not ours, and the create that follows is refused.
    async fn recover(&self, cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
        let Some(name) = &self.name else { return Ok(None) };
        let mut marker = None;
        loop {
            let page = cx
                .provider
                .cloudfront
                .list_origin_access_controls()
                .set_marker(marker)
                .send()
                .await
                .map_err(failed("cloudfront:ListOriginAccessControls"))?;
            let Some(list) = page.origin_access_control_list else {
                return Ok(None);
            };
            if let Some(found) = list.items().iter().find(|item| item.name == name.as_str()) {
                let id = RemoteId::new(&found.id);
                let (config, _) = current(&id, cx).await?;
                return Ok((Self::from_config(&config) == *self).then_some(id));
            }
            marker = list.next_marker.filter(|_| list.is_truncated);
            if marker.is_none() {
                return Ok(None);
            }
        }
    }
}

fn outputs(id: &RemoteId, aws: &Aws) -> OriginAccessControlOutputs {
    OriginAccessControlOutputs {
        id: OriginAccessControlId::from(id.as_str()),
        arn: Arn::new(format!(
            "arn:{}:cloudfront::{}:origin-access-control/{id}",
            aws.partition(),
            aws.account(),
        )),
    }
}

/// The live properties and their `ETag`.
async fn current(id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(OriginAccessControlConfig, String), ResourceError> {
    let answer = cx
        .provider
        .cloudfront
        .get_origin_access_control()
        .id(id.as_str())
        .send()
        .await
        .map_err(failed("cloudfront:GetOriginAccessControl"))?;
    let config = answer
        .origin_access_control
        .and_then(|control| control.origin_access_control_config)
        .ok_or_else(|| missing("the access control's properties"))?;
    Ok((config, answer.e_tag.ok_or_else(|| missing("an ETag"))?))
}

impl OriginAccessControl<Resolved> {
    /// The properties as CloudFront takes them, laid over those it has.
    fn onto(&self, live: Option<&OriginAccessControlConfig>) -> Result<OriginAccessControlConfig, ResourceError> {
        let name = match (&self.name, live) {
            (Some(name), _) => name.to_string(),
            (None, Some(live)) => live.name.clone(),
            (None, None) => return Err(ResourceError::invalid("an origin access control needs a name")),
        };
        OriginAccessControlConfig::builder()
            .name(name)
            .description(self.description.as_ref().map(Description::as_str).unwrap_or_default())
            .origin_access_control_origin_type(OriginAccessControlOriginTypes::from(self.origin_type.as_str()))
            .signing_behavior(OriginAccessControlSigningBehaviors::from(
                self.signing_behavior.as_str(),
            ))
            .signing_protocol(OriginAccessControlSigningProtocols::from(
                self.signing_protocol.as_str(),
            ))
            .build()
            .map_err(incomplete)
    }

    fn from_config(config: &OriginAccessControlConfig) -> Self {
        Self {
            name: text(Some(&config.name)),
            description: text(config.description.as_deref()),
            origin_type: OriginType::from_word(config.origin_access_control_origin_type.as_str()),
            signing_behavior: SigningBehavior::from_word(config.signing_behavior.as_str()),
            signing_protocol: SigningProtocol::from_word(config.signing_protocol.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_wrote() {
        let desired: OriginAccessControl<Resolved> = OriginAccessControl::builder()
            .name("site")
            .description("the bucket of the site")
            .signing_behavior(SigningBehavior::NoOverride)
            .build();
        let config = desired.onto(None).unwrap();
        assert_eq!(OriginAccessControl::from_config(&config), desired);
    }

    #[test]
    fn an_empty_description_is_none() {
        let desired: OriginAccessControl<Resolved> = OriginAccessControl::builder().name("site").build();
        let config = desired.onto(None).unwrap();
        assert_eq!(config.description.as_deref(), Some(""));
        assert_eq!(OriginAccessControl::from_config(&config).description, None);
    }

    #[test]
    fn keeps_the_live_name_when_none_is_given() {
        let named: OriginAccessControl<Resolved> = OriginAccessControl::builder().name("generated-0a1b").build();
        let unnamed = OriginAccessControl {
            name: None,
            ..named.clone()
        };
        assert_eq!(
            unnamed.onto(Some(&named.onto(None).unwrap())).unwrap().name,
            "generated-0a1b"
        );
        assert!(unnamed.onto(None).is_err());
    }
}
