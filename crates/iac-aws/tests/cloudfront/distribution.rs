//! `cloudfront.distribution`.

use std::collections::BTreeMap;

use iac_aws::cloudfront::{Behavior, CachePolicyId, Distribution, ErrorResponse, Origin};
use iac_core::model::ReadObject;
use iac_sandbox::Fault;

use crate::{bench::Bench, common::inputs};

/// A site of one page on a private bucket.
fn site(bench: &Bench) -> Distribution {
    Distribution::builder()
        .comment("the shop")
        .origin(
            "bucket",
            Origin::s3("shop.s3.eu-west-1.amazonaws.com").origin_access_control_id(bench.access.as_str()),
        )
        .default_behavior(Behavior::to("bucket").cache_policy_id(CachePolicyId::CACHING_OPTIMIZED))
        .default_root_object("index.html")
        .error_response(403, ErrorResponse::page("/index.html", 200))
        .tags([("team", "shop")])
        .build()
}

#[tokio::test]
async fn what_is_there_already_is_not_put_again() {
    let bench = Bench::of::<Distribution>().await;
    let id = bench.create(&site(&bench)).await.unwrap();
    bench.update(&id, &site(&bench)).await.unwrap();
    assert_eq!(bench.count("UpdateDistribution"), 0);
}

#[tokio::test]
async fn a_change_of_tags_alone_deploys_nothing() {
    let bench = Bench::of::<Distribution>().await;
    let id = bench.create(&site(&bench)).await.unwrap();
    let mut tagged = site(&bench);
    tagged.tags = [("stage".to_owned(), "dev".into())].into();
    bench.update(&id, &tagged).await.unwrap();
    assert_eq!(bench.differences(&id, &tagged).await, Vec::<String>::new());
    assert_eq!([bench.count("UpdateDistribution"), bench.count("TagResource")], [0, 1]);
}

#[tokio::test]
async fn another_write_in_between_is_built_upon() {
    for code in ["PreconditionFailed", "InvalidIfMatchVersion"] {
        let bench = Bench::of::<Distribution>().await;
        let id = bench.create(&site(&bench)).await.unwrap();
        bench.sandbox.inject(
            Fault::error(412, code, "stale")
                .on_operation("UpdateDistribution")
                .first(1),
        );
        let mut changed = site(&bench);
        changed.comment = Some("another".into());
        bench.update(&id, &changed).await.unwrap();
        assert_eq!(bench.differences(&id, &changed).await, Vec::<String>::new());
        assert_eq!(bench.count("UpdateDistribution"), 2);
        // and only once
        bench
            .sandbox
            .inject(Fault::error(412, code, "stale").on_operation("UpdateDistribution"));
        assert_eq!(bench.update(&id, &site(&bench)).await.unwrap_err().code, code);
    }
}

#[tokio::test]
async fn passing_refusals_are_waited_for() {
    let bench = Bench::of::<Distribution>().await;
    let refused = |code: &str, operation: &str| {
        bench
            .sandbox
            .inject(Fault::error(400, code, "not yet").on_operation(operation).first(2));
    };
    refused("InvalidViewerCertificate", "CreateDistributionWithTags");
    let id = bench.create(&site(&bench)).await.unwrap();
    refused("IllegalUpdate", "UpdateDistribution");
    let mut changed = site(&bench);
    changed.comment = Some("another".into());
    bench.update(&id, &changed).await.unwrap();
    refused("DistributionNotDisabled", "DeleteDistribution");
    bench.delete(&id, &changed).await.unwrap();
    assert_eq!(bench.live(&id, None).await, None);
}

#[tokio::test]
async fn lasting_refusals_are_told() {
    let bench = Bench::of::<Distribution>().await;
    let create = "CreateDistributionWithTags";
    bench
        .sandbox
        .inject(Fault::error(400, "InvalidViewerCertificate", "no").on_operation(create));
    assert_eq!(
        bench.create(&site(&bench)).await.unwrap_err().code,
        "InvalidViewerCertificate"
    );
    bench.sandbox.clear_faults();
    bench
        .sandbox
        .inject(Fault::error(409, "CNAMEAlreadyExists", "no").on_operation(create));
    let error = bench.create(&site(&bench)).await.unwrap_err();
    assert!(error.hints[0].contains("one distribution alone"), "{error:?}");
    bench.sandbox.clear_faults();
    // something it refers to being gone is not it being gone
    let id = bench.create(&site(&bench)).await.unwrap();
    bench
        .sandbox
        .inject(Fault::error(404, "NoSuchCachePolicy", "no").on_operation("UpdateDistribution"));
    assert_eq!(
        bench.delete(&id, &site(&bench)).await.unwrap_err().code,
        "NoSuchCachePolicy"
    );
}

#[tokio::test]
async fn deleting_disables_first_and_may_stop_there() {
    let bench = Bench::of::<Distribution>().await;
    let mut kept = site(&bench);
    kept.keep_disabled = true;
    let id = bench.create(&kept).await.unwrap();
    bench.delete(&id, &kept).await.unwrap();
    assert_eq!(bench.differences(&id, &kept).await, ["enabled"]);
    assert_eq!(bench.count("DeleteDistribution"), 0);
    bench.delete(&id, &site(&bench)).await.unwrap();
    assert_eq!(bench.count("UpdateDistribution"), 1);
}

#[tokio::test]
async fn what_an_interrupted_create_left_is_found() {
    let bench = Bench::of::<Distribution>().await;
    let other: Distribution = Distribution {
        tags: BTreeMap::default(),
        ..site(&bench)
    };
    let mut elsewhere = bench.call.clone();
    elsewhere.seed = "another".to_owned();
    bench.reconciler.create(&inputs(&other), &elsewhere).await.unwrap();
    let desired = inputs(&site(&bench));
    assert_eq!(bench.reconciler.recover(&desired, &bench.call).await.unwrap(), None);
    let id = bench.create(&site(&bench)).await.unwrap();
    assert_eq!(
        bench.reconciler.recover(&desired, &bench.call).await.unwrap(),
        Some(id.clone())
    );
    // an answer that was lost below us: the request is repeated, and is the same one
    assert_eq!(bench.create(&site(&bench)).await.unwrap(), id);
}

#[tokio::test]
async fn a_failed_read_is_an_error_and_not_gone() {
    let bench = Bench::of::<Distribution>().await;
    let id = bench.create(&site(&bench)).await.unwrap();
    bench
        .sandbox
        .inject(Fault::access_denied().on_operation("ListTagsForResource"));
    let request = ReadObject { id, prior: None };
    assert!(bench.reconciler.read(request, &bench.call).await.is_err());
}
