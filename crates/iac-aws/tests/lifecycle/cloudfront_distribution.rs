//! `cloudfront.distribution`.

use aws_sdk_cloudfront::{
    Client,
    types::{Tag, Tags},
};
use iac_aws::cloudfront::{
    AllowedMethods, Behavior, CachePolicy, CachePolicyId, CachedMethods, CookieForwarding, CustomOrigin, Distribution,
    EdgeEvent, ErrorResponse, ForwardedValues, GeoRestriction, HttpVersion, Logging, MinimumTls, Origin,
    OriginAccessControl, OriginGroup, OriginProtocol, OriginRequestPolicyId, PriceClass, ResponseHeadersPolicyId,
    TlsVersion, ViewerCertificate, ViewerEvent, VpcOrigin,
};
use iac_core::model::{Secret, Stack};

use crate::harness::Lifecycle;

const BUCKET: &str = "site.s3.eu-central-1.amazonaws.com";
const CERTIFICATE: &str = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-0000-0000-000000000000";
const FUNCTION: &str = "arn:aws:cloudfront::123456789012:function/rewrite";
const LAMBDA: &str = "arn:aws:lambda:us-east-1:123456789012:function:auth:7";
const ACL: &str = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/site/0a1b2c3d";

fn minimal(_: &mut Stack) -> Distribution {
    Distribution::builder()
        .origin("bucket", Origin::s3(BUCKET))
        .default_behavior(Behavior::to("bucket").cache_policy_id(CachePolicyId::CACHING_OPTIMIZED))
        .build()
}

/// Every property, set to something that is not its default.
fn full(stack: &mut Stack) -> Distribution {
    let access = stack.add("bucket", OriginAccessControl::builder().build());
    let policy = stack.add("short", CachePolicy::builder().default_ttl_s(60).build());
    let custom = CustomOrigin::builder()
        .protocol_policy(OriginProtocol::MatchViewer)
        .http_port(8080)
        .https_port(8443)
        .ssl_protocols([TlsVersion::Tls1_2, TlsVersion::Tls1_1])
        .read_timeout_s(60)
        .keepalive_timeout_s(30);
    let old = ForwardedValues::builder()
        .query_string(true)
        .query_string_cache_keys(["page", "lang"])
        .headers(["Origin"])
        .cookies(CookieForwarding::Whitelist)
        .cookie_names(["session"])
        .min_ttl_s(1)
        .default_ttl_s(60)
        .max_ttl_s(600);
    Distribution::builder()
        .enabled(false)
        .comment("all of it")
        .aliases(["www.example.com", "example.com"])
        .viewer_certificate(ViewerCertificate::acm(CERTIFICATE))
        .default_root_object("start.html")
        .price_class(PriceClass::Class100)
        .http_version(HttpVersion::Http2And3)
        .ipv6(false)
        .web_acl_id(ACL)
        .geo_restriction(GeoRestriction::all_except(["AQ"]))
        .logging(
            Logging::to("logs.s3.amazonaws.com")
                .prefix("site/")
                .include_cookies(true),
        )
        .anycast_ip_list_id("aip_0a1b2c3d")
        .origin(
            "bucket",
            Origin::s3(BUCKET)
                .origin_access_control_id(&access.id)
                .path("/public")
                .custom_header("x-from", Secret::new("cloudfront".to_owned()))
                .connection_attempts(2)
                .connection_timeout_s(5)
                .shield_region("eu-central-1"),
        )
        .origin("api", Origin::custom("api.example.com", custom))
        .origin(
            "inner",
            Origin::vpc("inner.example.com", VpcOrigin::of("vo_0a1b2c3d").read_timeout_s(20)),
        )
        .origin_group("both", OriginGroup::failover("bucket", "api", [500, 503]))
        .default_behavior(
            Behavior::to("both")
                .cache_policy_id(&policy.id)
                .trusted_key_groups(["kg-2", "kg-1"])
                .function(ViewerEvent::ViewerRequest, FUNCTION),
        )
        .behavior(
            "/api/*",
            Behavior::to("api")
                .cache_policy_id(CachePolicyId::CACHING_DISABLED)
                .origin_request_policy_id(OriginRequestPolicyId::ALL_VIEWER_EXCEPT_HOST_HEADER)
                .response_headers_policy_id(ResponseHeadersPolicyId::SECURITY_HEADERS)
                .allowed_methods(AllowedMethods::All)
                .cached_methods(CachedMethods::GetHeadOptions)
                .grpc(true)
                .compress(false)
                .lambda_function(EdgeEvent::OriginResponse, LAMBDA)
                .lambda_function_with_body(EdgeEvent::OriginRequest, LAMBDA),
        )
        .behavior("/old/*", Behavior::to("inner").forwarded_values(old).trusted_signers(["self"]))
        .error_response(404, ErrorResponse::page("/missing.html", 404).keep(60))
        .error_response(500, ErrorResponse::kept(5))
        .tags([("a", "1"), ("b", "2")])
        .wait_for_deployment(false)
        .keep_disabled(false)
        .build()
}

