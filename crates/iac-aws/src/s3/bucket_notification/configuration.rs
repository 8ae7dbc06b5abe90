//! The document of all notifications of a bucket, to and from the SDK.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use aws_sdk_s3::types::{
    Event as SdkEvent, EventBridgeConfiguration, FilterRule, FilterRuleName, LambdaFunctionConfiguration,
    NotificationConfiguration, NotificationConfigurationFilter, QueueConfiguration, S3KeyFilter, TopicConfiguration,
};
use bon::Builder;
use iac_core::{
    Schema,
    model::{Declared, Resolved, ResourceError, Stage},
};
use serde::{Deserialize, Serialize};

use crate::{
    error::failed,
    s3::{
        bucket::{BucketClient, BucketSetting},
        sdk::built,
    },
};

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
    #[serde(default, skip_serializing_if = "crate::s3::sdk::is_blank")]
    pub prefix: Option<String>,
    /// Only keys that end so; an empty suffix is none.
    #[serde(default, skip_serializing_if = "crate::s3::sdk::is_blank")]
    pub suffix: Option<String>,
}

/// All notifications of a bucket.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Configuration {
    pub(super) event_bridge: bool,
    pub(super) functions: BTreeMap<String, Target<Resolved>>,
    pub(super) queues: BTreeMap<String, Target<Resolved>>,
    pub(super) topics: BTreeMap<String, Target<Resolved>>,
}

const REFUSED: &str = "Unable to validate the following destination configurations";

#[async_trait]
impl BucketSetting for Configuration {
    fn absent() -> Self {
        Self::default()
    }

    async fn get(client: &BucketClient<'_>) -> Result<Self, ResourceError> {
        let request = client.s3.get_bucket_notification_configuration().bucket(client.name);
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

    async fn put(&self, client: &BucketClient<'_>) -> Result<(), ResourceError> {
        let request = client.s3.put_bucket_notification_configuration().bucket(client.name);
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

fn to_sdk(configuration: &Configuration) -> Result<NotificationConfiguration, ResourceError> {
    let functions = configuration.functions.iter().map(|(id, to)| {
        let function = LambdaFunctionConfiguration::builder()
            .id(id)
            .lambda_function_arn(&to.arn);
        function
            .set_events(Some(words(&to.events)))
            .set_filter(filter(to))
            .build()
            .map_err(built)
    });
    let queues = configuration.queues.iter().map(|(id, to)| {
        let queue = QueueConfiguration::builder().id(id).queue_arn(&to.arn);
        queue
            .set_events(Some(words(&to.events)))
            .set_filter(filter(to))
            .build()
            .map_err(built)
    });
    let topics = configuration.topics.iter().map(|(id, to)| {
        let topic = TopicConfiguration::builder().id(id).topic_arn(&to.arn);
        topic
            .set_events(Some(words(&to.events)))
            .set_filter(filter(to))
            .build()
            .map_err(built)
    });
    let event_bridge = configuration
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
