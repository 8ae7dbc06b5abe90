//! Access logs into another bucket.

use async_trait::async_trait;
use aws_sdk_s3::types::{
    BucketLoggingStatus, LoggingEnabled, PartitionDateSource, PartitionedPrefix, SimplePrefix, TargetObjectKeyFormat,
};
use bon::Builder;
use iac_core::{
    Schema,
    model::{Declared, Resolved, ResourceError, Stage},
};
use serde::{Deserialize, Serialize};

use super::{
    BucketName,
    aspect::{Aspect, At},
};
use crate::{error::failed, s3::words::built};

string_enum! {
    /// How the keys of the logs begin after the prefix.
    #[derive(Default)]
    pub enum LogKeys {
        /// With the time of delivery.
        #[default]
        Simple = "simple",
        /// With account, region, bucket and the day of the events.
        ByEventTime = "EventTime",
        /// With account, region, bucket and the day of delivery.
        ByDeliveryTime = "DeliveryTime",
    }
}

/// Where access logs go. The target is in the same region and its policy lets `logging.s3.amazonaws.com` write.
/// Source: `PutBucketLogging`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[serde(bound = "")]
#[builder(on(_, into))]
pub struct Logging<S: Stage = Declared> {
    /// The bucket that takes the logs; not this one, which would log its own logs.
    pub target_bucket: S::Value<BucketName>,
    /// How the keys of the logs begin.
    #[builder(default)]
    #[serde(default)]
    pub target_prefix: String,
    /// How they go on.
    #[builder(default = LogKeys::Simple)]
    #[serde(default)]
    pub keys: LogKeys,
}

#[async_trait]
impl Aspect for Option<Logging<Resolved>> {
    fn absent() -> Self {
        None
    }

    async fn get(at: &At<'_>) -> Result<Self, ResourceError> {
        let request = at.s3.get_bucket_logging().bucket(at.name);
        let answer = request.send().await.map_err(failed("s3:GetBucketLogging"))?;
        Ok(answer.logging_enabled().map(from_sdk))
    }

    async fn put(&self, at: &At<'_>) -> Result<(), ResourceError> {
        let enabled = self.as_ref().map(to_sdk).transpose()?;
        let status = BucketLoggingStatus::builder().set_logging_enabled(enabled);
        let request = at.s3.put_bucket_logging().bucket(at.name);
        let request = request.bucket_logging_status(status.build());
        request.send().await.map_err(failed("s3:PutBucketLogging"))?;
        Ok(())
    }

    /// The target or its policy may have been made a moment ago.
    fn passes(error: &ResourceError) -> bool {
        error.code == "InvalidTargetBucketForLogging"
    }

    fn advice(error: &ResourceError) -> Option<&'static str> {
        (error.code == "InvalidTargetBucketForLogging")
            .then_some("the target is in the same region, and its policy lets `logging.s3.amazonaws.com` put objects")
    }
}

fn to_sdk(logging: &Logging<Resolved>) -> Result<LoggingEnabled, ResourceError> {
    let format = TargetObjectKeyFormat::builder();
    let partitioned = |source| {
        let prefix = PartitionedPrefix::builder().partition_date_source(source).build();
        TargetObjectKeyFormat::builder().partitioned_prefix(prefix)
    };
    let format = match logging.keys {
        LogKeys::Simple => format.simple_prefix(SimplePrefix::builder().build()),
        LogKeys::ByEventTime => partitioned(PartitionDateSource::EventTime),
        LogKeys::ByDeliveryTime => partitioned(PartitionDateSource::DeliveryTime),
        LogKeys::Unknown(source) => partitioned(source.as_str().into()),
    };
    LoggingEnabled::builder()
        .target_bucket(logging.target_bucket.as_str())
        .target_prefix(&logging.target_prefix)
        .target_object_key_format(format.build())
        .build()
        .map_err(built)
}

fn from_sdk(sdk: &LoggingEnabled) -> Logging<Resolved> {
    let partitioned = sdk
        .target_object_key_format()
        .and_then(TargetObjectKeyFormat::partitioned_prefix);
    let source = partitioned.and_then(PartitionedPrefix::partition_date_source);
    Logging {
        target_bucket: sdk.target_bucket().into(),
        target_prefix: sdk.target_prefix().to_owned(),
        keys: source.map_or(LogKeys::Simple, |source| LogKeys::from_word(source.as_str())),
    }
}
