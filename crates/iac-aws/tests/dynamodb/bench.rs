//! A world with a clock on which waiting takes no time.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use aws_config::{BehaviorVersion, retry::RetryConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_types::{SdkConfig, region::Region};
use iac_aws::Aws;
use iac_core::{
    model::{Call, Clock, Location, Recorder, RemoteId, ResourceError},
    state::LEASE,
};
use iac_sandbox::World;
use jiff::{SignedDuration, Timestamp};

pub(crate) const REGION: &str = "eu-west-1";

/// A clock on which waiting takes no time.
#[derive(Debug)]
pub(crate) struct Instant(Mutex<Timestamp>);

impl Instant {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Timestamp::UNIX_EPOCH))
    }
}

#[async_trait]
impl Clock for Instant {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        // nobody lets a lock run out here, so it is never renewed; all other pauses are shorter
        if duration >= LEASE / 4 {
            std::future::pending::<()>().await;
        }
        *self.0.lock().unwrap() += SignedDuration::try_from(duration).unwrap();
    }
}

/// Keeps the ids it is told.
#[derive(Debug, Default)]
pub(crate) struct Ids(Mutex<Vec<RemoteId>>);

impl Ids {
    pub(crate) fn told(&self) -> Vec<RemoteId> {
        self.0.lock().unwrap().clone()
    }
}

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

/// A configuration of SDK clients that reaches the world.
pub(crate) fn config(world: &World) -> SdkConfig {
    let credentials = Credentials::new("any", "any", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(world.http_client())
        .sleep_impl(TokioSleep::new())
        .build()
}

pub(crate) fn aws(world: &World) -> Aws {
    connected(world, &config(world))
}

/// Whose first failure is the last: a process that dies does not try again.
pub(crate) fn mortal(world: &World) -> Aws {
    let never = RetryConfig::disabled();
    connected(world, &config(world).into_builder().retry_config(never).build())
}

fn connected(world: &World, config: &SdkConfig) -> Aws {
    let location = Location {
        account: world.account_id().to_owned(),
        region: REGION.to_owned(),
    };
    Aws::new(config, location, BTreeMap::new())
}

/// A call on the resource at `address`.
pub(crate) fn call(address: &str, ids: &Arc<Ids>) -> Call {
    let recorder: Arc<dyn Recorder> = Arc::<Ids>::clone(ids);
    Call {
        address: address.parse().unwrap(),
        stack: "shop".to_owned(),
        environment: "dev".to_owned(),
        seed: "seed".to_owned(),
        timeout: None,
        clock: Arc::new(Instant::new()),
        recorder,
    }
}
