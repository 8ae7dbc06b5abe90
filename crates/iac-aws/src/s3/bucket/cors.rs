//! What browsers may do from pages of other origins.

use std::collections::BTreeSet;

use async_trait::async_trait;
use aws_sdk_s3::types::{CorsConfiguration, CorsRule as SdkRule};
use bon::Builder;
use iac_core::{
    Schema,
    model::{Declared, Resolved, ResourceError, Stage},
};
use serde::{Deserialize, Serialize};

use super::aspect::{Aspect, At};
use crate::{error::failed, s3::words::built};

string_enum! {
    /// A method of HTTP that a page may use.
    pub enum CorsMethod {
        /// Read.
        Get = "GET",
        /// Write.
        Put = "PUT",
        /// Read the headers.
        Head = "HEAD",
        /// Write from a form.
        Post = "POST",
        /// Delete.
        Delete = "DELETE",
    }
}

/// What pages of some origins may do; the first rule that fits a request is used, at most 100. Source: `PutBucketCors`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[serde(bound = "")]
#[builder(on(_, into))]
pub struct CorsRule<S: Stage = Declared> {
    /// A name, at most 255 characters.
    pub id: Option<String>,
    /// The methods.
    #[builder(with = |methods: impl IntoIterator<Item = CorsMethod>| methods.into_iter().collect())]
    pub allowed_methods: BTreeSet<CorsMethod>,
    /// The origins, `https://example.com`, with at most one `*` each.
    #[field(set)]
    #[builder(with = |origins: impl IntoIterator<Item = impl Into<S::Value<String>>>| origins.into_iter().map(Into::into).collect())]
    pub allowed_origins: Vec<S::Value<String>>,
    /// The headers a request may have, with at most one `*` each.
    #[serde(default)]
    #[builder(default, with = |headers: impl IntoIterator<Item = impl Into<String>>| headers.into_iter().map(Into::into).collect())]
    pub allowed_headers: BTreeSet<String>,
    /// The headers of an answer that the page may see.
    #[serde(default)]
    #[builder(default, with = |headers: impl IntoIterator<Item = impl Into<String>>| headers.into_iter().map(Into::into).collect())]
    pub expose_headers: BTreeSet<String>,
    /// How long a browser may keep the answer, in seconds.
    pub max_age_s: Option<i32>,
}

#[async_trait]
impl Aspect for Vec<CorsRule<Resolved>> {
    const NOT_CONFIGURED: &'static [&'static str] = &["NoSuchCORSConfiguration"];

    fn absent() -> Self {
        Self::new()
    }

    async fn get(at: &At<'_>) -> Result<Self, ResourceError> {
        let request = at.s3.get_bucket_cors().bucket(at.name);
        let answer = request.send().await.map_err(failed("s3:GetBucketCors"))?;
        Ok(answer.cors_rules().iter().map(from_sdk).collect())
    }

    async fn put(&self, at: &At<'_>) -> Result<(), ResourceError> {
        let rules = self.iter().map(to_sdk).collect::<Result<_, _>>()?;
        let configuration = CorsConfiguration::builder().set_cors_rules(Some(rules));
        let request = at.s3.put_bucket_cors().bucket(at.name);
        let request = request.cors_configuration(configuration.build().map_err(built)?);
        request.send().await.map_err(failed("s3:PutBucketCors"))?;
        Ok(())
    }

    async fn remove(at: &At<'_>) -> Result<(), ResourceError> {
        let request = at.s3.delete_bucket_cors().bucket(at.name);
        request.send().await.map_err(failed("s3:DeleteBucketCors"))?;
        Ok(())
    }
}

fn to_sdk(rule: &CorsRule<Resolved>) -> Result<SdkRule, ResourceError> {
    let list = |texts: &BTreeSet<String>| (!texts.is_empty()).then(|| texts.iter().cloned().collect());
    SdkRule::builder()
        .set_id(rule.id.clone())
        .set_allowed_methods(Some(
            rule.allowed_methods
                .iter()
                .map(|method| method.as_str().to_owned())
                .collect(),
        ))
        .set_allowed_origins(Some(rule.allowed_origins.clone()))
        .set_allowed_headers(list(&rule.allowed_headers))
        .set_expose_headers(list(&rule.expose_headers))
        .set_max_age_seconds(rule.max_age_s)
        .build()
        .map_err(built)
}

fn from_sdk(sdk: &SdkRule) -> CorsRule<Resolved> {
    let methods = sdk.allowed_methods().iter();
    CorsRule {
        id: sdk.id().map(str::to_owned),
        allowed_methods: methods.map(|method| CorsMethod::from_word(method)).collect(),
        allowed_origins: sdk.allowed_origins().to_vec(),
        allowed_headers: sdk.allowed_headers().iter().cloned().collect(),
        expose_headers: sdk.expose_headers().iter().cloned().collect(),
        max_age_s: sdk.max_age_seconds(),
    }
}
