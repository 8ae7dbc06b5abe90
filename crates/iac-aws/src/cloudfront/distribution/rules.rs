//! What no single property of a distribution can tell.

use std::collections::BTreeSet;

use iac_core::model::{Resolved, Violation};

use super::{
    AllowedMethods, Behavior, CachedMethods, Caching, CookieForwarding, Distribution, EdgeEvent, ErrorResponse,
    HttpVersion, Origin, OriginGroup, Source,
};
use crate::{cloudfront::shared::violation, tags};

/// The status codes whose answers can be replaced. Source: developer guide, "HTTP status codes that CloudFront caches".
const ERRORS: [u16; 11] = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/// Everything that is wrong with a distribution.
pub(super) fn violations(desired: &Distribution<Resolved>) -> Vec<Violation> {
    let mut rules = Rules::default();
    rules.distribution(desired);
    for (id, origin) in &desired.origins {
        rules.origin(&format!("origins.{id}"), origin);
    }
    for (id, group) in &desired.origin_groups {
        rules.group(&format!("origin_groups.{id}"), group, desired);
    }
    rules.behavior("default_behavior", &desired.default_behavior, desired);
    let mut patterns = BTreeSet::new();
    for (index, path) in desired.behaviors.iter().enumerate() {
        let at = format!("behaviors[{index}]");
        let again = !patterns.insert(&path.path_pattern);
        rules.refuse(
            again,
            format!("{at}.path_pattern"),
            "an earlier behavior has this pattern",
        );
        rules.behavior(&format!("{at}.behavior"), &path.behavior, desired);
    }
    for (code, response) in &desired.error_responses {
        rules.error_response(&format!("error_responses.{code}"), *code, response);
    }
    rules.found.extend(tags::strict_violations(&desired.tags));
    rules.found
}

#[derive(Default)]
struct Rules {
    found: Vec<Violation>,
}

impl Rules {
    fn refuse(&mut self, wrong: bool, path: impl Into<String>, message: &str) {
        if wrong {
            self.found.push(violation(path, message));
        }
    }

    fn distribution(&mut self, desired: &Distribution<Resolved>) {
        self.refuse(desired.origins.is_empty(), "origins", "at least one origin");
        let named = !desired.aliases.is_empty();
        let certified = desired.viewer_certificate.is_some();
        self.refuse(
            named && !certified,
            "viewer_certificate",
            "a certificate that has the names in `aliases`",
        );
        let root = desired.default_root_object.as_deref();
        self.refuse(
            root.is_some_and(|root| root.is_empty() || root.starts_with('/')),
            "default_root_object",
            "the name of an object, without a slash before it; leave it unset for none",
        );
        if let Some(geo) = &desired.geo_restriction {
            let code = |code: &String| code.len() == 2 && code.chars().all(|c| c.is_ascii_uppercase());
            self.refuse(
                geo.locations.is_empty() || !geo.locations.iter().all(code),
                "geo_restriction.locations",
                "country codes of two capital letters, at least one",
            );
        }
    }

    fn origin(&mut self, at: &str, origin: &Origin<Resolved>) {
        let path = origin.path.as_deref();
        self.refuse(
            path.is_some_and(|path| !path.starts_with('/') || path.ends_with('/')),
            format!("{at}.path"),
            "starts with a slash and does not end with one; leave it unset for none",
        );
        let attempts = (1..=3).contains(&origin.connection_attempts);
        self.refuse(!attempts, format!("{at}.connection_attempts"), "1 to 3");
        let timeout = (1..=10).contains(&origin.connection_timeout_s);
        self.refuse(!timeout, format!("{at}.connection_timeout_s"), "1 to 10 seconds");
        let read_timeout = match &origin.source {
            Source::S3(s3) => {
                self.refuse(
                    s3.origin_access_identity.is_some() && origin.origin_access_control_id.is_some(),
                    format!("{at}.source.s3.origin_access_identity"),
                    "either an access control or an identity of old",
                );
                s3.read_timeout_s
            }
            Source::Custom(custom) => {
                let port = |port: u16| port == 80 || port == 443 || port >= 1024;
                let source = format!("{at}.source.custom");
                self.refuse(
                    !port(custom.http_port),
                    format!("{source}.http_port"),
                    "80, 443 or 1024 to 65535",
                );
                self.refuse(
                    !port(custom.https_port),
                    format!("{source}.https_port"),
                    "80, 443 or 1024 to 65535",
                );
                self.refuse(
                    custom.ssl_protocols.is_empty(),
                    format!("{source}.ssl_protocols"),
                    "at least one",
                );
                self.refuse(
                    custom.keepalive_timeout_s == 0,
                    format!("{source}.keepalive_timeout_s"),
                    "at least 1",
                );
                Some(custom.read_timeout_s)
            }
            Source::Vpc(vpc) => Some(vpc.read_timeout_s),
        };
        self.refuse(
            read_timeout == Some(0),
            format!("{at}.source"),
            "a read timeout of at least 1 second",
        );
        let whole = origin.response_completion_timeout_s;
        self.refuse(
            whole
                .zip(read_timeout)
                .is_some_and(|(whole, read)| whole < u32::from(read)),
            format!("{at}.response_completion_timeout_s"),
            "at least the read timeout",
        );
    }

