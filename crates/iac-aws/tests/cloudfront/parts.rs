//! `cloudfront.origin_access_control` and `cloudfront.cache_policy`.

use iac_aws::cloudfront::{CachePolicy, OriginAccessControl, SigningBehavior};
use iac_sandbox::Fault;

use crate::{
    bench::{Bench, access},
    common::inputs,
};

fn policy() -> CachePolicy {
    CachePolicy::builder().name("shop-dev-it-0a1b2c3d").build()
}

#[tokio::test]
async fn what_is_there_already_is_not_put_again() {
    let bench = Bench::of::<CachePolicy>().await;
    let id = bench.create(&policy()).await.unwrap();
    bench.update(&id, &policy()).await.unwrap();
    assert_eq!(bench.count("UpdateCachePolicy"), 0);
    let bench = Bench::of::<OriginAccessControl>().await;
    let access = access("shop-dev-it-0a1b2c3d");
    let id = bench.create(&access).await.unwrap();
    bench.update(&id, &access).await.unwrap();
    assert_eq!(bench.count("UpdateOriginAccessControl"), 0);
}

#[tokio::test]
async fn what_an_interrupted_create_left_is_found() {
    let bench = Bench::of::<OriginAccessControl>().await;
    let desired = inputs(&access("shop-dev-it-0a1b2c3d"));
    assert_eq!(bench.reconciler.recover(&desired, &bench.call).await.unwrap(), None);
    let id = bench.create(&access("shop-dev-it-0a1b2c3d")).await.unwrap();
    assert_eq!(bench.reconciler.recover(&desired, &bench.call).await.unwrap(), Some(id));
    let mut unlike = access("shop-dev-it-0a1b2c3d");
    unlike.signing_behavior = SigningBehavior::Never;
    assert_eq!(
        bench.reconciler.recover(&inputs(&unlike), &bench.call).await.unwrap(),
        None
    );

    let bench = Bench::of::<CachePolicy>().await;
    let id = bench.create(&policy()).await.unwrap();
    let found = bench.reconciler.recover(&inputs(&policy()), &bench.call).await.unwrap();
    assert_eq!(found, Some(id));
}

#[tokio::test]
async fn users_of_what_is_deleted_are_waited_for() {
    let in_use = |code: &str, operation: &str| Fault::error(409, code, "in use").on_operation(operation);
    let bench = Bench::of::<OriginAccessControl>().await;
    let id = bench.create(&access("shop-dev-it-0a1b2c3d")).await.unwrap();
    bench
        .sandbox
        .inject(in_use("OriginAccessControlInUse", "DeleteOriginAccessControl").first(3));
    bench.delete(&id, &access("shop-dev-it-0a1b2c3d")).await.unwrap();

    let bench = Bench::of::<CachePolicy>().await;
    let id = bench.create(&policy()).await.unwrap();
    bench.sandbox.inject(in_use("CachePolicyInUse", "DeleteCachePolicy"));
    let error = bench.delete(&id, &policy()).await.unwrap_err();
    assert!(error.hints[0].contains("outside this stack"), "{error:?}");
}
