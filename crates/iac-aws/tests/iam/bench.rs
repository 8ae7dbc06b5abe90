//! One resource type in a world, called as the engine calls it; and what the tests declare again and again.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use aws_config::BehaviorVersion;
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_types::{SdkConfig, region::Region};
use iac_aws::{
    Aws,
    policy::{PolicyDocument, Principal, Statement},
    registry,
};
use iac_core::model::{
    Call, Changed, Clock, LiveObject, Location, ReadObject, Reconciler, Recorder, RemoteId, Resource, ResourceError,
};
use iac_sandbox::{ACCOUNT_ID, World};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// A clock on which waiting takes no time.
#[derive(Debug)]
pub(crate) struct Instant(Mutex<Timestamp>);

impl Default for Instant {
    fn default() -> Self {
        Self(Mutex::new(Timestamp::UNIX_EPOCH))
    }
}

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

/// A session in a world, without retries below the types', so that every call shows.
pub(crate) fn connected(world: &World) -> Arc<Aws> {
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "any", "any", None, None, "test",
        )))
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .http_client(world.http_client())
        .build();
    let location = Location {
        account: ACCOUNT_ID.to_owned(),
        region: "eu-west-1".to_owned(),
    };
    Arc::new(Aws::new(&config, location, BTreeMap::new()))
}

/// One resource type of a world.
pub(crate) struct Bench {
    pub(crate) types: Arc<dyn Reconciler>,
    pub(crate) call: Call,
    ids: Arc<Ids>,
}

impl Bench {
    pub(crate) fn of(world: &World, type_name: &str) -> Self {
        let aws = connected(world);
        let ids = Arc::new(Ids::default());
        let recorder: Arc<dyn Recorder> = Arc::<Ids>::clone(&ids);
        let call = Call {
            address: format!("{type_name}.main").parse().unwrap(),
            stack: "shop".to_owned(),
            environment: "dev".to_owned(),
            seed: "seed".to_owned(),
            timeout: None,
            clock: Arc::new(Instant::default()),
            recorder,
        };
        Self {
            types: Arc::clone(registry(&aws).get(type_name).unwrap()),
            call,
            ids,
        }
    }

    pub(crate) fn inputs<R: Resource>(resource: &R) -> Value {
        R::info().shape.canonical(&serde_json::to_value(resource).unwrap())
    }

    pub(crate) async fn create<R: Resource>(&self, resource: &R) -> Result<RemoteId, ResourceError> {
        let inputs = Self::inputs(resource);
        assert_eq!(R::info().shape.check(&inputs), []);
        assert_eq!((R::info().validate)(&inputs), []);
        let predicted = self.types.predict(&inputs);
        let outputs = self.types.create(&inputs, &self.call).await?;
        for (name, value) in predicted {
            assert_eq!(outputs[&name], value, "{name} was predicted otherwise");
        }
        let id = self.ids.0.lock().unwrap().last().cloned().unwrap();
        let live = self.read(&id, Some(resource)).await.unwrap();
        assert_eq!(live.outputs, outputs);
        Ok(id)
    }

    pub(crate) async fn read<R: Resource>(&self, id: &RemoteId, prior: Option<&R>) -> Option<LiveObject> {
        let request = ReadObject {
            id: id.clone(),
            prior: prior.map(Self::inputs),
        };
        self.types.read(request, &self.call).await.unwrap()
    }

    /// Updates, and expects the object to be as declared after.
    pub(crate) async fn update<R: Resource>(&self, id: &RemoteId, before: &R, after: &R) -> LiveObject {
        let live = self.read(id, Some(before)).await.unwrap();
        let changed = Changed::default();
        let outputs = self
            .types
            .update(&Self::inputs(after), &live, &changed, &self.call)
            .await
            .unwrap();
        let live = self.read(id, Some(after)).await.unwrap();
        assert_eq!(live.outputs, outputs);
        assert_eq!(live.inputs, Self::inputs(after));
        live
    }

    pub(crate) async fn delete<R: Resource>(&self, id: &RemoteId, last: &R) -> Result<(), ResourceError> {
        self.types.delete(&Self::inputs(last), id, &self.call).await
    }
}

/// Every call that was made is one that the types declare.
pub(crate) fn assert_declared(world: &World, types: &[&Bench]) {
    for request in world.requests() {
        let action = request.action();
        let known = types
            .iter()
            .any(|bench| bench.types.info().operations.contains(&action.as_str()));
        assert!(known, "{action} is not among the operations");
    }
}

pub(crate) fn ownership() -> [(&'static str, &'static str); 3] {
    [
        ("iac:stack", "shop"),
        ("iac:environment", "dev"),
        ("iac:address", "iam.role.main"),
    ]
}

pub(crate) fn trust(service: &str) -> PolicyDocument {
    let principal = Principal::service(service);
    PolicyDocument::new().statement(Statement::allow().principal(principal).actions(["sts:AssumeRole"]))
}

pub(crate) fn allow(action: &str) -> PolicyDocument {
    PolicyDocument::new().statement(Statement::allow().actions([action]).resources(["*"]))
}

pub(crate) const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
pub(crate) const VIEW_ONLY: &str = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess";