    fn group(&mut self, at: &str, group: &OriginGroup, desired: &Distribution<Resolved>) {
        for (member, id) in [("primary", &group.primary), ("secondary", &group.secondary)] {
            let known = desired.origins.contains_key(id);
            self.refuse(
                !known,
                format!("{at}.{member}"),
                "the id of an origin of this distribution",
            );
        }
        self.refuse(
            group.primary == group.secondary,
            format!("{at}.secondary"),
            "another origin than the primary",
        );
        let codes = &group.failover_status_codes;
        self.refuse(
            codes.is_empty() || codes.iter().any(|code| !(400..600).contains(code)),
            format!("{at}.failover_status_codes"),
            "status codes of errors, at least one",
        );
    }

    fn behavior(&mut self, at: &str, behavior: &Behavior<Resolved>, desired: &Distribution<Resolved>) {
        let target = &behavior.target_origin_id;
        let known = desired.origins.contains_key(target) || desired.origin_groups.contains_key(target);
        let message = "the id of an origin or an origin group of this distribution";
        self.refuse(!known, format!("{at}.target_origin_id"), message);
        self.refuse(
            behavior.cached_methods == CachedMethods::GetHeadOptions
                && behavior.allowed_methods == AllowedMethods::GetHead,
            format!("{at}.cached_methods"),
            "methods that are allowed too",
        );
        self.refuse(
            behavior.grpc
                && (behavior.allowed_methods != AllowedMethods::All
                    || matches!(desired.http_version, HttpVersion::Http1_1 | HttpVersion::Http3)),
            format!("{at}.grpc"),
            "gRPC needs all methods to be allowed, and HTTP/2",
        );
        let at_viewer = |event: &&EdgeEvent| matches!(event, EdgeEvent::ViewerRequest | EdgeEvent::ViewerResponse);
        let lambda = behavior.lambda_function_associations.keys().find(at_viewer);
        self.refuse(
            lambda.is_some() && !behavior.function_associations.is_empty(),
            format!("{at}.function_associations"),
            "at the viewer's events run either CloudFront functions or Lambda functions",
        );
        for (event, function) in &behavior.lambda_function_associations {
            let response = matches!(event, EdgeEvent::ViewerResponse | EdgeEvent::OriginResponse);
            let path = format!("{at}.lambda_function_associations.{}.include_body", event.as_str());
            self.refuse(
                response && function.include_body,
                path,
                "an answer has no body of a request",
            );
        }
        if let Caching::ForwardedValues(values) = &behavior.caching {
            let at = format!("{at}.caching.forwarded_values");
            let ordered = values.min_ttl_s <= values.default_ttl_s && values.default_ttl_s <= values.max_ttl_s;
            self.refuse(
                !ordered,
                format!("{at}.default_ttl_s"),
                "from `min_ttl_s` to `max_ttl_s`",
            );
            let named = values.cookies == CookieForwarding::Whitelist;
            self.refuse(
                named == values.cookie_names.is_empty(),
                format!("{at}.cookie_names"),
                "names with `whitelist`, and only with it",
            );
            self.refuse(
                !values.query_string && !values.query_string_cache_keys.is_empty(),
                format!("{at}.query_string_cache_keys"),
                "only with `query_string`",
            );
        }
    }

