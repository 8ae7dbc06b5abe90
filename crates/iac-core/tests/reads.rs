//! How many reads go on at once where a type reads one object a call.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use iac_core::{
    Outputs, Resource,
    model::{
        AccountRegion, Call, Changed, Context, Declared, Live, Provider, ReadObject, Reconcile, Reconciler, Recorder,
        Registry, RemoteId, Resolved, ResourceError, Stage,
    },
};
use serde::{Deserialize, Serialize};
use support::TestClock;

/// Counts the reads that are on their way.
#[derive(Debug, Default)]
struct Counter {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Provider for Counter {
    fn location(&self) -> AccountRegion {
        AccountRegion::default()
    }
}

/// A type without a read of many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[serde(bound = "")]
#[resource(type = "fake.single", outputs = SingleOutputs)]
struct Single<S: Stage = Declared> {
    /// Its name.
    name: S::Value<String>,
}

/// What it gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[serde(bound = "")]
struct SingleOutputs<S: Stage = Resolved> {
    /// Its name.
    name: S::Value<String>,
}

#[async_trait]
impl Reconcile for Single<Resolved> {
    type Provider = Counter;
    type Outputs = SingleOutputs;
    const OPERATIONS: &'static [&'static str] = &[];

    async fn read(
        id: &RemoteId,
        _: Option<&Self>,
        cx: &Context<'_, Counter>,
    ) -> Result<Option<Live<Self>>, ResourceError> {
        let now = cx.provider.now.fetch_add(1, Ordering::SeqCst) + 1;
        cx.provider.most.fetch_max(now, Ordering::SeqCst);
        tokio::task::yield_now().await;
        cx.provider.now.fetch_sub(1, Ordering::SeqCst);
        let name = id.to_string();
        Ok(Some(Live {
            id: id.clone(),
            inputs: Self { name: name.clone() },
            outputs: SingleOutputs { name },
        }))
    }

    async fn create(&self, _: &Context<'_, Counter>) -> Result<SingleOutputs, ResourceError> {
        Err(ResourceError::invalid("it is only read"))
    }

    async fn update(
        &self,
        _: &Live<Self>,
        _: &Changed,
        _: &Context<'_, Counter>,
    ) -> Result<SingleOutputs, ResourceError> {
        Err(ResourceError::invalid("it is only read"))
    }

    async fn delete(_: &Self, _: &RemoteId, _: &Context<'_, Counter>) -> Result<(), ResourceError> {
        Ok(())
    }
}

/// Nothing is told to anybody.
#[derive(Debug)]
struct Silent;

#[async_trait]
impl Recorder for Silent {
    async fn created(&self, _: &RemoteId) -> Result<(), ResourceError> {
        Ok(())
    }

    fn progress(&self, _: &str) {}

    fn may_change(&self) -> Result<(), ResourceError> {
        Ok(())
    }
}

#[tokio::test]
async fn single_reads_go_ten_at_a_time_and_keep_their_order() {
    let counter = Arc::new(Counter::default());
    let mut registry = Registry::new();
    registry.add::<Single>(&counter);
    let types: &Arc<dyn Reconciler> = registry.get("fake.single").unwrap();
    let call = Call {
        request: None,
        address: "fake.single.a".parse().unwrap(),
        stack: "env".to_owned(),
        environment: "dev".to_owned(),
        seed: String::new(),
        timeout: None,
        clock: Arc::new(TestClock::default()),
        recorder: Arc::new(Silent),
    };
    let requests: Vec<ReadObject> = (0..100)
        .map(|number| ReadObject::new(RemoteId::new(format!("single-{number}")), None))
        .collect();
    let answers = types.read_many(&requests, &call).await;
    let ids: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().unwrap().id).collect();
    let asked: Vec<_> = requests.into_iter().map(|request| request.id).collect();
    assert_eq!(ids, asked);
    assert_eq!(counter.most.load(Ordering::SeqCst), 10);
}
