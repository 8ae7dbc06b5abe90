//! `s3.bucket_notification`.

use aws_sdk_s3::{Client, types::NotificationConfiguration};
use iac_aws::s3::{Bucket, BucketNotification, Target};
use iac_core::model::Stack;

use crate::harness::Lifecycle;

fn target(service: &str) -> Target {
    Target::builder()
        .arn(format!("arn:aws:{service}:eu-central-1:123456789012:target"))
        .events(["s3:ObjectCreated:*"])
        .prefix("images/")
        .suffix(".jpg")
        .build()
}

fn minimal(stack: &mut Stack) -> BucketNotification {
    let bucket = stack.add("site", Bucket::builder().build());
    BucketNotification::builder().bucket(&bucket.name).event_bridge(true).build()
}

fn full(stack: &mut Stack) -> BucketNotification {
    BucketNotification {
        functions: [("resize".to_owned(), target("lambda"))].into(),
        queues: [("new".to_owned(), target("sqs"))].into(),
        topics: [("told".to_owned(), target("sns"))].into(),
        ..minimal(stack)
    }
}

lifecycle!(
    BucketNotification,
    Lifecycle::new("PutBucketNotificationConfiguration", minimal, full)
        .plain(|notification| notification.event_bridge = true)
        .update("event_bridge", |notification| notification.event_bridge = false)
        .update("functions", |notification| notification.functions.clear())
        .update("queues", |notification| {
            notification.queues.get_mut("new").unwrap().events = ["s3:ObjectRemoved:*".into()].into();
        })
        .update("topics", |notification| {
            notification.topics.get_mut("told").unwrap().suffix = Some(".png".to_owned());
        })
        .replace_with("bucket", |notification, stack| {
            notification.bucket = (&stack.add("other", Bucket::builder().build()).name).into();
        })
        .drift("queues", |config, id| async move {
            let other = aws_sdk_s3::types::QueueConfiguration::builder()
                .id("by-hand")
                .queue_arn("arn:aws:sqs:eu-central-1:123456789012:other")
                .events("s3:ObjectCreated:*".into());
            let put = Client::new(&config).put_bucket_notification_configuration().bucket(id);
            let by_hand = NotificationConfiguration::builder().queue_configurations(other.build().unwrap());
            put.notification_configuration(by_hand.build()).send().await.unwrap();
        })
);