lifecycle!(
    Distribution,
    Lifecycle::new("CreateDistributionWithTags", minimal, full)
        .update("origins", |distribution| {
            let spare = Origin::website("spare.s3-website.eu-central-1.amazonaws.com");
            distribution.origins.insert("spare".to_owned(), spare.into());
        })
        .update("origins", |distribution| {
            let bucket = distribution.origins.get_mut("bucket").unwrap();
            bucket.custom_headers.insert("x-from".to_owned(), Secret::new("another".to_owned()).into());
            bucket.path = None;
        })
        .update("origin_groups", |distribution| {
            let both = OriginGroup::failover("bucket", "api", [500, 502, 504]);
            distribution.origin_groups = [("both".to_owned(), both)].into();
        })
        .update("behaviors", |distribution| distribution.behaviors.reverse())
        .update("behaviors", |distribution| distribution.behaviors.truncate(1))
        .update("error_responses", |distribution| {
            distribution.error_responses = [(403, ErrorResponse::page("/index.html", 200))].into();
        })
        .update("default_behavior", |distribution| {
            let api = Behavior::to("api").cache_policy_id(CachePolicyId::CACHING_DISABLED);
            distribution.default_behavior = api.into();
        })
        .update("comment", |distribution| distribution.comment = Some("another".into()))
        .update("aliases", |distribution| distribution.aliases = vec!["example.com".into()])
        .update("viewer_certificate", |distribution| {
            let certificate = ViewerCertificate::acm(CERTIFICATE).minimum_protocol_version(MinimumTls::Tls1_2_2019);
            distribution.viewer_certificate = Some(certificate.into());
        })
        .update("aliases, viewer_certificate", |distribution| {
            distribution.aliases.clear();
            distribution.viewer_certificate = None;
        })
        .update("default_root_object", |distribution| distribution.default_root_object = Some("index.html".into()))
        .update("price_class", |distribution| distribution.price_class = PriceClass::Class200)
        .update("http_version", |distribution| distribution.http_version = HttpVersion::Http2)
        .update("web_acl_id", |distribution| distribution.web_acl_id = Some(ACL.replace("site", "other").into()))
        .update("geo_restriction", |distribution| {
            distribution.geo_restriction = Some(GeoRestriction::only(["DE", "FR"]));
        })
        .update("logging", |distribution| {
            distribution.logging = Some(Logging::to("other.s3.amazonaws.com").into());
        })
        .update("anycast_ip_list_id", |distribution| distribution.anycast_ip_list_id = Some("aip_other".into()))
        .update("keep_disabled", |distribution| distribution.keep_disabled = true)
        .update("tags", |distribution| {
            distribution.tags = [("b".to_owned(), "3".into()), ("c".to_owned(), "4".into())].into();
        })
        .replace("staging", |distribution| {
            distribution.staging = true;
            distribution.aliases.clear();
            distribution.viewer_certificate = None;
        })
        .except("continuous_deployment_policy_id", "the AWS in the process has no continuous deployment policies")
        .drift("comment", |config, id| async move {
            let cloudfront = Client::new(&config);
            let read = cloudfront.get_distribution_config().id(&id).send().await.unwrap();
            let mut changed = read.distribution_config().cloned().unwrap();
            changed.comment = "by hand".to_owned();
            let update = cloudfront.update_distribution().id(id).set_if_match(read.e_tag);
            update.distribution_config(changed).send().await.unwrap();
        })
        .drift("tags", |config, id| async move {
            let arn = format!("arn:aws:cloudfront::123456789012:distribution/{id}");
            let tag = Tag::builder().key("by").value("hand").build().unwrap();
            let tags = Tags::builder().items(tag).build();
            let cloudfront = Client::new(&config);
            cloudfront.tag_resource().resource(arn).tags(tags).send().await.unwrap();
        })
);
