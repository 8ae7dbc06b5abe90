//! A bucket as a website over plain HTTP.

use async_trait::async_trait;
use aws_sdk_s3::types::{
    Condition, ErrorDocument, IndexDocument, Protocol as SdkProtocol, Redirect as SdkRedirect, RedirectAllRequestsTo,
    RoutingRule as SdkRule, WebsiteConfiguration,
};
use bon::Builder;
use iac_core::{
    Schema,
    model::{Declared, Resolved, ResourceError, Stage, Violation},
};
use serde::{Deserialize, Serialize};

use super::aspect::{Aspect, At};
use crate::{error::failed, s3::words::built};

string_enum! {
    /// The protocol of a redirect.
    pub enum Protocol {
        /// Plain.
        Http = "http",
        /// Encrypted.
        Https = "https",
    }
}

/// What the website endpoint serves: an index document, or nothing but a redirect to another host. Source: `PutBucketWebsite`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[serde(bound = "")]
#[builder(on(_, into))]
pub struct Website<S: Stage = Declared> {
    /// The key behind every key that ends in `/`: `index.html`. Without `/`.
    pub index_document: Option<String>,
    /// The key that is served with errors.
    pub error_document: Option<String>,
    /// Where every request is sent instead.
    pub redirect_all: Option<RedirectAll<S>>,
    /// Redirects of some requests; the first that fits is used.
    #[builder(default)]
    #[serde(default)]
    pub routing_rules: Vec<RoutingRule<S>>,
}

/// Where every request is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[serde(bound = "")]
#[builder(on(_, into))]
pub struct RedirectAll<S: Stage = Declared> {
    /// The host.
    pub host_name: S::Value<String>,
    /// The protocol; that of the request when unset.
    pub protocol: Option<Protocol>,
}

/// A redirect of the requests that fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[serde(bound = "")]
#[builder(on(_, into))]
pub struct RoutingRule<S: Stage = Declared> {
    /// Fits keys that start so.
    pub if_key_prefix: Option<String>,
    /// Fits requests that would end with this status: `404`.
    pub if_error_code: Option<String>,
    /// The host to go to; the same when unset.
    pub host_name: Option<S::Value<String>>,
    /// The protocol; that of the request when unset.
    pub protocol: Option<Protocol>,
    /// The status of the redirect: `301` when unset.
    pub redirect_code: Option<String>,
    /// What takes the place of `if_key_prefix` in the key. Not together with `replace_key`.
    pub replace_key_prefix: Option<String>,
    /// What takes the place of the whole key.
    pub replace_key: Option<String>,
}

impl Website<Resolved> {
    pub(super) fn check(&self) -> Vec<Violation> {
        let mut problems = Vec::new();
        let mut refuse = |when: bool, path: String, message: &str| {
            if when {
                problems.push(Violation {
                    path,
                    message: message.to_owned(),
                });
            }
        };
        let serves = self.index_document.is_some() || self.error_document.is_some() || !self.routing_rules.is_empty();
        let at = || "website".to_owned();
        refuse(
            self.redirect_all.is_some() && serves,
            at(),
            "`redirect_all` excludes documents and routing rules",
        );
        refuse(
            self.redirect_all.is_none() && self.index_document.is_none(),
            at(),
            "needs `index_document` or `redirect_all`",
        );
        let slash = self
            .index_document
            .as_ref()
            .is_some_and(|key| key.is_empty() || key.contains('/'));
        refuse(
            slash,
            "website.index_document".to_owned(),
            "is the last part of a key, without `/`",
        );
        for (index, rule) in self.routing_rules.iter().enumerate() {
            let both = rule.replace_key.is_some() && rule.replace_key_prefix.is_some();
            refuse(
                both,
                format!("website.routing_rules[{index}]"),
                "takes `replace_key` or `replace_key_prefix`, not both",
            );
        }
        problems
    }
}