    fn error_response(&mut self, at: &str, code: u16, response: &ErrorResponse) {
        let message = "one of 400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504";
        self.refuse(!ERRORS.contains(&code), at, message);
        if let Some(page) = &response.page {
            self.refuse(
                !page.path.starts_with('/'),
                format!("{at}.page.path"),
                "starts with a slash",
            );
            let known = page.code == 200 || ERRORS.contains(&page.code);
            self.refuse(!known, format!("{at}.page.code"), "200, or the code of an error");
        }
        let empty = response.page.is_none() && response.caching_min_ttl_s.is_none();
        self.refuse(empty, at, "a page, or how long the error is kept");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudfront::{CachePolicyId, CustomOrigin, ForwardedValues, GeoRestriction, S3Origin, ViewerEvent};

    fn site(change: impl FnOnce(&mut Distribution<Resolved>)) -> Vec<String> {
        let mut site: Distribution<Resolved> = Distribution::builder()
            .origin("site", Origin::s3("site.s3.eu-west-1.amazonaws.com"))
            .default_behavior(behavior())
            .build();
        change(&mut site);
        violations(&site).into_iter().map(|violation| violation.path).collect()
    }

    fn behavior() -> Behavior<Resolved> {
        Behavior::to("site")
            .cache_policy_id(CachePolicyId::CACHING_OPTIMIZED)
            .build()
    }

    #[test]
    fn a_plain_site_is_fine() {
        assert!(site(|_| {}).is_empty());
    }

    #[test]
    fn names_need_a_certificate_and_targets_an_origin() {
        assert_eq!(
            site(|site| site.aliases.push("example.com".into())),
            ["viewer_certificate"]
        );
        assert_eq!(
            site(|site| site.default_root_object = Some("/index.html".to_owned())),
            ["default_root_object"]
        );
        assert_eq!(
            site(|site| site.origins.clear()),
            ["origins", "default_behavior.target_origin_id"]
        );
        let none = GeoRestriction::only(["de"]);
        assert_eq!(
            site(|site| site.geo_restriction = Some(none)),
            ["geo_restriction.locations"]
        );
    }

    #[test]
    fn origins_are_checked() {
        let identity = S3Origin::builder().origin_access_identity("origin-access-identity/cloudfront/E1");
        let both = Origin::of("b.s3.eu-west-1.amazonaws.com", identity)
            .origin_access_control_id("E2")
            .path("/a/");
        let port =
            Origin::custom("c.example.com", CustomOrigin::builder().http_port(81)).response_completion_timeout_s(5);
        let paths = site(|site| {
            site.origins.insert("b".to_owned(), both.build());
            site.origins.insert("c".to_owned(), port.build());
            site.origin_groups
                .insert("g".to_owned(), OriginGroup::failover("b", "nowhere", []));
        });
        assert_eq!(
            paths,
            [
                "origins.b.path",
                "origins.b.source.s3.origin_access_identity",
                "origins.c.source.custom.http_port",
                "origins.c.response_completion_timeout_s",
                "origin_groups.g.secondary",
                "origin_groups.g.failover_status_codes",
            ]
        );
    }

    #[test]
    fn behaviors_are_checked() {
        let path = |behavior| super::super::PathBehavior {
            path_pattern: "/a/*".to_owned(),
            behavior,
        };
        let mixed = Behavior::to("site")
            .cache_policy_id(CachePolicyId::CACHING_DISABLED)
            .grpc(true)
            .function(
                ViewerEvent::ViewerRequest,
                "arn:aws:cloudfront::123456789012:function/f",
            )
            .lambda_function_with_body(
                EdgeEvent::ViewerResponse,
                "arn:aws:lambda:us-east-1:123456789012:function:f:1",
            );
        let values = ForwardedValues::builder()
            .min_ttl_s(90_000)
            .query_string_cache_keys(["q"]);
        let paths = site(|site| {
            site.behaviors = vec![
                path(mixed.build()),
                path(Behavior::to("site").forwarded_values(values).build()),
            ];
        });
        assert_eq!(
            paths,
            [
                "behaviors[0].behavior.grpc",
                "behaviors[0].behavior.function_associations",
                "behaviors[0].behavior.lambda_function_associations.viewer-response.include_body",
                "behaviors[1].path_pattern",
                "behaviors[1].behavior.caching.forwarded_values.default_ttl_s",
                "behaviors[1].behavior.caching.forwarded_values.query_string_cache_keys",
            ]
        );
    }

    #[test]
    fn error_pages_are_checked() {
        let paths = site(|site| {
            site.error_responses.insert(418, ErrorResponse::kept(1));
            site.error_responses
                .insert(404, ErrorResponse::page("missing.html", 201));
            site.error_responses.insert(500, ErrorResponse::default());
        });
        assert_eq!(
            paths,
            [
                "error_responses.404.page.path",
                "error_responses.404.page.code",
                "error_responses.418",
                "error_responses.500"
            ]
        );
    }
}
