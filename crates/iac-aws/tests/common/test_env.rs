//! A sandbox of its own for each test, and the types in it as the engine calls them.

use std::sync::Arc;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_types::SdkConfig;
use iac_aws::registry;
use iac_core::{
    model::{
        Call, Changed, LiveObject, ReadObject, Reconciled, Reconciler, Registry, RemoteId, ResourceError, TypeInfo,
        Violation,
    },
    plan::{Comparison, diff},
};
use iac_sandbox::Sandbox;
use serde_json::Value;

use super::{Alteration, Altered, Answer, Answers, Ids, REGION, call, config_in, connect, owned};

pub(crate) const NONE: Vec<String> = Vec::new();

const ADDRESS: &str = "test.thing.it";

/// The tags that the engine puts on everything.
pub(crate) const OURS: [(&str, &str); 3] = owned(ADDRESS);

/// The inputs of a declared resource, as the engine keeps them.
pub(crate) fn inputs<R: Reconciled>(resource: &R) -> Value {
    R::info().schema.canonical(&serde_json::to_value(resource).unwrap())
}

/// What is wrong with a declared resource.
pub(crate) fn problems<R: Reconciled>(resource: &R) -> Vec<String> {
    let inputs = inputs(resource);
    let mut found: Vec<Violation> = R::info().schema.check(&inputs);
    found.extend(R::info().validate.check(&inputs));
    found
        .into_iter()
        .map(|violation| format!("{}: {}", violation.path, violation.message))
        .collect()
}

/// A sandbox, a session in it and one call.
#[derive(Clone)]
pub(crate) struct TestEnv {
    pub(crate) sandbox: Arc<Sandbox>,
    config: SdkConfig,
    registry: Registry,
    call: Call,
    ids: Arc<Ids>,
}

impl TestEnv {
    pub(crate) fn new() -> Self {
        Self::of(Sandbox::new(), REGION)
    }

    pub(crate) fn of(sandbox: impl Into<Arc<Sandbox>>, region: &'static str) -> Self {
        let sandbox = sandbox.into();
        let config = config_in(&sandbox, region);
        let ids = Arc::new(Ids::default());
        Self {
            registry: registry(&connect(&config)),
            call: call(ADDRESS, &ids),
            sandbox,
            config,
            ids,
        }
    }

    /// The hands of others.
    #[cfg(feature = "s3")]
    pub(crate) fn s3(&self) -> aws_sdk_s3::Client {
        aws_sdk_s3::Client::new(&self.config)
    }

    /// The hands of others.
    #[cfg(feature = "ec2")]
    pub(crate) fn ec2(&self) -> aws_sdk_ec2::Client {
        aws_sdk_ec2::Client::new(&self.config)
    }

    fn of_type<R: Reconciled>(&self) -> &dyn Reconciler {
        &**self.registry.get(R::info().name).unwrap()
    }

    /// The same sandbox, where the type under test gets empty answers to `times` requests of `operation`, from the `from`-th on.
    pub(crate) fn with_empty_reads(
        &self,
        operation: &'static str,
        from: usize,
        times: usize,
    ) -> (Self, Arc<Alteration>) {
        let reads = Alteration::new(operation, from, times, Answer::Empty);
        (self.altered([&reads]), reads)
    }

