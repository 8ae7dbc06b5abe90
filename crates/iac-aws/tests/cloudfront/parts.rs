//! `cloudfront.origin_access_control` and `cloudfront.cache_policy`.

use iac_aws::cloudfront::{CachePolicy, OriginAccessControl, SigningBehavior};
use iac_core::model::ErrorKind;
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

#[tokio::test]
async fn a_name_with_other_properties_is_not_adopted() {
    let bench = Bench::of::<CachePolicy>().await;
    bench.create(&policy()).await.unwrap();
    let unlike = CachePolicy {
        default_ttl_s: 60,
        ..policy()
    };
    let found = bench.reconciler.recover(&inputs(&unlike), &bench.call).await.unwrap();
    assert_eq!(found, None);
    let error = bench.create(&unlike).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists);
    assert!(error.hints[0].contains("import the policy"), "{error:?}");

    let bench = Bench::of::<OriginAccessControl>().await;
    bench.create(&access("taken")).await.unwrap();
    let error = bench.create(&access("taken")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists);
    assert!(error.hints[0].contains("import the access control"), "{error:?}");
}

#[tokio::test]
async fn reads_that_have_not_heard_of_a_new_one_are_looked_at_again() {
    let unknown = |code: &str, operation: &str| Fault::error(404, code, "does not exist").on_operation(operation);
    let bench = Bench::of::<OriginAccessControl>().await;
    let id = bench.create(&access("shop-dev-it-0a1b2c3d")).await.unwrap();
    let (code, operation) = ("NoSuchOriginAccessControl", "GetOriginAccessControl");
    bench.sandbox.inject(unknown(code, operation).first(3));
    assert!(bench.live(&id, None).await.is_some());
    bench.sandbox.inject(unknown(code, operation));
    assert!(bench.live(&id, None).await.is_none());

    let bench = Bench::of::<CachePolicy>().await;
    let id = bench.create(&policy()).await.unwrap();
    bench
        .sandbox
        .inject(unknown("NoSuchCachePolicy", "GetCachePolicy").first(3));
    assert!(bench.live(&id, None).await.is_some());
}
