//! `CloudFront`: distributions, access controls and policies before and after a reload, and refusals.

use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::*;

use crate::common::{code, config, reloaded};
use iac_sandbox::Sandbox;

fn distribution(oac: &str, policy: &str, aliases: &[&str]) -> DistributionConfig {
    DistributionConfig::builder()
        .caller_reference("once")
        .comment("a & b")
        .enabled(true)
        .origins(
            Origins::builder()
                .quantity(1)
                .items(
                    Origin::builder()
                        .id("s3")
                        .domain_name("b.s3.eu-west-1.amazonaws.com")
                        .origin_access_control_id(oac)
                        .s3_origin_config(S3OriginConfig::builder().origin_access_identity("").build())
                        .build()
                        .unwrap(),
                )
                .build()
                .unwrap(),
        )
        .default_cache_behavior(
            DefaultCacheBehavior::builder()
                .target_origin_id("s3")
                .viewer_protocol_policy(ViewerProtocolPolicy::RedirectToHttps)
                .cache_policy_id(policy)
                .compress(true)
                .build()
                .unwrap(),
        )
        .aliases(
            Aliases::builder()
                .quantity(i32::try_from(aliases.len()).unwrap())
                .set_items(Some(aliases.iter().map(|alias| (*alias).to_owned()).collect()))
                .build()
                .unwrap(),
        )
        .build()
        .unwrap()
}

fn cache_policy(name: &str) -> CachePolicyConfig {
    CachePolicyConfig::builder()
        .name(name)
        .min_ttl(1)
        .parameters_in_cache_key_and_forwarded_to_origin(
            ParametersInCacheKeyAndForwardedToOrigin::builder()
                .enable_accept_encoding_gzip(true)
                .enable_accept_encoding_brotli(true)
                .headers_config(
                    CachePolicyHeadersConfig::builder()
                        .header_behavior(CachePolicyHeaderBehavior::Whitelist)
                        .headers(Headers::builder().quantity(1).items("Origin").build().unwrap())
                        .build()
                        .unwrap(),
                )
                .cookies_config(
                    CachePolicyCookiesConfig::builder()
                        .cookie_behavior(CachePolicyCookieBehavior::None)
                        .build()
                        .unwrap(),
                )
                .query_strings_config(
                    CachePolicyQueryStringsConfig::builder()
                        .query_string_behavior(CachePolicyQueryStringBehavior::All)
                        .build()
                        .unwrap(),
                )
                .build()
                .unwrap(),
        )
        .build()
        .unwrap()
}

fn access_control(name: &str) -> OriginAccessControlConfig {
    OriginAccessControlConfig::builder()
        .name(name)
        .origin_access_control_origin_type(OriginAccessControlOriginTypes::S3)
        .signing_behavior(OriginAccessControlSigningBehaviors::Always)
        .signing_protocol(OriginAccessControlSigningProtocols::Sigv4)
        .build()
        .unwrap()
}

async fn made(cloudfront: &Client) -> (String, String, String) {
    let oac = cloudfront
        .create_origin_access_control()
        .origin_access_control_config(access_control("oac"))
        .send()
        .await
        .unwrap();
    let oac = oac.origin_access_control().unwrap().id().to_owned();
    let policy = cloudfront
        .create_cache_policy()
        .cache_policy_config(cache_policy("cp"))
        .send()
        .await
        .unwrap();
    let policy = policy.cache_policy().unwrap().id().to_owned();
    let tags = Tags::builder()
        .items(Tag::builder().key("a").value("ü").build().unwrap())
        .build();
    let with_tags = DistributionConfigWithTags::builder()
        .distribution_config(distribution(&oac, &policy, &[]))
        .tags(tags)
        .build();
    let created = cloudfront
        .create_distribution_with_tags()
        .distribution_config_with_tags(with_tags)
        .send()
        .await
        .unwrap();
    let created = created.distribution().unwrap();
    assert_eq!(created.status(), "InProgress");
    (created.id().to_owned(), oac, policy)
}

