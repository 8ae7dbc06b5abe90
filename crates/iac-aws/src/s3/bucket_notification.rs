//! `s3.bucket_notification`: who is told when the objects of a bucket change, as one document on the bucket.
//!
//! - Operations and IAM actions: `GetBucketNotificationConfiguration` needs `s3:GetBucketNotification`,
//!   `PutBucketNotificationConfiguration` needs `s3:PutBucketNotification`.
//! - Remote id and import: the bucket's name. Replaced when `bucket` changes.
//! - Waits: S3 tries the targets when this is put, and the permission of one may have been given a moment ago: the refusal is
//!   repeated for two minutes. What was put or removed is awaited in reads.
//! - It is not part of the bucket, because the permission of a target names the bucket and must be there before: bucket, queue,
//!   policy of the queue, notification.
//!
//! Source: S3 API reference, `PutBucketNotificationConfiguration`; S3 user guide, "Amazon S3 Event Notifications".

mod configuration;

use std::collections::BTreeMap;

use async_trait::async_trait;
use bon::Builder;
use iac_core::{
    Outputs, Resource,
    model::{
        Changed, Context, Declared, ErrorKind, Live, Reconcile, RemoteId, Resolved, ResourceError, Stage, Violation,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use self::configuration::Configuration;
pub use self::configuration::{Event, Target};
use super::{
    bucket::{BucketClient, BucketSetting, PROPAGATION},
    name::BucketName,
};
use crate::{Aws, arn};

/// Who is told what. A bucket has one: what two stacks have to say goes into one document. The targets must let S3 in before:
/// a Lambda permission, the policy of a queue or topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Resource)]
#[serde(bound = "")]
#[builder(on(_, into))]
#[resource(type = "s3.bucket_notification", outputs = BucketNotificationOutputs)]
pub struct BucketNotification<S: Stage = Declared> {
    /// The bucket.
    #[field(create_only)]
    pub bucket: S::Value<BucketName>,
    /// Whether all events go to `EventBridge`.
    #[builder(default = false)]
    #[serde(default)]
    pub event_bridge: bool,
    /// Lambda functions, by a name of yours for the rule.
    #[serde(default)]
    #[builder(default, with = |rules: impl IntoIterator<Item = (impl Into<String>, Target<S>)>| rules.into_iter().map(|(k, v)| (k.into(), v)).collect())]
    pub functions: BTreeMap<String, Target<S>>,
    /// SQS queues, by a name of yours for the rule.
    #[serde(default)]
    #[builder(default, with = |rules: impl IntoIterator<Item = (impl Into<String>, Target<S>)>| rules.into_iter().map(|(k, v)| (k.into(), v)).collect())]
    pub queues: BTreeMap<String, Target<S>>,
    /// SNS topics, by a name of yours for the rule.
    #[serde(default)]
    #[builder(default, with = |rules: impl IntoIterator<Item = (impl Into<String>, Target<S>)>| rules.into_iter().map(|(k, v)| (k.into(), v)).collect())]
    pub topics: BTreeMap<String, Target<S>>,
}

/// The outputs of [`BucketNotification`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
pub struct BucketNotificationOutputs<S: Stage = Resolved> {
    /// The bucket, once its events are told: for what writes objects that must not be missed.
    pub bucket: S::Value<BucketName>,
}

#[async_trait]
impl Reconcile for BucketNotification<Resolved> {
    type Provider = Aws;
    type Outputs = BucketNotificationOutputs;

    const RESUMABLE: bool = true;

    const OPERATIONS: &'static [&'static str] = &[
        "s3:GetBucketNotificationConfiguration",
        "s3:PutBucketNotificationConfiguration",
    ];

    fn validate(&self) -> Vec<Violation> {
        let kinds = [
            ("functions", &self.functions),
            ("queues", &self.queues),
            ("topics", &self.topics),
        ];
        let targets = kinds
            .into_iter()
            .flat_map(|(kind, targets)| targets.iter().map(move |(id, target)| (kind, id, target)));
        let mut problems = Vec::new();
        if self.configuration() == Configuration::absent() {
            problems.push(Violation {
                path: "event_bridge".to_owned(),
                message: "nobody is told anything: name a function, a queue or a topic, or switch `event_bridge` on"
                    .to_owned(),
            });
        }
        for (kind, id, target) in targets {
            let path = format!("{kind}.{id}");
            if let Err(message) = arn::check(&target.arn) {
                problems.push(Violation {
                    path: format!("{path}.arn"),
                    message,
                });
            }
            if target.events.is_empty() {
                let message = "needs at least one event".to_owned();
                problems.push(Violation {
                    path: format!("{path}.events"),
                    message,
                });
            }
        }
        problems
    }

    fn predict(&self, _provider: &Aws) -> Map<String, Value> {
        Map::from_iter([("bucket".to_owned(), self.bucket.as_str().into())])
    }

    async fn read(
        id: &RemoteId,
        _prior: Option<&Self>,
        cx: &Context<'_, Aws>,
    ) -> Result<Option<Live<Self>>, ResourceError> {
        let bucket = BucketName::from(id.as_str());
        Ok(find(&BucketClient::here(cx, id.as_str())).await?.map(|live| Live {
            id: id.clone(),
            outputs: BucketNotificationOutputs { bucket: bucket.clone() },
            inputs: Self {
                bucket,
                event_bridge: live.event_bridge,
                functions: live.functions,
                queues: live.queues,
                topics: live.topics,
            },
        }))
    }

    async fn create(&self, cx: &Context<'_, Aws>) -> Result<BucketNotificationOutputs, ResourceError> {
        let client = BucketClient::here(cx, self.bucket.as_str());
        if find(&client).await?.is_some() {
            let message = format!("the bucket `{}` tells others of its events already", self.bucket);
            let error = ResourceError::new(ErrorKind::AlreadyExists, message);
            let error = error.during("s3:GetBucketNotificationConfiguration");
            return Err(error.hint(format!("import it: `.import(\"{}\")` on the resource", self.bucket)));
        }
        client.bring(&self.configuration(), &Configuration::absent()).await?;
        cx.created(&RemoteId::new(self.bucket.as_str())).await?;
        cx.until("the notification to be seen", PROPAGATION, || find(&client))
            .await?;
        Ok(self.outputs())
    }

    async fn update(
        &self,
        live: &Live<Self>,
        _changed: &Changed,
        cx: &Context<'_, Aws>,
    ) -> Result<BucketNotificationOutputs, ResourceError> {
        let client = BucketClient::here(cx, self.bucket.as_str());
        client
            .bring(&self.configuration(), &live.inputs.configuration())
            .await?;
        Ok(self.outputs())
    }

    async fn delete(last: &Self, _id: &RemoteId, cx: &Context<'_, Aws>) -> Result<(), ResourceError> {
        let client = BucketClient::here(cx, last.bucket.as_str());
        let aborted = |error: &ResourceError| error.code == "OperationAborted";
        let removed = cx.retry("other changes of the bucket to end", PROPAGATION, aborted, || {
            Configuration::remove(&client)
        });
        match removed.await {
            // a bucket that is gone tells nothing
            Err(error) if error.code == "NoSuchBucket" => return Ok(()),
            removed => removed?,
        }
        cx.until("the notification to be gone", PROPAGATION, || async {
            Ok(find(&client).await?.is_none().then_some(()))
        })
        .await
    }

    /// A notification carries no tag; one that says the same may be taken over without harm.
    async fn recover(&self, cx: &Context<'_, Aws>) -> Result<Option<RemoteId>, ResourceError> {
        let live = find(&BucketClient::here(cx, self.bucket.as_str())).await?;
        let same = live.is_some_and(|live| live == self.configuration());
        Ok(same.then(|| RemoteId::new(self.bucket.as_str())))
    }
}

impl BucketNotification<Resolved> {
    fn configuration(&self) -> Configuration {
        Configuration {
            event_bridge: self.event_bridge,
            functions: self.functions.clone(),
            queues: self.queues.clone(),
            topics: self.topics.clone(),
        }
    }

    fn outputs(&self) -> BucketNotificationOutputs {
        BucketNotificationOutputs {
            bucket: self.bucket.clone(),
        }
    }
}

/// The notifications of a bucket; `None` when it has none, or is gone.
async fn find(client: &BucketClient<'_>) -> Result<Option<Configuration>, ResourceError> {
    match client.get::<Configuration>().await {
        Ok(live) => Ok(Some(live).filter(|live| *live != Configuration::absent())),
        Err(error) if error.code == "NoSuchBucket" => Ok(None),
        Err(error) => Err(error),
    }
}
