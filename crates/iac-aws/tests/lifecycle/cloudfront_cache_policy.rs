//! `cloudfront.cache_policy`.

use aws_sdk_cloudfront::Client;
use iac_aws::cloudfront::{CachePolicy, Selection};
use iac_core::model::Stack;

use crate::harness::Lifecycle;

fn minimal(_: &mut Stack) -> CachePolicy {
    CachePolicy::builder().build()
}

fn full(_: &mut Stack) -> CachePolicy {
    CachePolicy::builder()
        .name("full")
        .comment("by session")
        .min_ttl_s(1)
        .default_ttl_s(60)
        .max_ttl_s(600)
        .headers(["Origin", "Accept-Language"])
        .cookies(Selection::only(["session"]))
        .query_strings(Selection::all_except(["utm_source"]))
        .gzip(false)
        .brotli(false)
        .build()
}

lifecycle!(
    CachePolicy,
    Lifecycle::new("CreateCachePolicy", minimal, full)
        .update("name", |policy| policy.name = Some("other".into()))
        .update("comment", |policy| policy.comment = Some("another".into()))
        .update("min_ttl_s", |policy| policy.min_ttl_s = 2)
        .update("default_ttl_s", |policy| policy.default_ttl_s = 61)
        .update("max_ttl_s", |policy| policy.max_ttl_s = 601)
        .update("headers", |policy| policy.headers = ["Origin".to_owned(), "Host".to_owned()].into())
        .update("cookies", |policy| policy.cookies = Selection::all())
        .update("query_strings", |policy| policy.query_strings = Selection::only(["page", "lang"]))
        .drift("comment", |config, id| async move {
            let cloudfront = Client::new(&config);
            let read = cloudfront.get_cache_policy().id(&id).send().await.unwrap();
            let policy = read.cache_policy().and_then(|policy| policy.cache_policy_config());
            let mut changed = policy.cloned().unwrap();
            changed.comment = Some("by hand".to_owned());
            let update = cloudfront.update_cache_policy().id(id).set_if_match(read.e_tag);
            update.cache_policy_config(changed).send().await.unwrap();
        })
);
