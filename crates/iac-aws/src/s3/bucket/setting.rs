//! The one mechanism of all configurations that hang on a bucket: read, compare, put or remove.
//!
//! S3 refuses two changes of one bucket at a time (`OperationAborted`), so they are made one after the other.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use aws_sdk_s3::{Client, config::Region, error::SdkError};
use iac_core::model::{Call, Context, ErrorKind, ResourceError, eventual};

use crate::{Aws, error::failed};

/// How long S3 may take until a change of a bucket is seen everywhere.
pub(in crate::s3) const PROPAGATION: Duration = Duration::from_mins(2);
/// How long reads of a configuration may lag behind.
const LAG: Duration = Duration::from_mins(3);
/// A configuration of a bucket, as its property holds it.
#[async_trait]
pub(in crate::s3) trait BucketSetting: Sized + PartialEq + Send + Sync {
    /// The codes that say that it is not configured, or that it is not there in this partition.
    const NOT_CONFIGURED: &'static [&'static str] = &[];
    /// How many reads in a row must show a change before it counts as made; 0 where the answer to the put is trusted.
    const AGREEING_READS: u32 = 0;

    /// What a bucket has when it is not configured.
    fn absent() -> Self;

    /// Reads it.
    async fn get(client: &BucketClient<'_>) -> Result<Self, ResourceError>;

    /// Puts it as a whole.
    async fn put(&self, client: &BucketClient<'_>) -> Result<(), ResourceError>;

    /// Removes it.
    async fn remove(client: &BucketClient<'_>) -> Result<(), ResourceError> {
        Self::absent().put(client).await
    }

    /// Whether a failed put may succeed soon, apart from what passes for every configuration.
    fn passes(_error: &ResourceError) -> bool {
        false
    }

    /// What to do when the put fails for good.
    fn advice(_error: &ResourceError) -> Option<&'static str> {
        None
    }
}

/// A bucket that is there: its name, its region and a client for it.
#[derive(Debug)]
pub(in crate::s3) struct BucketClient<'a> {
    pub(in crate::s3) s3: Client,
    pub(in crate::s3) name: &'a str,
    pub(super) region: String,
    pub(in crate::s3) call: &'a Call,
}

impl<'a> BucketClient<'a> {
    /// The bucket of this name in the session's region.
    pub(in crate::s3) fn here(cx: &'a Context<'_, Aws>, name: &'a str) -> Self {
        Self {
            s3: cx.provider.s3.clone(),
            name,
            region: cx.provider.region().to_owned(),
            call: cx,
        }
    }

    /// Looks for the bucket; `None` when there is none. A bucket in another region is followed there.
    pub(super) async fn find(cx: &'a Context<'_, Aws>, name: &'a str) -> Result<Option<Self>, ResourceError> {
        let mut client = Self::here(cx, name);
        let Err(error) = client.s3.head_bucket().bucket(name).send().await else {
            return Ok(Some(client));
        };
        // an answer to HEAD has no body and thus no code: the status and this header are all there is
        let (status, region) = match &error {
            SdkError::ServiceError(service) => (
                service.raw().status().as_u16(),
                service.raw().headers().get("x-amz-bucket-region").map(str::to_owned),
            ),
            _ => (0, None),
        };
        match (status, region) {
            (404, _) => Ok(None),
            (301 | 400, Some(region)) if region != client.region => {
                let config = client
                    .s3
                    .config()
                    .to_builder()
                    .region(Region::new(region.clone()))
                    .build();
                client.s3 = Client::from_conf(config);
                client.region = region;
                match client
                    .s3
                    .head_bucket()
                    .bucket(name)
                    .send()
                    .await
                    .map_err(failed("s3:HeadBucket"))
                {
                    Ok(_) => Ok(Some(client)),
                    Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(error),
                }
            }
            (403, _) => Err(failed("s3:HeadBucket")(error).hint(format!(
                "`{name}` belongs to another account, or `s3:ListBucket` on it is missing"
            ))),
            _ => Err(failed("s3:HeadBucket")(error)),
        }
    }

    /// Reads a configuration.
    pub(in crate::s3) async fn get<A: BucketSetting>(&self) -> Result<A, ResourceError> {
        match A::get(self).await {
            Err(error) if A::NOT_CONFIGURED.contains(&error.code.as_str()) => Ok(A::absent()),
            read => read,
        }
    }

    /// Brings a configuration to what is desired, with no call when it is that already.
    pub(in crate::s3) async fn bring<A: BucketSetting>(&self, desired: &A, live: &A) -> Result<(), ResourceError> {
        if desired == live {
            return Ok(());
        }
        self.steadily(A::passes, || async {
            if *desired == A::absent() {
                A::remove(self).await
            } else {
                desired.put(self).await
            }
        })
        .await
        .map_err(|error| match A::advice(&error) {
            Some(advice) => error.hint(advice),
            None => error,
        })?;
        match A::AGREEING_READS {
            0 => Ok(()),
            _ => self.seen_everywhere(desired).await,
        }
    }

    /// Repeats a change while the bucket is not known everywhere yet or another change is under way.
    pub(in crate::s3) async fn steadily<T, F>(
        &self,
        passes: impl Fn(&ResourceError) -> bool + Send + Sync,
        change: impl FnMut() -> F + Send,
    ) -> Result<T, ResourceError>
    where
        F: Future<Output = Result<T, ResourceError>> + Send,
    {
        let awaited = "the bucket to accept the change";
        let retry = |error: &ResourceError| is_propagating(error) || passes(error);
        self.call.retry(awaited, PROPAGATION, retry, change).await
    }

    async fn seen_everywhere<A: BucketSetting>(&self, desired: &A) -> Result<(), ResourceError> {
        let agreeing = AtomicU32::new(0);
        self.call
            .until("the configuration to be seen everywhere", LAG, || async {
                if eventual::unless_not_found(self.get::<A>().await)?.is_some_and(|seen| seen == *desired) {
                    let reads = agreeing.fetch_add(1, Ordering::Relaxed) + 1;
                    Ok((reads >= A::AGREEING_READS).then_some(()))
                } else {
                    agreeing.store(0, Ordering::Relaxed);
                    Ok(None)
                }
            })
            .await
    }
}

/// Errors of every change of a bucket that pass by themselves.
pub(in crate::s3) fn is_propagating(error: &ResourceError) -> bool {
    matches!(error.code.as_str(), "NoSuchBucket" | "OperationAborted")
}
