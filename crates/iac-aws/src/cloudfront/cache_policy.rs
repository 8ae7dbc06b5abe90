//! `cloudfront.cache_policy`: what makes up a cache key, and how long objects are kept.
//!
//! - Operations and IAM actions: see [`Reconcile::OPERATIONS`]; the actions have the operations' names.
//! - Remote id, also for import: the id, a UUID. The managed policies are constants of [`CachePolicyId`]; they are not imported.
//! - Every property can be changed. A change is written over the whole policy, guarded by its `ETag`.
//! - Waits: a delete is repeated for ten minutes while the distribution that used it is updated.
//! - It carries no tags, so what an interrupted create left is found by its name and properties.
//!
//! Source: CloudFront API reference, `CachePolicyConfig`; developer guide, "Understand cache policies".

mod config;
mod selection;

use std::{collections::BTreeSet, time::Duration};

use async_trait::async_trait;
use aws_sdk_cloudfront::types::{CachePolicyConfig, CachePolicyType};
use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{
        Changed, Context, Declared, ErrorKind, Live, Reconcile, RemoteId, Resolved, ResourceError, Stage, Violation,
        eventual,
    },
};
use serde::{Deserialize, Serialize};

use super::{
    names::{Comment, named, plain},
    shared::{missing, stale, until_current, violation, yes},
};
use crate::{Arn, Aws, error::failed, wait::insist};

pub use selection::{Choice, Selection};

iac_core::text_type! {
    /// The id of a cache policy, a UUID. The constants are the policies that AWS manages.
    pub struct CachePolicyId, check = |id| plain("a cache policy id", id);

    /// The name of a cache policy: 1 to 128 letters, digits, hyphens and underscores.
    pub struct CachePolicyName, check = |name| named("a cache policy", name, 128);
}

/// What makes up the cache key of an object, and how long it is kept.
///
/// What is in the key is also sent to the origin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(S::Value<_>, into))]
#[resource(type = "cloudfront.cache_policy", outputs = CachePolicyOutputs)]
pub struct CachePolicy<S: Stage = Declared> {
    /// The name, unique in the account. Generated when unset. Can be changed.
    #[field(name = 128)]
    pub name: Option<S::Value<CachePolicyName>>,
    /// What it is for.
    pub comment: Option<S::Value<Comment>>,
    /// The shortest time an object is kept, in seconds, whatever the origin says.
    #[serde(default)]
    #[builder(default = 0)]
    pub min_ttl_s: u32,
    /// How long an object is kept when the origin says nothing, in seconds. At least `min_ttl_s`.
    #[serde(default = "day")]
    #[builder(default = 86_400)]
    pub default_ttl_s: u32,
    /// The longest time an object is kept, in seconds. At least `default_ttl_s`. With 0 nothing is cached, and then nothing may be
    /// in the key.
    #[serde(default = "year")]
    #[builder(default = 31_536_000)]
    pub max_ttl_s: u32,
    /// The headers in the key. Upper and lower case as the origin expects them.
    #[serde(default)]
    #[builder(default, with = |names: impl IntoIterator<Item = impl Into<String>>| names.into_iter().map(Into::into).collect())]
    pub headers: BTreeSet<String>,
    /// The cookies in the key.
    #[serde(default)]
    #[builder(default = Selection::none())]
    pub cookies: Selection,
    /// The query strings in the key.
    #[serde(default)]
    #[builder(default = Selection::none())]
    pub query_strings: Selection,
    /// Whether gzip objects are kept and served.
    #[serde(default = "yes")]
    #[builder(default = true)]
    pub gzip: bool,
    /// Whether Brotli objects are kept and served.
    #[serde(default = "yes")]
    #[builder(default = true)]
    pub brotli: bool,
}

fn day() -> u32 {
    86_400
}

fn year() -> u32 {
    31_536_000
}

/// What a cache policy gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct CachePolicyOutputs<S: Stage = Resolved> {
    /// The id.
    pub id: S::Value<CachePolicyId>,
    /// The ARN.
    pub arn: S::Value<Arn<CachePolicy>>,
}

/// How long a delete is repeated while the last user of the policy is updated.
const DELETE_TIMEOUT: Duration = Duration::from_mins(10);

#[async_trait]
impl Reconcile for CachePolicy<Resolved> {
    type Provider = Aws;
    type Outputs = CachePolicyOutputs;