#[async_trait]
impl Aspect for Option<Website<Resolved>> {
    const NOT_CONFIGURED: &'static [&'static str] = &["NoSuchWebsiteConfiguration"];

    fn absent() -> Self {
        None
    }

    async fn get(at: &At<'_>) -> Result<Self, ResourceError> {
        let request = at.s3.get_bucket_website().bucket(at.name);
        let answer = request.send().await.map_err(failed("s3:GetBucketWebsite"))?;
        let redirect_all = answer.redirect_all_requests_to().map(|to| RedirectAll {
            host_name: to.host_name().to_owned(),
            protocol: protocol(to.protocol()),
        });
        Ok(Some(Website {
            index_document: answer.index_document().map(|document| document.suffix().to_owned()),
            error_document: answer.error_document().map(|document| document.key().to_owned()),
            redirect_all,
            routing_rules: answer.routing_rules().iter().map(from_sdk).collect(),
        }))
    }

    async fn put(&self, at: &At<'_>) -> Result<(), ResourceError> {
        let Some(website) = self else {
            return Self::remove(at).await;
        };
        let request = at.s3.put_bucket_website().bucket(at.name);
        let request = request.website_configuration(to_sdk(website)?);
        request.send().await.map_err(failed("s3:PutBucketWebsite"))?;
        Ok(())
    }

    async fn remove(at: &At<'_>) -> Result<(), ResourceError> {
        let request = at.s3.delete_bucket_website().bucket(at.name);
        request.send().await.map_err(failed("s3:DeleteBucketWebsite"))?;
        Ok(())
    }
}

fn protocol(sdk: Option<&SdkProtocol>) -> Option<Protocol> {
    sdk.map(|word| Protocol::from_word(word.as_str()))
}

fn to_sdk(website: &Website<Resolved>) -> Result<WebsiteConfiguration, ResourceError> {
    let index = website
        .index_document
        .as_ref()
        .map(|suffix| IndexDocument::builder().suffix(suffix).build());
    let error = website
        .error_document
        .as_ref()
        .map(|key| ErrorDocument::builder().key(key).build());
    let redirect_all = website.redirect_all.as_ref().map(|to| {
        RedirectAllRequestsTo::builder()
            .host_name(&to.host_name)
            .set_protocol(to.protocol.map(|protocol| protocol.as_str().into()))
            .build()
    });
    let rules: Vec<SdkRule> = website.routing_rules.iter().map(rule).collect();
    Ok(WebsiteConfiguration::builder()
        .set_index_document(index.transpose().map_err(built)?)
        .set_error_document(error.transpose().map_err(built)?)
        .set_redirect_all_requests_to(redirect_all.transpose().map_err(built)?)
        .set_routing_rules((!rules.is_empty()).then_some(rules))
        .build())
}

fn rule(rule: &RoutingRule<Resolved>) -> SdkRule {
    let condition = (rule.if_key_prefix.is_some() || rule.if_error_code.is_some()).then(|| {
        Condition::builder()
            .set_key_prefix_equals(rule.if_key_prefix.clone())
            .set_http_error_code_returned_equals(rule.if_error_code.clone())
            .build()
    });
    let redirect = SdkRedirect::builder()
        .set_host_name(rule.host_name.clone())
        .set_protocol(rule.protocol.map(|protocol| protocol.as_str().into()))
        .set_http_redirect_code(rule.redirect_code.clone())
        .set_replace_key_prefix_with(rule.replace_key_prefix.clone())
        .set_replace_key_with(rule.replace_key.clone());
    SdkRule::builder()
        .set_condition(condition)
        .redirect(redirect.build())
        .build()
}

fn from_sdk(sdk: &SdkRule) -> RoutingRule<Resolved> {
    let condition = |part: fn(&Condition) -> Option<&str>| sdk.condition().and_then(part).map(str::to_owned);
    let redirect = |part: fn(&SdkRedirect) -> Option<&str>| sdk.redirect().and_then(part).map(str::to_owned);
    RoutingRule {
        if_key_prefix: condition(Condition::key_prefix_equals),
        if_error_code: condition(Condition::http_error_code_returned_equals),
        host_name: redirect(SdkRedirect::host_name),
        protocol: protocol(sdk.redirect().and_then(SdkRedirect::protocol)),
        redirect_code: redirect(SdkRedirect::http_redirect_code),
        replace_key_prefix: redirect(SdkRedirect::replace_key_prefix_with),
        replace_key: redirect(SdkRedirect::replace_key_with),
    }
}
