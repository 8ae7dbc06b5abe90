//! `cloudfront.distribution`.

use std::collections::BTreeMap;

use aws_sdk_cloudfront::{
    Client,
    types::{ContinuousDeploymentPolicyConfig, StagingDistributionDnsNames},
};
use iac_aws::cloudfront::{Behavior, CachePolicyId, Distribution, ErrorResponse, Origin};
use iac_core::model::ReadObject;
use iac_sandbox::Fault;

use crate::{
    bench::Bench,
    common::{config, inputs},
};

/// A site of one page on a private bucket.
pub(crate) fn site(bench: &Bench) -> Distribution {
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
        // and not for ever
        bench
            .sandbox
            .inject(Fault::error(412, code, "stale").on_operation("UpdateDistribution"));
        assert_eq!(bench.update(&id, &site(&bench)).await.unwrap_err().code, code);
    }
}

/// What CloudFront says of a certificate that it does not know, or not yet.
const UNKNOWN: &str = "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include \
                       a valid certificate chain.";

/// What it says of one that does not fit.
const UNFIT: &str = "The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) \
                     that you're trying to add.";

#[tokio::test]
async fn passing_refusals_are_waited_for() {
    let bench = Bench::of::<Distribution>().await;
    let refused = |code: &str, message: &str, operation: &str| {
        bench
            .sandbox
            .inject(Fault::error(400, code, message).on_operation(operation).first(2));
    };
    refused("InvalidViewerCertificate", UNKNOWN, "CreateDistributionWithTags");
    let id = bench.create(&site(&bench)).await.unwrap();
    refused("InvalidViewerCertificate", UNKNOWN, "UpdateDistribution");
    let mut changed = site(&bench);
    changed.comment = Some("another".into());
    bench.update(&id, &changed).await.unwrap();
    refused("DistributionNotDisabled", "not yet", "DeleteDistribution");
    bench.delete(&id, &changed).await.unwrap();
    assert_eq!(bench.live(&id, None).await, None);
}

#[tokio::test]
async fn mistakes_are_told_at_once() {
    let bench = Bench::of::<Distribution>().await;
    let create = "CreateDistributionWithTags";
    let refused = |code: &str, message: &str, operation: &str| {
        bench
            .sandbox
            .inject(Fault::error(400, code, message).on_operation(operation));
    };
    refused("InvalidViewerCertificate", UNFIT, create);
    let error = bench.create(&site(&bench)).await.unwrap_err();
    assert_eq!(error.code, "InvalidViewerCertificate");
    assert_eq!(bench.count(create), 1);
    bench.sandbox.clear_faults();

    let id = bench.create(&site(&bench)).await.unwrap();
    refused(
        "IllegalUpdate",
        "You cannot update Origin or CallerReference.",
        "UpdateDistribution",
    );
    let mut changed = site(&bench);
    changed.comment = Some("another".into());
    assert_eq!(bench.update(&id, &changed).await.unwrap_err().code, "IllegalUpdate");
    assert_eq!(bench.count("UpdateDistribution"), 1);
    bench.sandbox.clear_faults();

    // something it refers to being gone is not it being gone
    bench
        .sandbox
        .inject(Fault::error(404, "NoSuchCachePolicy", "no").on_operation("UpdateDistribution"));
    assert_eq!(
        bench.delete(&id, &site(&bench)).await.unwrap_err().code,
        "NoSuchCachePolicy"
    );
}

#[tokio::test]
async fn a_certificate_that_stays_unknown_is_told_in_the_end() {
    let bench = Bench::of::<Distribution>().await;
    let create = "CreateDistributionWithTags";
    bench
        .sandbox
        .inject(Fault::error(400, "InvalidViewerCertificate", UNKNOWN).on_operation(create));
    let error = bench.create(&site(&bench)).await.unwrap_err();
    assert_eq!(error.code, "InvalidViewerCertificate");
    assert!(bench.count(create) > 5);
}

#[tokio::test]
async fn reads_that_have_not_heard_of_a_new_distribution_are_waited_for() {
    let bench = Bench::of::<Distribution>().await;
    // a create reads twice: for the outputs, and until it is deployed
    for reads in [vec![1, 2], vec![2, 3], vec![3, 4, 5]] {
        for nth in reads {
            let unknown = Fault::error(404, "NoSuchDistribution", "The specified distribution does not exist.");
            bench.sandbox.inject(unknown.on_operation("GetDistribution").nth(nth));
        }
        let id = bench.create(&site(&bench)).await.unwrap();
        assert!(bench.live(&id, None).await.is_some());
        bench.sandbox.clear_faults();
        bench.delete(&id, &site(&bench)).await.unwrap();
    }
}

#[tokio::test]
async fn a_continuous_deployment_is_ended_before_the_delete() {
    let bench = Bench::of::<Distribution>().await;
    let cloudfront = Client::new(&config(&bench.sandbox));
    let staging = StagingDistributionDnsNames::builder()
        .quantity(1)
        .items("d1.cloudfront.net");
    let policy = ContinuousDeploymentPolicyConfig::builder().enabled(true);
    let policy = policy
        .staging_distribution_dns_names(staging.build().unwrap())
        .build()
        .unwrap();
    let made = cloudfront.create_continuous_deployment_policy();
    let made = made.continuous_deployment_policy_config(policy).send().await.unwrap();
    let policy = made.continuous_deployment_policy.unwrap().id;
    let mut primary = site(&bench);
    primary.continuous_deployment_policy_id = Some(policy.as_str().into());
    let id = bench.create(&primary).await.unwrap();
    bench.sandbox.clear_requests();
    bench.delete(&id, &primary).await.unwrap();
    let changes = bench.sandbox.requests().into_iter().filter(|request| request.mutates);
    assert_eq!(
        changes.map(|request| request.operation).collect::<Vec<_>>(),
        [
            "UpdateContinuousDeploymentPolicy",
            "UpdateDistribution",
            "UpdateDistribution",
            "DeleteDistribution"
        ]
    );
    let read = cloudfront
        .get_continuous_deployment_policy()
        .id(&policy)
        .send()
        .await
        .unwrap();
    let config = read
        .continuous_deployment_policy
        .unwrap()
        .continuous_deployment_policy_config
        .unwrap();
    assert!(!config.enabled);
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
    let request = ReadObject::new(id, None);
    assert!(bench.reconciler.read(request, &bench.call).await.is_err());
}