    const RESUMABLE: bool = true;
    const OPERATIONS: &'static [&'static str] = &[
        "cloudfront:CreateCachePolicy",
        "cloudfront:GetCachePolicy",
        "cloudfront:UpdateCachePolicy",
        "cloudfront:DeleteCachePolicy",
        "cloudfront:ListCachePolicies",
    ];

    fn validate(&self) -> Vec<Violation> {
        let mut found: Vec<Violation> = [self.cookies.check("cookies"), self.query_strings.check("query_strings")]
            .into_iter()
            .flatten()
            .collect();
        if self.default_ttl_s < self.min_ttl_s {
            found.push(violation("default_ttl_s", "at least `min_ttl_s`"));
        }
        if self.max_ttl_s < self.default_ttl_s {
            found.push(violation("max_ttl_s", "at least `default_ttl_s`"));
        }
        let keyed = !self.headers.is_empty()
            || self.cookies.choice != Choice::None
            || self.query_strings.choice != Choice::None
            || self.gzip
            || self.brotli;
        if self.max_ttl_s == 0 && keyed {
            found.push(violation(
                "max_ttl_s",
                "with 0 nothing is cached, and then headers, cookies and query strings are empty, `gzip` and `brotli` false",
            ));
        }
        found
    }

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
            inputs: Self::from_config(&config)?,
            outputs: outputs(id, cx.provider),
        }))
    }

    async fn create(&self, cx: &Context<'_, Aws>) -> Result<Self::Outputs, ResourceError> {
        let made = cx
            .provider
            .cloudfront
            .create_cache_policy()
            .cache_policy_config(self.onto(None)?)
            .send()
            .await
            .map_err(failed("cloudfront:CreateCachePolicy"))
            .map_err(|error| match error.kind {
                ErrorKind::AlreadyExists => error.hint("choose another name, or import the policy that has it"),
                _ => error,
            })?;
        let id = RemoteId::new(made.cache_policy.ok_or_else(|| missing("the cache policy"))?.id);
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
            if Self::from_config(&before)? == *self {
                return Ok(());
            }
            cx.provider
                .cloudfront
                .update_cache_policy()
                .id(live.id.as_str())
                .if_match(etag)
                .cache_policy_config(self.onto(Some(before))?)
                .send()
                .await
                .map(|_| ())
                .map_err(failed("cloudfront:UpdateCachePolicy"))
        })
        .await?;
        Ok(outputs(&live.id, cx.provider))
    }

    async fn delete(_last: &Self, id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let in_use = |error: &ResourceError| stale(error) || error.code == "CachePolicyInUse";
        let deleted = cx
            .retry("the cache policy to be unused", DELETE_TIMEOUT, in_use, || async {
                let (_, etag) = insist(cx, || current(id, cx)).await?;
                cx.provider
                    .cloudfront
                    .delete_cache_policy()
                    .id(id.as_str())
                    .if_match(etag)
                    .send()
                    .await
                    .map(|_| ())
                    .map_err(failed("cloudfront:DeleteCachePolicy"))
            })
            .await;
        match deleted {
            Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
            Err(error) if error.code == "CachePolicyInUse" => {
                Err(error.hint("a distribution outside this stack uses it: take it from its behaviors first"))
            }
            outcome => outcome,
        }
    }

    /// The name is unique in the account, and so is what a generated one ends with; with equal properties beside it, the object
    /// is the one that was asked for. With other properties it is not ours, and the create that follows is refused.
    async fn recover(&self, cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
        let mut marker = None;
        loop {
            let page = cx
                .provider
                .cloudfront
                .list_cache_policies()
                .r#type(CachePolicyType::Custom)
                .set_marker(marker)
                .send()
                .await
                .map_err(failed("cloudfront:ListCachePolicies"))?;
            let Some(list) = page.cache_policy_list else {
                return Ok(None);
            };
            for policy in list.items().iter().filter_map(|summary| summary.cache_policy.as_ref()) {
                let config = policy.cache_policy_config.as_ref();
                let named = config.filter(|config| self.name.as_ref().is_some_and(|name| name.as_str() == config.name));
                if let Some(config) = named {
                    return Ok((Self::from_config(config)? == *self).then(|| RemoteId::new(&policy.id)));
                }
            }
            marker = list.next_marker;
            if marker.is_none() {
                return Ok(None);
            }
        }
    }
}

fn outputs(id: &RemoteId, aws: &Aws) -> CachePolicyOutputs {
    CachePolicyOutputs {
        id: CachePolicyId::from(id.as_str()),
        arn: Arn::new(format!(
            "arn:{}:cloudfront::{}:cache-policy/{id}",
            aws.partition(),
            aws.account()
        )),
    }
}

/// The live properties and their `ETag`.
async fn current(id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(CachePolicyConfig, String), ResourceError> {
    let answer = cx
        .provider
        .cloudfront
        .get_cache_policy()
        .id(id.as_str())
        .send()
        .await
        .map_err(failed("cloudfront:GetCachePolicy"))?;
    let config = answer
        .cache_policy
        .and_then(|policy| policy.cache_policy_config)
        .ok_or_else(|| missing("the cache policy's properties"))?;
    Ok((config, answer.e_tag.ok_or_else(|| missing("an ETag"))?))
}