    /// The same sandbox, where the type under test gets other answers to some requests.
    pub(crate) fn altered<'a>(&self, alterations: impl IntoIterator<Item = &'a Arc<Alteration>>) -> Self {
        let alterations = alterations.into_iter().cloned().collect();
        let client = Altered::new(self.sandbox.http_client(), alterations);
        let config = self.config.to_builder().http_client(client).build();
        let mut other = self.clone();
        other.registry = registry(&connect(&config));
        other
    }

    /// The same sandbox, where `answer` answers some requests of the type under test itself.
    pub(crate) fn with_answers(
        &self,
        answer: impl Fn(&HttpRequest) -> Option<(u16, String)> + Send + Sync + 'static,
    ) -> Self {
        let answers = Answers::new(self.sandbox.http_client(), answer);
        let config = self.config.to_builder().http_client(answers).build();
        let mut other = self.clone();
        other.registry = registry(&connect(&config));
        other
    }

    /// Another attempt in the same sandbox, with other tokens.
    pub(crate) fn attempt(&self, seed: &str) -> Self {
        let mut other = self.clone();
        seed.clone_into(&mut other.call.seed);
        other
    }

    /// Goes on with this object.
    pub(crate) fn adopt(&self, id: &RemoteId) {
        self.ids.keep(id);
    }

    /// The operations that changed something, in order.
    pub(crate) fn written(&self) -> Vec<String> {
        let requests = self.sandbox.requests().into_iter();
        let writes = requests.filter(|request| request.mutates);
        writes.map(|request| request.operation).collect()
    }

    /// Runs one call of a type and asserts that it made no request the type does not list.
    async fn listed<R: Reconciled, T>(&self, call: impl Future<Output = T>) -> T {
        let before = self.sandbox.requests().len();
        let answer = call.await;
        for request in &self.sandbox.requests()[before..] {
            let action = request.action();
            assert!(
                R::info().operations.contains(&action.as_str()),
                "{action} is not listed"
            );
        }
        answer
    }

    /// The id that was made durable last.
    pub(crate) fn id(&self) -> RemoteId {
        self.ids.last()
    }

    pub(crate) async fn create<R: Reconciled>(&self, resource: &R) -> Result<Value, ResourceError> {
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

    pub(crate) async fn read<R: Reconciled>(&self, id: &RemoteId, prior: Option<&R>) -> Option<LiveObject> {
        let request = ReadObject::new(id.clone(), prior.map(inputs));
        self.listed::<R, _>(self.of_type::<R>().read(request, &self.call))
            .await
            .unwrap()
    }

    /// Reads for an import.
    pub(crate) async fn try_read<R: Reconciled>(&self, id: &RemoteId) -> Result<Option<LiveObject>, ResourceError> {
        let request = ReadObject::new(id.clone(), None);
        self.of_type::<R>().read(request, &self.call).await
    }

    pub(crate) async fn read_many<R: Reconciled>(&self, ids: &[RemoteId]) -> Vec<Option<LiveObject>> {
        let requests: Vec<ReadObject> = ids.iter().map(|id| ReadObject::new(id.clone(), None)).collect();
        let read = self.of_type::<R>().read_many(&requests, &self.call);
        let read = self.listed::<R, _>(read).await;
        read.into_iter().map(Result::unwrap).collect()
    }

    /// The properties in which what is live is not what is desired; `prior` was applied last.
    pub(crate) async fn changes<R: Reconciled>(&self, id: &RemoteId, desired: &R, prior: Option<&R>) -> Vec<String> {
        let live = self.read(id, prior).await.expect("the object is there");
        differences(R::info(), &inputs(desired), &live.inputs)
    }

    /// Asserts that what is live is just what was applied.
    pub(crate) async fn assert_in_sync<R: Reconciled>(&self, applied: &R) {
        assert_eq!(
            self.changes(&self.id(), applied, Some(applied)).await,
            Vec::<String>::new()
        );
    }

    pub(crate) async fn update<R: Reconciled>(&self, desired: &R, prior: Option<&R>) -> Result<Value, ResourceError> {
        assert_eq!(problems(desired), Vec::<String>::new());
        let live = self.read(&self.id(), prior).await.expect("the object is there");
        let desired = inputs(desired);
        let changed: Changed = differences(R::info(), &desired, &live.inputs).into_iter().collect();
        self.listed::<R, _>(self.of_type::<R>().update(&desired, &live, &changed, &self.call))
            .await
    }

    pub(crate) async fn delete<R: Reconciled>(&self, last: &R) -> Result<(), ResourceError> {
        self.listed::<R, _>(self.of_type::<R>().delete(&inputs(last), &self.id(), &self.call))
            .await
    }

    pub(crate) async fn recover<R: Reconciled>(&self, resource: &R) -> Option<RemoteId> {
        self.listed::<R, _>(self.of_type::<R>().recover(&inputs(resource), &self.call))
            .await
            .unwrap()
    }
}

/// The paths at which two values differ.
pub(crate) fn differences(info: &TypeInfo, desired: &Value, live: &Value) -> Vec<String> {
    let changes = diff(&Comparison {
        schema: &info.schema,
        desired,
        live,
        prior: None,
        key: b"key",
    });
    changes.into_iter().map(|change| change.path).collect()
}
