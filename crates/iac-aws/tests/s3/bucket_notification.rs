//! Notifications of buckets.

use iac_aws::s3::{Bucket, BucketNotification, Target};
use iac_core::model::{ErrorKind, RemoteId};
use iac_sandbox::Fault;

use crate::common::{TestEnv, problems};

fn notification(suffix: &str) -> BucketNotification {
    let queue = Target::builder()
        .arn("arn:aws:sqs:eu-west-1:123456789012:queue")
        .events(["s3:ObjectCreated:*"])
        .suffix(suffix)
        .build();
    BucketNotification::builder()
        .bucket("site")
        .queues([("new", queue)])
        .build()
}

async fn with_bucket() -> TestEnv {
    let env = TestEnv::new();
    env.create(&Bucket::builder().bucket("site").build()).await.unwrap();
    env.sandbox.clear_requests();
    env
}

#[tokio::test]
async fn what_is_there_already_is_not_taken_over() {
    let env = with_bucket().await;
    env.create(&notification(".jpg")).await.unwrap();
    env.assert_in_sync(&notification(".jpg")).await;
    let error = env.create(&notification(".png")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists);
    assert!(error.hints[0].contains("import"), "{error:?}");
    assert_eq!(env.recover(&notification(".jpg")).await, Some(RemoteId::new("site")));
    assert_eq!(env.recover(&notification(".png")).await, None);
}

#[tokio::test]
async fn a_permission_that_was_just_given_is_waited_for() {
    let env = with_bucket().await;
    let message = "Unable to validate the following destination configurations";
    let refused = || Fault::error(400, "InvalidArgument", message).on_operation("PutBucketNotificationConfiguration");
    env.sandbox.inject(refused().first(3));
    env.create(&notification(".jpg")).await.unwrap();
    env.sandbox.inject(refused());
    let error = env.update(&notification(".png"), None).await.unwrap_err();
    assert!(
        error.hints.iter().any(|hint| hint.contains("`s3.amazonaws.com`")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_bucket_is_changed_without_touching_its_notifications() {
    let env = with_bucket().await;
    env.create(&notification(".jpg")).await.unwrap();
    let tagged = Bucket::builder().bucket("site").tags([("a", "b")]).build();
    env.update(&tagged, None).await.unwrap();
    env.assert_in_sync(&notification(".jpg")).await;
    let gone = env.s3().delete_bucket().bucket("site").send().await;
    gone.unwrap();
    env.delete(&notification(".jpg")).await.unwrap();
    assert!(env.read(&env.id(), Some(&notification(".jpg"))).await.is_none());
}

#[test]
fn one_that_tells_nobody_is_refused() {
    let empty = BucketNotification::builder().bucket("site").build();
    assert_eq!(problems(&empty).len(), 1);
    let mut bad = notification("");
    bad.queues.get_mut("new").unwrap().arn = "queue".into();
    bad.queues.get_mut("new").unwrap().events.clear();
    assert_eq!(problems(&bad).len(), 2, "{:?}", problems(&bad));
}