async fn read_all(cloudfront: &Client, (id, oac, policy): &(String, String, String)) -> Vec<String> {
    let distribution = cloudfront.get_distribution().id(id).send().await.unwrap();
    let arn = distribution.distribution().unwrap().arn().to_owned();
    let config = cloudfront.get_distribution_config().id(id).send().await.unwrap();
    let tags = cloudfront.list_tags_for_resource().resource(arn).send().await.unwrap();
    let oac = cloudfront.get_origin_access_control().id(oac).send().await.unwrap();
    let policy = cloudfront.get_cache_policy().id(policy).send().await.unwrap();
    let listed = cloudfront.list_distributions().send().await.unwrap();
    let controls = cloudfront.list_origin_access_controls().send().await.unwrap();
    vec![
        format!("{distribution:?}"),
        format!("{config:?}"),
        format!("{tags:?}"),
        format!("{oac:?}"),
        format!("{policy:?}"),
        format!("{listed:?}"),
        format!("{controls:?}"),
    ]
}

#[tokio::test]
async fn all_survives_a_reload_with_etags() {
    let sandbox = Sandbox::new();
    let cloudfront = Client::new(&config(&sandbox));
    let ids = made(&cloudfront).await;
    let got = cloudfront.get_distribution().id(&ids.0).send().await.unwrap();
    let distribution = got.distribution().unwrap();
    assert_eq!(distribution.status(), "Deployed");
    assert!(distribution.domain_name().ends_with(".cloudfront.net"));
    let filled = distribution.distribution_config().unwrap();
    assert_eq!(filled.comment(), "a & b");
    assert_eq!(filled.price_class(), Some(&PriceClass::PriceClassAll));
    assert_eq!(filled.http_version(), Some(&HttpVersion::Http2));
    assert_eq!(filled.origins().unwrap().items()[0].connection_attempts(), Some(3));
    let certificate = filled.viewer_certificate().unwrap();
    assert_eq!(certificate.cloud_front_default_certificate(), Some(true));
    assert_eq!(
        certificate.minimum_protocol_version(),
        Some(&MinimumProtocolVersion::TlSv1)
    );
    let policy = cloudfront.get_cache_policy_config().id(&ids.2).send().await.unwrap();
    let policy = policy.cache_policy_config().unwrap();
    assert_eq!(policy.default_ttl(), Some(86_400));
    let before = read_all(&cloudfront, &ids).await;
    assert!(before[2].contains('ü'));
    let sandbox = reloaded(&sandbox);
    let cloudfront = Client::new(&config(&sandbox));
    assert_eq!(read_all(&cloudfront, &ids).await, before);
    assert_eq!(sandbox.inventory().len(), 3);
}

#[tokio::test]
async fn changes_need_the_current_etag_and_deletions_their_order() {
    let sandbox = Sandbox::new();
    let cloudfront = Client::new(&config(&sandbox));
    let (id, oac, policy) = made(&cloudfront).await;
    let got = cloudfront.get_distribution_config().id(&id).send().await.unwrap();
    let etag = got.e_tag().unwrap().to_owned();
    let mut live = got.distribution_config().unwrap().clone();
    let delete = |etag: &str| cloudfront.delete_distribution().id(&id).if_match(etag).send();
    assert_eq!(code(delete(&etag).await), "DistributionNotDisabled");
    live.enabled = false;
    let update = |etag: Option<&str>, config: DistributionConfig| {
        cloudfront
            .update_distribution()
            .id(&id)
            .set_if_match(etag.map(str::to_owned))
            .distribution_config(config)
            .send()
    };
    assert_eq!(code(update(None, live.clone()).await), "InvalidIfMatchVersion");
    assert_eq!(code(update(Some("old"), live.clone()).await), "PreconditionFailed");
    let updated = update(Some(&etag), live.clone()).await.unwrap();
    let fresh = updated.e_tag().unwrap().to_owned();
    assert_ne!(fresh, etag);
    assert_eq!(code(update(Some(&etag), live).await), "PreconditionFailed");
    let control = cloudfront.get_origin_access_control().id(&oac).send().await.unwrap();
    let control = control.e_tag().unwrap().to_owned();
    let delete_oac = |etag: &str| {
        let delete = cloudfront.delete_origin_access_control();
        delete.id(&oac).if_match(etag).send()
    };
    assert_eq!(code(delete_oac(&control).await), "OriginAccessControlInUse");
    let cached = cloudfront.get_cache_policy().id(&policy).send().await.unwrap();
    let cached = cached.e_tag().unwrap().to_owned();
    let delete_policy = |etag: &str| cloudfront.delete_cache_policy().id(&policy).if_match(etag).send();
    assert_eq!(code(delete_policy(&cached).await), "CachePolicyInUse");
    assert_eq!(code(delete(&etag).await), "PreconditionFailed");
    delete(&fresh).await.unwrap();
    assert_eq!(
        code(cloudfront.get_distribution().id(&id).send().await),
        "NoSuchDistribution"
    );
    let renamed = cloudfront
        .update_origin_access_control()
        .id(&oac)
        .if_match(&control)
        .origin_access_control_config(access_control("renamed"))
        .send()
        .await
        .unwrap();
    delete_oac(renamed.e_tag().unwrap()).await.unwrap();
    delete_policy(&cached).await.unwrap();
    assert!(sandbox.is_empty());
}

