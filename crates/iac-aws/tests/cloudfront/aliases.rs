//! Names of distributions that are moved from one to another.

use std::sync::Arc;

use iac_aws::{
    Aws, AwsConfig,
    cloudfront::{Behavior, CachePolicyId, Distribution, Origin, ViewerCertificate},
};
use iac_core::{model::Stack, plan::Mode};
use iac_sandbox::{Fault, Sandbox};

use crate::{
    bench::Bench,
    common::{Engine, REGION, owned},
    distribution::site,
};

const CERTIFICATE: &str = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-0000-0000-000000000000";

fn plain(names: &[&str]) -> Distribution {
    Distribution::builder()
        .origin("bucket", Origin::s3("shop.s3.eu-west-1.amazonaws.com"))
        .default_behavior(Behavior::to("bucket").cache_policy_id(CachePolicyId::CACHING_OPTIMIZED))
        .aliases(names.iter().copied())
        .viewer_certificate(ViewerCertificate::acm(CERTIFICATE))
        .build()
}

fn stack(left: &[&str], right: &[&str]) -> Stack {
    let mut stack = Stack::new("shop", "dev");
    stack.add("left", plain(left));
    stack.add("right", plain(right));
    stack
}

#[tokio::test]
async fn a_name_moves_from_one_to_the_other_in_one_apply() {
    let sandbox = Sandbox::new();
    let config = AwsConfig::builder()
        .region(REGION)
        .allowed_accounts([sandbox.account_id()])
        .http_client(sandbox.http_client())
        .build();
    let engine = Engine::new(&Arc::new(Aws::connect(&config).await.unwrap()));
    let names = ["a.example.com", "b.example.com"];
    // both ways, so that whichever is changed first has to wait once
    for stack in [
        stack(&names, &[]),
        stack(&[], &names),
        stack(&names[..1], &names[1..]),
        stack(&names[1..], &[]),
    ] {
        let report = engine.run(&stack, Mode::Normal).await.unwrap();
        assert!(report.is_success(), "{report:#?}");
        assert_eq!(engine.actions(&stack).await, [""; 0]);
    }
}

/// A distribution that has a name, made by somebody else when `ours` is false.
async fn holder(bench: &Bench, ours: bool) -> String {
    let tags = owned("cloudfront.distribution.other").map(|(key, value)| (key.to_owned(), value.into()));
    let mut other = plain(&["www.example.com"]);
    if ours {
        other.tags = tags.into();
    }
    let mut call = bench.call.clone();
    "another".clone_into(&mut call.seed);
    let made = bench
        .reconciler
        .create(&crate::common::inputs(&other), &call)
        .await
        .unwrap();
    bench.sandbox.clear_requests();
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_name_of_another_owner_is_refused_at_once() {
    let bench = Bench::of::<Distribution>().await;
    let id = holder(&bench, false).await;
    let error = bench.create(&plain(&["www.example.com"])).await.unwrap_err();
    assert_eq!(error.code, "CNAMEAlreadyExists");
    assert!(error.hints[0].contains(&format!("`{id}` has it")), "{error:?}");
    assert_eq!(bench.count("CreateDistributionWithTags"), 1);
}

#[tokio::test]
async fn a_name_in_another_account_is_refused_at_once() {
    let bench = Bench::of::<Distribution>().await;
    let taken = Fault::error(
        409,
        "CNAMEAlreadyExists",
        "already associated with a different resource",
    );
    bench.sandbox.inject(taken.on_operation("CreateDistributionWithTags"));
    let error = bench.create(&site(&bench)).await.unwrap_err();
    assert!(error.hints[0].contains("may be in another account"), "{error:?}");
    assert_eq!(bench.count("CreateDistributionWithTags"), 1);
    // also where distributions may not be listed
    bench
        .sandbox
        .inject(Fault::access_denied().on_operation("ListDistributions"));
    assert_eq!(
        bench.create(&site(&bench)).await.unwrap_err().code,
        "CNAMEAlreadyExists"
    );
}

#[tokio::test]
async fn a_name_that_stays_on_another_of_the_environment_is_told_in_the_end() {
    let bench = Bench::of::<Distribution>().await;
    let id = holder(&bench, true).await;
    let error = bench.create(&plain(&["www.example.com"])).await.unwrap_err();
    assert_eq!(error.hints.len(), 1);
    assert!(
        error.hints[0].contains(&format!("`{id}` of this environment")),
        "{error:?}"
    );
    // 20 minutes, every ten seconds in the end
    let tries = bench.count("CreateDistributionWithTags");
    assert!((110..135).contains(&tries), "{tries}");
}
