//! A world of its own for each test, and the S3 types in it as the engine calls them.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use aws_config::BehaviorVersion;
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_types::retry::RetryConfig;
use aws_types::{SdkConfig, region::Region};
use iac_aws::{Aws, registry};
use iac_core::{
    model::{
        Address, Call, Changed, Clock, LiveObject, Location, ReadObject, Reconciler, Recorder, Registry, RemoteId,
        Resource, ResourceError, TypeInfo, Violation,
    },
    plan::{Comparison, diff},
    state::LEASE,
};
use iac_sandbox::{ACCOUNT_ID, World};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// A clock on which waiting takes no time; but a lease is never renewed, as no time passes.
#[derive(Debug, Default)]
pub(crate) struct Instant(Mutex<Timestamp>);

#[async_trait]
impl Clock for Instant {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        if duration == LEASE / 4 {
            std::future::pending::<()>().await;
        }
        *self.0.lock().unwrap() += SignedDuration::try_from(duration).unwrap();
        tokio::task::yield_now().await;
    }
}

#[derive(Debug, Default)]
struct Ids(Mutex<Vec<RemoteId>>);

#[async_trait]
impl Recorder for Ids {
    async fn created(&self, id: &RemoteId) -> Result<(), ResourceError> {
        self.0.lock().unwrap().push(id.clone());
        Ok(())
    }

    fn progress(&self, _message: &str) {}

    fn may_change(&self) -> Result<(), ResourceError> {
        Ok(())
    }
}

/// The inputs of a declared resource, as the engine keeps them.
pub(crate) fn inputs<R: Resource>(resource: &R) -> Value {
    R::info().shape.canonical(&serde_json::to_value(resource).unwrap())
}

/// What is wrong with a declared resource.
pub(crate) fn problems<R: Resource>(resource: &R) -> Vec<String> {
    let inputs = inputs(resource);
    let mut found: Vec<Violation> = R::info().shape.check(&inputs);
    found.extend((R::info().validate)(&inputs));
    found
        .into_iter()
        .map(|violation| format!("{}: {}", violation.path, violation.message))
        .collect()
}

fn config(world: &World, region: &'static str) -> SdkConfig {
    let credentials = Credentials::new("any", "any", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(region))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(world.http_client())
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .build()
}

/// The types over a session in the world.
pub(crate) fn types(world: &World, region: &'static str) -> Registry {
    let location = Location {
        account: ACCOUNT_ID.to_owned(),
        region: region.to_owned(),
    };
    registry(&Arc::new(Aws::new(&config(world, region), location, [].into())))
}

/// A world, a session in it and one call.
pub(crate) struct Lab {
    pub(crate) world: World,
    pub(crate) s3: aws_sdk_s3::Client,
    registry: Registry,
    call: Call,
    ids: Arc<Ids>,
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self::of(World::new(), "eu-west-1")
    }

    pub(crate) fn of(world: World, region: &'static str) -> Self {
        let ids = Arc::new(Ids::default());
        let call = Call {
            address: "s3.test.it".parse::<Address>().unwrap(),
            stack: "test".to_owned(),
            environment: "dev".to_owned(),
            seed: "seed".to_owned(),
            timeout: None,
            clock: Arc::new(Instant::default()),
            recorder: Arc::clone(&ids) as Arc<dyn Recorder>,
        };
        Self {
            s3: aws_sdk_s3::Client::new(&config(&world, region)),
            registry: types(&world, region),
            world,
            call,
            ids,
        }
    }

    fn of_type<R: Resource>(&self) -> &dyn Reconciler {
        &**self.registry.get(R::info().name).unwrap()
    }

    /// Runs one call of a type and asserts that it made no request the type does not list.
    async fn listed<R: Resource, T>(&self, call: impl Future<Output = T>) -> T {
        let before = self.world.requests().len();
        let answer = call.await;
        for request in &self.world.requests()[before..] {
            let operation = format!("s3:{}", request.operation);
            assert!(
                R::info().operations.contains(&operation.as_str()),
                "{operation} is not listed"
            );
        }
        answer
    }

    /// The id that was made durable last.
    pub(crate) fn id(&self) -> RemoteId {
        self.ids.0.lock().unwrap().last().unwrap().clone()
    }

    pub(crate) async fn create<R: Resource>(&self, resource: &R) -> Result<Value, ResourceError> {
        assert_eq!(problems(resource), Vec::<String>::new());
        let inputs = inputs(resource);
        let predicted = self.of_type::<R>().predict(&inputs);
        let outputs = self
            .listed::<R, _>(self.of_type::<R>().create(&inputs, &self.call))
            .await?;
        for (name, value) in predicted {
            assert_eq!(outputs[&name], value, "predicted {name}");
        }
        Ok(outputs)
    }

    pub(crate) async fn read<R: Resource>(&self, id: &RemoteId, prior: Option<&R>) -> Option<LiveObject> {
        let request = ReadObject {
            id: id.clone(),
            prior: prior.map(inputs),
        };
        self.listed::<R, _>(self.of_type::<R>().read(request, &self.call))
            .await
            .unwrap()
    }

    /// The properties in which what is live is not what is desired; `prior` was applied last.
    pub(crate) async fn changes<R: Resource>(&self, id: &RemoteId, desired: &R, prior: Option<&R>) -> Vec<String> {
        let live = self.read(id, prior).await.expect("the object is there");
        differences(R::info(), &inputs(desired), &live.inputs)
    }

    /// Asserts that what is live is just what was applied.
    pub(crate) async fn assert_settled<R: Resource>(&self, applied: &R) {
        assert_eq!(
            self.changes(&self.id(), applied, Some(applied)).await,
            Vec::<String>::new()
        );
    }

    pub(crate) async fn update<R: Resource>(&self, desired: &R, prior: Option<&R>) -> Result<Value, ResourceError> {
        assert_eq!(problems(desired), Vec::<String>::new());
        let live = self.read(&self.id(), prior).await.expect("the object is there");
        let desired = inputs(desired);
        let changed: Changed = differences(R::info(), &desired, &live.inputs).into_iter().collect();
        self.listed::<R, _>(self.of_type::<R>().update(&desired, &live, &changed, &self.call))
            .await
    }

    pub(crate) async fn delete<R: Resource>(&self, last: &R) -> Result<(), ResourceError> {
        self.listed::<R, _>(self.of_type::<R>().delete(&inputs(last), &self.id(), &self.call))
            .await
    }

    pub(crate) async fn recover<R: Resource>(&self, resource: &R) -> Option<RemoteId> {
        self.listed::<R, _>(self.of_type::<R>().recover(&inputs(resource), &self.call))
            .await
            .unwrap()
    }
}

fn differences(info: &TypeInfo, desired: &Value, live: &Value) -> Vec<String> {
    let changes = diff(&Comparison {
        shape: &info.shape,
        desired,
        live,
        prior: None,
        key: b"key",
    });
    changes.into_iter().map(|change| change.path).collect()
}
