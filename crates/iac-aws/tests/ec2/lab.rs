//! A world of its own for each test, and the EC2 types in it as the engine calls them.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use aws_config::BehaviorVersion;
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_types::{SdkConfig, region::Region};
use iac_aws::{Aws, registry};
use iac_core::{
    model::{
        Address, Call, Changed, Clock, LiveObject, Location, ReadObject, Reconciler, Recorder, Registry, RemoteId,
        Resource, ResourceError, TypeInfo, Violation,
    },
    plan::{Comparison, diff},
};
use iac_sandbox::{ACCOUNT_ID, World};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// A clock on which waiting takes no time.
#[derive(Debug, Default)]
pub(crate) struct Instant(Mutex<Timestamp>);

#[async_trait]
impl Clock for Instant {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        // a lease is renewed on this clock too: only waits that somebody is in need of move it
        if duration >= iac_core::state::LEASE / 4 {
            std::future::pending::<()>().await;
        }
        *self.0.lock().unwrap() += SignedDuration::try_from(duration).unwrap();
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

pub(crate) const NONE: Vec<String> = Vec::new();

/// The tags that the engine puts on everything.
pub(crate) const OURS: [(&str, &str); 3] = [
    ("iac:stack", "test"),
    ("iac:environment", "dev"),
    ("iac:address", "ec2.test.it"),
];

/// The operations that changed something, in order.
pub(crate) fn changes(lab: &Lab) -> Vec<String> {
    let requests = lab.world.requests().into_iter();
    let changes = requests.filter(|request| !request.operation.starts_with("Describe"));
    changes.map(|request| request.operation).collect()
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

/// A world, a session in it and one call.
#[derive(Clone)]
pub(crate) struct Lab {
    pub(crate) world: Arc<World>,
    pub(crate) ec2: aws_sdk_ec2::Client,
    registry: Registry,
    call: Call,
    ids: Arc<Ids>,
}

impl Lab {
    pub(crate) fn new() -> Self {
        let world = World::new();
        let region = "eu-west-1";
        let credentials = Credentials::new("any", "any", None, None, "test");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(world.http_client())
            .build();
        let location = Location {
            account: ACCOUNT_ID.to_owned(),
            region: region.to_owned(),
        };
        let aws = Arc::new(Aws::new(&config, location, [].into()));
        let ids = Arc::new(Ids::default());
        let call = Call {
            address: "ec2.test.it".parse::<Address>().unwrap(),
            stack: "test".to_owned(),
            environment: "dev".to_owned(),
            seed: "seed".to_owned(),
            timeout: None,
            clock: Arc::new(Instant::default()),
            recorder: Arc::clone(&ids) as Arc<dyn Recorder>,
        };
        Self {
            ec2: aws_sdk_ec2::Client::new(&config),
            registry: registry(&aws),
            world: Arc::new(world),
            call,
            ids,
        }
    }

    fn of_type<R: Resource>(&self) -> &dyn Reconciler {
        &**self.registry.get(R::info().name).unwrap()
    }

    /// Another attempt in the same world, with other tokens.
    pub(crate) fn attempt(&self, seed: &str) -> Self {
        let mut other = self.clone();
        seed.clone_into(&mut other.call.seed);
        other
    }

    /// Goes on with this object.
    pub(crate) fn adopt(&self, id: &RemoteId) {
        self.ids.0.lock().unwrap().push(id.clone());
    }

    /// The id that was made durable last.
    pub(crate) fn id(&self) -> RemoteId {
        self.ids.0.lock().unwrap().last().unwrap().clone()
    }

    pub(crate) async fn create<R: Resource>(&self, resource: &R) -> Result<Value, ResourceError> {
        assert_eq!(problems(resource), Vec::<String>::new());
        let inputs = inputs(resource);
        let predicted = self.of_type::<R>().predict(&inputs);
        let outputs = self.of_type::<R>().create(&inputs, &self.call).await?;
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
        self.of_type::<R>().read(request, &self.call).await.unwrap()
    }

    pub(crate) async fn read_many<R: Resource>(&self, ids: &[RemoteId]) -> Vec<Option<LiveObject>> {
        let requests: Vec<ReadObject> = ids
            .iter()
            .map(|id| ReadObject {
                id: id.clone(),
                prior: None,
            })
            .collect();
        let read = self.of_type::<R>().read_many(&requests, &self.call).await;
        read.into_iter().map(Result::unwrap).collect()
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
        let requests = self.world.requests();
        let operations: BTreeSet<String> = requests
            .iter()
            .map(|request| format!("ec2:{}", request.operation))
            .collect();
        for operation in operations {
            assert!(
                R::info().operations.contains(&operation.as_str()),
                "{operation} is not listed"
            );
        }
    }

    pub(crate) async fn update<R: Resource>(&self, desired: &R, prior: Option<&R>) -> Result<Value, ResourceError> {
        assert_eq!(problems(desired), Vec::<String>::new());
        let live = self.read(&self.id(), prior).await.expect("the object is there");
        let desired = inputs(desired);
        let changed: Changed = differences(R::info(), &desired, &live.inputs).into_iter().collect();
        self.of_type::<R>().update(&desired, &live, &changed, &self.call).await
    }

    pub(crate) async fn delete<R: Resource>(&self, last: &R) -> Result<(), ResourceError> {
        self.of_type::<R>().delete(&inputs(last), &self.id(), &self.call).await
    }

    pub(crate) async fn recover<R: Resource>(&self, resource: &R) -> Option<RemoteId> {
        self.of_type::<R>()
            .recover(&inputs(resource), &self.call)
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
