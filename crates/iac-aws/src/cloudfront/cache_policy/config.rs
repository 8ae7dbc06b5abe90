//! A cache policy as CloudFront takes and gives it.

use aws_sdk_cloudfront::types::{
    CachePolicyConfig, CachePolicyCookieBehavior, CachePolicyCookiesConfig, CachePolicyHeaderBehavior,
    CachePolicyHeadersConfig, CachePolicyQueryStringBehavior, CachePolicyQueryStringsConfig, CookieNames,
    ParametersInCacheKeyAndForwardedToOrigin, QueryStringNames,
};
use iac_core::model::{Resolved, ResourceError};

use super::{CachePolicy, Choice, Selection, day, year};
use crate::cloudfront::{
    names::Comment,
    shared::{counted, incomplete, missing, seconds, text},
};

impl CachePolicy<Resolved> {
    /// The properties as CloudFront takes them, laid over those it has.
    pub(super) fn onto(&self, live: Option<CachePolicyConfig>) -> Result<CachePolicyConfig, ResourceError> {
        let name = match (&self.name, live) {
            (Some(name), _) => name.to_string(),
            (None, Some(live)) => live.name,
            (None, None) => return Err(ResourceError::invalid("a cache policy needs a name")),
        };
        CachePolicyConfig::builder()
            .name(name)
            .comment(self.comment.as_ref().map(Comment::as_str).unwrap_or_default())
            .min_ttl(self.min_ttl_s.into())
            .default_ttl(self.default_ttl_s.into())
            .max_ttl(self.max_ttl_s.into())
            .parameters_in_cache_key_and_forwarded_to_origin(self.key()?)
            .build()
            .map_err(incomplete)
    }

    fn key(&self) -> Result<ParametersInCacheKeyAndForwardedToOrigin, ResourceError> {
        let mut headers = CachePolicyHeadersConfig::builder().header_behavior(CachePolicyHeaderBehavior::None);
        if !self.headers.is_empty() {
            let names = counted!(Headers, self.headers.iter().cloned().collect());
            headers = headers
                .header_behavior(CachePolicyHeaderBehavior::Whitelist)
                .headers(names.map_err(incomplete)?);
        }
        let mut cookies = CachePolicyCookiesConfig::builder()
            .cookie_behavior(CachePolicyCookieBehavior::from(self.cookies.choice.as_str()));
        if !self.cookies.names.is_empty() {
            let names = counted!(CookieNames, self.cookies.names.iter().cloned().collect());
            cookies = cookies.cookies(names.map_err(incomplete)?);
        }
        let mut query_strings = CachePolicyQueryStringsConfig::builder()
            .query_string_behavior(CachePolicyQueryStringBehavior::from(self.query_strings.choice.as_str()));
        if !self.query_strings.names.is_empty() {
            let names = counted!(QueryStringNames, self.query_strings.names.iter().cloned().collect());
            query_strings = query_strings.query_strings(names.map_err(incomplete)?);
        }
        ParametersInCacheKeyAndForwardedToOrigin::builder()
            .enable_accept_encoding_gzip(self.gzip)
            .enable_accept_encoding_brotli(self.brotli)
            .headers_config(headers.build().map_err(incomplete)?)
            .cookies_config(cookies.build().map_err(incomplete)?)
            .query_strings_config(query_strings.build().map_err(incomplete)?)
            .build()
            .map_err(incomplete)
    }

    /// The properties as they are in CloudFront's answer.
    pub(super) fn from_config(config: &CachePolicyConfig) -> Result<Self, ResourceError> {
        let key = config
            .parameters_in_cache_key_and_forwarded_to_origin
            .as_ref()
            .ok_or_else(|| missing("the cache key's parameters"))?;
        let headers = key.headers_config.as_ref().and_then(|config| config.headers.as_ref());
        let cookies = match &key.cookies_config {
            Some(config) => Selection {
                choice: Choice::from_word(config.cookie_behavior.as_str()),
                names: config.cookies.iter().flat_map(CookieNames::items).cloned().collect(),
            },
            None => Selection::none(),
        };
        let query_strings = match &key.query_strings_config {
            Some(config) => Selection {
                choice: Choice::from_word(config.query_string_behavior.as_str()),
                names: config
                    .query_strings
                    .iter()
                    .flat_map(QueryStringNames::items)
                    .cloned()
                    .collect(),
            },
            None => Selection::none(),
        };
        Ok(Self {
            name: text(Some(&config.name)),
            comment: text(config.comment.as_deref()),
            min_ttl_s: seconds(config.min_ttl),
            default_ttl_s: config.default_ttl.map_or_else(day, seconds),
            max_ttl_s: config.max_ttl.map_or_else(year, seconds),
            headers: headers.iter().flat_map(|names| names.items()).cloned().collect(),
            cookies,
            query_strings,
            gzip: key.enable_accept_encoding_gzip,
            brotli: key.enable_accept_encoding_brotli.unwrap_or(false),
        })
    }
}

#[cfg(test)]
mod tests {
    use iac_core::model::Reconcile;

    use super::*;

    fn sessions() -> CachePolicy<Resolved> {
        CachePolicy::builder()
            .name("sessions")
            .comment("by session and language")
            .default_ttl_s(60)
            .headers(["Accept-Language"])
            .cookies(Selection::only(["session"]))
            .query_strings(Selection::all_except(["utm_source"]))
            .brotli(false)
            .build()
    }

    #[test]
    fn reads_back_what_it_wrote() {
        for desired in [sessions(), CachePolicy::builder().name("plain").build()] {
            let config = desired.onto(None).unwrap();
            assert_eq!(CachePolicy::from_config(&config).unwrap(), desired);
        }
    }

    #[test]
    fn sends_no_empty_lists() {
        let plain: CachePolicy<Resolved> = CachePolicy::builder().name("plain").build();
        let key = plain.key().unwrap();
        assert_eq!(key.headers_config.unwrap().headers, None);
        assert_eq!(key.cookies_config.unwrap().cookies, None);
        assert_eq!(key.query_strings_config.unwrap().query_strings, None);
    }

    #[test]
    fn refuses_what_cannot_be() {
        let paths = |policy: CachePolicy<Resolved>| -> Vec<String> {
            policy.validate().into_iter().map(|violation| violation.path).collect()
        };
        assert!(paths(sessions()).is_empty());
        assert_eq!(
            paths(CachePolicy {
                min_ttl_s: 90_000,
                ..CachePolicy::builder().build()
            }),
            ["default_ttl_s"]
        );
        let uncached = CachePolicy {
            default_ttl_s: 0,
            max_ttl_s: 0,
            ..sessions()
        };
        assert_eq!(paths(uncached), ["max_ttl_s"]);
        let unnamed = CachePolicy {
            cookies: Selection::only(Vec::<String>::new()),
            ..sessions()
        };
        assert_eq!(paths(unnamed), ["cookies"]);
    }
}
