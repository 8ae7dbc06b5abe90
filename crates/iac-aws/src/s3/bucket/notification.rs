//! What is told when objects change. A bucket has one such document: a second owner would overwrite the first.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use aws_sdk_s3::types::{
    Event as SdkEvent, EventBridgeConfiguration, FilterRule, FilterRuleName, LambdaFunctionConfiguration,
    NotificationConfiguration, NotificationConfigurationFilter, QueueConfiguration, S3KeyFilter, TopicConfiguration,
};
use bon::Builder;
use iac_core::{
    Schema,
    model::{Declared, Resolved, ResourceError, Stage, Violation},
};
use serde::{Deserialize, Serialize};

use super::aspect::{Aspect, At};
use crate::{arn, error::failed, s3::words::built};

iac_core::text_type! {
    /// What happened to an object: `s3:ObjectCreated:*`, `s3:ObjectRemoved:Delete`.
    ///
    /// Source: S3 user guide, "Supported event types for SQS, SNS, and Lambda".
    pub struct Event, check = |event| if SdkEvent::values().contains(&event) {
        Ok(())
    } else {
        Err(format!("`{event}` is not an event of S3, which looks like `s3:ObjectCreated:*`"))
    };
}

/// Who is told what. The targets must let S3 in before: a Lambda permission, the policy of a queue or topic; S3 tries
/// them when this is put. Source: `PutBucketNotificationConfiguration`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[serde(bound = "")]
#[builder(on(_, into))]
pub struct Notification<S: Stage = Declared> {
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

/// One who is told. No two rules for one event may overlap in prefix and suffix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Builder, Schema)]
#[serde(bound = "")]
#[builder(on(_, into))]
pub struct Target<S: Stage = Declared> {
    /// Its ARN.
    pub arn: S::Value<String>,
    /// The events.
    #[builder(with = |events: impl IntoIterator<Item = impl Into<Event>>| events.into_iter().map(Into::into).collect())]
    pub events: BTreeSet<Event>,
    /// Only keys that start so; an empty prefix is none.
    #[serde(default, skip_serializing_if = "crate::s3::words::is_blank")]
    pub prefix: Option<String>,
    /// Only keys that end so; an empty suffix is none.
    #[serde(default, skip_serializing_if = "crate::s3::words::is_blank")]
    pub suffix: Option<String>,
}

impl<S: Stage> Default for Notification<S> {
    fn default() -> Self {
        Self {
            event_bridge: false,
            functions: BTreeMap::new(),
            queues: BTreeMap::new(),
            topics: BTreeMap::new(),
        }
    }
}

impl Notification<Resolved> {
    pub(super) fn check(&self) -> Vec<Violation> {
        let kinds = [
            ("functions", &self.functions),
            ("queues", &self.queues),
            ("topics", &self.topics),
        ];
        let targets = kinds
            .into_iter()
            .flat_map(|(kind, targets)| targets.iter().map(move |(id, target)| (kind, id, target)));
        let mut problems = Vec::new();
        for (kind, id, target) in targets {
            let path = format!("notification.{kind}.{id}");
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
}

const REFUSED: &str = "Unable to validate the following destination configurations";

#[async_trait]
impl Aspect for Notification<Resolved> {
    fn absent() -> Self {
        Self::default()
    }

    async fn get(at: &At<'_>) -> Result<Self, ResourceError> {
        let request = at.s3.get_bucket_notification_configuration().bucket(at.name);
        let answer = request
            .send()
            .await
            .map_err(failed("s3:GetBucketNotificationConfiguration"))?;
        let functions = answer.lambda_function_configurations().iter();
        let queues = answer.queue_configurations().iter();
        let topics = answer.topic_configurations().iter();
        Ok(Self {
            event_bridge: answer.event_bridge_configuration().is_some(),
            functions: functions
                .map(|to| target(to.id(), to.lambda_function_arn(), to.events(), to.filter()))
                .collect(),
            queues: queues
                .map(|to| target(to.id(), to.queue_arn(), to.events(), to.filter()))
                .collect(),
            topics: topics
                .map(|to| target(to.id(), to.topic_arn(), to.events(), to.filter()))
                .collect(),
        })
    }

    async fn put(&self, at: &At<'_>) -> Result<(), ResourceError> {
        let request = at.s3.put_bucket_notification_configuration().bucket(at.name);
        let request = request.notification_configuration(to_sdk(self)?);
        request
            .send()
            .await
            .map_err(failed("s3:PutBucketNotificationConfiguration"))?;
        Ok(())
    }

    /// The target's permission may have been given a moment ago.
    fn passes(error: &ResourceError) -> bool {
        error.code == "InvalidArgument" && error.message.contains(REFUSED)
    }

    fn advice(error: &ResourceError) -> Option<&'static str> {
        Self::passes(error).then_some(
            "let `s3.amazonaws.com` invoke the function or send to the queue or topic (and use its KMS key) first, \
             and let no two rules overlap in prefix and suffix",
        )
    }
}

fn words(events: &BTreeSet<Event>) -> Vec<SdkEvent> {
    events.iter().map(|event| event.as_str().into()).collect()
}

fn filter(target: &Target<Resolved>) -> Option<NotificationConfigurationFilter> {
    let rules = [
        (FilterRuleName::Prefix, &target.prefix),
        (FilterRuleName::Suffix, &target.suffix),
    ];
    let rules: Vec<FilterRule> = rules
        .into_iter()
        .filter_map(|(name, value)| Some(FilterRule::builder().name(name).value(value.as_ref()?).build()))
        .collect();
    let key = S3KeyFilter::builder().set_filter_rules(Some(rules.clone())).build();
    (!rules.is_empty()).then(|| NotificationConfigurationFilter::builder().key(key).build())
}

fn to_sdk(notification: &Notification<Resolved>) -> Result<NotificationConfiguration, ResourceError> {
    let functions = notification.functions.iter().map(|(id, to)| {
        let function = LambdaFunctionConfiguration::builder()
            .id(id)
            .lambda_function_arn(&to.arn);
        function
            .set_events(Some(words(&to.events)))
            .set_filter(filter(to))
            .build()
            .map_err(built)
    });
    let queues = notification.queues.iter().map(|(id, to)| {
        let queue = QueueConfiguration::builder().id(id).queue_arn(&to.arn);
        queue
            .set_events(Some(words(&to.events)))
            .set_filter(filter(to))
            .build()
            .map_err(built)
    });
    let topics = notification.topics.iter().map(|(id, to)| {
        let topic = TopicConfiguration::builder().id(id).topic_arn(&to.arn);
        topic
            .set_events(Some(words(&to.events)))
            .set_filter(filter(to))
            .build()
            .map_err(built)
    });
    let event_bridge = notification
        .event_bridge
        .then(|| EventBridgeConfiguration::builder().build());
    Ok(NotificationConfiguration::builder()
        .set_lambda_function_configurations(some(functions.collect::<Result<_, _>>()?))
        .set_queue_configurations(some(queues.collect::<Result<_, _>>()?))
        .set_topic_configurations(some(topics.collect::<Result<_, _>>()?))
        .set_event_bridge_configuration(event_bridge)
        .build())
}

fn some<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

/// S3 gives the names of filters back in capitals: `Prefix`.
fn target(
    id: Option<&str>,
    arn: &str,
    events: &[SdkEvent],
    filter: Option<&NotificationConfigurationFilter>,
) -> (String, Target<Resolved>) {
    let rules = filter
        .and_then(NotificationConfigurationFilter::key)
        .map(S3KeyFilter::filter_rules);
    let value = |name: &str| {
        let mut rules = rules.unwrap_or_default().iter();
        let rule = rules.find(|rule| {
            rule.name()
                .is_some_and(|found| found.as_str().eq_ignore_ascii_case(name))
        })?;
        rule.value().filter(|value| !value.is_empty()).map(str::to_owned)
    };
    let target = Target {
        arn: arn.to_owned(),
        events: events.iter().map(|event| Event::from(event.as_str())).collect(),
        prefix: value("prefix"),
        suffix: value("suffix"),
    };
    (id.unwrap_or_default().to_owned(), target)
}