#[tokio::test]
async fn what_aws_refuses_is_refused() {
    let sandbox = Sandbox::new();
    let cloudfront = Client::new(&config(&sandbox));
    let (id, oac, policy) = made(&cloudfront).await;
    let create = |config: DistributionConfig| cloudfront.create_distribution().distribution_config(config).send();
    let config = distribution(&oac, &policy, &[]);
    assert_eq!(code(create(config.clone()).await), "DistributionAlreadyExists");
    let mut other = config.clone();
    "twice".clone_into(&mut other.caller_reference);
    let mut astray = other.clone();
    "nowhere".clone_into(&mut astray.default_cache_behavior.as_mut().unwrap().target_origin_id);
    assert_eq!(code(create(astray).await), "NoSuchOrigin");
    let mut aliased = distribution(&oac, &policy, &["www.example.com"]);
    "alias".clone_into(&mut aliased.caller_reference);
    assert_eq!(code(create(aliased).await), "InvalidViewerCertificate");
    let mut unknown = other.clone();
    unknown.default_cache_behavior.as_mut().unwrap().cache_policy_id = Some("none".to_owned());
    assert_eq!(code(create(unknown).await), "NoSuchCachePolicy");
    let managed = "658327ea-f89d-4fab-a63d-7e88639e58f6";
    other.default_cache_behavior.as_mut().unwrap().cache_policy_id = Some(managed.to_owned());
    create(other).await.unwrap();
    let twin = cloudfront.create_origin_access_control();
    let twin = twin.origin_access_control_config(access_control("oac"));
    assert_eq!(code(twin.send().await), "OriginAccessControlAlreadyExists");
    let twin = cloudfront.create_cache_policy().cache_policy_config(cache_policy("cp"));
    assert_eq!(code(twin.send().await), "CachePolicyAlreadyExists");
    let listed = cloudfront
        .list_cache_policies()
        .r#type(CachePolicyType::Managed)
        .send()
        .await;
    let listed = listed.unwrap();
    assert!(listed.cache_policy_list().unwrap().items().len() > 3);
    let got = cloudfront.get_cache_policy().id(managed).send().await.unwrap();
    let delete = cloudfront
        .delete_cache_policy()
        .id(managed)
        .if_match(got.e_tag().unwrap());
    assert_eq!(code(delete.send().await), "IllegalDelete");
    let arn = format!("arn:aws:cloudfront::123456789012:distribution/{id}");
    let more = Tags::builder()
        .items(Tag::builder().key("c").value("d").build().unwrap())
        .build();
    cloudfront
        .tag_resource()
        .resource(&arn)
        .tags(more)
        .send()
        .await
        .unwrap();
    let fewer = TagKeys::builder().items("a").build();
    cloudfront
        .untag_resource()
        .resource(&arn)
        .tag_keys(fewer)
        .send()
        .await
        .unwrap();
    let tags = cloudfront.list_tags_for_resource().resource(&arn).send().await.unwrap();
    assert_eq!(tags.tags().unwrap().items()[0].key(), "c");
    let batch = InvalidationBatch::builder()
        .caller_reference("i")
        .paths(Paths::builder().quantity(1).items("/*").build().unwrap())
        .build()
        .unwrap();
    let made = cloudfront
        .create_invalidation()
        .distribution_id(&id)
        .invalidation_batch(batch);
    let made = made.send().await.unwrap();
    let got = cloudfront
        .get_invalidation()
        .distribution_id(&id)
        .id(made.invalidation().unwrap().id())
        .send()
        .await
        .unwrap();
    assert_eq!(got.invalidation().unwrap().status(), "Completed");
}
